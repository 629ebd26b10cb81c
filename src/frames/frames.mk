# SPDX-License-Identifier: LGPL-2.1-or-later
noinst_LTLIBRARIES += libframes.la
libframes_la_SOURCES = src/frames/hearth-frames.h
libframes_la_LIBADD = $(GLIB_LIBS)
