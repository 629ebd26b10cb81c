/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream/broadcast/hearth-tuner-pool.h"

#include "base/hearth-plugin-host.h"

#include <hearth/log.h>
#include <string.h>

HEARTH_LOG_TOPIC ("tuner")

#define WARM_MS 10000

typedef struct {
  HearthTunerPool *pool;
  char *id, *name;
  HearthTunerInfo info; /* strings are those above */
  gboolean present;     /* in the plug-in's last list */

  gpointer handle;      /* the plug-in's; NULL while closed */
  HearthTunerParams params;
  HearthRouter *router;
  GPtrArray *leases;
  guint warm;           /* ends a while after the last lease */
  gboolean viewed;      /* warm for somebody who may zap back */
  gboolean expecting;   /* to say that it goes where it was sent */
  HearthStreamState state;
  gboolean failed;      /* to be closed as soon as nobody holds it */
  GArray *pids;         /* that the plug-in was told */

  GMutex lock;          /* guards listeners, news */
  GPtrArray *listeners; /* leases with a section function */
  GQueue news;          /* News for the main thread */
  guint telling;        /* source; 0: none */
} Tuner;

typedef struct {
  HearthStreamState state;
  HearthError code;
  char *text;
  gboolean pids; /* only the PIDs are other ones */
} News;

struct _HearthTunerLease {
  Tuner *tuner;
  HearthTunerUse use;
  char *label;
  const HearthTunerLeaseFuncs *funcs;
  gpointer user_data;
};

struct _HearthTunerPool {
  const HearthTunerOps *ops;
  gpointer instance;
  GPtrArray *tuners;
  void (*freed) (gpointer user_data);
  gpointer user_data;
  guint freeing; /* idle source */
  void (*changed) (gpointer user_data);
  gpointer changed_data;
  guint changing; /* idle source */
};

/* ---- what a tuner tells ------------------------------------------------------------------ */

static void
news_free (gpointer data)
{
  News *news = data;

  g_free (news->text);
  g_free (news);
}

/* The whole multiplex where the tuner can give it: then a zap within it needs no new filter. */
static void
update_pids (Tuner *self)
{
  static const guint16 all = HEARTH_TUNER_ALL_PIDS;
  g_autoptr (GError) error = NULL;
  GArray *pids;

  if (self->handle == NULL)
    return;
  if (self->info.whole || self->info.max_pids == 0) {
    pids = g_array_new (FALSE, FALSE, sizeof (guint16));
    g_array_append_val (pids, all);
  } else {
    pids = hearth_router_get_pids (self->router);
  }
  if (self->pids != NULL && self->pids->len == pids->len && memcmp (self->pids->data, pids->data, pids->len * sizeof (guint16)) == 0) {
    g_array_unref (pids);
    return;
  }
  if (!self->pool->ops->set_pids (self->pool->instance, self->handle, (const guint16 *) (gconstpointer) pids->data, pids->len, &error))
    hearth_warning ("tuner %s: %s", self->name, error->message);
  g_clear_pointer (&self->pids, g_array_unref);
  self->pids = pids;
}

static void
take_news (Tuner *self, const News *news)
{
  g_autoptr (GPtrArray) leases = NULL;

  if (news->pids) {
    update_pids (self);
    return;
  }
  self->expecting = self->expecting && news->state != HEARTH_STREAM_CONNECTING && news->state != HEARTH_STREAM_FAILED;
  if (self->expecting) /* of where it was before */
    return;
  self->state = news->state;
  self->failed |= news->state == HEARTH_STREAM_FAILED;
  leases = g_ptr_array_copy (self->leases, NULL, NULL); /* whoever is told may give its lease back */
  for (guint i = 0; i < leases->len; i++) {
    HearthTunerLease *lease = g_ptr_array_index (leases, i);

    if (g_ptr_array_find (self->leases, lease, NULL) && lease->funcs != NULL && lease->funcs->state != NULL)
      lease->funcs->state (lease, news->state, news->code, news->text, lease->user_data);
  }
}

static gboolean
on_news (gpointer user_data)
{
  Tuner *self = user_data;
  News *news;

  for (;;) {
    g_mutex_lock (&self->lock);
    news = g_queue_pop_head (&self->news);
    if (news == NULL)
      self->telling = 0;
    g_mutex_unlock (&self->lock);
    if (news == NULL)
      return G_SOURCE_REMOVE;
    take_news (self, news);
    news_free (news);
  }
}

