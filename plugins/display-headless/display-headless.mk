# SPDX-License-Identifier: LGPL-2.1-or-later
EXTRA_DIST += plugins/display-headless/README.md
display_headless_files = plugins/display-headless/display-headless.c

if DISPLAY_HEADLESS
if DISPLAY_HEADLESS_BUILTIN
noinst_LTLIBRARIES += libdisplay-headless-builtin.la
else
plugin_LTLIBRARIES += display-headless.la
check_LTLIBRARIES += libdisplay-headless-builtin.la
endif
endif

# Unit tests link it built in, whichever way the product has it.
libdisplay_headless_builtin_la_SOURCES = $(display_headless_files)
libdisplay_headless_builtin_la_CPPFLAGS = $(AM_CPPFLAGS) -DHEARTH_PLUGIN_BUILTIN
libdisplay_headless_builtin_la_CFLAGS = $(AM_CFLAGS) $(DRM_CFLAGS)
libdisplay_headless_builtin_la_LIBADD = libdisplay.la libhearth-1.0.la $(GLIB_LIBS)

display_headless_la_SOURCES = $(display_headless_files)
display_headless_la_CFLAGS = $(AM_CFLAGS) $(DRM_CFLAGS)
display_headless_la_LDFLAGS = $(PLUGIN_LDFLAGS)
display_headless_la_LIBADD = libdisplay.la libhearth-1.0.la $(GLIB_LIBS)
