# SPDX-License-Identifier: LGPL-2.1-or-later
noinst_LTLIBRARIES += libts.la
libts_la_SOURCES = \
  src/ts/hearth-ts.h src/ts/hearth-ts-private.h \
  src/ts/hearth-ts-packet.c src/ts/hearth-ts-sync.c src/ts/hearth-ts-time.c \
  src/ts/hearth-ts-section.c src/ts/hearth-ts-psi.c src/ts/hearth-ts-codec.c \
  src/ts/hearth-ts-pes-header.c src/ts/hearth-ts-pes.c \
  src/ts/hearth-ts-bits.c src/ts/hearth-ts-unit.c src/ts/hearth-ts-unit-mpeg.c src/ts/hearth-ts-unit-nal.c \
  src/ts/hearth-ts-part.h src/ts/hearth-ts-part.c src/ts/hearth-ts-pictures.c \
  src/ts/hearth-ts-clock.c src/ts/hearth-ts-line.c src/ts/hearth-ts-line.h \
  src/ts/hearth-ts-programme.c src/ts/hearth-ts-programme.h \
  src/ts/hearth-ts-rap-finder.c src/ts/hearth-ts-rap-finder.h \
  src/ts/hearth-ts-early.c src/ts/hearth-ts-early.h \
  src/ts/hearth-ts-analyser.c \
  src/ts/hearth-si.h src/ts/hearth-si-private.h src/ts/hearth-si-tables.c src/ts/hearth-si-time.c \
  src/ts/hearth-si-descriptors.h src/ts/hearth-si-descriptors-service.c src/ts/hearth-si-descriptors-event.c \
  src/ts/hearth-si-descriptors-stream.c \
  src/ts/hearth-dvb-text.h src/ts/hearth-dvb-text-private.h src/ts/hearth-dvb-text.c src/ts/hearth-dvb-text-detect.c \
  src/ts/hearth-dvb-text-tables.c \
  src/ts/hearth-si-delivery.h src/ts/hearth-si-delivery.c src/ts/hearth-si-known.h src/ts/hearth-si-known.c \
  src/ts/hearth-si-collector.h src/ts/hearth-si-collector.c \
  src/ts/hearth-si-event.h src/ts/hearth-si-event.c src/ts/hearth-si-stream.h src/ts/hearth-si-stream.c \
  src/ts/hearth-si-multiplex.h src/ts/hearth-si-multiplex.c src/ts/hearth-ts-survey.h src/ts/hearth-ts-survey.c
libts_la_LIBADD = $(GLIB_LIBS) -lm
