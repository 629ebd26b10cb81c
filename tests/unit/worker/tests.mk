# SPDX-License-Identifier: LGPL-2.1-or-later
if PLATFORM_GENERIC
if !PLATFORM_GENERIC_BUILTIN
check_PROGRAMS += test-worker-platform-host
TESTS += test-worker-platform-host
test_worker_platform_host_SOURCES = tests/unit/worker/test-platform-host.c src/worker/hearth-platform-host.c
test_worker_platform_host_LDADD = libbase.la libdbus.la libhearth-1.0.la $(GLIB_LIBS)
endif
endif
