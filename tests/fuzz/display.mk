# SPDX-License-Identifier: LGPL-2.1-or-later
FUZZ_TARGETS += fuzz-edid
fuzz_edid_SOURCES = tests/fuzz/fuzz-edid.c $(FUZZ_MAIN)
fuzz_edid_LDFLAGS = $(FUZZ_LDFLAGS)
fuzz_edid_LDADD = libdisplay.la libhearth-1.0.la $(GLIB_LIBS)
