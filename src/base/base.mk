# SPDX-License-Identifier: LGPL-2.1-or-later
# libhearth-1.0.so has the public half of base (and the client library, src/client); libbase.la the private half.
sdkinclude_HEADERS += include/hearth/error.h include/hearth/log.h include/hearth/plugin.h include/hearth/network.h include/hearth/tuner.h \
  include/hearth/tuner-desk.h include/hearth/uevents.h \
  include/hearth/display.h include/hearth/platform.h include/hearth/hearth.h
lib_LTLIBRARIES += libhearth-1.0.la
libhearth_1_0_la_SOURCES = src/base/hearth-error.c src/base/hearth-log.c src/base/hearth-plugin-context.c \
  src/base/hearth-plugin-context.h src/base/hearth-tuner-desk.c src/base/hearth-uevents.c
libhearth_1_0_la_CPPFLAGS = $(AM_CPPFLAGS)
libhearth_1_0_la_CFLAGS = $(AM_CFLAGS) -fvisibility=default $(SYSTEMD_CFLAGS)
libhearth_1_0_la_LIBADD = $(GLIB_LIBS) $(SYSTEMD_LIBS)
libhearth_1_0_la_LDFLAGS = $(AM_LDFLAGS) -version-info 0:0:0 -no-undefined -Wl,--version-script=$(top_srcdir)/src/base/libhearth.map
EXTRA_libhearth_1_0_la_DEPENDENCIES = src/base/libhearth.map
EXTRA_DIST += src/base/libhearth.map

noinst_LTLIBRARIES += libbase.la
libbase_la_SOURCES = src/base/hearth-progress.h src/base/hearth-progress.c src/base/hearth-worker-link.h \
  src/base/hearth-worker-link.c src/base/hearth-confine.c src/base/hearth-plugin-host.h src/base/hearth-plugin-host.c \
  src/base/hearth-paths.h src/base/hearth-paths.c src/base/hearth-settings.h \
  src/base/hearth-settings.c src/base/hearth-settings-table.c src/base/hearth-db.h src/base/hearth-db.c \
  src/base/hearth-fds.h src/base/hearth-fds.c src/base/hearth-guide-batch.h src/base/hearth-guide-batch.c
libbase_la_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS) $(SECCOMP_CFLAGS) $(SYSTEMD_CFLAGS)
libbase_la_LIBADD = libdbus.la libhearth-1.0.la $(GLIB_LIBS) $(SQLITE_LIBS) $(SECCOMP_LIBS) $(SYSTEMD_LIBS) -lm
