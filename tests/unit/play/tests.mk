# SPDX-License-Identifier: LGPL-2.1-or-later
PLAY_TESTING_SOURCES = tests/unit/play/play-testing.h tests/unit/play/play-stream.c tests/unit/play/play-box.c
PLAY_TESTING_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit/frames -I$(top_srcdir)/tests/unit/play
PLAY_TESTING_LIBS = libframestesting.la libplay.la

check_PROGRAMS += measure-play
measure_play_SOURCES = tests/unit/play/measure-play.c $(PLAY_TESTING_SOURCES)
measure_play_CPPFLAGS = $(PLAY_TESTING_CPPFLAGS)
measure_play_CFLAGS = $(AM_CFLAGS) $(DRM_CFLAGS) $(GST_CFLAGS) $(AV_CFLAGS)
measure_play_LDADD = $(PLAY_TESTING_LIBS)