/* Any thread. */
static void
tell (Tuner *self, News *news)
{
  g_mutex_lock (&self->lock);
  g_queue_push_tail (&self->news, news);
  if (self->telling == 0)
    self->telling = g_idle_add_full (G_PRIORITY_HIGH, on_news, self, NULL);
  g_mutex_unlock (&self->lock);
}

static void
on_router_state (HearthStreamState state, HearthError code, const char *text, gpointer user_data)
{
  News *news = g_new0 (News, 1);

  news->state = state;
  news->code = code;
  news->text = g_strdup (text);
  tell (user_data, news);
}

static void
on_router_pids (gpointer user_data)
{
  Tuner *self = user_data;
  News *news;

  if (self->info.whole || self->info.max_pids == 0)
    return;
  news = g_new0 (News, 1);
  news->pids = TRUE;
  tell (self, news);
}

static void
on_router_section (guint16 pid, const guint8 *section, gsize n_bytes, gpointer user_data)
{
  Tuner *self = user_data;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->listeners->len; i++) {
    HearthTunerLease *lease = g_ptr_array_index (self->listeners, i);

    lease->funcs->section (lease, pid, section, n_bytes, lease->user_data);
  }
  g_mutex_unlock (&self->lock);
}

static const HearthRouterFuncs router_funcs = { .section = on_router_section, .state = on_router_state, .pids = on_router_pids };

/* ---- tuners --------------------------------------------------------------------------------- */

static void
close_tuner (Tuner *self)
{
  g_clear_handle_id (&self->warm, g_source_remove);
  if (self->handle == NULL)
    return;
  self->pool->ops->close (self->pool->instance, g_steal_pointer (&self->handle));
  hearth_info ("tuner %s is free", self->name);
  g_clear_pointer (&self->pids, g_array_unref);
  self->failed = FALSE;
  hearth_router_retune (self->router);
}

static void
tuner_free (gpointer data)
{
  Tuner *self = data;

  close_tuner (self);
  if (self->telling != 0)
    g_source_remove (self->telling);
  g_queue_clear_full (&self->news, news_free);
  hearth_router_free (self->router);
  g_ptr_array_unref (self->leases);
  g_ptr_array_unref (self->listeners);
  g_mutex_clear (&self->lock);
  g_free (self->id);
  g_free (self->name);
  g_free (self);
}

static void tell_freed (HearthTunerPool *self);

static gboolean
on_cold (gpointer user_data)
{
  Tuner *self = user_data;

  self->warm = 0;
  close_tuner (self);
  tell_freed (self->pool); /* to who took none that was warm */
  return G_SOURCE_REMOVE;
}

static Tuner *
find_tuner (HearthTunerPool *self, const char *id)
{
  for (guint i = 0; i < self->tuners->len; i++)
    if (g_str_equal (((Tuner *) g_ptr_array_index (self->tuners, i))->id, id))
      return g_ptr_array_index (self->tuners, i);
  return NULL;
}

static Tuner *
add_tuner (HearthTunerPool *self, const char *id)
{
  Tuner *tuner = g_new0 (Tuner, 1);

  tuner->pool = self;
  tuner->id = g_strdup (id);
  tuner->leases = g_ptr_array_new ();
  tuner->listeners = g_ptr_array_new ();
  g_mutex_init (&tuner->lock);
  tuner->router = hearth_router_new (&router_funcs, tuner);
  g_ptr_array_add (self->tuners, tuner);
  return tuner;
}

/* One that is gone stays while somebody holds it: its plug-in tells them. */
static void
drop_gone (HearthTunerPool *self)
{
  for (guint i = self->tuners->len; i-- > 0;) {
    Tuner *tuner = g_ptr_array_index (self->tuners, i);

    if (!tuner->present && tuner->leases->len == 0) {
      hearth_info ("tuner %s is gone", tuner->name);
      g_ptr_array_remove_index (self->tuners, i);
    }
  }
}

static gboolean
on_freed (gpointer user_data)
{
  HearthTunerPool *self = user_data;

  self->freeing = 0;
  drop_gone (self);
  self->freed (self->user_data);
  return G_SOURCE_REMOVE;
}

static void
tell_freed (HearthTunerPool *self)
{
  if (self->freeing == 0)
    self->freeing = g_idle_add (on_freed, self);
}

