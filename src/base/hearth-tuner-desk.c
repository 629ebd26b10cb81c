/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <hearth/tuner-desk.h>

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct _HearthTunerDesk {
  GThread *thread;
  int wake_fd;
  HearthTunerParams params; /* the main thread's: the last that were wished */
  gboolean tuned;

  GMutex lock; /* guards all below */
  gboolean quit, woken;
  HearthTunerWishes wishes;
  HearthTunerStatus status;
};

/* ---- the main thread ------------------------------------------------------------------ */

/* With the lock held; once is enough. */
static void
wake (HearthTunerDesk *self)
{
  const guint64 one = 1;

  if (self->woken)
    return;
  self->woken = TRUE;
  while (write (self->wake_fd, &one, sizeof one) < 0 && errno == EINTR)
    ;
}

HearthTunerParams
hearth_tuner_params_copy (const HearthTunerParams *params)
{
  HearthTunerParams copy = HEARTH_TUNER_PARAMS_INIT;

  memcpy (&copy, params, MIN (params->struct_size, sizeof copy));
  copy.struct_size = sizeof copy;
  return copy;
}

void
hearth_tuner_desk_tune (HearthTunerDesk *self, const HearthTunerParams *params)
{
  const gboolean same = self->tuned && memcmp (params, &self->params, sizeof *params) == 0; /* no padding: all its members are words */

  self->params = *params;
  self->tuned = TRUE;
  g_mutex_lock (&self->lock);
  self->wishes.params = *params;
  if (same) {
    self->wishes.repeat = TRUE;
  } else {
    self->wishes.tune = TRUE;
    self->status = (HearthTunerStatus) { 0 };
  }
  wake (self);
  g_mutex_unlock (&self->lock);
}

void
hearth_tuner_desk_set_pids (HearthTunerDesk *self, const guint16 *pids, guint n_pids)
{
  GArray *copy = g_array_sized_new (FALSE, FALSE, sizeof (guint16), n_pids);

  g_array_append_vals (copy, pids, n_pids);
  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->wishes.pids, g_array_unref);
  self->wishes.pids = copy;
  wake (self);
  g_mutex_unlock (&self->lock);
}

void
hearth_tuner_desk_ask (HearthTunerDesk *self, guint32 bits)
{
  g_mutex_lock (&self->lock);
  self->wishes.asked |= bits;
  wake (self);
  g_mutex_unlock (&self->lock);
}

void
hearth_tuner_desk_get_status (HearthTunerDesk *self, HearthTunerStatus *status)
{
  const guint32 size = MIN (status->struct_size, sizeof *status);
  HearthTunerStatus copy;

  g_mutex_lock (&self->lock);
  copy = self->status;
  g_mutex_unlock (&self->lock);
  copy.struct_size = size;
  memcpy (status, &copy, size);
}

/* ---- the tuner's thread ----------------------------------------------------------------- */

int
hearth_tuner_desk_get_fd (HearthTunerDesk *self)
{
  return self->wake_fd;
}

gboolean
hearth_tuner_desk_take (HearthTunerDesk *self, HearthTunerWishes *wishes)
{
  guint64 count;
  gboolean quit;

  g_mutex_lock (&self->lock);
  *wishes = self->wishes;
  self->wishes = (HearthTunerWishes) { 0 };
  quit = self->quit;
  while (self->woken && read (self->wake_fd, &count, sizeof count) < 0 && errno == EINTR)
    ;
  self->woken = FALSE;
  g_mutex_unlock (&self->lock);
  return !quit;
}

void
hearth_tuner_desk_put_status (HearthTunerDesk *self, const HearthTunerStatus *status)
{
  g_mutex_lock (&self->lock);
  self->status = *status;
  g_mutex_unlock (&self->lock);
}

/* ---- life --------------------------------------------------------------------------------- */

HearthTunerDesk *
hearth_tuner_desk_new (GError **error)
{
  const int wake_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  HearthTunerDesk *self;

  if (wake_fd < 0) {
    hearth_error_set_errno (error, errno, "preparing a tuner");
    return NULL;
  }
  self = g_new0 (HearthTunerDesk, 1);
  self->wake_fd = wake_fd;
  g_mutex_init (&self->lock);
  return self;
}

gboolean
hearth_tuner_desk_start (HearthTunerDesk *self, const char *name, GThreadFunc run, gpointer user_data, GError **error)
{
  self->thread = g_thread_try_new (name, run, user_data, error);
  if (self->thread == NULL)
    hearth_error_translate (error, "starting a tuner's thread");
  return self->thread != NULL;
}

void
hearth_tuner_desk_free (HearthTunerDesk *self)
{
  if (self->thread != NULL) {
    g_mutex_lock (&self->lock);
    self->quit = TRUE;
    wake (self);
    g_mutex_unlock (&self->lock);
    g_thread_join (self->thread);
  }
  g_clear_pointer (&self->wishes.pids, g_array_unref);
  g_mutex_clear (&self->lock);
  close (self->wake_fd);
  g_free (self);
}
