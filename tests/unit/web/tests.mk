# SPDX-License-Identifier: LGPL-2.1-or-later
if WEB
check_PROGRAMS += test-web
TESTS += test-web
test_web_SOURCES = tests/unit/web/test-web.c tests/unit/client/fake-hearth-run.c tests/unit/client/fake-hearth.h
test_web_CFLAGS = $(AM_CFLAGS) $(SOUP_CFLAGS) $(JSON_CFLAGS)
test_web_LDADD = $(SOUP_LIBS) $(JSON_LIBS) $(GLIB_LIBS)
endif
