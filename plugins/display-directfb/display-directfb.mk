# SPDX-License-Identifier: LGPL-2.1-or-later
# All but the descriptor is in a convenience library, for the module, the built-in and the tests alike.
EXTRA_DIST += plugins/display-directfb/README.md
# Programs that have it built in must export what dfb-no-glx.c puts in place of libGL's.
DIRECTFB_EXPORT = -Wl,--export-dynamic-symbol=glXChooseFBConfig
if DISPLAY_DIRECTFB
noinst_LTLIBRARIES += libdisplay-directfb-core.la
libdisplay_directfb_core_la_SOURCES = \
  plugins/display-directfb/dfb-choice.h plugins/display-directfb/dfb-choice.c \
  plugins/display-directfb/dfb-display.h plugins/display-directfb/dfb-display.c \
  plugins/display-directfb/dfb-keys.h plugins/display-directfb/dfb-keys.c \
  plugins/display-directfb/dfb-no-glx.h plugins/display-directfb/dfb-no-glx.c \
  plugins/display-directfb/dfb-screen.h plugins/display-directfb/dfb-screen.c \
  plugins/display-directfb/dfb-system.h plugins/display-directfb/dfb-system.c
libdisplay_directfb_core_la_CFLAGS = $(AM_CFLAGS) $(DRM_CFLAGS) $(DIRECTFB_CFLAGS)
libdisplay_directfb_core_la_LIBADD = libdisplay.la libhearth-1.0.la $(GLIB_LIBS) $(DIRECTFB_LIBS)

if DISPLAY_DIRECTFB_BUILTIN
noinst_LTLIBRARIES += libdisplay-directfb-builtin.la
libdisplay_directfb_builtin_la_SOURCES = plugins/display-directfb/display-directfb.c
libdisplay_directfb_builtin_la_CPPFLAGS = $(AM_CPPFLAGS) -DHEARTH_PLUGIN_BUILTIN
libdisplay_directfb_builtin_la_CFLAGS = $(AM_CFLAGS) $(DRM_CFLAGS)
libdisplay_directfb_builtin_la_LIBADD = libdisplay-directfb-core.la
else
plugin_LTLIBRARIES += display-directfb.la
display_directfb_la_SOURCES = plugins/display-directfb/display-directfb.c
display_directfb_la_CFLAGS = $(AM_CFLAGS) $(DRM_CFLAGS)
display_directfb_la_LDFLAGS = $(PLUGIN_LDFLAGS)
display_directfb_la_LIBADD = libdisplay-directfb-core.la libhearth-1.0.la
endif
endif
