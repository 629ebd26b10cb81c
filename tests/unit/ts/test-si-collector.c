/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Following a multiplex: versions, repetition, loss, damage, completeness, bounds; and what is put together from it. */
#include "config.h"

#include "si-maker.h"
#include "ts-maker.h"
#include "ts/hearth-si-collector.h"
#include "ts/hearth-si-event.h"
#include "ts/hearth-si-multiplex.h"
#include "ts/hearth-ts-survey.h"

#include <string.h>

typedef struct {
  TsMaker maker;
  HearthSiCollector *collector;
  HearthSiMultiplex *multiplex;
  guint n_pushed; /* packets */
  guint n_sections, n_complete, n_pid_changes;
  guint8 last_table_id, last_number;
} Fixture;

static void
on_section (const HearthSiTable *table, const guint8 *section, gsize n_bytes, gpointer user_data)
{
  Fixture *f = user_data;

  g_assert_cmpuint (table->table_id, ==, section[0]);
  f->n_sections++;
  f->last_table_id = section[0];
  f->last_number = n_bytes > 6 ? section[6] : 0;
  hearth_si_multiplex_take (f->multiplex, table->pid, section, n_bytes);
}

static void
on_complete (const HearthSiTable *table, gpointer user_data)
{
  Fixture *f = user_data;

  g_assert_true (hearth_si_table_is_complete (table));
  f->n_complete++;
}

static void
on_pids_changed (gpointer user_data)
{
  Fixture *f = user_data;

  f->n_pid_changes++;
}

static void
set_up (Fixture *f, gconstpointer what)
{
  const HearthSiCollectorFuncs funcs = { on_section, on_complete, on_pids_changed };

  ts_maker_init (&f->maker);
  f->collector = hearth_si_collector_new (what != NULL ? GPOINTER_TO_UINT (what) : HEARTH_SI_COLLECT_ALL, &funcs, f);
  f->multiplex = hearth_si_multiplex_new (NULL);
}

static void
tear_down (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  hearth_si_collector_free (f->collector);
  hearth_si_multiplex_free (f->multiplex);
  ts_maker_clear (&f->maker);
}

/* Pushes what the maker made since the last time. */
static void
push (Fixture *f)
{
  guint n = ts_maker_n_packets (&f->maker);

  if (n > f->n_pushed)
    hearth_si_collector_push (f->collector, ts_maker_packet (&f->maker, f->n_pushed), n - f->n_pushed);
  f->n_pushed = n;
}

static void
send (Fixture *f, guint16 pid, SiSection *section)
{
  ts_maker_add_section (&f->maker, pid, section->data, section->len);
  g_byte_array_unref (section);
  push (f);
}

static void
send_psi (Fixture *f, guint8 version, guint16 program_number, guint16 pmt_pid)
{
  const HearthTsProgram program = { program_number, pmt_pid };
  guint8 section[1024];

  ts_maker_add_section (&f->maker, 0, section, ts_make_pat (section, version, &program, 1));
  ts_maker_add_section (&f->maker, pmt_pid, section, ts_make_plain_pmt (section, program_number, 0, 300, 301));
  push (f);
}

typedef struct {
  guint8 table_id;
  guint n;
  HearthSiTable table;
} Find;

static void
on_table (const HearthSiTable *table, gpointer user_data)
{
  Find *find = user_data;

  if (table->table_id != find->table_id)
    return;
  find->n++;
  find->table = *table;
}

static Find
find_table (Fixture *f, guint8 table_id)
{
  Find find = { .table_id = table_id };

  hearth_si_collector_foreach (f->collector, on_table, &find);
  return find;
}

/* ---- following ---------------------------------------------------------------------------------- */

