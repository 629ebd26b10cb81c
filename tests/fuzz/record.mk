# SPDX-License-Identifier: LGPL-2.1-or-later
FUZZ_TARGETS += fuzz-recording
fuzz_recording_SOURCES = tests/fuzz/fuzz-recording.c $(FUZZ_MAIN)
fuzz_recording_CFLAGS = $(AM_CFLAGS)
fuzz_recording_LDFLAGS = $(FUZZ_LDFLAGS)
fuzz_recording_LDADD = librecording.la libhearth-1.0.la $(GLIB_LIBS)
