# SPDX-License-Identifier: LGPL-2.1-or-later
if HEADEND
FUZZ_TARGETS += fuzz-capture
fuzz_capture_SOURCES = tests/fuzz/fuzz-capture.c $(FUZZ_MAIN)
fuzz_capture_CPPFLAGS = $(HEADEND_CPPFLAGS)
fuzz_capture_LDFLAGS = $(FUZZ_LDFLAGS)
fuzz_capture_LDADD = $(HEADEND_LIBS)
endif
