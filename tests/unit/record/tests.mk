# SPDX-License-Identifier: LGPL-2.1-or-later
RECORD_TESTS = test-record-recorder test-record-disk
check_PROGRAMS += $(RECORD_TESTS)
TESTS += $(RECORD_TESTS)
check_LTLIBRARIES += librecordtesting.la
librecordtesting_la_SOURCES = tests/unit/record/record-testing.h tests/unit/record/record-testing.c
test_record_recorder_SOURCES = tests/unit/record/test-recorder.c
test_record_recorder_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit/record
test_record_recorder_LDADD = librecordtesting.la librecord.la $(GLIB_LIBS)
test_record_disk_SOURCES = tests/unit/record/test-disk.c
test_record_disk_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit/record
test_record_disk_LDADD = librecordtesting.la librecord.la $(GLIB_LIBS)