static void
test_repetition_and_versions (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  for (guint i = 0; i < 5; i++)
    send (f, HEARTH_SI_PID_SDT, si_make_sdt (HEARTH_SI_TABLE_SDT_ACTUAL, 1, 2, 3, 42, "One"));
  g_assert_cmpuint (f->n_sections, ==, 1);
  g_assert_cmpuint (f->n_complete, ==, 1);
  send (f, HEARTH_SI_PID_SDT, si_make_sdt (HEARTH_SI_TABLE_SDT_ACTUAL, 1, 2, 4, 42, "Two"));
  g_assert_cmpuint (f->n_sections, ==, 2);
  g_assert_cmpuint (find_table (f, HEARTH_SI_TABLE_SDT_ACTUAL).table.version, ==, 4);
  send (f, HEARTH_SI_PID_SDT, si_make_sdt (HEARTH_SI_TABLE_SDT_ACTUAL, 1, 2, 4, 42, "New")); /* without a new version */
  g_assert_cmpuint (f->n_sections, ==, 3);
  g_assert_cmpuint (f->n_complete, ==, 3);
  send (f, HEARTH_SI_PID_SDT, si_make_sdt (HEARTH_SI_TABLE_SDT_OTHER, 9, 2, 4, 42, "Two")); /* a table of its own */
  g_assert_cmpuint (f->n_sections, ==, 4);
  g_assert_cmpuint (find_table (f, HEARTH_SI_TABLE_SDT_ACTUAL).n, ==, 1);
}

static void
test_not_yet_in_force (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  SiSection *section = si_make_sdt (HEARTH_SI_TABLE_SDT_ACTUAL, 1, 2, 3, 42, "Next");

  section->data[5] &= ~1;
  g_byte_array_set_size (section, section->len - 4);
  send (f, HEARTH_SI_PID_SDT, si_finish (section));
  g_assert_cmpuint (f->n_sections, ==, 0);
}

static void
test_damage_is_counted (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  SiSection *broken;
  HearthSiCollectorStats stats;

  send (f, HEARTH_SI_PID_SDT, si_make_sdt (HEARTH_SI_TABLE_SDT_ACTUAL, 1, 2, 3, 42, "One"));
  broken = si_make_sdt (HEARTH_SI_TABLE_SDT_ACTUAL, 1, 2, 4, 42, "Bad");
  broken->data[20] ^= 0x10;
  send (f, HEARTH_SI_PID_SDT, broken);
  g_assert_cmpuint (f->n_sections, ==, 1);
  g_assert_cmpuint (find_table (f, HEARTH_SI_TABLE_SDT_ACTUAL).table.crc_errors, ==, 1);
  g_assert_cmpuint (find_table (f, HEARTH_SI_TABLE_SDT_ACTUAL).table.version, ==, 3);
  hearth_si_collector_get_stats (f->collector, &stats);
  g_assert_cmpuint (stats.crc_errors, ==, 1);
  g_assert_cmpuint (stats.sections, ==, 1);
}

/* A section over several packets of which one is lost is not told; the next one is. */
static void
test_loss (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  SiSection *section = si_begin (HEARTH_SI_TABLE_NIT_ACTUAL, 7, 0, 0, 0);
  guint loop = si_open (section, 0xf);

  for (guint i = 0; i < 4; i++) {
    char text[250];

    memset (text, 'a' + (int) i, sizeof text);
    si_8 (section, 0x40);
    si_8 (section, sizeof text);
    si_bytes (section, text, sizeof text);
  }
  si_close (section, loop);
  loop = si_open (section, 0xf);
  si_close (section, loop);
  si_finish (section);
  ts_maker_add_section (&f->maker, HEARTH_SI_PID_NIT, section->data, section->len);
  g_assert_cmpuint (ts_maker_n_packets (&f->maker), ==, 6);
  for (guint i = 0; i < 6; i++)
    if (i != 3)
      hearth_si_collector_push (f->collector, ts_maker_packet (&f->maker, i), 1);
  f->n_pushed = 6;
  g_assert_cmpuint (f->n_sections, ==, 0);
  send (f, HEARTH_SI_PID_NIT, section);
  g_assert_cmpuint (f->n_sections, ==, 1);
}

static void
test_follows_psi (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  g_assert_false (hearth_si_collector_wants (f->collector, 100));
  send_psi (f, 1, 42, 100);
  g_assert_true (hearth_si_collector_wants (f->collector, 100));
  g_assert_cmpuint (f->n_pid_changes, ==, 1);
  g_assert_cmpuint (f->n_sections, ==, 2);
  send_psi (f, 2, 42, 200);
  g_assert_false (hearth_si_collector_wants (f->collector, 100));
  g_assert_true (hearth_si_collector_wants (f->collector, 200));
  g_assert_cmpuint (find_table (f, HEARTH_SI_TABLE_PMT).n, ==, 1);
  g_assert_cmpuint (find_table (f, HEARTH_SI_TABLE_PMT).table.pid, ==, 200);
  send_psi (f, 3, 42, 100); /* back again: its PMT is told again, though it did not change */
  g_assert_cmpuint (f->n_sections, ==, 6);
}

