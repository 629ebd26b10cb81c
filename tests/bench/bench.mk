# SPDX-License-Identifier: LGPL-2.1-or-later
# Figures: each program prints one JSON line a figure. Not installed, not built by `make`; `./dev bench` makes what it runs.
EXTRA_PROGRAMS += bench-ring
bench_ring_SOURCES = tests/bench/bench-ring.c
bench_ring_LDADD = libring.la libhearth-1.0.la $(GLIB_LIBS)
EXTRA_PROGRAMS += bench-ingest
bench_ingest_SOURCES = tests/bench/bench-ingest.c tests/unit/stream/stream-testing.h tests/unit/stream/stream-testing.c
bench_ingest_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit/stream
bench_ingest_LDADD = libbase.la libring.la libdbus.la libhearth-1.0.la $(GLIB_LIBS)
EXTRA_PROGRAMS += bench-bus
bench_bus_SOURCES = tests/bench/bench-bus.c
bench_bus_LDADD = libhearth-1.0.la $(GLIB_LIBS)
EXTRA_PROGRAMS += bench-watch
bench_watch_SOURCES = tests/bench/bench-watch.c
bench_watch_LDADD = libframes.la libbase.la libhearth-1.0.la $(GLIB_LIBS)
EXTRA_DIST += tests/bench/bench.py tests/bench/measuring.py tests/bench/bench_box.py tests/bench/bench_lists.py \
  tests/bench/bench_peers.py tests/bench/bench_programs.py tests/bench/bench_zap.py tests/bench/bench_cable.py tests/bench/bench_record.py
EXTRA_PROGRAMS += bench-route
bench_route_SOURCES = tests/bench/bench-route.c tests/unit/stream/no-builtins.c
bench_route_LDADD = libstream.la $(GLIB_LIBS)
EXTRA_PROGRAMS += bench-record
bench_record_SOURCES = tests/bench/bench-record.c
bench_record_LDADD = librecord.la $(GLIB_LIBS)
EXTRA_PROGRAMS += bench-guide
bench_guide_SOURCES = tests/bench/bench-guide.c
bench_guide_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS)
bench_guide_LDADD = libhearthd.la $(SQLITE_LIBS) $(GLIB_LIBS)
EXTRA_PROGRAMS += bench-si
bench_si_SOURCES = tests/bench/bench-si.c tests/unit/stream/no-builtins.c
bench_si_LDADD = libstream.la $(GLIB_LIBS)
# A peer.
EXTRA_PROGRAMS += bench-dvbpsi
bench_dvbpsi_SOURCES = tests/bench/bench-dvbpsi.c
bench_dvbpsi_LDADD = -ldvbpsi $(GLIB_LIBS)
