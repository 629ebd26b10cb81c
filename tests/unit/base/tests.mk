# SPDX-License-Identifier: LGPL-2.1-or-later
BASE_TESTS = test-base-confine test-base-db test-base-error test-base-log test-base-paths test-base-plugin-host test-base-progress \
  test-base-settings test-base-tuner-desk
BASE_TEST_LIBS = libbase.la libhearth-1.0.la $(GLIB_LIBS)
check_PROGRAMS += $(BASE_TESTS)
dist_check_SCRIPTS += tests/unit/base/test-sdk
TESTS += $(BASE_TESTS) tests/unit/base/test-sdk

test_base_confine_SOURCES = tests/unit/base/test-confine.c
test_base_confine_LDADD = $(BASE_TEST_LIBS)
test_base_db_SOURCES = tests/unit/base/test-db.c
test_base_db_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS)
test_base_db_LDADD = $(BASE_TEST_LIBS) $(SQLITE_LIBS)
test_base_error_SOURCES = tests/unit/base/test-error.c
test_base_error_LDADD = $(BASE_TEST_LIBS)
test_base_log_SOURCES = tests/unit/base/test-log.c
test_base_log_LDADD = $(BASE_TEST_LIBS)
test_base_paths_SOURCES = tests/unit/base/test-paths.c
test_base_paths_LDADD = $(BASE_TEST_LIBS)
test_base_tuner_desk_SOURCES = tests/unit/base/test-tuner-desk.c
test_base_tuner_desk_LDADD = $(BASE_TEST_LIBS)
test_base_progress_SOURCES = tests/unit/base/test-progress.c
test_base_progress_LDADD = $(BASE_TEST_LIBS)
test_base_settings_SOURCES = tests/unit/base/test-settings.c
test_base_settings_LDADD = $(BASE_TEST_LIBS) -lm

test_base_plugin_host_SOURCES = tests/unit/base/test-plugin-host.c tests/unit/base/plugin-testing.c
test_base_plugin_host_CPPFLAGS = $(AM_CPPFLAGS) -DHEARTH_PLUGIN_BUILTIN -DPLUGIN_WRONG=0 -DPLUGIN_NAME=\"platform-test-builtin\"
test_base_plugin_host_LDADD = $(BASE_TEST_LIBS)

