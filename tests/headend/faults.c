/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Faults on demand. README.md lists them as this table does. */
#include <hearth/error.h>

#include "headend/service-private.h"

typedef struct {
  const char *kind;
  const char *words; /* the parameters it knows, separated by spaces */
  const char *modes; /* what mode may be, the same; NULL: there is none */
  void (*apply) (HeadendService *self, GHashTable *words, gint64 now_ns);
} Fault;

static double
get_number (GHashTable *words, const char *key, double otherwise)
{
  const char *text = g_hash_table_lookup (words, key);

  return text != NULL ? g_ascii_strtod (text, NULL) : otherwise;
}

static void
apply_loss (HeadendService *self, GHashTable *words, gint64 now_ns)
{
  headend_impair_get (self->impair)->loss_percent = get_number (words, "percent", 1);
}

static void
apply_reorder (HeadendService *self, GHashTable *words, gint64 now_ns)
{
  headend_impair_get (self->impair)->reorder_percent = get_number (words, "percent", 1);
  headend_impair_get (self->impair)->reorder_depth = (guint) CLAMP (get_number (words, "depth", 3), 1, 1000);
}

static void
apply_duplicate (HeadendService *self, GHashTable *words, gint64 now_ns)
{
  headend_impair_get (self->impair)->duplicate_percent = get_number (words, "percent", 1);
}

static void
apply_jitter (HeadendService *self, GHashTable *words, gint64 now_ns)
{
  headend_impair_get (self->impair)->jitter_ns = (gint64) (CLAMP (get_number (words, "ms", 20), 0, 10000) * 1e6);
}

static void
apply_stall (HeadendService *self, GHashTable *words, gint64 now_ns)
{
  const char *mode = g_hash_table_lookup (words, "mode");
  const gint64 ns = (gint64) (get_number (words, "ms", 0) * 1e6);
  HeadendImpairments *set = headend_impair_get (self->impair);

  if (g_strcmp0 (mode, "paused") == 0) { /* the sender itself stands still, and its time with it */
    self->paused = ns == 0;
    headend_service_anchor (self, now_ns + ns);
    return;
  }
  set->stall = g_strcmp0 (mode, "held") == 0 ? HEADEND_STALL_HELD : HEADEND_STALL_LOST;
  set->stall_until_ns = ns > 0 ? now_ns + ns : G_MAXINT64;
}

static void
apply_resume (HeadendService *self, GHashTable *words, gint64 now_ns)
{
  headend_impair_get (self->impair)->stall_until_ns = 0;
  if (self->paused || self->ended)
    headend_service_anchor (self, now_ns);
  self->paused = self->ended = FALSE;
}

static void
apply_restart (HeadendService *self, GHashTable *words, gint64 now_ns)
{
  const gint64 seconds = (gint64) get_number (words, "time", (double) (self->number * 7 + self->serial % 10000));

  headend_playout_restart (&self->playout, seconds * 90000);
  headend_service_anchor (self, now_ns);
  self->under_way = FALSE;
}

static void
apply_pids (HeadendService *self, GHashTable *words, gint64 now_ns)
{
  const guint16 now = self->playout.tables.first_pid;
  const double first = get_number (words, "first", now < 0x1000 ? now + 0x1000 : now - 0x1000);

  headend_playout_move_pids (&self->playout, (guint16) CLAMP (first, 0x20, 0x1f00));
}

static void
apply_audio (HeadendService *self, GHashTable *words, gint64 now_ns)
{
  headend_playout_set_audio (&self->playout, (guint) CLAMP (get_number (words, "tracks", 2), 0, HEADEND_MAX_AUDIO));
}

static void
apply_keyless (HeadendService *self, GHashTable *words, gint64 now_ns)
{
  headend_playout_set_keyless (&self->playout, get_number (words, "on", 1) != 0);
}

static void
apply_pcr_jump (HeadendService *self, GHashTable *words, gint64 now_ns)
{
  headend_playout_jump (&self->playout, (gint64) (get_number (words, "seconds", 60) * 90000), get_number (words, "announced", 0) != 0);
}

/* Times jump so that they will pass 2^33 after so many seconds. */
static void
apply_wrap (HeadendService *self, GHashTable *words, gint64 now_ns)
{
  const gint64 wanted = (gint64) (HEADEND_TIME_MASK + 1) - (gint64) (get_number (words, "seconds", 10) * 90000);
  const gint64 now = headend_playout_get_time90k (&self->playout) & (gint64) HEADEND_TIME_MASK;

  headend_playout_jump (&self->playout, wanted - now, FALSE);
}

static void
apply_clock (HeadendService *self, GHashTable *words, gint64 now_ns)
{
  headend_service_anchor (self, now_ns);
  self->ppm = CLAMP (get_number (words, "ppm", 0), -100000, 100000);
}

static void
apply_end (HeadendService *self, GHashTable *words, gint64 now_ns)
{
  self->ended = TRUE;
}

static void
apply_list (HeadendService *self, GHashTable *words, gint64 now_ns)
{
  const char *mode = g_hash_table_lookup (words, "mode");

  self->web.list_missing = mode == NULL || g_str_equal (mode, "missing");
  self->web.frozen_ms = g_strcmp0 (mode, "frozen") == 0 ? g_get_real_time () / 1000 : 0;
}

static void
apply_segments (HeadendService *self, GHashTable *words, gint64 now_ns)
{
  self->web.segments_missing = g_strcmp0 (g_hash_table_lookup (words, "mode"), "right") != 0;
}

