/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "iptv-lookup.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <unistd.h>

struct _IptvLookup {
  gatomicrefcount refs; /* the owner's and the thread's */
  IptvAddress wanted;
  GCancellable *cancellable;
  int wake_fd;

  GMutex lock; /* guards what follows */
  IptvLookupState state;
  IptvAddress found;
  GError *error;
};

static void
lookup_unref (IptvLookup *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  if (self->wake_fd >= 0)
    close (self->wake_fd);
  g_object_unref (self->cancellable);
  g_clear_error (&self->error);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static void
free_addresses (gpointer addresses)
{
  g_resolver_free_addresses (addresses);
}

/* What has no name is left as it is: one entry, %NULL. */
static GList *
look_up (IptvLookup *self, const char *name, GError **error)
{
  g_autoptr (GResolver) resolver = g_resolver_get_default ();
  GList *addresses;

  if (*name == '\0')
    return g_list_append (NULL, NULL);
  addresses = g_resolver_lookup_by_name (resolver, name, self->cancellable, error);
  hearth_error_translate (error, "looking up the address of %s", name);
  return addresses;
}

/* The first pair that goes together. */
static gboolean
choose (const IptvAddress *wanted, GList *hosts, GList *sources, IptvAddress *found, GError **error)
{
  for (GList *h = hosts; h != NULL; h = h->next)
    for (GList *s = sources; s != NULL; s = s->next) {
      *found = *wanted;
      g_clear_error (error);
      if (iptv_address_complete (found, h->data, s->data, error))
        return TRUE;
    }
  return FALSE;
}

static gboolean
find (IptvLookup *self, IptvAddress *found, GError **error)
{
  GList *hosts = look_up (self, self->wanted.host_name, error);
  GList *sources = hosts != NULL ? look_up (self, self->wanted.source_name, error) : NULL;
  gboolean ok = sources != NULL && choose (&self->wanted, hosts, sources, found, error);

  if (*self->wanted.host_name != '\0')
    g_clear_pointer (&hosts, free_addresses);
  if (*self->wanted.source_name != '\0')
    g_clear_pointer (&sources, free_addresses);
  g_list_free (hosts);
  g_list_free (sources);
  return ok;
}

static gpointer
run (gpointer data)
{
  IptvLookup *self = data;
  const guint64 one = 1;
  IptvAddress found;
  GError *error = NULL;
  gboolean ok = find (self, &found, &error);

  g_mutex_lock (&self->lock);
  self->state = ok ? IPTV_LOOKUP_FOUND : IPTV_LOOKUP_FAILED;
  if (ok)
    self->found = found;
  self->error = error;
  g_mutex_unlock (&self->lock);
  while (write (self->wake_fd, &one, sizeof one) < 0 && errno == EINTR)
    ;
  lookup_unref (self);
  return NULL;
}

IptvLookup *
iptv_lookup_new (const IptvAddress *address, int wake_fd)
{
  IptvLookup *self = g_new0 (IptvLookup, 1);
  GThread *thread;

  g_mutex_init (&self->lock);
  g_atomic_ref_count_init (&self->refs);
  g_atomic_ref_count_inc (&self->refs);
  self->wanted = *address;
  self->cancellable = g_cancellable_new ();
  self->wake_fd = fcntl (wake_fd, F_DUPFD_CLOEXEC, 3);
  thread = g_thread_try_new ("iptv-lookup", run, self, &self->error);
  if (thread != NULL) {
    g_thread_unref (thread);
    return self;
  }
  hearth_error_translate (&self->error, "starting a thread to look up %s", address->text);
  self->state = IPTV_LOOKUP_FAILED;
  lookup_unref (self);
  return self;
}

void
iptv_lookup_free (IptvLookup *self)
{
  g_cancellable_cancel (self->cancellable);
  lookup_unref (self);
}

IptvLookupState
iptv_lookup_poll (IptvLookup *self, IptvAddress *address, GError **error)
{
  IptvLookupState state;

  g_mutex_lock (&self->lock);
  state = self->state;
  if (state == IPTV_LOOKUP_FOUND)
    *address = self->found;
  else if (state == IPTV_LOOKUP_FAILED)
    g_propagate_error (error, g_error_copy (self->error));
  g_mutex_unlock (&self->lock);
  return state;
}
