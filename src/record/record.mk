# SPDX-License-Identifier: LGPL-2.1-or-later
# All of hearth-record but main(), so that unit tests and the bench link it.
noinst_LTLIBRARIES += librecord.la
librecord_la_SOURCES = src/record/hearth-record-files.h src/record/hearth-record-files.c src/record/hearth-record-gaps.h \
  src/record/hearth-record-gaps.c src/record/hearth-ring-start.h src/record/hearth-ring-start.c src/record/hearth-recorder.h \
  src/record/hearth-recorder.c src/record/hearth-record-disk.h src/record/hearth-record-disk.c src/record/hearth-record-delete.h \
  src/record/hearth-record-delete.c src/record/hearth-record-service.h src/record/hearth-record-service.c
librecord_la_CFLAGS = $(AM_CFLAGS)
librecord_la_LIBADD = librecording.la libring.la libts.la libbase.la libdbus.la libhearth-1.0.la $(GLIB_LIBS)

hearthlibexec_PROGRAMS += hearth-record
hearth_record_SOURCES = src/record/main.c
hearth_record_LDADD = librecord.la $(GLIB_LIBS)