static void
test_only_what_is_wanted (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  g_assert_true (hearth_si_collector_wants (f->collector, HEARTH_SI_PID_EIT));
  g_assert_false (hearth_si_collector_wants (f->collector, HEARTH_SI_PID_SDT));
  send (f, HEARTH_SI_PID_EIT, si_make_eit (HEARTH_SI_TABLE_EIT_PF_ACTUAL, 1, 0, 0, 1, 1));
  send (f, HEARTH_SI_PID_EIT, si_make_eit (HEARTH_SI_TABLE_EIT_PF_OTHER, 1, 0, 0, 1, 1));
  send (f, HEARTH_SI_PID_EIT, si_make_eit (0x50, 1, 0, 0, 8, 0));
  send (f, HEARTH_SI_PID_SDT, si_make_sdt (HEARTH_SI_TABLE_SDT_ACTUAL, 1, 2, 3, 42, "One"));
  g_assert_cmpuint (f->n_sections, ==, 1);
}

/* ---- schedules ------------------------------------------------------------------------------------- */

static void
send_time (Fixture *f, guint hour)
{
  const guint8 tdt[] = { 0x70, 0x70, 0x05, 59595 >> 8, 59595 & 0xff, (guint8) (((hour / 10) << 4) | (hour % 10)), 0, 0 };

  ts_maker_add_section (&f->maker, HEARTH_SI_PID_TDT, tdt, sizeof tdt);
  push (f);
}

/* Four segments, the second with two sections. */
static void
test_schedule_is_complete_by_segments (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  send (f, HEARTH_SI_PID_EIT, si_make_eit (0x50, 1, 0, 0, 24, 0));
  g_assert_cmpuint (find_table (f, 0x50).table.n_wanted, ==, 4);
  send (f, HEARTH_SI_PID_EIT, si_make_eit (0x50, 1, 0, 8, 24, 9));
  g_assert_cmpuint (find_table (f, 0x50).table.n_wanted, ==, 5);
  send (f, HEARTH_SI_PID_EIT, si_make_eit (0x50, 1, 0, 16, 24, 16));
  send (f, HEARTH_SI_PID_EIT, si_make_eit (0x50, 1, 0, 24, 24, 24));
  g_assert_cmpuint (f->n_complete, ==, 0);
  send (f, HEARTH_SI_PID_EIT, si_make_eit (0x50, 1, 0, 9, 24, 9));
  g_assert_cmpuint (find_table (f, 0x50).table.n_seen, ==, 5);
  g_assert_cmpuint (f->n_complete, ==, 1);
}

/* At 10 o'clock the segments before 9 need not come; of the next four days they must. */
static void
test_schedule_past_is_not_wanted (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  send_time (f, 10);
  g_assert_cmpint (hearth_si_collector_get_utc_s (f->collector) % 86400, ==, 36000);
  send (f, HEARTH_SI_PID_EIT, si_make_eit (0x50, 1, 0, 24, 32, 24));
  g_assert_cmpuint (find_table (f, 0x50).table.n_wanted, ==, 2);
  send (f, HEARTH_SI_PID_EIT, si_make_eit (0x50, 1, 0, 32, 32, 32));
  g_assert_cmpuint (f->n_complete, ==, 2); /* the TDT is one too */
  send (f, HEARTH_SI_PID_EIT, si_make_eit (0x51, 1, 0, 24, 32, 24));
  g_assert_cmpuint (find_table (f, 0x51).table.n_wanted, ==, 5);
}

static void
test_schedule_with_wrong_segment_ends (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  send (f, HEARTH_SI_PID_EIT, si_make_eit (0x50, 1, 0, 0, 8, 255));
  send (f, HEARTH_SI_PID_EIT, si_make_eit (0x50, 1, 0, 8, 8, 0));
  g_assert_cmpuint (find_table (f, 0x50).table.n_wanted, ==, 9);
}

/* ---- bounds ------------------------------------------------------------------------------------------ */

