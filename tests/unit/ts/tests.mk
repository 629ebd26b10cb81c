# SPDX-License-Identifier: LGPL-2.1-or-later
TS_TESTS = test-ts-packets test-ts-tables test-ts-pes test-ts-units test-ts-clock test-ts-analyser test-ts-samples test-dvb-text test-si-tables test-si-collector
check_PROGRAMS += $(TS_TESTS)
TESTS += $(TS_TESTS)
TS_TEST_LIBS = libts.la $(GLIB_LIBS)
TS_TEST_MAKER = tests/unit/ts/ts-maker.c tests/unit/ts/ts-maker.h
SI_TEST_MAKER = tests/unit/ts/si-maker.c tests/unit/ts/si-maker.h

test_ts_packets_SOURCES = tests/unit/ts/test-packets.c $(TS_TEST_MAKER)
test_ts_packets_LDADD = $(TS_TEST_LIBS)
test_ts_tables_SOURCES = tests/unit/ts/test-tables.c $(TS_TEST_MAKER)
test_ts_tables_LDADD = $(TS_TEST_LIBS)
test_ts_pes_SOURCES = tests/unit/ts/test-pes.c $(TS_TEST_MAKER)
test_ts_pes_LDADD = $(TS_TEST_LIBS)
test_ts_units_SOURCES = tests/unit/ts/test-units.c
test_ts_units_LDADD = $(TS_TEST_LIBS)
test_ts_clock_SOURCES = tests/unit/ts/test-clock.c
test_ts_clock_LDADD = $(TS_TEST_LIBS) -lm
test_ts_analyser_SOURCES = tests/unit/ts/test-analyser.c $(TS_TEST_MAKER)
test_ts_analyser_LDADD = $(TS_TEST_LIBS)
test_ts_samples_SOURCES = tests/unit/ts/test-samples.c $(TS_TEST_MAKER)
test_ts_samples_LDADD = $(TS_TEST_LIBS)
test_dvb_text_SOURCES = tests/unit/ts/test-dvb-text.c
test_dvb_text_LDADD = $(TS_TEST_LIBS)
test_si_tables_SOURCES = tests/unit/ts/test-si-tables.c $(SI_TEST_MAKER)
test_si_tables_LDADD = $(TS_TEST_LIBS)
test_si_collector_SOURCES = tests/unit/ts/test-si-collector.c $(SI_TEST_MAKER) $(TS_TEST_MAKER)
test_si_collector_LDADD = $(TS_TEST_LIBS)
