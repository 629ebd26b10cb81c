# SPDX-License-Identifier: LGPL-2.1-or-later
# What the display plug-ins and the shell share; each links it into itself.
noinst_LTLIBRARIES += libdisplay.la
libdisplay_la_SOURCES = \
  src/display/hearth-compose.h src/display/hearth-compose.c \
  src/display/hearth-display-mode.h src/display/hearth-display-mode.c \
  src/display/hearth-display-scene.h src/display/hearth-display-scene.c \
  src/display/hearth-edid.h src/display/hearth-edid.c \
  src/display/hearth-osd.h src/display/hearth-osd.c \
  src/display/hearth-scale.h src/display/hearth-scale.c \
  src/display/hearth-timer.h src/display/hearth-timer.c
libdisplay_la_CFLAGS = $(AM_CFLAGS) $(DRM_CFLAGS)
libdisplay_la_LIBADD = libhearth-1.0.la $(GLIB_LIBS) -lm