/* Tables without end, each with a right CRC: memory stays where it is, and what comes last is still followed. */
static void
test_storm_stays_in_bounds (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  HearthSiCollectorStats stats;
  guint8 packets[23 * HEARTH_TS_PACKET], continuity = 0;

  for (guint i = 0; i < 60000; i++) {
    g_autoptr (SiSection) section = si_make_eit ((guint8) (0x60 + i / 65536), (guint16) i, 0, 0, 255, 0);
    guint n = hearth_ts_section_packetize (section->data, section->len, HEARTH_SI_PID_EIT, &continuity, packets);

    hearth_si_collector_push (f->collector, packets, n);
  }
  hearth_si_collector_get_stats (f->collector, &stats);
  g_assert_cmpuint (f->n_sections, ==, 60000);
  g_assert_cmpuint (stats.n_bytes, <=, HEARTH_SI_COLLECTOR_MAX_BYTES);
  g_assert_cmpuint (stats.forgotten, >, 40000);
  g_assert_cmpuint (stats.n_tables + stats.forgotten, ==, 60000);
  send (f, HEARTH_SI_PID_EIT, si_make_eit (0x60, 59999, 0, 0, 255, 0)); /* still known */
  g_assert_cmpuint (f->n_sections, ==, 60000);
}

static void
test_too_many_pids (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  HearthSiCollectorStats stats;

  for (guint section = 0; section < 4; section++) {
    SiSection *pat = si_begin (HEARTH_SI_TABLE_PAT, 1, 0, (guint8) section, 3);

    for (guint i = 0; i < 250; i++) {
      si_16 (pat, 1 + section * 250 + i);
      si_16 (pat, 0xe000 | (100 + section * 250 + i));
    }
    send (f, 0, si_finish (pat));
  }
  hearth_si_collector_get_stats (f->collector, &stats);
  g_assert_cmpuint (stats.n_pids, ==, HEARTH_SI_COLLECTOR_MAX_PIDS);
}

static void
test_reset (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  send_psi (f, 1, 42, 100);
  hearth_si_collector_reset (f->collector);
  g_assert_false (hearth_si_collector_wants (f->collector, 100));
  g_assert_cmpuint (find_table (f, HEARTH_SI_TABLE_PAT).n, ==, 0);
  send_psi (f, 1, 42, 100);
  g_assert_cmpuint (f->n_sections, ==, 4);
}

/* ---- what is put together -------------------------------------------------------------------------------- */

static void
send_nit_with_numbers (Fixture *f)
{
  SiSection *nit = si_begin (HEARTH_SI_TABLE_NIT_ACTUAL, 7, 0, 0, 0);
  guint loop = si_open (nit, 0xf), inner;

  si_descriptor (nit, 0x40, "\x13\xbb\xaa\xca\xfd"); /* 华数, in GB 2312 */
  si_close (nit, loop);
  loop = si_open (nit, 0xf);
  si_16 (nit, 0x1234);
  si_16 (nit, 2);
  inner = si_open (nit, 0xf);
  si_descriptor (nit, 0x44, "\x03\x46\x00\x00\xff\xf2\x03\x00\x68\x75\x0f");
  si_descriptor (nit, 0x83, "\x00\x2a\xfc\x05");
  si_close (nit, inner);
  si_close (nit, loop);
  send (f, HEARTH_SI_PID_NIT, si_finish (nit));
}

