# SPDX-License-Identifier: LGPL-2.1-or-later
if HEADEND
HEADEND_TESTS = test-headend-code test-headend-mux test-headend-cable test-headend-faults test-headend-capture test-headend-program
check_PROGRAMS += $(HEADEND_TESTS)
TESTS += $(HEADEND_TESTS)
check_LTLIBRARIES += libheadendtesting.la
libheadendtesting_la_SOURCES = tests/unit/headend/headend-testing.h tests/unit/headend/headend-testing.c
libheadendtesting_la_CPPFLAGS = $(HEADEND_CPPFLAGS)
libheadendtesting_la_CFLAGS = $(HEADEND_CFLAGS)
HEADEND_TEST_CPPFLAGS = $(HEADEND_CPPFLAGS) -I$(top_srcdir)/tests/unit/headend
HEADEND_TEST_LIBS = libheadendtesting.la libts.la $(HEADEND_LIBS)
test_headend_code_SOURCES = tests/unit/headend/test-code.c
test_headend_code_CPPFLAGS = $(HEADEND_TEST_CPPFLAGS)
test_headend_code_CFLAGS = $(HEADEND_CFLAGS)
test_headend_code_LDADD = $(HEADEND_TEST_LIBS)
test_headend_mux_SOURCES = tests/unit/headend/test-mux.c
test_headend_mux_CPPFLAGS = $(HEADEND_TEST_CPPFLAGS)
test_headend_mux_CFLAGS = $(HEADEND_CFLAGS)
test_headend_mux_LDADD = $(HEADEND_TEST_LIBS)
test_headend_cable_SOURCES = tests/unit/headend/test-cable.c
test_headend_cable_CPPFLAGS = $(HEADEND_TEST_CPPFLAGS)
test_headend_cable_CFLAGS = $(HEADEND_CFLAGS)
test_headend_cable_LDADD = $(HEADEND_TEST_LIBS)
test_headend_faults_SOURCES = tests/unit/headend/test-faults.c
test_headend_faults_CPPFLAGS = $(HEADEND_TEST_CPPFLAGS)
test_headend_faults_CFLAGS = $(HEADEND_CFLAGS)
test_headend_faults_LDADD = $(HEADEND_TEST_LIBS)
test_headend_capture_SOURCES = tests/unit/headend/test-capture.c
test_headend_capture_CPPFLAGS = $(HEADEND_TEST_CPPFLAGS)
test_headend_capture_CFLAGS = $(HEADEND_CFLAGS)
test_headend_capture_LDADD = $(HEADEND_TEST_LIBS)
test_headend_program_SOURCES = tests/unit/headend/test-program.c
test_headend_program_CPPFLAGS = $(HEADEND_TEST_CPPFLAGS)
test_headend_program_CFLAGS = $(HEADEND_CFLAGS) $(JSON_CFLAGS)
test_headend_program_LDADD = $(HEADEND_TEST_LIBS) $(JSON_LIBS)
EXTRA_test_headend_program_DEPENDENCIES = hearth-headend$(EXEEXT)
endif
