# SPDX-License-Identifier: LGPL-2.1-or-later
# A network whose streams are made in memory: a module, loaded by the real hearth-stream.
check_LTLIBRARIES += network-test.la
network_test_la_SOURCES = tests/unit/stream/network-test.c
network_test_la_CFLAGS = $(AM_CFLAGS)
network_test_la_LDFLAGS = $(PLUGIN_LDFLAGS) -rpath $(plugindir)
network_test_la_LIBADD = libhearth-1.0.la $(GLIB_LIBS)

STREAM_TESTS = test-stream-list-writer test-stream-verdict test-stream-worker test-stream-router test-stream-wish
check_PROGRAMS += $(STREAM_TESTS)
TESTS += $(STREAM_TESTS)
test_stream_list_writer_SOURCES = tests/unit/stream/test-list-writer.c tests/unit/stream/no-builtins.c
test_stream_list_writer_LDADD = libstream.la $(GLIB_LIBS)
test_stream_verdict_SOURCES = tests/unit/stream/test-verdict.c tests/unit/stream/no-builtins.c
test_stream_verdict_LDADD = libstream.la $(GLIB_LIBS)
test_stream_worker_SOURCES = tests/unit/stream/test-worker.c tests/unit/stream/stream-testing.h \
  tests/unit/stream/stream-testing.c
test_stream_worker_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit/stream
test_stream_worker_LDADD = libring.la libbase.la libdbus.la libhearth-1.0.la $(GLIB_LIBS)
EXTRA_test_stream_worker_DEPENDENCIES = hearth-stream network-test.la
test_stream_router_SOURCES = tests/unit/stream/test-router.c tests/unit/stream/no-builtins.c $(TS_TEST_MAKER)
test_stream_router_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit/ts
test_stream_router_LDADD = libstream.la $(GLIB_LIBS)
test_stream_wish_SOURCES = tests/unit/stream/test-wish.c tests/unit/stream/no-builtins.c
test_stream_wish_LDADD = libstream.la $(GLIB_LIBS)
check_PROGRAMS += test-stream-scan-list
TESTS += test-stream-scan-list
test_stream_scan_list_SOURCES = tests/unit/stream/test-scan-list.c tests/unit/stream/no-builtins.c
test_stream_scan_list_LDADD = libstream.la $(GLIB_LIBS)
check_PROGRAMS += test-stream-guide-feed
TESTS += test-stream-guide-feed
test_stream_guide_feed_SOURCES = tests/unit/stream/test-guide-feed.c tests/unit/stream/no-builtins.c $(SI_TEST_MAKER)
test_stream_guide_feed_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit/ts
test_stream_guide_feed_LDADD = libstream.la $(GLIB_LIBS)
