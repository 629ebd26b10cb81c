# SPDX-License-Identifier: LGPL-2.1-or-later
check_PROGRAMS += test-display-edid
TESTS += test-display-edid
test_display_edid_SOURCES = tests/unit/display/test-edid.c
test_display_edid_LDADD = libdisplay.la libhearth-1.0.la $(GLIB_LIBS)
