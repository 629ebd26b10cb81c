/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tuners that behave like real ones, on a cable that a key file describes. The file may change while they run: a cable that is
 * pulled, a storm, a multiplex that moves. */
#include "dvb-group.h"
#include "dvb-replay.h"
#include "dvb-virtual-map.h"

#include <errno.h>
#include <gio/gio.h>
#include <hearth/log.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

HEARTH_LOG_TOPIC ("dvb")

#define PACKET 188
#define TICK_US 5000
#define SETTLE_MS 50
#define NOISE_MDBM (-95000)
#define BLIND 0.9 /* with more errors no receiver locks */

typedef struct {
  char *path;
  GFileMonitor *monitor;
  guint settling;
  DvbChanged changed;
  gpointer user_data;

  GMutex lock;       /* guards map, devices, replays */
  DvbVirtualMap *map;
  GHashTable *devices; /* number -> Device */
  GHashTable *replays; /* path -> DvbReplay, for life: they cost their marks */
} Backend;

typedef struct {
  Backend *backend;
  guint number;
  int event_fd, tick_fd; /* timers: lock may have changed; more of the file was sent */

  /* The tuner's thread. */
  HearthTunerParams params;
  gboolean tuned;
  DvbVirtualMap *map; /* NULL before the first look */
  const DvbVirtualMultiplex *multiplex; /* in map */
  gint64 lock_at_us;
  char *source; /* what is open */
  const DvbReplay *replay;
  gboolean placed;
  DvbReplayPosition position;
  int socket;
  gboolean whole;
  guint8 pids[8192 / 8];
  guint32 random;
  guint64 wrong_blocks;
} Device;

/* ---- the backend --------------------------------------------------------------------------- */

static void
set_timer (int fd, gint64 us, gint64 every_us)
{
  const struct itimerspec spec = { .it_value = { us / G_USEC_PER_SEC, us % G_USEC_PER_SEC * 1000 },
                                   .it_interval = { every_us / G_USEC_PER_SEC, every_us % G_USEC_PER_SEC * 1000 } };

  timerfd_settime (fd, 0, &spec, NULL);
}

static void
replace_map (Backend *self, DvbVirtualMap *map)
{
  GHashTableIter iter;
  gpointer device;

  g_mutex_lock (&self->lock);
  dvb_virtual_map_unref (self->map);
  self->map = map;
  g_hash_table_iter_init (&iter, self->devices);
  while (g_hash_table_iter_next (&iter, NULL, &device))
    set_timer (((Device *) device)->event_fd, 1, 0); /* it looks at once */
  g_mutex_unlock (&self->lock);
}

static gboolean
on_settled (gpointer user_data)
{
  Backend *self = user_data;
  g_autoptr (GError) error = NULL;
  DvbVirtualMap *map = dvb_virtual_map_new (self->path, &error);
  gboolean others;

  self->settling = 0;
  if (map == NULL) { /* perhaps only half written */
    hearth_info ("the virtual tuners stay as they were: %s", error->message);
    return G_SOURCE_REMOVE;
  }
  others = map->n_tuners != self->map->n_tuners || map->systems != self->map->systems || map->max_pids != self->map->max_pids;
  replace_map (self, map);
  if (others)
    self->changed (self->user_data);
  return G_SOURCE_REMOVE;
}

/* Editors write in many ways: whatever happened, it is looked at once it is quiet. */
static void
on_file_changed (GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event, gpointer user_data)
{
  Backend *self = user_data;

  g_clear_handle_id (&self->settling, g_source_remove);
  self->settling = g_timeout_add (SETTLE_MS, on_settled, self);
}

