# SPDX-License-Identifier: LGPL-2.1-or-later
FUZZ_TARGETS += fuzz-ts-packets fuzz-ts-sections fuzz-ts-units
fuzz_ts_packets_SOURCES = tests/fuzz/fuzz-ts-packets.c $(FUZZ_MAIN)
fuzz_ts_packets_LDFLAGS = $(FUZZ_LDFLAGS)
fuzz_ts_packets_LDADD = libts.la $(GLIB_LIBS)
fuzz_ts_sections_SOURCES = tests/fuzz/fuzz-ts-sections.c $(FUZZ_MAIN)
fuzz_ts_sections_LDFLAGS = $(FUZZ_LDFLAGS)
fuzz_ts_sections_LDADD = libts.la $(GLIB_LIBS)
fuzz_ts_units_SOURCES = tests/fuzz/fuzz-ts-units.c $(FUZZ_MAIN)
fuzz_ts_units_LDFLAGS = $(FUZZ_LDFLAGS)
fuzz_ts_units_LDADD = libts.la $(GLIB_LIBS)
FUZZ_TARGETS += fuzz-si fuzz-dvb-text
fuzz_si_SOURCES = tests/fuzz/fuzz-si.c $(FUZZ_MAIN)
fuzz_si_LDFLAGS = $(FUZZ_LDFLAGS)
fuzz_si_LDADD = libts.la $(GLIB_LIBS)
fuzz_dvb_text_SOURCES = tests/fuzz/fuzz-dvb-text.c $(FUZZ_MAIN)
fuzz_dvb_text_LDFLAGS = $(FUZZ_LDFLAGS)
fuzz_dvb_text_LDADD = libts.la $(GLIB_LIBS)
