# SPDX-License-Identifier: LGPL-2.1-or-later
SHELL_TESTS = test-shell-queue test-shell-scene
if DISPLAY_HEADLESS
SHELL_TESTS += test-shell-process
endif
SHELL_TEST_LIBS = libshell.la libframestesting.la libframes.la libbase.la libdbus.la libhearth-1.0.la $(GLIB_LIBS) $(CAIRO_LIBS) -lm
check_PROGRAMS += $(SHELL_TESTS)
TESTS += $(SHELL_TESTS)
test_shell_queue_SOURCES = tests/unit/shell/test-queue.c
test_shell_queue_LDADD = $(SHELL_TEST_LIBS)
test_shell_scene_SOURCES = tests/unit/shell/test-scene.c
test_shell_scene_CFLAGS = $(AM_CFLAGS) $(CAIRO_CFLAGS)
test_shell_scene_LDADD = $(SHELL_TEST_LIBS)
test_shell_process_SOURCES = tests/unit/shell/test-process.c tests/unit/shell/shell-box.h tests/unit/shell/shell-box.c
test_shell_process_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit/frames
test_shell_process_CFLAGS = $(AM_CFLAGS) $(CAIRO_CFLAGS) $(DRM_CFLAGS)
test_shell_process_LDADD = $(SHELL_TEST_LIBS)
EXTRA_test_shell_process_DEPENDENCIES = hearth-shell$(EXEEXT)
