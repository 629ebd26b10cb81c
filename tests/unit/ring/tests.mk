# SPDX-License-Identifier: LGPL-2.1-or-later
RING_TESTS = test-ring-ring test-ring-hostile test-ring-threads
check_PROGRAMS += $(RING_TESTS)
TESTS += $(RING_TESTS)
test_ring_ring_SOURCES = tests/unit/ring/test-ring.c tests/unit/ring/ring-testing.h
test_ring_ring_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit/ring
test_ring_ring_LDADD = libring.la libhearth-1.0.la $(GLIB_LIBS)
test_ring_hostile_SOURCES = tests/unit/ring/test-hostile.c tests/unit/ring/ring-testing.h
test_ring_hostile_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit/ring
test_ring_hostile_LDADD = libring.la libhearth-1.0.la $(GLIB_LIBS)
test_ring_threads_SOURCES = tests/unit/ring/test-threads.c tests/unit/ring/ring-testing.h
test_ring_threads_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit/ring
test_ring_threads_LDADD = libring.la libhearth-1.0.la $(GLIB_LIBS)