static void
test_multiplex (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  const HearthSiService *const *services;
  const HearthSiTransport *transports;
  guint n;

  send_psi (f, 1, 42, 100); /* of stream 0x1234 */
  services = hearth_si_multiplex_get_services (f->multiplex, &n);
  g_assert_cmpuint (n, ==, 1);
  g_assert_null (services[0]->name);
  g_assert_cmpint (services[0]->kind, ==, HEARTH_SI_KIND_TV);
  send (f, HEARTH_SI_PID_SDT, si_make_sdt (HEARTH_SI_TABLE_SDT_ACTUAL, 0x1234, 2, 0, 42, "\xd0\xc2\xce\xc5"));
  send (f, HEARTH_SI_PID_SDT, si_make_sdt (HEARTH_SI_TABLE_SDT_OTHER, 9, 2, 0, 43, "Other"));
  send_nit_with_numbers (f);
  services = hearth_si_multiplex_get_services (f->multiplex, &n);
  g_assert_cmpuint (n, ==, 2);
  g_assert_true (services[0]->actual);
  g_assert_cmpstr (services[0]->name, ==, "新闻");
  g_assert_cmpuint (services[0]->n_names, ==, 2);
  g_assert_cmpstr (services[0]->names[0].language, ==, "eng");
  g_assert_cmpstr (services[0]->names[0].name, ==, "One");
  g_assert_cmpstr (services[0]->names[1].name, ==, "一台");
  g_assert_cmpuint (services[0]->number, ==, 5);
  g_assert_cmpuint (services[0]->original_network_id, ==, 2);
  g_assert_cmpuint (services[0]->pmt_pid, ==, 100);
  g_assert_cmpuint (services[0]->pcr_pid, ==, 300);
  g_assert_cmpuint (services[0]->n_streams, ==, 2);
  g_assert_cmpstr (hearth_si_stream_get_codec_name (&services[0]->streams[0]), ==, "h264");
  g_assert_cmpint (services[0]->streams[1].purpose, ==, HEARTH_SI_FOR_AUDIO);
  g_assert_cmpstr (services[0]->streams[1].ts.language, ==, "chi");
  g_assert_cmpstr (services[1]->name, ==, "Other");
  g_assert_cmpuint (services[1]->transport_stream_id, ==, 9);
  g_assert_cmpstr (hearth_si_multiplex_get_network_name (f->multiplex), ==, "华数");
  transports = hearth_si_multiplex_get_transports (f->multiplex, &n);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpuint (transports[0].delivery.params.frequency_khz, ==, 346000);

  /* A new edition without it: only what the PAT says is left; then nothing. */
  send (f, HEARTH_SI_PID_SDT, si_make_sdt (HEARTH_SI_TABLE_SDT_ACTUAL, 0x1234, 2, 1, 50, "New"));
  services = hearth_si_multiplex_get_services (f->multiplex, &n);
  g_assert_cmpuint (n, ==, 3);
  send_psi (f, 2, 50, 100);
  services = hearth_si_multiplex_get_services (f->multiplex, &n);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpuint (services[0]->service_id, ==, 50);
}

/* Japan's names are in codes of their own and times in its time; neither is shown as what it is not. */
static void
test_arib (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  const HearthSiService *const *services;
  guint n;

  send (f, HEARTH_SI_PID_SDT, si_make_sdt (HEARTH_SI_TABLE_SDT_ACTUAL, 0x40d0, 4, 0, 141, "F|K\\"));
  services = hearth_si_multiplex_get_services (f->multiplex, &n);
  g_assert_true (hearth_si_multiplex_is_arib (f->multiplex));
  g_assert_cmpstr (services[0]->name, ==, "[ARIB text]");
  send_time (f, 10);
  g_assert_cmpint (hearth_si_collector_get_utc_s (f->collector) % 86400, ==, 3600);
}

/* America's tables are noticed, and nothing of them is taken for a name. */
static void
test_atsc (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  SiSection *vct = si_begin (0xc8, 1, 0, 0, 0);
  guint n;

  si_text (vct, "\x00\x01\x00W\x00N\x00B\x00C");
  send (f, HEARTH_SI_PID_PSIP, si_finish (vct));
  g_assert_cmpuint (f->n_sections, ==, 1);
  g_assert_true (hearth_si_multiplex_is_atsc (f->multiplex));
  hearth_si_multiplex_get_services (f->multiplex, &n);
  g_assert_cmpuint (n, ==, 0);
}

static void
read_event (HearthSiEvent *event, const void *descriptors, gsize n_bytes)
{
  g_auto (HearthDvbText) text = { 0 };
  const HearthSiEit eit = { .header.extension = 1 };
  const HearthSiEitEvent entry = { .event_id = 9, .descriptors = { .at = descriptors, .end = (const guint8 *) descriptors + n_bytes } };

  hearth_dvb_text_init (&text);
  hearth_si_event_read (event, &eit, &entry, &text);
}

