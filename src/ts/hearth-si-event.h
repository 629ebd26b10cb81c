/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/**
 * SECTION:si-event
 *
 * One event of an EIT with all that its descriptors say, its texts in UTF-8 and
 * put together from the descriptors over which they are spread.
 */

#include "ts/hearth-dvb-text.h"
#include "ts/hearth-si-descriptors.h"

G_BEGIN_DECLS

#define HEARTH_SI_EVENT_LANGUAGES 8
#define HEARTH_SI_EVENT_GENRES 4

typedef struct {
  HearthSiLanguage language; /* "" not known */
  char *title;       /* "" none */
  char *summary;     /* of the short event descriptor */
  char *description; /* of the extended ones, and their items as lines "Director: Name" behind it */
} HearthSiEventText;

typedef struct {
  guint16 service_id, transport_stream_id, original_network_id, event_id;
  gint64 start_utc_s; /* HEARTH_SI_NO_TIME: none */
  guint32 duration_s;
  guint8 running;        /* HearthSiRunning; operators set it in present/following, if at all */
  gboolean free_ca_mode;
  guint n_texts;
  HearthSiEventText texts[HEARTH_SI_EVENT_LANGUAGES]; /* in the order in which they are sent */
  guint n_genres;
  HearthSiContent genres[HEARTH_SI_EVENT_GENRES];
  guint8 minimum_age;            /* 0: none is told; of several countries' the highest */
  HearthSiLanguage rating_country;
  char *programme_crid, *series_crid; /* (nullable): TS 102 323; beginning with '/' they want the service's default authority before them */
} HearthSiEvent;

/* @event is overwritten; clear it afterwards. @text: how the network's texts are read. */
void hearth_si_event_read (HearthSiEvent *event, const HearthSiEit *eit, const HearthSiEitEvent *entry, HearthDvbText *text);
void hearth_si_event_clear (HearthSiEvent *event);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HearthSiEvent, hearth_si_event_clear)

/* The texts in the first of @languages (space-separated, "chi zho eng") that are there, else the first; NULL when it has none.
 * The two codes that some languages have in ISO 639-2 count as one. */
const HearthSiEventText *hearth_si_event_pick (const HearthSiEvent *event, const char *languages);

/* (transfer full): summary and description in one, for those who show only one text. */
char *hearth_si_event_text_dup_body (const HearthSiEventText *text);

gboolean hearth_si_language_equal (const char *a, const char *b);

G_END_DECLS
