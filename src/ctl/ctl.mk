# SPDX-License-Identifier: LGPL-2.1-or-later
bin_PROGRAMS += hearthctl
hearthctl_SOURCES = src/ctl/hearth-ctl.h src/ctl/ctl-main.c src/ctl/ctl-arguments.c src/ctl/ctl-call.c src/ctl/ctl-output.c \
  src/ctl/ctl-table.c src/ctl/ctl-player.c src/ctl/ctl-zap.c src/ctl/ctl-tracks.c src/ctl/ctl-channels.c src/ctl/ctl-networks.c \
  src/ctl/ctl-streams.c src/ctl/ctl-scan.c src/ctl/ctl-tuners.c src/ctl/ctl-display.c src/ctl/ctl-settings.c src/ctl/ctl-system.c src/ctl/ctl-monitor.c \
  src/ctl/ctl-playlist.c src/ctl/ctl-guide.c src/ctl/ctl-record.c src/ctl/ctl-playback.c src/ctl/ctl-views.c src/ctl/ctl-help.c src/ctl/ctl-complete.c \
  src/ctl/ctl-ts.h src/ctl/ctl-ts.c src/ctl/ctl-ts-json.c src/ctl/ctl-ts-print.c
hearthctl_CFLAGS = $(AM_CFLAGS) $(JSON_CFLAGS)
hearthctl_LDADD = libts.la libbase.la libhearth-1.0.la $(JSON_LIBS) $(GLIB_LIBS) -lm
if NETWORK_IPTV_BUILTIN
hearthctl_LDADD += libnetwork-iptv-builtin.la
endif