# One source, built into a module for each thing that can be wrong; -rpath, because libtool makes no module without.
TEST_PLUGINS_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -rpath /nowhere
check_LTLIBRARIES += tests/unit/base/platform-test-right.la
tests_unit_base_platform_test_right_la_SOURCES = tests/unit/base/plugin-testing.c
tests_unit_base_platform_test_right_la_CPPFLAGS = $(AM_CPPFLAGS) -DPLUGIN_WRONG=0 -DPLUGIN_NAME=\"platform-test-right\"
tests_unit_base_platform_test_right_la_LDFLAGS = $(TEST_PLUGINS_LDFLAGS)
tests_unit_base_platform_test_right_la_LIBADD = libhearth-1.0.la $(GLIB_LIBS)
check_LTLIBRARIES += tests/unit/base/platform-test-abi.la
tests_unit_base_platform_test_abi_la_SOURCES = tests/unit/base/plugin-testing.c
tests_unit_base_platform_test_abi_la_CPPFLAGS = $(AM_CPPFLAGS) -DPLUGIN_WRONG=1 -DPLUGIN_NAME=\"platform-test-abi\"
tests_unit_base_platform_test_abi_la_LDFLAGS = $(TEST_PLUGINS_LDFLAGS)
tests_unit_base_platform_test_abi_la_LIBADD = libhearth-1.0.la $(GLIB_LIBS)
check_LTLIBRARIES += tests/unit/base/platform-test-large.la
tests_unit_base_platform_test_large_la_SOURCES = tests/unit/base/plugin-testing.c
tests_unit_base_platform_test_large_la_CPPFLAGS = $(AM_CPPFLAGS) -DPLUGIN_WRONG=2 -DPLUGIN_NAME=\"platform-test-large\"
tests_unit_base_platform_test_large_la_LDFLAGS = $(TEST_PLUGINS_LDFLAGS)
tests_unit_base_platform_test_large_la_LIBADD = libhearth-1.0.la $(GLIB_LIBS)
check_LTLIBRARIES += tests/unit/base/platform-test-lacks.la
tests_unit_base_platform_test_lacks_la_SOURCES = tests/unit/base/plugin-testing.c
tests_unit_base_platform_test_lacks_la_CPPFLAGS = $(AM_CPPFLAGS) -DPLUGIN_WRONG=3 -DPLUGIN_NAME=\"platform-test-lacks\"
tests_unit_base_platform_test_lacks_la_LDFLAGS = $(TEST_PLUGINS_LDFLAGS)
tests_unit_base_platform_test_lacks_la_LIBADD = libhearth-1.0.la $(GLIB_LIBS)
check_LTLIBRARIES += tests/unit/base/platform-test-refuses.la
tests_unit_base_platform_test_refuses_la_SOURCES = tests/unit/base/plugin-testing.c
tests_unit_base_platform_test_refuses_la_CPPFLAGS = $(AM_CPPFLAGS) -DPLUGIN_WRONG=4 -DPLUGIN_NAME=\"platform-test-refuses\"
tests_unit_base_platform_test_refuses_la_LDFLAGS = $(TEST_PLUGINS_LDFLAGS)
tests_unit_base_platform_test_refuses_la_LIBADD = libhearth-1.0.la $(GLIB_LIBS)
check_LTLIBRARIES += tests/unit/base/platform-test-silent.la
tests_unit_base_platform_test_silent_la_SOURCES = tests/unit/base/plugin-testing.c
tests_unit_base_platform_test_silent_la_CPPFLAGS = $(AM_CPPFLAGS) -DPLUGIN_WRONG=5 -DPLUGIN_NAME=\"platform-test-silent\"
tests_unit_base_platform_test_silent_la_LDFLAGS = $(TEST_PLUGINS_LDFLAGS)
tests_unit_base_platform_test_silent_la_LIBADD = libhearth-1.0.la $(GLIB_LIBS)
check_LTLIBRARIES += tests/unit/base/platform-test-nothing.la
tests_unit_base_platform_test_nothing_la_SOURCES = tests/unit/base/plugin-testing.c
tests_unit_base_platform_test_nothing_la_CPPFLAGS = $(AM_CPPFLAGS) -DPLUGIN_WRONG=6 -DPLUGIN_NAME=\"platform-test-nothing\"
tests_unit_base_platform_test_nothing_la_LDFLAGS = $(TEST_PLUGINS_LDFLAGS)
tests_unit_base_platform_test_nothing_la_LIBADD = libhearth-1.0.la $(GLIB_LIBS)
check_LTLIBRARIES += tests/unit/base/platform-test-large-ops.la
tests_unit_base_platform_test_large_ops_la_SOURCES = tests/unit/base/plugin-testing.c
tests_unit_base_platform_test_large_ops_la_CPPFLAGS = $(AM_CPPFLAGS) -DPLUGIN_WRONG=7 -DPLUGIN_NAME=\"platform-test-large-ops\"
tests_unit_base_platform_test_large_ops_la_LDFLAGS = $(TEST_PLUGINS_LDFLAGS)
tests_unit_base_platform_test_large_ops_la_LIBADD = libhearth-1.0.la $(GLIB_LIBS)
check_LTLIBRARIES += tests/unit/base/platform-test-older.la
tests_unit_base_platform_test_older_la_SOURCES = tests/unit/base/plugin-testing.c
tests_unit_base_platform_test_older_la_CPPFLAGS = $(AM_CPPFLAGS) -DPLUGIN_WRONG=8 -DPLUGIN_NAME=\"platform-test-older\"
tests_unit_base_platform_test_older_la_LDFLAGS = $(TEST_PLUGINS_LDFLAGS)
tests_unit_base_platform_test_older_la_LIBADD = libhearth-1.0.la $(GLIB_LIBS)
check_LTLIBRARIES += tests/unit/base/platform-test-unresolved.la
tests_unit_base_platform_test_unresolved_la_SOURCES = tests/unit/base/plugin-testing.c
tests_unit_base_platform_test_unresolved_la_CPPFLAGS = $(AM_CPPFLAGS) -DPLUGIN_WRONG=9 -DPLUGIN_NAME=\"platform-test-unresolved\"
tests_unit_base_platform_test_unresolved_la_LDFLAGS = $(TEST_PLUGINS_LDFLAGS)
tests_unit_base_platform_test_unresolved_la_LIBADD = libhearth-1.0.la $(GLIB_LIBS)
check_LTLIBRARIES += tests/unit/base/platform-test-kind.la
tests_unit_base_platform_test_kind_la_SOURCES = tests/unit/base/plugin-testing.c
tests_unit_base_platform_test_kind_la_CPPFLAGS = $(AM_CPPFLAGS) -DPLUGIN_WRONG=10 -DPLUGIN_NAME=\"platform-test-kind\"
tests_unit_base_platform_test_kind_la_LDFLAGS = $(TEST_PLUGINS_LDFLAGS)
tests_unit_base_platform_test_kind_la_LIBADD = libhearth-1.0.la $(GLIB_LIBS)
check_LTLIBRARIES += tests/unit/base/platform-test-twice.la
tests_unit_base_platform_test_twice_la_SOURCES = tests/unit/base/plugin-testing.c
tests_unit_base_platform_test_twice_la_CPPFLAGS = $(AM_CPPFLAGS) -DPLUGIN_WRONG=11 -DPLUGIN_NAME=\"platform-test-twice\"
tests_unit_base_platform_test_twice_la_LDFLAGS = $(TEST_PLUGINS_LDFLAGS)
tests_unit_base_platform_test_twice_la_LIBADD = libhearth-1.0.la $(GLIB_LIBS)
check_LTLIBRARIES += tests/unit/base/platform-test-misnamed.la
tests_unit_base_platform_test_misnamed_la_SOURCES = tests/unit/base/plugin-testing.c
tests_unit_base_platform_test_misnamed_la_CPPFLAGS = $(AM_CPPFLAGS) -DPLUGIN_WRONG=0 -DPLUGIN_NAME=\"platform-test-other\"
tests_unit_base_platform_test_misnamed_la_LDFLAGS = $(TEST_PLUGINS_LDFLAGS)
tests_unit_base_platform_test_misnamed_la_LIBADD = libhearth-1.0.la $(GLIB_LIBS)
check_LTLIBRARIES += tests/unit/base/platform-test-no-symbol.la
tests_unit_base_platform_test_no_symbol_la_SOURCES = tests/unit/base/plugin-empty.c
tests_unit_base_platform_test_no_symbol_la_LDFLAGS = $(TEST_PLUGINS_LDFLAGS)
tests_unit_base_platform_test_no_symbol_la_LIBADD = libhearth-1.0.la $(GLIB_LIBS)
