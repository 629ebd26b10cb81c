# SPDX-License-Identifier: LGPL-2.1-or-later
# The folder of a recording as files: index and manifest. Written by hearth-record, read by hearthd and hearth-play.
noinst_LTLIBRARIES += librecording.la
librecording_la_SOURCES = src/recording/hearth-recording-index.h src/recording/hearth-recording-index.c \
  src/recording/hearth-recording-manifest.h src/recording/hearth-recording-manifest.c
librecording_la_CFLAGS = $(AM_CFLAGS) $(JSON_CFLAGS)
librecording_la_LIBADD = libts.la libhearth-1.0.la $(JSON_LIBS) $(GLIB_LIBS)