gpointer
dvb_virtual_new (const char *path, DvbChanged changed, gpointer user_data, GError **error)
{
  DvbVirtualMap *map = dvb_virtual_map_new (path, error);
  g_autoptr (GFile) file = NULL;
  Backend *self;

  if (map == NULL)
    return NULL;
  self = g_new0 (Backend, 1);
  self->path = g_file_test (path, G_FILE_TEST_IS_DIR) ? g_build_filename (path, "tuners.ini", NULL) : g_strdup (path);
  self->map = map;
  self->changed = changed;
  self->user_data = user_data;
  g_mutex_init (&self->lock);
  self->devices = g_hash_table_new (NULL, NULL);
  self->replays = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) dvb_replay_free);
  file = g_file_new_for_path (self->path);
  self->monitor = g_file_monitor_file (file, G_FILE_MONITOR_WATCH_MOVES, NULL, NULL);
  if (self->monitor != NULL) {
      g_signal_connect (self->monitor, "changed", G_CALLBACK (on_file_changed), self);
  }
  return self;
}

static void
backend_free (gpointer data)
{
  Backend *self = data;

  g_clear_handle_id (&self->settling, g_source_remove);
  if (self->monitor != NULL) {
    g_signal_handlers_disconnect_by_data (self->monitor, self);
    g_file_monitor_cancel (self->monitor);
    g_object_unref (self->monitor);
  }
  dvb_virtual_map_unref (self->map);
  g_hash_table_unref (self->devices);
  g_hash_table_unref (self->replays);
  g_mutex_clear (&self->lock);
  g_free (self->path);
  g_free (self);
}

static void
backend_list (gpointer data, void (*tell) (const HearthTunerInfo *info, gpointer user_data), gpointer user_data)
{
  Backend *self = data;

  for (guint i = 0; i < self->map->n_tuners; i++) {
    g_autofree char *id = g_strdup_printf ("virtual.%u", i), *name = g_strdup_printf ("Virtual tuner %u", i + 1);
    const HearthTunerInfo info = { .struct_size = sizeof info, .id = id, .name = name, .systems = self->map->systems,
                                   .max_pids = self->map->max_pids, .whole = TRUE, .simulated = TRUE };

    tell (&info, user_data);
  }
}

/* Reads a file of a size that takes a while; not under the lock. */
static const DvbReplay *
get_replay (Backend *self, const char *path, GError **error)
{
  const DvbReplay *replay;
  DvbReplay *fresh;

  g_mutex_lock (&self->lock);
  replay = g_hash_table_lookup (self->replays, path);
  g_mutex_unlock (&self->lock);
  if (replay != NULL)
    return replay;
  fresh = dvb_replay_new (path, error);
  if (fresh == NULL)
    return NULL;
  g_mutex_lock (&self->lock);
  replay = g_hash_table_lookup (self->replays, path);
  if (replay == NULL)
    g_hash_table_insert (self->replays, g_strdup (path), (gpointer) (replay = g_steal_pointer (&fresh)));
  g_mutex_unlock (&self->lock);
  g_clear_pointer (&fresh, dvb_replay_free); /* another tuner was quicker */
  return replay;
}

/* ---- a tuner ---------------------------------------------------------------------------------- */

static void
device_close (gpointer data)
{
  Device *self = data;

  g_mutex_lock (&self->backend->lock);
  g_hash_table_remove (self->backend->devices, GUINT_TO_POINTER (self->number));
  g_mutex_unlock (&self->backend->lock);
  g_clear_pointer (&self->map, dvb_virtual_map_unref);
  if (self->socket >= 0)
    close (self->socket);
  if (self->event_fd >= 0)
    close (self->event_fd);
  if (self->tick_fd >= 0)
    close (self->tick_fd);
  g_free (self->source);
  g_free (self);
}

