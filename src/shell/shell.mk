# SPDX-License-Identifier: LGPL-2.1-or-later
dist_pkgdata_DATA += data/theme.ini

# All but main(), for the program and its unit tests.
noinst_LTLIBRARIES += libshell.la
libshell_la_SOURCES = \
  src/shell/display/shell-queue.h src/shell/display/shell-queue.c \
  src/shell/display/shell-log.h src/shell/display/shell-log.c \
  src/shell/display/shell-view.h src/shell/display/shell-view.c \
  src/shell/display/shell-stage.h src/shell/display/shell-stage.c \
  src/shell/display/shell-encode.h src/shell/display/shell-encode.c \
  src/shell/display/shell-screenshot.h src/shell/display/shell-screenshot.c \
  src/shell/scene/shell-theme.h src/shell/scene/shell-theme.c \
  src/shell/scene/shell-painter.h src/shell/scene/shell-painter.c \
  src/shell/scene/shell-scene.h src/shell/scene/shell-scene.c \
  src/shell/screens/shell-events.h src/shell/screens/shell-events.c \
  src/shell/screens/shell-banner.h src/shell/screens/shell-banner.c \
  src/shell/screens/shell-notice.h src/shell/screens/shell-notice.c
libshell_la_CFLAGS = $(AM_CFLAGS) $(CAIRO_CFLAGS) $(JPEG_CFLAGS) $(DRM_CFLAGS)
libshell_la_LIBADD = libdisplay.la libframes.la libbase.la libhearth-1.0.la $(GLIB_LIBS) $(CAIRO_LIBS) $(JPEG_LIBS) -lm

hearthlibexec_PROGRAMS += hearth-shell
hearth_shell_SOURCES = src/shell/shell-main.c src/shell/shell-service.h src/shell/shell-service.c src/shell/builtins.c
hearth_shell_CFLAGS = $(AM_CFLAGS) $(CAIRO_CFLAGS)
hearth_shell_LDADD = libshell.la libdisplay.la libframes.la libbase.la libdbus.la libhearth-1.0.la $(GLIB_LIBS) $(CAIRO_LIBS)
if DISPLAY_HEADLESS_BUILTIN
hearth_shell_LDADD += libdisplay-headless-builtin.la
endif
if DISPLAY_KMS_BUILTIN
hearth_shell_LDADD += libdisplay-kms-builtin.la
endif
if DISPLAY_DIRECTFB_BUILTIN
hearth_shell_LDADD += libdisplay-directfb-builtin.la
hearth_shell_LDFLAGS = $(AM_LDFLAGS) $(DIRECTFB_EXPORT)
endif
