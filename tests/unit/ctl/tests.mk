# SPDX-License-Identifier: LGPL-2.1-or-later
check_PROGRAMS += test-ctl
TESTS += test-ctl
test_ctl_SOURCES = tests/unit/ctl/test-ctl.c tests/unit/client/fake-hearth-run.c tests/unit/client/fake-hearth.h
test_ctl_CFLAGS = $(AM_CFLAGS) $(JSON_CFLAGS)
test_ctl_LDADD = libhearth-1.0.la $(JSON_LIBS) $(GLIB_LIBS)
check_PROGRAMS += test-ctl-errors
TESTS += test-ctl-errors
test_ctl_errors_SOURCES = tests/unit/ctl/test-ctl-errors.c
test_ctl_errors_CFLAGS = $(AM_CFLAGS) $(JSON_CFLAGS)
test_ctl_errors_LDADD = libhearth-1.0.la $(JSON_LIBS) $(GLIB_LIBS)
