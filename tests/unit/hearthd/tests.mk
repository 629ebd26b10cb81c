# SPDX-License-Identifier: LGPL-2.1-or-later
check_LTLIBRARIES += libhearthdtesting.la
libhearthdtesting_la_SOURCES = tests/unit/hearthd/hearthd-testing.h tests/unit/hearthd/hearthd-testing.c
libhearthdtesting_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit/hearthd
libhearthdtesting_la_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS)

HEARTHD_TESTS = test-hearthd-channel-keys test-hearthd-channels test-hearthd-service-list test-hearthd-zaps test-hearthd-pills
HEARTHD_TEST_LIBS = libhearthdtesting.la libhearthd.la $(SQLITE_LIBS) $(GLIB_LIBS)
HEARTHD_TEST_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit/hearthd
HEARTHD_TEST_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS)
check_PROGRAMS += $(HEARTHD_TESTS)
TESTS += $(HEARTHD_TESTS)
test_hearthd_channel_keys_SOURCES = tests/unit/hearthd/test-channel-keys.c
test_hearthd_channel_keys_CPPFLAGS = $(HEARTHD_TEST_CPPFLAGS)
test_hearthd_channel_keys_CFLAGS = $(HEARTHD_TEST_CFLAGS)
test_hearthd_channel_keys_LDADD = $(HEARTHD_TEST_LIBS)
test_hearthd_channels_SOURCES = tests/unit/hearthd/test-channels.c
test_hearthd_channels_CPPFLAGS = $(HEARTHD_TEST_CPPFLAGS)
test_hearthd_channels_CFLAGS = $(HEARTHD_TEST_CFLAGS)
test_hearthd_channels_LDADD = $(HEARTHD_TEST_LIBS)
test_hearthd_service_list_SOURCES = tests/unit/hearthd/test-service-list.c
test_hearthd_service_list_CPPFLAGS = $(HEARTHD_TEST_CPPFLAGS)
test_hearthd_service_list_CFLAGS = $(HEARTHD_TEST_CFLAGS)
test_hearthd_service_list_LDADD = $(HEARTHD_TEST_LIBS)
test_hearthd_pills_SOURCES = tests/unit/hearthd/test-pills.c
test_hearthd_pills_CPPFLAGS = $(HEARTHD_TEST_CPPFLAGS)
test_hearthd_pills_CFLAGS = $(HEARTHD_TEST_CFLAGS)
test_hearthd_pills_LDADD = $(HEARTHD_TEST_LIBS)
test_hearthd_zaps_SOURCES = tests/unit/hearthd/test-zaps.c
test_hearthd_zaps_CPPFLAGS = $(HEARTHD_TEST_CPPFLAGS)
test_hearthd_zaps_CFLAGS = $(HEARTHD_TEST_CFLAGS)
test_hearthd_zaps_LDADD = $(HEARTHD_TEST_LIBS)

check_PROGRAMS += hearth-fake test-hearthd-workers
TESTS += test-hearthd-workers
hearth_fake_SOURCES = tests/unit/hearthd/hearth-fake.c
hearth_fake_LDADD = libbase.la libdbus.la libhearth-1.0.la $(GLIB_LIBS)
test_hearthd_workers_SOURCES = tests/unit/hearthd/test-workers.c
test_hearthd_workers_CPPFLAGS = $(HEARTHD_TEST_CPPFLAGS)
test_hearthd_workers_CFLAGS = $(HEARTHD_TEST_CFLAGS)
test_hearthd_workers_LDADD = $(HEARTHD_TEST_LIBS)

check_PROGRAMS += test-hearthd-bus
TESTS += test-hearthd-bus
test_hearthd_bus_SOURCES = tests/unit/hearthd/test-bus.c
test_hearthd_bus_CPPFLAGS = $(HEARTHD_TEST_CPPFLAGS)
test_hearthd_bus_CFLAGS = $(HEARTHD_TEST_CFLAGS)
test_hearthd_bus_LDADD = $(HEARTHD_TEST_LIBS)
