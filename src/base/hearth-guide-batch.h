/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SECTION:guide-batch
 *
 * What a network's worker tells hearthd of programmes
 * (tv.hearth.internal.Manager1.PutGuide): records in a row of bytes. A record is
 * a section of an EIT with its events, their texts in UTF-8; or the running
 * status of one event. Private to one version. The reader treats all as foreign.
 * Pure functions of memory; any thread.
 */
#define HEARTH_GUIDE_BATCH_MAX_BYTES (1u << 20)
#define HEARTH_GUIDE_TEXTS 8
#define HEARTH_GUIDE_GENRES 4
#define HEARTH_GUIDE_TABLE_PRESENT 0x4e /* present and following; section 0 tells the present event, 1 the following */

typedef enum {
  HEARTH_GUIDE_SECTION = 1,
  HEARTH_GUIDE_RUNNING = 2,
} HearthGuideRecordKind;

typedef struct {
  HearthGuideRecordKind kind;
  guint16 original_network_id, transport_stream_id, service_id;
  /* SECTION */
  guint8 table;   /* HEARTH_GUIDE_TABLE_PRESENT; 0x50 to 0x5f schedule. Those of other multiplexes have the same numbers here. */
  guint8 section;
  guint n_events;
  /* RUNNING */
  guint16 event_id;
  guint8 running; /* EN 300 468, table 6 */
} HearthGuideRecord;

typedef struct {
  char language[4]; /* ISO 639-2, "" not known */
  const char *title, *summary, *description; /* "" none */
} HearthGuideText;

/* Strings are borrowed. */
typedef struct {
  guint16 event_id;
  gint64 start_s; /* UTC */
  guint32 duration_s;
  guint8 running;
  gboolean encrypted;
  guint n_texts;
  HearthGuideText texts[HEARTH_GUIDE_TEXTS];
  guint n_genres;
  guint8 genres[HEARTH_GUIDE_GENRES]; /* both nibbles of EN 300 468, table 29 */
  guint8 age;      /* minimum age; 0: none is told */
  char country[4]; /* whose age */
  const char *programme, *series; /* CRIDs, "" none */
  /* Of the reader: the event as it lies in the batch, to tell whether it is another one than before. */
  const guint8 *bytes;
  gsize n_bytes;
} HearthGuideEvent;

/* ---- writing: a record, then as many events as it says */
void hearth_guide_batch_append_record (GByteArray *batch, const HearthGuideRecord *record);
void hearth_guide_batch_append_event (GByteArray *batch, const HearthGuideEvent *event);

/* ---- reading */
typedef struct {
  const guint8 *at, *end;
  guint events_left; /* of the record at hand */
  gboolean broken;
} HearthGuideReader;

void hearth_guide_reader_init (HearthGuideReader *self, const guint8 *bytes, gsize n_bytes);
/* Events of the last record that were not read are passed over. FALSE at the end, and once something was wrong: see @broken. */
gboolean hearth_guide_reader_next (HearthGuideReader *self, HearthGuideRecord *record);
gboolean hearth_guide_reader_next_event (HearthGuideReader *self, HearthGuideEvent *event);

G_END_DECLS
