/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "ts/hearth-si-event.h"

#include <string.h>

#define MAX_TEXT_BYTES 4096 /* what a section can hold */

/* ---- languages ------------------------------------------------------------------------------- */

gboolean
hearth_si_language_equal (const char *a, const char *b)
{
  /* ISO 639-2: bibliographic and terminological codes of the same language */
  static const char *const twins[][2] = {
    { "chi", "zho" }, { "ger", "deu" }, { "fre", "fra" }, { "dut", "nld" }, { "gre", "ell" }, { "cze", "ces" }, { "slo", "slk" },
    { "rum", "ron" }, { "per", "fas" }, { "may", "msa" }, { "mac", "mkd" }, { "ice", "isl" }, { "geo", "kat" }, { "baq", "eus" },
    { "arm", "hye" }, { "alb", "sqi" }, { "bur", "mya" }, { "tib", "bod" }, { "wel", "cym" }, { "mao", "mri" },
  };

  if (g_str_equal (a, b))
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (twins); i++)
    if ((g_str_equal (a, twins[i][0]) && g_str_equal (b, twins[i][1])) || (g_str_equal (a, twins[i][1]) && g_str_equal (b, twins[i][0])))
      return TRUE;
  return FALSE;
}

/* The texts in @language, added when there are none yet; NULL when there is no room. */
static HearthSiEventText *
texts_in (HearthSiEvent *event, const char *language)
{
  HearthSiEventText *texts;

  for (guint i = 0; i < event->n_texts; i++)
    if (g_str_equal (event->texts[i].language, language))
      return &event->texts[i];
  if (event->n_texts == HEARTH_SI_EVENT_LANGUAGES)
    return NULL;
  texts = &event->texts[event->n_texts++];
  g_strlcpy (texts->language, language, sizeof texts->language);
  texts->title = g_strdup ("");
  texts->summary = g_strdup ("");
  texts->description = g_strdup ("");
  return texts;
}

const HearthSiEventText *
hearth_si_event_pick (const HearthSiEvent *event, const char *languages)
{
  g_auto (GStrv) wanted = g_strsplit (languages, " ", -1);

  for (guint k = 0; wanted[k] != NULL; k++)
    for (guint i = 0; i < event->n_texts; i++)
      if (hearth_si_language_equal (event->texts[i].language, wanted[k]))
        return &event->texts[i];
  return event->n_texts > 0 ? &event->texts[0] : NULL;
}

/* ---- texts spread over descriptors ------------------------------------------------------------- */

/* Bytes of one text as they come in pieces. Characters may be cut at the borders, and some name the character table in each piece, some
 * only in the first: so bytes are joined, and read once. */
typedef struct {
  guint8 bytes[MAX_TEXT_BYTES];
  gsize n_bytes, n_prefix;
} Pieces;

static void
add_piece (Pieces *self, const HearthDvbText *text, HearthSiText piece)
{
  gsize n_prefix = 0, n_bytes = piece.n_bytes;

  if (n_bytes == 0)
    return;
  hearth_dvb_text_identify (text, piece.bytes, piece.n_bytes, &n_prefix);
  if (self->n_bytes == 0)
    self->n_prefix = n_prefix;
  else if (n_prefix > 0 && n_prefix == self->n_prefix && memcmp (self->bytes, piece.bytes, n_prefix) == 0)
    piece.bytes += n_prefix, n_bytes -= n_prefix;
  n_bytes = MIN (n_bytes, sizeof self->bytes - self->n_bytes);
  memcpy (self->bytes + self->n_bytes, piece.bytes, n_bytes);
  self->n_bytes += n_bytes;
}

static char *
finish_pieces (Pieces *self, HearthDvbText *text)
{
  char *read = hearth_dvb_text_dup (text, self->bytes, self->n_bytes);

  self->n_bytes = self->n_prefix = 0;
  return read;
}

typedef struct {
  HearthDvbText *text;
  Pieces body, description, item;
  GString *items;
} Extended;

static void
finish_item (Extended *self)
{
  g_autofree char *description = finish_pieces (&self->description, self->text);
  g_autofree char *item = finish_pieces (&self->item, self->text);

  if (*description != '\0' || *item != '\0')
    g_string_append_printf (self->items, "%s%s%s%s", self->items->len > 0 ? "\n" : "", description,
                            *description != '\0' && *item != '\0' ? ": " : "", item);
}

static void
add_extended (Extended *self, HearthSiExtendedEvent *part)
{
  HearthSiText description, item;

  while (hearth_si_extended_event_next_item (part, &description, &item)) {
    if (description.n_bytes > 0) /* without one it goes on with the item before: 6.2.15 */
      finish_item (self);
    add_piece (&self->description, self->text, description);
    add_piece (&self->item, self->text, item);
  }
  add_piece (&self->body, self->text, part->text);
}

/* The descriptors of one language, in the order of their numbers, which most but not all send them in. */
static void
read_extended (HearthSiEventText *texts, const HearthSiLoop *descriptors, HearthDvbText *text)
{
  g_autofree Extended *self = g_new (Extended, 1); /* large, and nothing of it is read before it is written */
  g_autofree char *body = NULL;

  self->body.n_bytes = self->description.n_bytes = self->item.n_bytes = 0;
  self->text = text;
  self->items = g_string_new (NULL);
  for (guint number = 0; number < 16; number++) {
    HearthSiLoop walk = *descriptors;
    HearthSiDescriptor d;
    HearthSiExtendedEvent part;

    while (hearth_si_descriptor_next (&walk, &d))
      if (hearth_si_extended_event_parse (&part, &d) && part.number == number && g_str_equal (part.language, texts->language))
        add_extended (self, &part);
  }
  finish_item (self);
  body = finish_pieces (&self->body, text);
  g_free (texts->description);
  texts->description = g_strconcat (body, *body != '\0' && self->items->len > 0 ? "\n" : "", self->items->str, NULL);
  g_string_free (self->items, TRUE);
}