static gboolean
on_changed (gpointer user_data)
{
  HearthTunerPool *self = user_data;

  self->changing = 0;
  self->changed (self->changed_data);
  return G_SOURCE_REMOVE;
}

static void
tell_changed (HearthTunerPool *self)
{
  if (self->changing == 0 && self->changed != NULL)
    self->changing = g_idle_add (on_changed, self);
}

void
hearth_tuner_pool_set_changed (HearthTunerPool *self, void (*changed) (gpointer user_data), gpointer user_data)
{
  self->changed = changed;
  self->changed_data = user_data;
}

static gboolean
is_viewers (const HearthTunerLease *lease)
{
  return lease->use == HEARTH_TUNER_USE_PEOPLE || lease->use == HEARTH_TUNER_USE_PREFETCH;
}

void
hearth_tuner_pool_foreach_tuned (HearthTunerPool *self, void (*func) (const HearthTunerParams *params, guint n_viewers, gpointer user_data),
                                 gpointer func_data)
{
  for (guint i = 0; i < self->tuners->len; i++) {
    const Tuner *tuner = g_ptr_array_index (self->tuners, i);
    guint n = 0;

    for (guint k = 0; k < tuner->leases->len; k++)
      n += is_viewers (g_ptr_array_index (tuner->leases, k));
    if (tuner->handle != NULL && !tuner->failed)
      func (&tuner->params, n, func_data);
  }
}

static void
on_tuner_listed (const HearthTunerInfo *info, gpointer user_data)
{
  HearthTunerPool *self = user_data;
  Tuner *tuner;

  if (info->id == NULL || info->struct_size < G_STRUCT_OFFSET (HearthTunerInfo, simulated))
    return;
  tuner = find_tuner (self, info->id);
  if (tuner == NULL) {
    tuner = add_tuner (self, info->id);
    hearth_info ("tuner %s: %s", info->id, info->name);
  }
  g_free (tuner->name);
  tuner->name = g_strdup (info->name != NULL ? info->name : info->id);
  memset (&tuner->info, 0, sizeof tuner->info);
  memcpy (&tuner->info, info, MIN (info->struct_size, sizeof tuner->info));
  tuner->info.id = tuner->id;
  tuner->info.name = tuner->name;
  tuner->present = TRUE;
}

void
hearth_tuner_pool_update (HearthTunerPool *self)
{
  for (guint i = 0; i < self->tuners->len; i++)
    ((Tuner *) g_ptr_array_index (self->tuners, i))->present = FALSE;
  self->ops->list (self->instance, on_tuner_listed, self);
  drop_gone (self);
  tell_freed (self);
}

HearthTunerPool *
hearth_tuner_pool_new (const HearthTunerOps *ops, gpointer instance, void (*freed) (gpointer user_data), gpointer user_data)
{
  HearthTunerPool *self = g_new0 (HearthTunerPool, 1);

  self->ops = ops;
  self->instance = instance;
  self->freed = freed;
  self->user_data = user_data;
  self->tuners = g_ptr_array_new_with_free_func (tuner_free);
  hearth_tuner_pool_update (self);
  return self;
}

void
hearth_tuner_pool_free (HearthTunerPool *self)
{
  g_clear_handle_id (&self->freeing, g_source_remove);
  g_clear_handle_id (&self->changing, g_source_remove);
  g_ptr_array_unref (self->tuners);
  g_free (self);
}

/* ---- leases ------------------------------------------------------------------------------------ */

static gboolean
can_receive (const Tuner *self, const HearthTunerParams *params)
{
  const HearthTunerInfo *info = &self->info;

  return self->present && (info->systems & (1u << params->system)) != 0 && (info->min_khz == 0 || params->frequency_khz >= info->min_khz) &&
         (info->max_khz == 0 || params->frequency_khz <= info->max_khz);
}

static Tuner *
find_on_air (HearthTunerPool *self, const HearthTunerParams *params)
{
  for (guint i = 0; i < self->tuners->len; i++) {
    Tuner *tuner = g_ptr_array_index (self->tuners, i);

    if (tuner->handle != NULL && !tuner->failed && hearth_tuning_is_same (&tuner->params, params))
      return tuner;
  }
  return NULL;
}

static void
forget_news (Tuner *self)
{
  g_mutex_lock (&self->lock);
  g_queue_clear_full (&self->news, news_free);
  g_mutex_unlock (&self->lock);
  self->expecting = TRUE;
  self->state = HEARTH_STREAM_CONNECTING;
}

