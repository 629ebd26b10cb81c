# SPDX-License-Identifier: LGPL-2.1-or-later
noinst_LTLIBRARIES += libring.la
libring_la_SOURCES = src/ring/hearth-ring.h src/ring/hearth-ring-layout.h src/ring/hearth-ring-waiter.c \
  src/ring/hearth-ring-writer.c src/ring/hearth-ring-reader.c
libring_la_CFLAGS = $(AM_CFLAGS)
libring_la_LIBADD = libhearth-1.0.la $(GLIB_LIBS)
