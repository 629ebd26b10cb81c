# SPDX-License-Identifier: LGPL-2.1-or-later
# Unit tests mirror src/: tests/unit/<room>/test-<what>.c. A room's tests are listed in tests/unit/<room>/tests.mk.
# Every test speaks TAP, so that cases and skips are counted, not programs: tests/run-test asks each kind for it.
TEST_EXTENSIONS = .py
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
LOG_COMPILER = $(top_srcdir)/tests/run-test
PY_LOG_DRIVER = $(LOG_DRIVER)
PY_LOG_COMPILER = $(top_srcdir)/tests/run-test
EXTRA_DIST += tests/run-test
AM_TESTS_ENVIRONMENT = \
  export G_TEST_SRCDIR='$(abs_top_srcdir)' G_TEST_BUILDDIR='$(abs_top_builddir)' \
    HEARTH_PLUGIN_DIR='$(abs_top_builddir)/.libs' G_DEBUG=fatal-criticals MALLOC_CHECK_=2 \
    ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 UBSAN_OPTIONS=print_stacktrace=1;

include tests/unit/base/tests.mk
include tests/unit/ts/tests.mk
include tests/unit/ring/tests.mk
include tests/unit/frames/tests.mk
include tests/unit/display/tests.mk
include tests/unit/guide/tests.mk
include tests/unit/hearthd/tests.mk
include tests/unit/stream/tests.mk
include tests/unit/recording/tests.mk
include tests/unit/record/tests.mk
include tests/unit/play/tests.mk
include tests/unit/shell/tests.mk
include tests/unit/client/tests.mk
include tests/unit/ctl/tests.mk
include tests/unit/web/tests.mk
include tests/unit/worker/tests.mk
include tests/unit/plugins/tests.mk
include tests/unit/headend/tests.mk
