# SPDX-License-Identifier: LGPL-2.1-or-later
# All but the descriptor is in a convenience library, for the module, the built-in and the tests alike.
EXTRA_DIST += plugins/network-dvb/README.md
if NETWORK_DVB
noinst_LTLIBRARIES += libnetwork-dvb-core.la
libnetwork_dvb_core_la_SOURCES = \
  plugins/network-dvb/dvb-device.h plugins/network-dvb/dvb-names.c \
  plugins/network-dvb/dvb-group.h plugins/network-dvb/dvb-group.c \
  plugins/network-dvb/dvb-kernel.c \
  plugins/network-dvb/dvb-kernel-tune.h plugins/network-dvb/dvb-kernel-tune.c \
  plugins/network-dvb/dvb-network.h plugins/network-dvb/dvb-network.c \
  plugins/network-dvb/dvb-replay.h plugins/network-dvb/dvb-replay.c \
  plugins/network-dvb/dvb-satellite.h plugins/network-dvb/dvb-satellite.c \
  plugins/network-dvb/dvb-tuner.h plugins/network-dvb/dvb-tuner.c \
  plugins/network-dvb/dvb-virtual.c \
  plugins/network-dvb/dvb-virtual-map.h plugins/network-dvb/dvb-virtual-map.c
libnetwork_dvb_core_la_CPPFLAGS = $(AM_CPPFLAGS) -DDVB_VERSION=\"$(PACKAGE_VERSION)\"
libnetwork_dvb_core_la_CFLAGS = $(AM_CFLAGS)
libnetwork_dvb_core_la_LIBADD = libhearth-1.0.la $(GLIB_LIBS)

if NETWORK_DVB_BUILTIN
noinst_LTLIBRARIES += libnetwork-dvb-builtin.la
libnetwork_dvb_builtin_la_SOURCES = plugins/network-dvb/network-dvb.c
libnetwork_dvb_builtin_la_CPPFLAGS = $(libnetwork_dvb_core_la_CPPFLAGS) -DHEARTH_PLUGIN_BUILTIN
libnetwork_dvb_builtin_la_CFLAGS = $(AM_CFLAGS)
libnetwork_dvb_builtin_la_LIBADD = libnetwork-dvb-core.la
else
plugin_LTLIBRARIES += network-dvb.la
network_dvb_la_SOURCES = plugins/network-dvb/network-dvb.c
network_dvb_la_CPPFLAGS = $(libnetwork_dvb_core_la_CPPFLAGS)
network_dvb_la_CFLAGS = $(AM_CFLAGS)
network_dvb_la_LDFLAGS = $(PLUGIN_LDFLAGS)
network_dvb_la_LIBADD = libnetwork-dvb-core.la libhearth-1.0.la
endif
endif
