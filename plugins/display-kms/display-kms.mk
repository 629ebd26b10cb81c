# SPDX-License-Identifier: LGPL-2.1-or-later
# All but the descriptor is in a convenience library, for the module, the built-in and the tests alike.
EXTRA_DIST += plugins/display-kms/README.md
if DISPLAY_KMS
noinst_LTLIBRARIES += libdisplay-kms-core.la
libdisplay_kms_core_la_SOURCES = \
  plugins/display-kms/kms-buffer.h plugins/display-kms/kms-buffer.c \
  plugins/display-kms/kms-clock.h plugins/display-kms/kms-clock.c \
  plugins/display-kms/kms-device.h plugins/display-kms/kms-device.c \
  plugins/display-kms/kms-display.h plugins/display-kms/kms-display.c \
  plugins/display-kms/kms-object.h plugins/display-kms/kms-object.c \
  plugins/display-kms/kms-osd.h plugins/display-kms/kms-osd.c \
  plugins/display-kms/kms-output.h plugins/display-kms/kms-output.c \
  plugins/display-kms/kms-plan.h plugins/display-kms/kms-plan.c \
  plugins/display-kms/kms-plane.h plugins/display-kms/kms-plane.c \
  plugins/display-kms/kms-screen.h plugins/display-kms/kms-screen.c
libdisplay_kms_core_la_CFLAGS = $(AM_CFLAGS) $(DRM_CFLAGS)
libdisplay_kms_core_la_LIBADD = libdisplay.la libhearth-1.0.la $(GLIB_LIBS) $(DRM_LIBS)

if DISPLAY_KMS_BUILTIN
noinst_LTLIBRARIES += libdisplay-kms-builtin.la
libdisplay_kms_builtin_la_SOURCES = plugins/display-kms/display-kms.c
libdisplay_kms_builtin_la_CPPFLAGS = $(AM_CPPFLAGS) -DHEARTH_PLUGIN_BUILTIN
libdisplay_kms_builtin_la_CFLAGS = $(AM_CFLAGS) $(DRM_CFLAGS)
libdisplay_kms_builtin_la_LIBADD = libdisplay-kms-core.la
else
plugin_LTLIBRARIES += display-kms.la
display_kms_la_SOURCES = plugins/display-kms/display-kms.c
display_kms_la_CFLAGS = $(AM_CFLAGS) $(DRM_CFLAGS)
display_kms_la_LDFLAGS = $(PLUGIN_LDFLAGS)
display_kms_la_LIBADD = libdisplay-kms-core.la libhearth-1.0.la
endif
endif
