# SPDX-License-Identifier: LGPL-2.1-or-later
FUZZ_TARGETS += fuzz-scan-table fuzz-router
fuzz_scan_table_SOURCES = tests/fuzz/fuzz-scan-table.c tests/unit/stream/no-builtins.c $(FUZZ_MAIN)
fuzz_scan_table_LDFLAGS = $(FUZZ_LDFLAGS)
fuzz_scan_table_LDADD = libstream.la $(GLIB_LIBS)
fuzz_router_SOURCES = tests/fuzz/fuzz-router.c tests/unit/stream/no-builtins.c $(FUZZ_MAIN)
fuzz_router_LDFLAGS = $(FUZZ_LDFLAGS)
fuzz_router_LDADD = libstream.la $(GLIB_LIBS)
