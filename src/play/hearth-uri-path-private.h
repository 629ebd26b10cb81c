/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Shared by hearth-uri-path.c, hearth-uri-pads.c and hearth-uri-tracks.c. */

#include "play/hearth-uri-path.h"

#include <gst/gst.h>

G_BEGIN_DECLS

enum { HEARTH_URI_VIDEO, HEARTH_URI_AUDIO, HEARTH_URI_BRANCHES };

typedef struct {
  HearthUriPath *path;
  GstElement *decoder; /* borrowed; stands for life */
  GstElement *parser;  /* (nullable): of this stream */
  GstPad *from;        /* borrowed, (nullable): the source's pad that feeds the parser */
} HearthUriBranch;

struct _HearthUriPath {
  HearthPlayContext *context;
  GstElement *pipeline;
  GstElement *source; /* (nullable): of this address */
  GstElement *card;
  HearthUriBranch branches[HEARTH_URI_BRANCHES];
  gint arrived;        /* atomic */
  gint failed;         /* atomic */
  HearthError failure; /* set before it is told */
  char *host, *user_agent, *referrer;
  char *language; /* ISO 639-2, "" for none */
  gboolean asked; /* for a track in that language; once an address */
  GstStructure *headers;

  GMutex mutex; /* guards those below: pads come and go in the source's threads */
  GstStreamCollection *streams;
  GHashTable *playing; /* id of a stream that has a pad -> HearthTsCodec */
};

/* ---- hearth-uri-pads.c: the source's threads */
void hearth_uri_pads_on_added (GstElement *source, GstPad *pad, gpointer user_data);
void hearth_uri_pads_on_removed (GstElement *source, GstPad *pad, gpointer user_data);
/* Main thread, the source at rest. */
void hearth_uri_pads_clear (HearthUriPath *self);

/* ---- hearth-uri-tracks.c: any thread */
void hearth_uri_tracks_set (HearthUriPath *self, GstStreamCollection *streams);

G_END_DECLS
