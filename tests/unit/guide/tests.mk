# SPDX-License-Identifier: LGPL-2.1-or-later
check_LTLIBRARIES += libguidetesting.la
libguidetesting_la_SOURCES = tests/unit/guide/guide-testing.h tests/unit/guide/guide-testing.c
libguidetesting_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit/guide
libguidetesting_la_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS)

check_PROGRAMS += test-guide-store
TESTS += test-guide-store
test_guide_store_SOURCES = tests/unit/guide/test-store.c
test_guide_store_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit/guide
test_guide_store_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS)
test_guide_store_LDADD = libguidetesting.la libhearthd.la $(SQLITE_LIBS) $(GLIB_LIBS)

check_PROGRAMS += test-guide-clock
TESTS += test-guide-clock
test_guide_clock_SOURCES = tests/unit/guide/test-clock.c
test_guide_clock_LDADD = libhearthd.la $(SQLITE_LIBS) $(GLIB_LIBS)
