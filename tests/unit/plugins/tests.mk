# SPDX-License-Identifier: LGPL-2.1-or-later
# What each display must do by its contract; each one's test adds its own cases.
check_LTLIBRARIES += libdisplaysuite.la
libdisplaysuite_la_SOURCES = tests/unit/plugins/display-suite.h tests/unit/plugins/display-suite.c
libdisplaysuite_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit/frames -I$(top_srcdir)/tests/unit/plugins
libdisplaysuite_la_CFLAGS = $(AM_CFLAGS) $(DRM_CFLAGS)
DISPLAY_SUITE_LIBS = libdisplaysuite.la libframestesting.la libframes.la libhearth-1.0.la $(GLIB_LIBS) -lm

if DISPLAY_HEADLESS
check_PROGRAMS += test-display-headless
TESTS += test-display-headless
test_display_headless_SOURCES = tests/unit/plugins/test-display-headless.c
test_display_headless_CPPFLAGS = $(libdisplaysuite_la_CPPFLAGS)
test_display_headless_CFLAGS = $(AM_CFLAGS) $(DRM_CFLAGS)
test_display_headless_LDADD = libdisplay-headless-builtin.la $(DISPLAY_SUITE_LIBS)
endif

if DISPLAY_DIRECTFB
check_PROGRAMS += test-display-directfb
TESTS += test-display-directfb
test_display_directfb_SOURCES = tests/unit/plugins/test-display-directfb.c tests/unit/plugins/xvfb-testing.h \
  tests/unit/plugins/xvfb-testing.c
test_display_directfb_CPPFLAGS = $(libdisplaysuite_la_CPPFLAGS) -I$(top_srcdir)/plugins/display-directfb
test_display_directfb_CFLAGS = $(AM_CFLAGS) $(DRM_CFLAGS) $(DIRECTFB_CFLAGS)
test_display_directfb_LDFLAGS = $(AM_LDFLAGS) $(DIRECTFB_EXPORT)
test_display_directfb_LDADD = libdisplay-directfb-core.la $(DISPLAY_SUITE_LIBS)
endif

if DISPLAY_KMS
check_PROGRAMS += test-display-kms
TESTS += test-display-kms
test_display_kms_SOURCES = tests/unit/plugins/test-display-kms.c
test_display_kms_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins/display-kms
test_display_kms_CFLAGS = $(AM_CFLAGS) $(DRM_CFLAGS)
test_display_kms_LDADD = libdisplay-kms-core.la libhearth-1.0.la $(GLIB_LIBS)
endif

if NETWORK_IPTV
IPTV_TEST_LIBS = libnetwork-iptv-core.la libhearth-1.0.la $(SOUP_LIBS) $(GLIB_LIBS)
check_PROGRAMS += test-iptv-m3u test-iptv-parts test-iptv-sources
TESTS += test-iptv-m3u test-iptv-parts test-iptv-sources
test_iptv_m3u_SOURCES = tests/unit/plugins/test-iptv-m3u.c
test_iptv_m3u_LDADD = $(IPTV_TEST_LIBS)
test_iptv_parts_SOURCES = tests/unit/plugins/test-iptv-parts.c
test_iptv_parts_LDADD = $(IPTV_TEST_LIBS)
test_iptv_sources_SOURCES = tests/unit/plugins/test-iptv-sources.c tests/unit/plugins/iptv-testing.h \
  tests/unit/plugins/iptv-testing.c tests/unit/plugins/test-iptv-http.c tests/unit/plugins/test-iptv-trouble.c
test_iptv_sources_CFLAGS = $(AM_CFLAGS) $(SOUP_CFLAGS)
test_iptv_sources_LDADD = $(IPTV_TEST_LIBS)
endif

if NETWORK_DVB
check_PROGRAMS += test-dvb
TESTS += test-dvb
test_dvb_SOURCES = tests/unit/plugins/test-dvb.c
test_dvb_LDADD = libnetwork-dvb-core.la libhearth-1.0.la $(GLIB_LIBS)
endif

if NETWORK_SATIP
check_PROGRAMS += test-satip
TESTS += test-satip
test_satip_SOURCES = tests/unit/plugins/test-satip.c
test_satip_LDADD = libnetwork-satip-core.la libhearth-1.0.la $(SOUP_LIBS) $(GLIB_LIBS)
endif

if PLATFORM_GENERIC
check_PROGRAMS += test-platform-generic
TESTS += test-platform-generic
test_platform_generic_SOURCES = tests/unit/plugins/test-platform-generic.c
test_platform_generic_LDADD = libplatform-generic-builtin.la libhearth-1.0.la $(GLIB_LIBS)
endif
