# SPDX-License-Identifier: LGPL-2.1-or-later
FUZZ_TARGETS += fuzz-settings fuzz-service-list
fuzz_settings_SOURCES = tests/fuzz/fuzz-settings.c $(FUZZ_MAIN)
fuzz_settings_LDFLAGS = $(FUZZ_LDFLAGS)
fuzz_settings_LDADD = libbase.la libhearth-1.0.la $(GLIB_LIBS) -lm
fuzz_service_list_SOURCES = tests/fuzz/fuzz-service-list.c $(FUZZ_MAIN)
fuzz_service_list_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS)
fuzz_service_list_LDFLAGS = $(FUZZ_LDFLAGS)
fuzz_service_list_LDADD = libhearthd.la $(SQLITE_LIBS) $(GLIB_LIBS)
FUZZ_TARGETS += fuzz-guide-batch
fuzz_guide_batch_SOURCES = tests/fuzz/fuzz-guide-batch.c $(FUZZ_MAIN)
fuzz_guide_batch_LDFLAGS = $(FUZZ_LDFLAGS)
fuzz_guide_batch_LDADD = libbase.la libhearth-1.0.la $(GLIB_LIBS) -lm
