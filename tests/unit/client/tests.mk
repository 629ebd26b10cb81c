# SPDX-License-Identifier: LGPL-2.1-or-later
# fake-hearth stands in for hearthd in the tests of client, ctl and web.
check_PROGRAMS += fake-hearth
fake_hearth_SOURCES = tests/unit/client/fake-hearth.c tests/unit/client/fake-hearth.h
fake_hearth_CFLAGS = $(AM_CFLAGS)
fake_hearth_LDADD = libdbus.la libhearth-1.0.la $(GLIB_LIBS)

check_PROGRAMS += test-client
TESTS += test-client
test_client_SOURCES = tests/unit/client/test-client.c tests/unit/client/fake-hearth-run.c tests/unit/client/fake-hearth.h
test_client_CFLAGS = $(AM_CFLAGS)
test_client_LDADD = libhearth-1.0.la $(GLIB_LIBS)

EXTRA_DIST += tests/unit/client/test-introspection.py
if INTROSPECTION
if !SANITIZED
TESTS += tests/unit/client/test-introspection.py
endif
endif
