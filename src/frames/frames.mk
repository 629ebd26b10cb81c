# SPDX-License-Identifier: LGPL-2.1-or-later
noinst_LTLIBRARIES += libframes.la
libframes_la_SOURCES = src/frames/hearth-frames.h src/frames/hearth-frames-wire.h src/frames/hearth-frames-wire.c \
  src/frames/hearth-frames-shape.c src/frames/hearth-frames-barcode.c src/frames/hearth-frames-memory.h \
  src/frames/hearth-frames-memory.c src/frames/hearth-frames-producer.c src/frames/hearth-frames-consumer.c
libframes_la_CFLAGS = $(AM_CFLAGS) $(DRM_CFLAGS)
libframes_la_LIBADD = libhearth-1.0.la $(GLIB_LIBS)