static gpointer
device_open (gpointer data, const char *id, GError **error)
{
  Backend *backend = data;
  guint64 number;
  Device *self;

  if (!g_str_has_prefix (id, "virtual.") || !g_ascii_string_to_unsigned (id + strlen ("virtual."), 10, 0, G_MAXUINT, &number, NULL) ||
      number >= backend->map->n_tuners) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND, "there is no virtual tuner “%s”: %s describes %u", id, backend->path,
                 backend->map->n_tuners);
    return NULL;
  }
  if (g_hash_table_contains (backend->devices, GUINT_TO_POINTER ((guint) number))) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_BUSY, "virtual tuner %s is in use", id);
    return NULL;
  }
  self = g_new0 (Device, 1);
  self->backend = backend;
  self->number = (guint) number;
  self->socket = -1;
  self->random = 2463534242u;
  self->event_fd = timerfd_create (CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  self->tick_fd = timerfd_create (CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  g_mutex_lock (&backend->lock);
  g_hash_table_insert (backend->devices, GUINT_TO_POINTER (self->number), self);
  g_mutex_unlock (&backend->lock);
  return self;
}

static gboolean
device_check (gpointer data, const HearthTunerParams *params, GError **error)
{
  Device *self = data;

  if (params->frequency_khz == 0) {
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "a frequency of 0 kHz is none");
    return FALSE;
  }
  if ((guint) params->system < HEARTH_TUNER_N_SYSTEMS && (self->backend->map->systems & (1u << params->system)) != 0)
    return TRUE;
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED, "this virtual tuner does not receive %s", dvb_system_get_name (params->system));
  return FALSE;
}

static void
close_source (Device *self)
{
  if (self->socket >= 0)
    close (self->socket);
  self->socket = -1;
  self->replay = NULL;
  self->placed = FALSE;
  g_clear_pointer (&self->source, g_free);
}

/* What cannot be opened is a carrier without content. */
static void
open_source (Device *self, const char *source, const char *interface)
{
  g_autoptr (GError) error = NULL;

  if (g_strcmp0 (source, self->source) == 0)
    return;
  close_source (self);
  if (source == NULL || *source == '\0')
    return;
  self->source = g_strdup (source);
  if (strstr (source, "://") != NULL)
    self->socket = dvb_group_join (source, interface, &error);
  else
    self->replay = get_replay (self->backend, source, &error);
  if (error != NULL)
    hearth_warning ("%s", error->message);
}

/* Looks at the cable, as it is now. */
static void
look (Device *self)
{
  DvbVirtualMap *map;

  g_mutex_lock (&self->backend->lock);
  map = self->backend->map != self->map ? dvb_virtual_map_ref (self->backend->map) : NULL;
  g_mutex_unlock (&self->backend->lock);
  if (map == NULL)
    return;
  g_clear_pointer (&self->map, dvb_virtual_map_unref);
  self->map = map;
  self->multiplex = self->tuned ? dvb_virtual_map_find (map, &self->params) : NULL;
  open_source (self, self->multiplex != NULL ? self->multiplex->source : NULL, self->multiplex != NULL ? self->multiplex->interface : NULL);
}

static gboolean
device_tune (gpointer data, const HearthTunerParams *params, GError **error)
{
  Device *self = data;
  const gint64 began_us = dvb_now_us ();

  self->params = *params;
  self->tuned = TRUE;
  self->wrong_blocks = 0;
  g_clear_pointer (&self->map, dvb_virtual_map_unref);
  close_source (self);
  look (self);
  self->lock_at_us = began_us + (self->multiplex != NULL ? self->multiplex->lock_ms * 1000 : 0);
  set_timer (self->event_fd, MAX (self->lock_at_us - dvb_now_us (), 1), 0);
  set_timer (self->tick_fd, TICK_US, TICK_US);
  return TRUE;
}

static gboolean
device_set_pids (gpointer data, const guint16 *pids, guint n_pids, GError **error)
{
  Device *self = data;

  self->whole = self->backend->map->max_pids == 0 || (n_pids == 1 && pids[0] == HEARTH_TUNER_ALL_PIDS);
  memset (self->pids, 0, sizeof self->pids);
  for (guint i = 0; i < n_pids; i++)
    self->pids[(pids[i] & 0x1fff) / 8] |= 1 << (pids[i] % 8);
  return TRUE;
}

static void
drain (int fd)
{
  guint64 count;

  if (read (fd, &count, sizeof count) < 0)
    return; /* nothing was there */
}

