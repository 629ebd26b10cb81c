# SPDX-License-Identifier: LGPL-2.1-or-later
# The simulated head-end: a program that is installed, and its parts for the tests.
if HEADEND
noinst_LTLIBRARIES += libheadend.la
libheadend_la_SOURCES = \
  tests/headend/cable.h tests/headend/cable-lineup.c tests/headend/cable-si.h tests/headend/cable-si.c tests/headend/cable-eit.c tests/headend/cable-mux.h tests/headend/cable-mux.c \
  tests/headend/cable-air.h tests/headend/cable-air.c tests/headend/cable-program.h tests/headend/cable-program.c \
  tests/headend/capture.h tests/headend/capture.c tests/headend/channels.h tests/headend/channels.c tests/headend/code.h tests/headend/code.c \
  tests/headend/dash.c tests/headend/encode.h tests/headend/encode.c tests/headend/faults.c \
  tests/headend/fragment.h tests/headend/fragment.c tests/headend/hls.c \
  tests/headend/impair.h tests/headend/impair.c tests/headend/live.c tests/headend/logo.c \
  tests/headend/instance.h tests/headend/instance.c tests/headend/loop.h tests/headend/loop.c tests/headend/mux.h tests/headend/mux.c \
  tests/headend/options.h tests/headend/options.c tests/headend/pes.h tests/headend/pes.c \
  tests/headend/picture.h tests/headend/picture.c tests/headend/playlist.c \
  tests/headend/playout.h tests/headend/playout.c \
  tests/headend/replay.h tests/headend/replay.c tests/headend/section.h tests/headend/section.c tests/headend/segment.c tests/headend/sender.h tests/headend/sender.c \
  tests/headend/satip.h tests/headend/satip-private.h tests/headend/satip.c tests/headend/satip-front-end.c tests/headend/satip-announce.c \
  tests/headend/service.h tests/headend/service-private.h tests/headend/service.c \
  tests/headend/sound.h tests/headend/sound.c tests/headend/station.h tests/headend/station.c \
  tests/headend/tables.h tests/headend/tables.c tests/headend/truth.h tests/headend/truth.c \
  tests/headend/tsfile.h tests/headend/tsfile.c tests/headend/units.c tests/headend/web.h tests/headend/web.c
HEADEND_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
HEADEND_CFLAGS = $(AM_CFLAGS) $(CAIRO_CFLAGS) $(SOUP_CFLAGS)
HEADEND_LIBS = libheadend.la libbase.la libhearth-1.0.la $(CAIRO_LIBS) $(SOUP_LIBS) $(GLIB_LIBS) -lm
libheadend_la_CPPFLAGS = $(HEADEND_CPPFLAGS)
libheadend_la_CFLAGS = $(HEADEND_CFLAGS)

bin_PROGRAMS += hearth-headend
hearth_headend_SOURCES = tests/headend/main.c
hearth_headend_CPPFLAGS = $(HEADEND_CPPFLAGS)
hearth_headend_CFLAGS = $(HEADEND_CFLAGS)
hearth_headend_LDADD = $(HEADEND_LIBS)
dist_man_MANS += tests/headend/hearth-headend.1
endif
EXTRA_DIST += tests/headend/README.md
