# SPDX-License-Identifier: LGPL-2.1-or-later
# Pools in memfds and pictures with bar codes, for tests here and of the shell.
check_LTLIBRARIES += libframestesting.la
libframestesting_la_SOURCES = tests/unit/frames/frames-testing.h tests/unit/frames/frames-testing.c
libframestesting_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit/frames
libframestesting_la_CFLAGS = $(AM_CFLAGS) $(DRM_CFLAGS)

FRAMES_TESTS = test-frames-shapes test-frames-link test-frames-hostile
FRAMES_TEST_LIBS = libframestesting.la libframes.la libhearth-1.0.la $(GLIB_LIBS)
check_PROGRAMS += $(FRAMES_TESTS)
TESTS += $(FRAMES_TESTS)
test_frames_shapes_SOURCES = tests/unit/frames/test-shapes.c
test_frames_shapes_CPPFLAGS = $(libframestesting_la_CPPFLAGS)
test_frames_shapes_CFLAGS = $(AM_CFLAGS) $(DRM_CFLAGS)
test_frames_shapes_LDADD = $(FRAMES_TEST_LIBS)
test_frames_link_SOURCES = tests/unit/frames/test-link.c
test_frames_link_CPPFLAGS = $(libframestesting_la_CPPFLAGS)
test_frames_link_CFLAGS = $(AM_CFLAGS) $(DRM_CFLAGS)
test_frames_link_LDADD = $(FRAMES_TEST_LIBS)
test_frames_hostile_SOURCES = tests/unit/frames/test-hostile.c
test_frames_hostile_CPPFLAGS = $(libframestesting_la_CPPFLAGS)
test_frames_hostile_CFLAGS = $(AM_CFLAGS) $(DRM_CFLAGS)
test_frames_hostile_LDADD = $(FRAMES_TEST_LIBS)
