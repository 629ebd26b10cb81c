# SPDX-License-Identifier: LGPL-2.1-or-later
RECORDING_TESTS = test-recording-index test-recording-manifest
check_PROGRAMS += $(RECORDING_TESTS)
TESTS += $(RECORDING_TESTS)
test_recording_index_SOURCES = tests/unit/recording/test-recording-index.c
test_recording_index_LDADD = librecording.la libhearth-1.0.la $(GLIB_LIBS)
test_recording_manifest_SOURCES = tests/unit/recording/test-recording-manifest.c
test_recording_manifest_LDADD = librecording.la libhearth-1.0.la $(GLIB_LIBS)