static gboolean
go (Tuner *self, const HearthTunerParams *params, GError **error)
{
  HearthTunerPool *pool = self->pool;

  g_clear_handle_id (&self->warm, g_source_remove);
  if (self->failed)
    close_tuner (self);
  if (self->handle == NULL)
    self->handle = pool->ops->open (pool->instance, self->id, hearth_router_get_sink (self->router), error);
  if (self->handle == NULL)
    return FALSE;
  hearth_router_retune (self->router);
  forget_news (self);
  update_pids (self);
  self->params = *params;
  if (pool->ops->tune (pool->instance, self->handle, params, error))
    return TRUE;
  close_tuner (self);
  return FALSE;
}

/* A closed one before one that stands warm: perhaps somebody zaps back. */
static Tuner *
find_free (HearthTunerPool *self, const HearthTunerParams *params, HearthTunerUse use, GPtrArray *refused)
{
  Tuner *warm = NULL;

  for (guint i = 0; i < self->tuners->len; i++) {
    Tuner *tuner = g_ptr_array_index (self->tuners, i);

    if (tuner->leases->len > 0 || !can_receive (tuner, params) || g_ptr_array_find (refused, tuner, NULL))
      continue;
    if (tuner->handle == NULL)
      return tuner;
    if (use != HEARTH_TUNER_USE_GUIDE || !tuner->viewed)
      warm = tuner;
  }
  return warm;
}

static gboolean
would_yield (const Tuner *self, HearthTunerUse use)
{
  for (guint i = 0; i < self->leases->len; i++)
    if (((HearthTunerLease *) g_ptr_array_index (self->leases, i))->use <= use)
      return FALSE;
  return self->leases->len > 0;
}

static void
make_yield (Tuner *self)
{
  g_autoptr (GPtrArray) leases = g_ptr_array_copy (self->leases, NULL, NULL);

  hearth_info ("tuner %s is taken from who only needed it less", self->name);
  for (guint i = 0; i < leases->len; i++) {
    HearthTunerLease *lease = g_ptr_array_index (leases, i);

    if (g_ptr_array_find (self->leases, lease, NULL))
      lease->funcs->yield (lease, lease->user_data);
  }
}

/* Takes a tuner from those who come after @use, from the last of them first; FALSE when none of theirs would do. */
static gboolean
take_from_others (HearthTunerPool *self, const HearthTunerParams *params, HearthTunerUse use)
{
  for (HearthTunerUse least = HEARTH_TUNER_USE_GUIDE; least > use; least--)
    for (guint i = 0; i < self->tuners->len; i++) {
      Tuner *tuner = g_ptr_array_index (self->tuners, i);

      if (!would_yield (tuner, (HearthTunerUse) (least - 1)) || !can_receive (tuner, params))
        continue;
      make_yield (tuner);
      return tuner->leases->len == 0;
    }
  return FALSE;
}

static void
append_holder (GString *text, const Tuner *tuner)
{
  g_autofree char *where = hearth_tuning_dup_words (&tuner->params);

  g_string_append_printf (text, "%s%s is on %s for ", text->len > 0 ? "; " : "", tuner->name, where);
  for (guint i = 0; i < tuner->leases->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", ((HearthTunerLease *) g_ptr_array_index (tuner->leases, i))->label);
}

static void
set_limit (HearthTunerPool *self, const HearthTunerParams *params, GError **error)
{
  g_autoptr (GString) holders = g_string_new (NULL);
  g_autofree char *where = hearth_tuning_dup_words (params);
  guint n = 0;

  for (guint i = 0; i < self->tuners->len; i++)
    if (can_receive (g_ptr_array_index (self->tuners, i), params)) {
      append_holder (holders, g_ptr_array_index (self->tuners, i));
      n++;
    }
  if (n > 0)
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_LIMIT, "no tuner is free for %s: %s. End one of them, or choose a channel beside them.", where,
                 holders->str);
  else if (self->tuners->len > 0)
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED, "none of the %u tuners receives %s at %s", self->tuners->len,
                 hearth_tuning_get_system_name (params->system), where);
  else
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND, "there is no tuner: plug one in");
}

