# SPDX-License-Identifier: LGPL-2.1-or-later
EXTRA_DIST += plugins/platform-generic/README.md
platform_generic_files = plugins/platform-generic/platform-generic.c plugins/platform-generic/generic-clock.h \
  plugins/platform-generic/generic-clock.c plugins/platform-generic/generic-facts.h \
  plugins/platform-generic/generic-facts.c plugins/platform-generic/generic-power.h plugins/platform-generic/generic-power.c

if PLATFORM_GENERIC
if PLATFORM_GENERIC_BUILTIN
noinst_LTLIBRARIES += libplatform-generic-builtin.la
else
plugin_LTLIBRARIES += platform-generic.la
check_LTLIBRARIES += libplatform-generic-builtin.la
endif
endif

# Unit tests link it built in, whichever way the product has it.
libplatform_generic_builtin_la_SOURCES = $(platform_generic_files)
libplatform_generic_builtin_la_CPPFLAGS = $(AM_CPPFLAGS) -DHEARTH_PLUGIN_BUILTIN
libplatform_generic_builtin_la_LIBADD = libhearth-1.0.la $(GLIB_LIBS)

platform_generic_la_SOURCES = $(platform_generic_files)
platform_generic_la_LDFLAGS = $(PLUGIN_LDFLAGS)
platform_generic_la_LIBADD = libhearth-1.0.la $(GLIB_LIBS)
