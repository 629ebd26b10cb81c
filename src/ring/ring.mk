# SPDX-License-Identifier: LGPL-2.1-or-later
noinst_LTLIBRARIES += libring.la
libring_la_SOURCES = src/ring/hearth-ring.h
libring_la_LIBADD = $(GLIB_LIBS)