/* Tries each that is free; what the last one said is the error. */
static Tuner *
find_and_go (HearthTunerPool *self, const HearthTunerParams *params, HearthTunerUse use, GError **error)
{
  g_autoptr (GPtrArray) refused = g_ptr_array_new ();
  g_autoptr (GError) last = NULL;
  Tuner *tuner;

  for (;;) {
    tuner = find_free (self, params, use, refused);
    if (tuner == NULL && take_from_others (self, params, use))
      continue;
    if (tuner == NULL)
      break;
    g_clear_error (&last);
    if (go (tuner, params, &last))
      return tuner;
    hearth_info ("tuner %s: %s", tuner->name, last->message);
    g_ptr_array_add (refused, tuner);
  }
  if (last != NULL)
    g_propagate_error (error, g_steal_pointer (&last));
  else
    set_limit (self, params, error);
  return NULL;
}

static void
update_collecting (Tuner *self)
{
  hearth_router_set_collecting (self->router, self->listeners->len > 0);
}

static void
hurry (Tuner *self)
{
  const HearthTunerOps *ops = self->pool->ops;

  if (ops->struct_size > G_STRUCT_OFFSET (HearthTunerOps, hurry) && ops->hurry != NULL)
    ops->hurry (self->pool->instance, self->handle);
}

HearthTunerLease *
hearth_tuner_pool_acquire (HearthTunerPool *self, const HearthTunerParams *params, HearthTunerUse use, const char *label,
                           const HearthTunerLeaseFuncs *funcs, gpointer user_data, GError **error)
{
  Tuner *tuner = find_on_air (self, params);
  HearthTunerLease *lease;

  if (tuner == NULL)
    tuner = find_and_go (self, params, use, error);
  else if (use == HEARTH_TUNER_USE_PEOPLE)
    hurry (tuner);
  if (tuner == NULL)
    return NULL;
  g_clear_handle_id (&tuner->warm, g_source_remove);
  lease = g_new0 (HearthTunerLease, 1);
  lease->tuner = tuner;
  lease->use = use;
  lease->label = g_strdup (label);
  lease->funcs = funcs;
  lease->user_data = user_data;
  g_ptr_array_add (tuner->leases, lease);
  if (use != HEARTH_TUNER_USE_GUIDE)
    tell_changed (self);
  if (funcs != NULL && funcs->section != NULL) {
    g_mutex_lock (&tuner->lock);
    g_ptr_array_add (tuner->listeners, lease);
    g_mutex_unlock (&tuner->lock);
    update_collecting (tuner);
  }
  return lease;
}

void
hearth_tuner_lease_release (HearthTunerLease *lease)
{
  Tuner *tuner = lease->tuner;
  gboolean listened;

  g_ptr_array_remove_fast (tuner->leases, lease);
  g_mutex_lock (&tuner->lock);
  listened = g_ptr_array_remove_fast (tuner->listeners, lease);
  g_mutex_unlock (&tuner->lock);
  if (listened)
    update_collecting (tuner);
  if (lease->use != HEARTH_TUNER_USE_GUIDE)
    tell_changed (tuner->pool);
  if (tuner->leases->len == 0 && tuner->failed)
    close_tuner (tuner);
  else if (tuner->leases->len == 0) {
    tuner->viewed = is_viewers (lease);
    tuner->warm = g_timeout_add (WARM_MS, on_cold, tuner);
  }
  if (tuner->leases->len == 0 || would_yield (tuner, HEARTH_TUNER_USE_PREFETCH))
    tell_freed (tuner->pool);
  g_free (lease->label);
  g_free (lease);
}

void
hearth_tuner_lease_set_use (HearthTunerLease *lease, HearthTunerUse use)
{
  lease->use = use;
  tell_changed (lease->tuner->pool);
  tell_freed (lease->tuner->pool); /* to those who may take it now */
}

HearthRouter *
hearth_tuner_lease_get_router (HearthTunerLease *lease)
{
  return lease->tuner->router;
}

const HearthTunerParams *
hearth_tuner_lease_get_params (HearthTunerLease *lease)
{
  return &lease->tuner->params;
}

HearthStreamState
hearth_tuner_lease_get_state (HearthTunerLease *lease)
{
  return lease->tuner->state;
}

void
hearth_tuner_lease_get_status (HearthTunerLease *lease, HearthTunerStatus *status)
{
  const Tuner *tuner = lease->tuner;

  *status = (HearthTunerStatus) { .struct_size = sizeof *status };
  tuner->pool->ops->get_status (tuner->pool->instance, tuner->handle, status);
}

