# SPDX-License-Identifier: LGPL-2.1-or-later
if NETWORK_IPTV
FUZZ_TARGETS += fuzz-m3u fuzz-iptv-bytes
fuzz_m3u_SOURCES = tests/fuzz/fuzz-m3u.c $(FUZZ_MAIN)
fuzz_m3u_LDFLAGS = $(FUZZ_LDFLAGS)
fuzz_m3u_LDADD = libnetwork-iptv-core.la libhearth-1.0.la $(GLIB_LIBS)
fuzz_iptv_bytes_SOURCES = tests/fuzz/fuzz-iptv-bytes.c $(FUZZ_MAIN)
fuzz_iptv_bytes_LDFLAGS = $(FUZZ_LDFLAGS)
fuzz_iptv_bytes_LDADD = libnetwork-iptv-core.la libhearth-1.0.la $(GLIB_LIBS)
endif

if NETWORK_SATIP
FUZZ_TARGETS += fuzz-satip
fuzz_satip_SOURCES = tests/fuzz/fuzz-satip.c $(FUZZ_MAIN)
fuzz_satip_LDFLAGS = $(FUZZ_LDFLAGS)
fuzz_satip_LDADD = libnetwork-satip-core.la libhearth-1.0.la $(SOUP_LIBS) $(GLIB_LIBS)
endif
