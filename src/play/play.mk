# SPDX-License-Identifier: LGPL-2.1-or-later
# libplay.la is all of hearth-play but its main(), so that tests can hold its parts.
noinst_LTLIBRARIES += libplay.la
libplay_la_SOURCES = src/play/hearth-picture-kind.h src/play/hearth-picture-kind.c src/play/hearth-card-clock.h src/play/hearth-card-clock.c src/play/hearth-clock-map.h src/play/hearth-clock-map.c src/play/hearth-timeline.h \
  src/play/hearth-timeline.c src/play/hearth-steer.h src/play/hearth-steer.c src/play/hearth-sync.h src/play/hearth-sync.c \
  src/play/hearth-watch.h src/play/hearth-watch.c src/play/hearth-stretch.h src/play/hearth-stretch.c \
  src/play/hearth-buffer-pool.h src/play/hearth-buffer-pool.c src/play/hearth-frame-out.h src/play/hearth-frame-out.c \
  src/play/hearth-codecs.h src/play/hearth-codecs.c src/play/hearth-picture.h src/play/hearth-picture.c \
  src/play/hearth-video-decoder.h src/play/hearth-video-decoder.c src/play/hearth-audio-decoder.h \
  src/play/hearth-audio-decoder.c src/play/hearth-play-context.h src/play/hearth-play-context.c \
  src/play/hearth-ring-session.h src/play/hearth-ring-session.c src/play/hearth-ring-demux.h src/play/hearth-ring-demux.c \
  src/play/hearth-recording-feed.h src/play/hearth-recording-feed.c \
  src/play/hearth-pcr-watch.h src/play/hearth-pcr-watch.c src/play/hearth-tracks.h src/play/hearth-tracks.c \
  src/play/hearth-audio-sink.h src/play/hearth-audio-sink.c src/play/hearth-plugins.h src/play/hearth-plugins.c src/play/hearth-pipeline.h src/play/hearth-pipeline.c \
  src/play/hearth-uri-path.h src/play/hearth-uri-path-private.h src/play/hearth-uri-path.c src/play/hearth-uri-pads.c src/play/hearth-uri-tracks.c \
  src/play/hearth-uri-error.h src/play/hearth-uri-error.c \
  src/play/hearth-player.h src/play/hearth-player.c src/play/hearth-play-service.h src/play/hearth-play-service.c \
  src/play/gst/hearth-ring-src.h src/play/gst/hearth-ring-src.c src/play/gst/hearth-avdec.h src/play/gst/hearth-avdec.c \
  src/play/gst/hearth-filter.h src/play/gst/hearth-filter.c \
  src/play/gst/hearth-avaudio.h src/play/gst/hearth-avaudio.c src/play/gst/hearth-pace.h src/play/gst/hearth-pace.c \
  src/play/gst/hearth-link-sink.h src/play/gst/hearth-link-sink.c src/play/gst/hearth-null-sink.h \
  src/play/gst/hearth-null-sink.c
libplay_la_CPPFLAGS = $(AM_CPPFLAGS) -DGST_PLUGIN_DIR=\"$(GST_PLUGIN_DIR)\"
libplay_la_CFLAGS = $(AM_CFLAGS) $(GST_CFLAGS) $(AV_CFLAGS) $(DRM_CFLAGS)
libplay_la_LIBADD = librecording.la libring.la libts.la libframes.la libbase.la libdbus.la libhearth-1.0.la $(GST_LIBS) $(AV_LIBS) $(GLIB_LIBS) -lm

hearthlibexec_PROGRAMS += hearth-play
hearth_play_SOURCES = src/play/main.c
hearth_play_CFLAGS = $(AM_CFLAGS) $(GST_CFLAGS)
hearth_play_LDADD = libplay.la
