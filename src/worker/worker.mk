# SPDX-License-Identifier: LGPL-2.1-or-later
hearthlibexec_PROGRAMS += hearth-worker
hearth_worker_SOURCES = src/worker/main.c src/worker/hearth-platform-host.h src/worker/hearth-platform-host.c
hearth_worker_LDADD = libbase.la libdbus.la libhearth-1.0.la $(GLIB_LIBS)
if PLATFORM_GENERIC_BUILTIN
hearth_worker_LDADD += libplatform-generic-builtin.la
endif
