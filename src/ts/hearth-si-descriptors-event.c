/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Descriptors of events: EN 300 468, 6.2; TS 102 323, 12.1. */
#include "config.h"

#include "ts/hearth-si-descriptors.h"
#include "ts/hearth-si-private.h"

#include <string.h>

/* A text whose length stands before it, as much of it as there is. */
static HearthSiText
take_text (HearthSiLoop *loop)
{
  HearthSiText text = { NULL, 0 };
  gsize left = hearth_si_loop_left (loop);

  if (left < 1)
    return text;
  text.bytes = loop->at + 1;
  text.n_bytes = (guint) MIN (loop->at[0], left - 1);
  loop->at += 1 + text.n_bytes;
  return text;
}

static HearthSiLoop
behind (const HearthSiDescriptor *d, guint n_bytes)
{
  return (HearthSiLoop) { .at = d->data + n_bytes, .end = d->data + d->n_bytes };
}

gboolean
hearth_si_short_event_parse (HearthSiShortEvent *event, const HearthSiDescriptor *d)
{
  HearthSiLoop rest;

  if (d->tag != HEARTH_SI_TAG_SHORT_EVENT || d->n_bytes < 5)
    return FALSE;
  hearth_si_language_copy (event->language, d->data);
  rest = behind (d, 3);
  event->name = take_text (&rest);
  event->text = take_text (&rest);
  return TRUE;
}

gboolean
hearth_si_extended_event_parse (HearthSiExtendedEvent *event, const HearthSiDescriptor *d)
{
  HearthSiLoop rest;

  if (d->tag != HEARTH_SI_TAG_EXTENDED_EVENT || d->n_bytes < 6)
    return FALSE;
  event->number = d->data[0] >> 4;
  event->last = d->data[0] & 0x0f;
  hearth_si_language_copy (event->language, d->data + 1);
  event->items = hearth_si_loop (d->data + 5, d->data[4], d->data + d->n_bytes);
  rest = (HearthSiLoop) { .at = event->items.end, .end = d->data + d->n_bytes };
  event->text = take_text (&rest);
  return TRUE;
}

gboolean
hearth_si_extended_event_next_item (HearthSiExtendedEvent *event, HearthSiText *description, HearthSiText *item)
{
  if (hearth_si_loop_left (&event->items) < 2)
    return FALSE;
  *description = take_text (&event->items);
  *item = take_text (&event->items);
  return TRUE;
}

gboolean
hearth_si_component_parse (HearthSiComponent *component, const HearthSiDescriptor *d)
{
  if (d->tag != HEARTH_SI_TAG_COMPONENT || d->n_bytes < 6)
    return FALSE;
  component->stream_content_ext = d->data[0] >> 4;
  component->stream_content = d->data[0] & 0x0f;
  component->type = d->data[1];
  component->tag = d->data[2];
  hearth_si_language_copy (component->language, d->data + 3);
  component->text = (HearthSiText) { d->data + 6, d->n_bytes - 6 };
  return TRUE;
}

gboolean
hearth_si_content_next (const HearthSiDescriptor *d, guint *at, HearthSiContent *content)
{
  if (d->tag != HEARTH_SI_TAG_CONTENT || *at + 2 > d->n_bytes)
    return FALSE;
  content->level_1 = d->data[*at] >> 4;
  content->level_2 = d->data[*at] & 0x0f;
  content->user = d->data[*at + 1];
  *at += 2;
  return TRUE;
}

gboolean
hearth_si_parental_rating_next (const HearthSiDescriptor *d, guint *at, HearthSiParentalRating *rating)
{
  if (d->tag != HEARTH_SI_TAG_PARENTAL_RATING || *at + 4 > d->n_bytes)
    return FALSE;
  hearth_si_language_copy (rating->country, d->data + *at);
  rating->rating = d->data[*at + 3];
  rating->minimum_age = rating->rating >= 0x01 && rating->rating <= 0x0f ? rating->rating + 3 : 0;
  *at += 4;
  return TRUE;
}

