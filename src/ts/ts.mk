# SPDX-License-Identifier: LGPL-2.1-or-later
noinst_LTLIBRARIES += libts.la
libts_la_SOURCES = src/ts/hearth-ts.h
libts_la_LIBADD = $(GLIB_LIBS)
