# SPDX-License-Identifier: LGPL-2.1-or-later
# All of hearth-stream but main() and its built-in plug-ins, so that unit tests link it.
noinst_LTLIBRARIES += libstream.la
libstream_la_SOURCES = src/stream/hearth-ingest.h src/stream/hearth-ingest.c src/stream/hearth-list-writer.h \
  src/stream/hearth-list-writer.c src/stream/hearth-network-runner.h src/stream/hearth-network-runner.c \
  src/stream/hearth-programme-wish.h src/stream/hearth-programme-wish.c src/stream/hearth-open-stream.h src/stream/hearth-open-stream.c src/stream/hearth-stream-worker.h \
  src/stream/hearth-stream-worker.c src/stream/hearth-verdict.h src/stream/hearth-verdict.c \
  src/stream/broadcast/hearth-descrambler.h src/stream/broadcast/hearth-descrambler.c \
  src/stream/broadcast/hearth-router.h src/stream/broadcast/hearth-router-private.h src/stream/broadcast/hearth-router.c \
  src/stream/broadcast/hearth-router-tables.c src/stream/broadcast/hearth-router-si.c \
  src/stream/broadcast/hearth-tuning.h src/stream/broadcast/hearth-tuning.c \
  src/stream/broadcast/hearth-tuner-pool.h src/stream/broadcast/hearth-tuner-pool.c \
  src/stream/broadcast/hearth-guide-collector.h src/stream/broadcast/hearth-guide-collector.c \
  src/stream/broadcast/hearth-guide-feed.h src/stream/broadcast/hearth-guide-feed.c \
  src/stream/broadcast/hearth-guide-told.h src/stream/broadcast/hearth-guide-told.c \
  src/stream/broadcast/hearth-guide-visit.h src/stream/broadcast/hearth-guide-visit.c \
  src/stream/broadcast/hearth-lineup.h src/stream/broadcast/hearth-lineup.c \
  src/stream/broadcast/hearth-scan-list.h src/stream/broadcast/hearth-scan-list.c \
  src/stream/broadcast/hearth-scan-visit.h src/stream/broadcast/hearth-scan-visit.c \
  src/stream/broadcast/hearth-scanner.h src/stream/broadcast/hearth-scanner.c \
  src/stream/broadcast/hearth-broadcast.h src/stream/broadcast/hearth-broadcast.c
libstream_la_CFLAGS = $(AM_CFLAGS)
libstream_la_LIBADD = libts.la libring.la libbase.la libdbus.la libhearth-1.0.la $(GLIB_LIBS)

hearthlibexec_PROGRAMS += hearth-stream
hearth_stream_SOURCES = src/stream/main.c src/stream/builtins.c
hearth_stream_LDADD = libstream.la $(GLIB_LIBS)
if NETWORK_IPTV_BUILTIN
hearth_stream_LDADD += libnetwork-iptv-builtin.la
endif
if NETWORK_DVB_BUILTIN
hearth_stream_LDADD += libnetwork-dvb-builtin.la
endif
if NETWORK_SATIP_BUILTIN
hearth_stream_LDADD += libnetwork-satip-builtin.la
endif