static void
apply_answer (HeadendService *self, GHashTable *words, gint64 now_ns)
{
  static const char *const modes[] = { "right", "busy", "forbidden", "page", "silent" };
  const char *mode = g_hash_table_lookup (words, "mode");

  self->web.answer = HEADEND_ANSWER_BUSY;
  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    if (g_strcmp0 (mode, modes[i]) == 0)
      self->web.answer = (HeadendAnswer) i;
}

static void
apply_cut (HeadendService *self, GHashTable *words, gint64 now_ns)
{
  self->web.cuts++;
}

static void
apply_clear (HeadendService *self, GHashTable *words, gint64 now_ns)
{
  *headend_impair_get (self->impair) = (HeadendImpairments){ .reorder_depth = 3 };
  self->web = (HeadendWebFaults){ .cuts = self->web.cuts };
  apply_resume (self, words, now_ns);
  headend_playout_set_keyless (&self->playout, FALSE);
  if (self->ppm != 0)
    apply_clock (self, words, now_ns);
}

static const Fault faults[] = {
  { "loss", "percent seed", NULL, apply_loss },
  { "reorder", "percent depth seed", NULL, apply_reorder },
  { "duplicate", "percent seed", NULL, apply_duplicate },
  { "jitter", "ms seed", NULL, apply_jitter },
  { "stall", "ms mode", "lost held paused", apply_stall },
  { "resume", "", NULL, apply_resume },
  { "restart", "time", NULL, apply_restart },
  { "pids", "first", NULL, apply_pids },
  { "audio", "tracks", NULL, apply_audio },
  { "keyless", "on", NULL, apply_keyless },
  { "pcr-jump", "seconds announced", NULL, apply_pcr_jump },
  { "wrap", "seconds", NULL, apply_wrap },
  { "clock", "ppm", NULL, apply_clock },
  { "end", "", NULL, apply_end },
  { "list", "mode", "missing frozen right", apply_list },
  { "segments", "mode", "missing right", apply_segments },
  { "answer", "mode", "busy forbidden page silent right", apply_answer },
  { "cut", "", NULL, apply_cut },
  { "clear", "", NULL, apply_clear },
};

static const Fault *
find_fault (const char *kind, GError **error)
{
  g_autoptr (GString) known = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (faults); i++) {
    if (g_strcmp0 (kind, faults[i].kind) == 0)
      return &faults[i];
    g_string_append_printf (known, "%s, ", faults[i].kind);
  }
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "fault %s: there is none of that kind; there are %scontent",
               kind != NULL ? kind : "(none)", known->str);
  return NULL;
}

static gboolean
check_words (const Fault *fault, GHashTable *words, GError **error)
{
  g_auto (GStrv) known = g_strsplit (fault->words, " ", -1);
  g_auto (GStrv) modes = g_strsplit (fault->modes != NULL ? fault->modes : "", " ", -1);
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, words);
  while (g_hash_table_iter_next (&iter, &key, &value)) {
    const gboolean is_mode = g_str_equal (key, "mode");
    char *end = NULL;
    const double number = g_ascii_strtod (value, &end);
    const gboolean good = is_mode ? g_strv_contains ((const char *const *) modes, value)
                                  : end != value && *end == '\0' && number == number;

    if (g_strv_contains ((const char *const *) known, key) && good)
      continue;
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "fault %s: %s=%s is not understood; its parameters are: %s%s%s", fault->kind,
                 (char *) key, (char *) value, *fault->words != '\0' ? fault->words : "none", fault->modes != NULL ? "; mode: " : "",
                 fault->modes != NULL ? fault->modes : "");
    return FALSE;
  }
  return TRUE;
}

gboolean
headend_service_fault (HeadendService *self, const char *kind, GHashTable *words, gint64 now_ns, GError **error)
{
  const Fault *fault = find_fault (kind, error);
  g_autoptr (GMutexLocker) locker = NULL;

  if (fault == NULL || !check_words (fault, words, error))
    return FALSE;
  locker = g_mutex_locker_new (&self->mutex);
  if (g_hash_table_contains (words, "seed"))
    headend_impair_seed (self->impair, (guint32) get_number (words, "seed", 0));
  fault->apply (self, words, now_ns);
  return TRUE;
}

void
headend_service_append_state (HeadendService *self, GString *json)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  const HeadendImpairments *set = headend_impair_get (self->impair);
  const HeadendTables *tables = &self->playout.tables;

  g_string_append_printf (json,
                          "{\"channel\":%u,\"content\":%u,\"first_pid\":%u,\"tables_version\":%u,\"audio_tracks\":%u,\"pcr90k\":%" G_GINT64_FORMAT
                          ",\"delay90k\":%" G_GINT64_FORMAT ",\"mux_packets\":%u,\"sent_chunks\":%" G_GUINT64_FORMAT
                          ",\"lost_chunks\":%" G_GUINT64_FORMAT ",\"loss_percent\":%g,\"reorder_percent\":%g,\"duplicate_percent\":%g,"
                          "\"jitter_ms\":%g,\"ppm\":%g,\"stalled\":%s,\"ended\":%s}",
                          self->number, tables->content->number, tables->first_pid, tables->version, tables->n_audio,
                          headend_playout_get_time90k (&self->playout), self->playout.mux->delay90k, self->playout.mux->n_packets,
                          self->sent_chunks, self->lost_chunks, set->loss_percent, set->reorder_percent, set->duplicate_percent,
                          (double) set->jitter_ns / 1e6, self->ppm,
                          self->paused || set->stall_until_ns > g_get_monotonic_time () * 1000 ? "true" : "false",
                          self->ended ? "true" : "false");
}