static void
device_read_status (gpointer data, HearthTunerStatus *status)
{
  Device *self = data;

  drain (self->event_fd);
  look (self);
  status->known = HEARTH_TUNER_KNOWS_SIGNAL_MDBM | HEARTH_TUNER_KNOWS_SNR_MDB | HEARTH_TUNER_KNOWS_BER | HEARTH_TUNER_KNOWS_BLOCKS;
  status->signal_mdbm = NOISE_MDBM;
  status->wrong_blocks = self->wrong_blocks;
  if (self->multiplex == NULL)
    return;
  status->signal_mdbm = self->multiplex->signal_mdbm;
  status->snr_mdb = self->multiplex->snr_mdb;
  status->ber = self->multiplex->errors / (PACKET * 8);
  status->locked = self->multiplex->lock && self->multiplex->errors < BLIND && dvb_now_us () >= self->lock_at_us;
}

static int
device_get_event_fd (gpointer data)
{
  return ((Device *) data)->event_fd;
}

static int
device_get_stream_fd (gpointer data)
{
  Device *self = data;

  return self->socket >= 0 ? self->socket : self->replay != NULL ? self->tick_fd : -1;
}

/* Marsaglia's xorshift: the same errors in each run. */
static double
get_random (Device *self)
{
  self->random ^= self->random << 13;
  self->random ^= self->random >> 17;
  self->random ^= self->random << 5;
  return self->random / 4294967296.0;
}

/* What the demodulator and its filters let through; half of what is wrong is marked so, half is missing. */
static gsize
receive (Device *self, guint8 *bytes, gsize n_bytes)
{
  const double errors = self->multiplex != NULL ? self->multiplex->errors : 0;
  gsize out = 0;

  if (self->whole && errors <= 0)
    return n_bytes;
  for (gsize at = 0; at + PACKET <= n_bytes; at += PACKET) {
    const guint pid = ((bytes[at + 1] & 0x1fu) << 8) | bytes[at + 2];
    const gboolean wrong = errors > 0 && get_random (self) < errors;

    self->wrong_blocks += wrong;
    if ((!self->whole && (self->pids[pid / 8] & (1 << (pid % 8))) == 0) || (wrong && get_random (self) < 0.5))
      continue;
    memmove (bytes + out, bytes + at, PACKET);
    if (wrong) {
      bytes[out + 1] |= 0x80; /* transport_error_indicator */
      bytes[out + 4 + (guint) (get_random (self) * 184)] ^= 0xff;
    }
    out += PACKET;
  }
  return out;
}

static gssize
read_replay (Device *self, guint8 *bytes, gsize n_bytes)
{
  const gint64 now_us = dvb_now_us ();
  gsize n;

  drain (self->tick_fd);
  if (self->replay == NULL) { /* not tuned to anything that is on the air */
    errno = EAGAIN;
    return -1;
  }
  if (!self->placed)
    self->position = dvb_replay_at (self->replay, now_us - TICK_US);
  self->placed = TRUE;
  if (self->position.offset > 0 && dvb_replay_at (self->replay, now_us).turn > self->position.turn + 1)
    self->placed = FALSE; /* far behind: stopped for a while */
  if (self->position.offset >= dvb_replay_get_size (self->replay)) { /* nothing goes on from the end to the beginning */
    self->position = (DvbReplayPosition) { self->position.turn + 1, 0 };
    errno = EILSEQ;
    return -1;
  }
  n = dvb_replay_read (self->replay, &self->position, now_us, bytes, n_bytes);
  if (n > 0)
    return (gssize) n;
  errno = EAGAIN;
  return -1;
}

static gssize
device_read (gpointer data, guint8 *bytes, gsize n_bytes)
{
  Device *self = data;
  gssize n;

  if (self->map != NULL && self->number >= self->map->n_tuners) { /* pulled out */
    errno = ENODEV;
    return -1;
  }
  n = self->socket >= 0 ? dvb_group_read (self->socket, bytes, n_bytes) : read_replay (self, bytes, n_bytes);
  return n > 0 ? (gssize) receive (self, bytes, (gsize) n) : n;
}

static const DvbDeviceOps device_ops = {
  .open = device_open, .close = device_close, .check = device_check, .tune = device_tune, .set_pids = device_set_pids,
  .read_status = device_read_status, .get_event_fd = device_get_event_fd, .get_stream_fd = device_get_stream_fd, .read = device_read
};

const DvbBackendOps dvb_virtual_ops = { .list = backend_list, .device = &device_ops, .free = backend_free };
