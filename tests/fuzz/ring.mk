# SPDX-License-Identifier: LGPL-2.1-or-later
FUZZ_TARGETS += fuzz-ring
fuzz_ring_SOURCES = tests/fuzz/fuzz-ring.c $(FUZZ_MAIN)
fuzz_ring_CFLAGS = $(AM_CFLAGS)
fuzz_ring_LDFLAGS = $(FUZZ_LDFLAGS)
fuzz_ring_LDADD = libring.la libhearth-1.0.la $(GLIB_LIBS)