static void
test_event_texts (void)
{
  /* Two languages; the extended text in three pieces, sent out of order, a character cut in two, the table named in each piece. */
  static const char bytes[] = "\x4d\x0b" "eng\x04News\x02" "at"
                              "\x4e\x0d\x12" "chi\x00\x07\x15\xb8\xad\xe5\xa4\xae\xe5"
                              "\x4d\x0c" "chi\x05\x13\xd0\xc2\xce\xc5\x02ok"
                              "\x4e\x10\x02" "chi\x08\x04" "Cast\x02" "An\x02\x15\xe4"
                              "\x4e\x0f\x22" "chi\x06\x00\x04" "dy B\x03\x15\x8f\xb0"
                              "\x54\x02\x20\x00\x55\x04" "CHN\x0f\x76\x05\xc4\x03/ab";
  g_auto (HearthSiEvent) event = { 0 };
  const HearthSiEventText *texts;
  g_autofree char *body = NULL;

  read_event (&event, bytes, sizeof bytes - 1);
  g_assert_cmpuint (event.n_texts, ==, 2);
  g_assert_cmpstr (event.texts[0].title, ==, "News");
  texts = hearth_si_event_pick (&event, "zho eng");
  g_assert_cmpstr (texts->title, ==, "新闻");
  g_assert_cmpstr (texts->summary, ==, "ok");
  g_assert_cmpstr (texts->description, ==, "中央台\nCast: Andy B");
  body = hearth_si_event_text_dup_body (texts);
  g_assert_cmpstr (body, ==, "ok\n中央台\nCast: Andy B");
  g_assert_true (hearth_si_event_pick (&event, "fra") == &event.texts[0]);
  g_assert_cmpuint (event.n_genres, ==, 1);
  g_assert_cmpuint (event.minimum_age, ==, 18);
  g_assert_cmpstr (event.rating_country, ==, "chn");
  g_assert_cmpstr (event.programme_crid, ==, "/ab");
}

/* ---- counting --------------------------------------------------------------------------------------------------- */

static void
test_survey (void)
{
  g_auto (TsMaker) maker = { 0 };
  g_autoptr (HearthTsSurvey) survey = hearth_ts_survey_new ();
  HearthTsSurveySums sums;

  ts_maker_init (&maker);
  for (guint i = 0; i < 11; i++) { /* a PCR every 100 ms, with nine packets of another PID behind it */
    ts_maker_add_pcr (&maker, 100, (gint64) i * 2700000, FALSE);
    for (guint k = 0; k < 9; k++)
      ts_maker_add_packet (&maker, 101, FALSE, NULL, 0, (const guint8 *) "x", 1);
  }
  ts_maker_packet (&maker, 5)[3] |= 0x80;
  hearth_ts_survey_push (survey, ts_maker_packet (&maker, 0), 20);
  hearth_ts_survey_push (survey, ts_maker_packet (&maker, 22), ts_maker_n_packets (&maker) - 22); /* one of each PID is lost */
  hearth_ts_survey_get_sums (survey, &sums);
  g_assert_cmpuint (sums.packets, ==, 108);
  g_assert_cmpuint (sums.cc_errors, ==, 1); /* packets that only carry a PCR are not counted on */
  g_assert_cmpuint (sums.scrambled, ==, 1);
  g_assert_cmpuint (hearth_ts_survey_get_pid (survey, 101)->packets, ==, 98);
  g_assert_cmpuint (sums.bit_rate_bps, ==, 98 * 1504);
  g_assert_cmpuint (hearth_ts_survey_get_bit_rate_bps (survey, 101), ==, 98 * 1504 * 98 / 108 + 1);
}

#define ADD(path, what, function) g_test_add (path, Fixture, GUINT_TO_POINTER (what), set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/si-collector/repetition-and-versions", 0, test_repetition_and_versions);
  ADD ("/si-collector/not-yet-in-force", 0, test_not_yet_in_force);
  ADD ("/si-collector/damage-is-counted", 0, test_damage_is_counted);
  ADD ("/si-collector/loss", 0, test_loss);
  ADD ("/si-collector/follows-psi", 0, test_follows_psi);
  ADD ("/si-collector/only-what-is-wanted", HEARTH_SI_COLLECT_PRESENT, test_only_what_is_wanted);
  ADD ("/si-collector/schedule-is-complete-by-segments", 0, test_schedule_is_complete_by_segments);
  ADD ("/si-collector/schedule-past-is-not-wanted", 0, test_schedule_past_is_not_wanted);
  ADD ("/si-collector/schedule-with-wrong-segment-ends", 0, test_schedule_with_wrong_segment_ends);
  ADD ("/si-collector/storm-stays-in-bounds", 0, test_storm_stays_in_bounds);
  ADD ("/si-collector/too-many-pids", 0, test_too_many_pids);
  ADD ("/si-collector/reset", 0, test_reset);
  ADD ("/si-multiplex/joined", 0, test_multiplex);
  ADD ("/si-multiplex/arib", 0, test_arib);
  ADD ("/si-multiplex/atsc", 0, test_atsc);
  g_test_add_func ("/si-event/texts", test_event_texts);
  g_test_add_func ("/ts-survey/counts", test_survey);
  return g_test_run ();
}