gboolean
hearth_si_crid_next (const HearthSiDescriptor *d, guint *at, HearthSiCrid *crid)
{
  HearthSiLoop rest;
  guint location;

  if (d->tag != HEARTH_SI_TAG_CONTENT_IDENTIFIER || *at >= d->n_bytes)
    return FALSE;
  memset (crid, 0, sizeof *crid);
  rest = behind (d, *at + 1);
  crid->type = d->data[*at] >> 2;
  location = d->data[*at] & 0x03;
  if (location == 0) {
    crid->crid = take_text (&rest);
  } else if (location == 1 && hearth_si_loop_left (&rest) >= 2) {
    crid->reference = (guint16) hearth_si_get_16 (rest.at);
    rest.at += 2;
  } else {
    *at = d->n_bytes;
    return FALSE;
  }
  *at = (guint) (rest.at - d->data);
  return TRUE;
}

gboolean
hearth_si_time_shifted_parse (const HearthSiDescriptor *d, guint16 *service_id, guint16 *event_id)
{
  if (d->tag == HEARTH_SI_TAG_TIME_SHIFTED_SERVICE && d->n_bytes >= 2) {
    *service_id = (guint16) hearth_si_get_16 (d->data);
    *event_id = 0;
    return TRUE;
  }
  if (d->tag == HEARTH_SI_TAG_TIME_SHIFTED_EVENT && d->n_bytes >= 4) {
    *service_id = (guint16) hearth_si_get_16 (d->data);
    *event_id = (guint16) hearth_si_get_16 (d->data + 2);
    return TRUE;
  }
  return FALSE;
}

/* ---- table 29, in words ---------------------------------------------------------------------- */

static const char *const content_names[16][16] = {
  [0x1] = { "movie", "movie: detective, thriller", "movie: adventure, western, war", "movie: science fiction, fantasy, horror", "movie: comedy",
            "movie: soap, melodrama, folklore", "movie: romance", "movie: serious, classical, religious, historical", "movie: adult" },
  [0x2] = { "news", "news: weather", "news: magazine", "news: documentary", "news: discussion, interview, debate" },
  [0x3] = { "show", "show: game, quiz, contest", "show: variety", "show: talk" },
  [0x4] = { "sports", "sports: special event", "sports: magazine", "sports: football", "sports: tennis, squash", "sports: team",
            "sports: athletics", "sports: motor", "sports: water", "sports: winter", "sports: equestrian", "sports: martial" },
  [0x5] = { "children", "children: pre-school", "children: 6 to 14", "children: 10 to 16", "children: informational, school", "children: cartoons, puppets" },
  [0x6] = { "music", "music: rock, pop", "music: serious, classical", "music: folk, traditional", "music: jazz", "music: musical, opera", "music: ballet" },
  [0x7] = { "arts", "arts: performing", "arts: fine", "arts: religion", "arts: popular, traditional", "arts: literature", "arts: film, cinema",
            "arts: experimental film, video", "arts: broadcasting, press", "arts: new media", "arts: magazine", "arts: fashion" },
  [0x8] = { "society", "society: magazine, report, documentary", "society: economics, advisory", "society: remarkable people" },
  [0x9] = { "education", "education: nature, animals", "education: technology, natural sciences", "education: medicine, physiology, psychology",
            "education: foreign countries, expeditions", "education: social, spiritual sciences", "education: further education", "education: languages" },
  [0xa] = { "leisure", "leisure: travel", "leisure: handicraft", "leisure: motoring", "leisure: fitness, health", "leisure: cooking",
            "leisure: shopping", "leisure: gardening" },
  [0xb] = { "original language", "black and white", "unpublished", "live broadcast", "plano-stereoscopic", "local or regional" },
  [0xc] = { "adult" },
};

const char *
hearth_si_content_get_name (guint8 level_1, guint8 level_2)
{
  const char *const *group = content_names[level_1 & 0x0f];

  return group[level_2 & 0x0f] != NULL ? group[level_2 & 0x0f] : group[0];
}

const char *
hearth_si_content_get_group (guint8 level_1)
{
  return (level_1 & 0x0f) != 0xb ? content_names[level_1 & 0x0f][0] : NULL; /* 0xb says how, not what */
}