/* ---- descriptors -------------------------------------------------------------------------------- */

static void
take_short (HearthSiEvent *event, const HearthSiShortEvent *part, HearthDvbText *text)
{
  HearthSiEventText *texts = texts_in (event, part->language);

  if (texts == NULL || *texts->title != '\0')
    return;
  g_free (texts->title);
  g_free (texts->summary);
  texts->title = hearth_dvb_text_dup (text, part->name.bytes, part->name.n_bytes);
  texts->summary = hearth_dvb_text_dup (text, part->text.bytes, part->text.n_bytes);
}

static void
take_ratings (HearthSiEvent *event, const HearthSiDescriptor *d)
{
  HearthSiParentalRating rating;

  for (guint at = 0; hearth_si_parental_rating_next (d, &at, &rating);)
    if (rating.minimum_age > event->minimum_age) {
      event->minimum_age = rating.minimum_age;
      g_strlcpy (event->rating_country, rating.country, sizeof event->rating_country);
    }
}

static void
take_crids (HearthSiEvent *event, const HearthSiDescriptor *d, HearthDvbText *text)
{
  HearthSiCrid crid;

  for (guint at = 0; hearth_si_crid_next (d, &at, &crid);) {
    char **where = crid.type == 0x01 || crid.type == 0x31 ? &event->programme_crid : crid.type == 0x02 || crid.type == 0x32 ? &event->series_crid : NULL;

    if (where != NULL && *where == NULL && crid.crid.n_bytes > 0)
      *where = hearth_dvb_text_dup (text, crid.crid.bytes, crid.crid.n_bytes);
  }
}

/* @languages_done: bits of the texts whose extended descriptors are read: all of a language at its first one. */
static void
take_extended (HearthSiEvent *event, const char *language, const HearthSiLoop *all, guint *languages_done, HearthDvbText *text)
{
  HearthSiEventText *texts = texts_in (event, language);
  guint bit = texts != NULL ? 1u << (texts - event->texts) : 0;

  if ((*languages_done & bit) == 0 && bit != 0)
    read_extended (texts, all, text);
  *languages_done |= bit;
}

static void
take_genres (HearthSiEvent *event, const HearthSiDescriptor *d)
{
  HearthSiContent content;

  if (hearth_si_network_is_arib (event->original_network_id)) /* nibbles with another meaning: ARIB STD-B10, annex H */
    return;
  for (guint at = 0; event->n_genres < HEARTH_SI_EVENT_GENRES && hearth_si_content_next (d, &at, &content);)
    event->genres[event->n_genres++] = content;
}

static void
take_descriptor (HearthSiEvent *event, const HearthSiDescriptor *d, const HearthSiLoop *all, guint *languages_done, HearthDvbText *text)
{
  HearthSiShortEvent short_event;
  HearthSiExtendedEvent extended;

  if (hearth_si_short_event_parse (&short_event, d))
    take_short (event, &short_event, text);
  else if (hearth_si_extended_event_parse (&extended, d))
    take_extended (event, extended.language, all, languages_done, text);
  take_genres (event, d);
  take_ratings (event, d);
  take_crids (event, d, text);
}

void
hearth_si_event_read (HearthSiEvent *event, const HearthSiEit *eit, const HearthSiEitEvent *entry, HearthDvbText *text)
{
  HearthSiLoop walk = entry->descriptors;
  HearthSiDescriptor d;
  guint languages_done = 0;
  HearthDvbText arib = { .fallback = HEARTH_DVB_CHARSET_ARIB, .force = TRUE }; /* opens no converters */

  *event = (HearthSiEvent) {
    .service_id = eit->header.extension,
    .transport_stream_id = eit->transport_stream_id,
    .original_network_id = eit->original_network_id,
    .event_id = entry->event_id,
    .start_utc_s = entry->start_utc_s,
    .duration_s = entry->duration_s,
    .running = entry->running,
    .free_ca_mode = entry->free_ca_mode,
  };
  if (hearth_si_network_is_arib (eit->original_network_id)) {
    text = &arib;
    event->start_utc_s -= event->start_utc_s != HEARTH_SI_NO_TIME ? HEARTH_SI_ARIB_OFFSET_S : 0;
  }
  while (hearth_si_descriptor_next (&walk, &d))
    take_descriptor (event, &d, &entry->descriptors, &languages_done, text);
}

void
hearth_si_event_clear (HearthSiEvent *event)
{
  for (guint i = 0; i < event->n_texts; i++) {
    g_free (event->texts[i].title);
    g_free (event->texts[i].summary);
    g_free (event->texts[i].description);
  }
  g_free (event->programme_crid);
  g_free (event->series_crid);
  memset (event, 0, sizeof *event);
}

/* Many send the beginning of the long text as the short one, with dots where it breaks off. */
static gboolean
is_beginning (const char *summary, const char *description)
{
  gsize n = strlen (summary);

  if (g_str_has_suffix (summary, "…"))
    n -= strlen ("…");
  while (n > 0 && (summary[n - 1] == '.' || summary[n - 1] == ' '))
    n--;
  return strncmp (summary, description, n) == 0;
}

char *
hearth_si_event_text_dup_body (const HearthSiEventText *text)
{
  if (*text->description == '\0')
    return g_strdup (text->summary);
  if (is_beginning (text->summary, text->description))
    return g_strdup (text->description);
  return g_strconcat (text->summary, "\n", text->description, NULL);
}
