# SPDX-License-Identifier: LGPL-2.1-or-later
# All of hearthd but main(), so that unit tests link it.
noinst_LTLIBRARIES += libhearthd.la
libhearthd_la_SOURCES = \
  src/hearthd/hearth-daemon.h src/hearthd/hearth-daemon.c \
  src/hearthd/bus/hearth-bus.h src/hearthd/bus/hearth-bus.c src/hearthd/bus/hearth-callers.h src/hearthd/bus/hearth-callers.c \
  src/hearthd/bus/hearth-introspection.h src/hearthd/bus/hearth-introspection.c \
  src/hearthd/bus/hearth-object-manager.h src/hearthd/bus/hearth-object-manager.c \
  src/hearthd/channels/hearth-channel-keys.h src/hearthd/channels/hearth-channel-keys.c \
  src/hearthd/channels/hearth-channels.h src/hearthd/channels/hearth-channels.c \
  src/hearthd/channels/hearth-channels-face.h src/hearthd/channels/hearth-channels-face.c \
  src/hearthd/channels/hearth-identities.h src/hearthd/channels/hearth-identities-private.h src/hearthd/channels/hearth-identities.c \
  src/hearthd/channels/hearth-identities-store.c \
  src/hearthd/channels/hearth-service-list.h src/hearthd/channels/hearth-service-list.c \
  src/hearthd/display/hearth-notices.h src/hearthd/display/hearth-notices.c \
  src/hearthd/display/hearth-pills.h src/hearthd/display/hearth-pills.c \
  src/hearthd/display/hearth-output.h src/hearthd/display/hearth-output.c \
  src/hearthd/guide/hearth-guide.h src/hearthd/guide/hearth-guide.c \
  src/hearthd/guide/hearth-guide-event.h src/hearthd/guide/hearth-guide-event.c \
  src/hearthd/guide/hearth-guide-face.h src/hearthd/guide/hearth-guide-face.c \
  src/hearthd/guide/hearth-guide-query.h src/hearthd/guide/hearth-guide-query.c \
  src/hearthd/guide/hearth-guide-slots.h src/hearthd/guide/hearth-guide-slots.c \
  src/hearthd/guide/hearth-guide-store.h src/hearthd/guide/hearth-guide-store.c \
  src/hearthd/guide/hearth-guide-words.h src/hearthd/guide/hearth-guide-words.c \
  src/hearthd/guide/hearth-guide-writer.h src/hearthd/guide/hearth-guide-writer.c \
  src/hearthd/networks/hearth-network-object.h src/hearthd/networks/hearth-network-object.c \
  src/hearthd/networks/hearth-networks.h src/hearthd/networks/hearth-networks.c \
  src/hearthd/networks/hearth-stream.h src/hearthd/networks/hearth-stream.c \
  src/hearthd/player/hearth-kept-streams.h src/hearthd/player/hearth-kept-streams.c \
  src/hearthd/player/hearth-mpris.h src/hearthd/player/hearth-mpris.c \
  src/hearthd/player/hearth-play-worker.h src/hearthd/player/hearth-play-worker.c \
  src/hearthd/player/hearth-playback.h src/hearthd/player/hearth-playback.c \
  src/hearthd/player/hearth-playback-face.h src/hearthd/player/hearth-playback-face.c \
  src/hearthd/player/hearth-view-waiters.h src/hearthd/player/hearth-view-waiters.c \
  src/hearthd/player/hearth-player.h src/hearthd/player/hearth-player-private.h src/hearthd/player/hearth-player.c \
  src/hearthd/player/hearth-player-programme.c src/hearthd/player/hearth-player-workers.c \
  src/hearthd/player/hearth-player-face.h src/hearthd/player/hearth-player-face.c \
  src/hearthd/player/hearth-direct-options.h src/hearthd/player/hearth-direct-options.c \
  src/hearthd/player/hearth-zaps.h src/hearthd/player/hearth-zaps.c \
  src/hearthd/recordings/hearth-record-worker.h src/hearthd/recordings/hearth-record-worker.c \
  src/hearthd/recordings/hearth-recording.h src/hearthd/recordings/hearth-recording.c \
  src/hearthd/recordings/hearth-recording-notes.h src/hearthd/recordings/hearth-recording-notes.c \
  src/hearthd/recordings/hearth-recordings.h src/hearthd/recordings/hearth-recordings.c \
  src/hearthd/recordings/hearth-recordings-face.h src/hearthd/recordings/hearth-recordings-face.c \
  src/hearthd/settings/hearth-settings-store.h src/hearthd/settings/hearth-settings-store.c \
  src/hearthd/system/hearth-broadcast-clock.h src/hearthd/system/hearth-broadcast-clock.c \
  src/hearthd/system/hearth-clock-watch.h src/hearthd/system/hearth-clock-watch.c \
  src/hearthd/system/hearth-system.h src/hearthd/system/hearth-system.c \
  src/hearthd/views/hearth-remote.h src/hearthd/views/hearth-remote.c \
  src/hearthd/views/hearth-views.h src/hearthd/views/hearth-views.c \
  src/hearthd/workers/hearth-spawn.h src/hearthd/workers/hearth-spawn.c \
  src/hearthd/workers/hearth-falls.h src/hearthd/workers/hearth-worker-call.h src/hearthd/workers/hearth-worker-call.c \
  src/hearthd/workers/hearth-worker.h src/hearthd/workers/hearth-worker-private.h src/hearthd/workers/hearth-worker.c \
  src/hearthd/workers/hearth-workers.h src/hearthd/workers/hearth-workers.c
libhearthd_la_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS)
libhearthd_la_LIBADD = librecording.la libring.la libbase.la libdbus.la libhearth-1.0.la $(SQLITE_LIBS) $(GLIB_LIBS)

hearthlibexec_PROGRAMS += hearthd
hearthd_SOURCES = src/hearthd/main.c
hearthd_CFLAGS = $(AM_CFLAGS) $(SYSTEMD_CFLAGS)
hearthd_LDADD = libhearthd.la $(SYSTEMD_LIBS) $(GLIB_LIBS)