/* ---- what is told --------------------------------------------------------------------------------- */

guint32
hearth_tuner_pool_get_systems (HearthTunerPool *self)
{
  guint32 systems = 0;

  for (guint i = 0; i < self->tuners->len; i++)
    systems |= ((Tuner *) g_ptr_array_index (self->tuners, i))->info.systems;
  return systems;
}

guint
hearth_tuner_pool_count_free (HearthTunerPool *self)
{
  guint n = 0;

  for (guint i = 0; i < self->tuners->len; i++)
    n += ((Tuner *) g_ptr_array_index (self->tuners, i))->leases->len == 0;
  return n;
}

static void
describe_status (Tuner *self, GVariantDict *dict)
{
  HearthTunerStatus status = { .struct_size = sizeof status };
  g_autofree char *tuning = NULL;

  if (self->handle == NULL)
    return;
  self->pool->ops->get_status (self->pool->instance, self->handle, &status);
  tuning = hearth_tuning_print (&self->params);
  g_variant_dict_insert (dict, "tuning", "s", tuning);
  g_variant_dict_insert (dict, "locked", "b", status.locked);
  if (status.known & HEARTH_TUNER_KNOWS_SIGNAL_MDBM)
    g_variant_dict_insert (dict, "signal-dbm", "d", status.signal_mdbm / 1000.0);
  if (status.known & HEARTH_TUNER_KNOWS_SIGNAL_PERMILLE)
    g_variant_dict_insert (dict, "signal-percent", "d", status.signal_permille / 10.0);
  if (status.known & HEARTH_TUNER_KNOWS_SNR_MDB)
    g_variant_dict_insert (dict, "snr-db", "d", status.snr_mdb / 1000.0);
  if (status.known & HEARTH_TUNER_KNOWS_SNR_PERMILLE)
    g_variant_dict_insert (dict, "snr-percent", "d", status.snr_permille / 10.0);
  if (status.known & HEARTH_TUNER_KNOWS_BER)
    g_variant_dict_insert (dict, "ber", "d", status.ber);
  if (status.known & HEARTH_TUNER_KNOWS_BLOCKS)
    g_variant_dict_insert (dict, "wrong-blocks", "t", status.wrong_blocks);
}

static GVariant *
describe_pids (Tuner *self)
{
  g_autoptr (GArray) counters = hearth_router_get_counters (self->router);
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(quuub)"));
  for (guint i = 0; i < counters->len; i++) {
    const HearthRouterPid *pid = &g_array_index (counters, HearthRouterPid, i);

    g_variant_builder_add (&builder, "(quuub)", pid->pid, pid->packets, pid->continuity_errors, pid->scrambled_packets, pid->scrambled);
  }
  return g_variant_builder_end (&builder);
}

static GVariant *
describe (Tuner *self)
{
  g_autoptr (GStrvBuilder) systems = g_strv_builder_new (), holders = g_strv_builder_new ();
  g_auto (GStrv) system_names = NULL, holder_names = NULL;
  GVariantDict dict;

  for (guint i = 1; i < HEARTH_TUNER_N_SYSTEMS; i++)
    if ((self->info.systems & (1u << i)) != 0)
      g_strv_builder_add (systems, hearth_tuning_get_system_name ((HearthTunerSystem) i));
  for (guint i = 0; i < self->leases->len; i++)
    g_strv_builder_add (holders, ((HearthTunerLease *) g_ptr_array_index (self->leases, i))->label);
  system_names = g_strv_builder_end (systems);
  holder_names = g_strv_builder_end (holders);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "id", "s", self->id);
  g_variant_dict_insert (&dict, "name", "s", self->name);
  g_variant_dict_insert (&dict, "present", "b", self->present);
  g_variant_dict_insert (&dict, "simulated", "b", self->info.simulated);
  g_variant_dict_insert (&dict, "systems", "^as", system_names);
  g_variant_dict_insert (&dict, "used-by", "^as", holder_names);
  describe_status (self, &dict);
  g_variant_dict_insert_value (&dict, "pids", describe_pids (self));
  return g_variant_dict_end (&dict);
}

GVariant *
hearth_tuner_pool_describe (HearthTunerPool *self)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < self->tuners->len; i++)
    g_variant_builder_add_value (&builder, describe (g_ptr_array_index (self->tuners, i)));
  return g_variant_builder_end (&builder);
}
