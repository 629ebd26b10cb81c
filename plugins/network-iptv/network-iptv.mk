# SPDX-License-Identifier: LGPL-2.1-or-later
# All but the descriptor is in a convenience library, for the module, the built-in and the tests alike.
EXTRA_DIST += plugins/network-iptv/README.md
if NETWORK_IPTV
noinst_LTLIBRARIES += libnetwork-iptv-core.la
libnetwork_iptv_core_la_SOURCES = \
  plugins/network-iptv/iptv-address.h plugins/network-iptv/iptv-address.c \
  plugins/network-iptv/iptv-attributes.h plugins/network-iptv/iptv-attributes.c \
  plugins/network-iptv/iptv-charset.h plugins/network-iptv/iptv-charset.c \
  plugins/network-iptv/iptv-datagrams.h plugins/network-iptv/iptv-datagrams.c \
  plugins/network-iptv/iptv-feed.h plugins/network-iptv/iptv-feed.c \
  plugins/network-iptv/iptv-fetch.h plugins/network-iptv/iptv-fetch.c \
  plugins/network-iptv/iptv-file.h plugins/network-iptv/iptv-file.c \
  plugins/network-iptv/iptv-header.h plugins/network-iptv/iptv-header.c \
  plugins/network-iptv/iptv-http.h plugins/network-iptv/iptv-http.c \
  plugins/network-iptv/iptv-ingest.h plugins/network-iptv/iptv-ingest.c \
  plugins/network-iptv/iptv-io.h plugins/network-iptv/iptv-io.c \
  plugins/network-iptv/iptv-list.h plugins/network-iptv/iptv-list.c \
  plugins/network-iptv/iptv-listing.h plugins/network-iptv/iptv-listing.c \
  plugins/network-iptv/iptv-lookup.h plugins/network-iptv/iptv-lookup.c \
  plugins/network-iptv/iptv-m3u.h plugins/network-iptv/iptv-m3u.c \
  plugins/network-iptv/iptv-mend.h plugins/network-iptv/iptv-mend.c \
  plugins/network-iptv/iptv-network.h plugins/network-iptv/iptv-network.c \
  plugins/network-iptv/iptv-pacer.h plugins/network-iptv/iptv-pacer.c \
  plugins/network-iptv/iptv-refusal.h plugins/network-iptv/iptv-refusal.c \
  plugins/network-iptv/iptv-request.h plugins/network-iptv/iptv-request.c \
  plugins/network-iptv/iptv-rtp.h plugins/network-iptv/iptv-rtp.c \
  plugins/network-iptv/iptv-socket.h plugins/network-iptv/iptv-socket.c \
  plugins/network-iptv/iptv-text.h plugins/network-iptv/iptv-text.c \
  plugins/network-iptv/iptv-ts.h plugins/network-iptv/iptv-ts.c \
  plugins/network-iptv/iptv-url.h plugins/network-iptv/iptv-url.c
libnetwork_iptv_core_la_CPPFLAGS = $(AM_CPPFLAGS) -DIPTV_VERSION=\"$(PACKAGE_VERSION)\"
libnetwork_iptv_core_la_CFLAGS = $(AM_CFLAGS) $(SOUP_CFLAGS)
libnetwork_iptv_core_la_LIBADD = libhearth-1.0.la $(SOUP_LIBS) $(GLIB_LIBS)

if NETWORK_IPTV_BUILTIN
noinst_LTLIBRARIES += libnetwork-iptv-builtin.la
libnetwork_iptv_builtin_la_SOURCES = plugins/network-iptv/network-iptv.c
libnetwork_iptv_builtin_la_CPPFLAGS = $(libnetwork_iptv_core_la_CPPFLAGS) -DHEARTH_PLUGIN_BUILTIN
libnetwork_iptv_builtin_la_CFLAGS = $(AM_CFLAGS)
libnetwork_iptv_builtin_la_LIBADD = libnetwork-iptv-core.la
else
plugin_LTLIBRARIES += network-iptv.la
network_iptv_la_SOURCES = plugins/network-iptv/network-iptv.c
network_iptv_la_CPPFLAGS = $(libnetwork_iptv_core_la_CPPFLAGS)
network_iptv_la_CFLAGS = $(AM_CFLAGS)
network_iptv_la_LDFLAGS = $(PLUGIN_LDFLAGS)
network_iptv_la_LIBADD = libnetwork-iptv-core.la libhearth-1.0.la
endif
endif
