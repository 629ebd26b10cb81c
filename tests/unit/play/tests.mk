# SPDX-License-Identifier: LGPL-2.1-or-later
PLAY_TESTING_SOURCES = tests/unit/play/play-testing.h tests/unit/play/play-stream.c tests/unit/play/play-gather.c \
  tests/unit/play/play-box.c tests/unit/ts/ts-maker.c tests/unit/ts/ts-maker.h
PLAY_TESTING_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit/frames -I$(top_srcdir)/tests/unit/play -I$(top_srcdir)/tests/unit/ts
PLAY_TESTING_CFLAGS = $(AM_CFLAGS) $(DRM_CFLAGS) $(GST_CFLAGS) $(AV_CFLAGS)
PLAY_TESTING_LIBS = libframestesting.la libplay.la

PLAY_TESTS = test-play-time test-play-stretch test-play-decoder test-play-frame-out test-play-process
check_PROGRAMS += $(PLAY_TESTS) measure-play
TESTS += $(PLAY_TESTS)
test_play_time_SOURCES = tests/unit/play/test-time.c
test_play_time_LDADD = libplay.la -lm
test_play_stretch_SOURCES = tests/unit/play/test-stretch.c
test_play_stretch_LDADD = libplay.la -lm
test_play_decoder_SOURCES = tests/unit/play/test-decoder.c
test_play_decoder_CPPFLAGS = $(PLAY_TESTING_CPPFLAGS)
test_play_decoder_CFLAGS = $(PLAY_TESTING_CFLAGS)
test_play_decoder_LDADD = $(PLAY_TESTING_LIBS) $(AV_LIBS)
test_play_frame_out_SOURCES = tests/unit/play/test-frame-out.c
test_play_frame_out_CPPFLAGS = $(PLAY_TESTING_CPPFLAGS)
test_play_frame_out_CFLAGS = $(PLAY_TESTING_CFLAGS)
test_play_frame_out_LDADD = $(PLAY_TESTING_LIBS)
test_play_process_SOURCES = tests/unit/play/test-process.c $(PLAY_TESTING_SOURCES)
test_play_process_CPPFLAGS = $(PLAY_TESTING_CPPFLAGS)
test_play_process_CFLAGS = $(PLAY_TESTING_CFLAGS)
test_play_process_LDADD = $(PLAY_TESTING_LIBS)
# Figures for whoever works on the player; no test.
measure_play_SOURCES = tests/unit/play/measure-play.c $(PLAY_TESTING_SOURCES)
measure_play_CPPFLAGS = $(PLAY_TESTING_CPPFLAGS)
measure_play_CFLAGS = $(PLAY_TESTING_CFLAGS)
measure_play_LDADD = $(PLAY_TESTING_LIBS) -lm
