# SPDX-License-Identifier: LGPL-2.1-or-later
FUZZ_TARGETS += fuzz-frames
fuzz_frames_SOURCES = tests/fuzz/fuzz-frames.c $(FUZZ_MAIN)
fuzz_frames_CFLAGS = $(AM_CFLAGS) $(DRM_CFLAGS)
fuzz_frames_LDFLAGS = $(FUZZ_LDFLAGS)
fuzz_frames_LDADD = libframes.la libhearth-1.0.la $(GLIB_LIBS)
