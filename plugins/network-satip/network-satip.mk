# SPDX-License-Identifier: LGPL-2.1-or-later
# All but the descriptor is in a convenience library, for the module, the built-in and the tests alike.
EXTRA_DIST += plugins/network-satip/README.md
if NETWORK_SATIP
noinst_LTLIBRARIES += libnetwork-satip-core.la
libnetwork_satip_core_la_SOURCES = \
  plugins/network-satip/satip-description.h plugins/network-satip/satip-description.c \
  plugins/network-satip/satip-discovery.h plugins/network-satip/satip-discovery.c \
  plugins/network-satip/satip-fetch.h plugins/network-satip/satip-fetch.c \
  plugins/network-satip/satip-fixed.h plugins/network-satip/satip-fixed.c \
  plugins/network-satip/satip-link.h plugins/network-satip/satip-link.c \
  plugins/network-satip/satip-media.h plugins/network-satip/satip-media.c \
  plugins/network-satip/satip-network.h plugins/network-satip/satip-network.c \
  plugins/network-satip/satip-query.h plugins/network-satip/satip-query.c \
  plugins/network-satip/satip-report.h plugins/network-satip/satip-report.c \
  plugins/network-satip/satip-rtp.h plugins/network-satip/satip-rtp.c \
  plugins/network-satip/satip-rtsp.h plugins/network-satip/satip-rtsp.c \
  plugins/network-satip/satip-server.h plugins/network-satip/satip-server.c \
  plugins/network-satip/satip-session.h plugins/network-satip/satip-session.c \
  plugins/network-satip/satip-span.h plugins/network-satip/satip-span.c \
  plugins/network-satip/satip-ssdp.h plugins/network-satip/satip-ssdp.c \
  plugins/network-satip/satip-tuner.h plugins/network-satip/satip-tuner.c
libnetwork_satip_core_la_CPPFLAGS = $(AM_CPPFLAGS) -DSATIP_VERSION=\"$(PACKAGE_VERSION)\"
libnetwork_satip_core_la_CFLAGS = $(AM_CFLAGS) $(SOUP_CFLAGS)
libnetwork_satip_core_la_LIBADD = libhearth-1.0.la $(SOUP_LIBS) $(GLIB_LIBS)

if NETWORK_SATIP_BUILTIN
noinst_LTLIBRARIES += libnetwork-satip-builtin.la
libnetwork_satip_builtin_la_SOURCES = plugins/network-satip/network-satip.c
libnetwork_satip_builtin_la_CPPFLAGS = $(libnetwork_satip_core_la_CPPFLAGS) -DHEARTH_PLUGIN_BUILTIN
libnetwork_satip_builtin_la_CFLAGS = $(AM_CFLAGS)
libnetwork_satip_builtin_la_LIBADD = libnetwork-satip-core.la
else
plugin_LTLIBRARIES += network-satip.la
network_satip_la_SOURCES = plugins/network-satip/network-satip.c
network_satip_la_CPPFLAGS = $(libnetwork_satip_core_la_CPPFLAGS)
network_satip_la_CFLAGS = $(AM_CFLAGS)
network_satip_la_LDFLAGS = $(PLUGIN_LDFLAGS)
network_satip_la_LIBADD = libnetwork-satip-core.la libhearth-1.0.la
endif
endif
