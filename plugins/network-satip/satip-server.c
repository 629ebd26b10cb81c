/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "satip-server.h"

#include <string.h>

struct _SatipServer {
  gatomicrefcount refs;
  char *id;
  GArray *front_ends;
  char *capabilities;
  gint needs_tcp; /* atomic */

  GMutex lock;    /* guards name, address */
  char *name;
  struct sockaddr_storage address; /* family 0: not known */
};

SatipServer *
satip_server_new (const char *id)
{
  SatipServer *self = g_new0 (SatipServer, 1);

  g_atomic_ref_count_init (&self->refs);
  self->id = g_strdup (id);
  self->name = g_strdup (id);
  self->front_ends = g_array_new (FALSE, TRUE, sizeof (SatipFrontEnd));
  g_mutex_init (&self->lock);
  return self;
}

SatipServer *
satip_server_ref (SatipServer *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
satip_server_unref (SatipServer *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_array_unref (self->front_ends);
  g_mutex_clear (&self->lock);
  g_free (self->capabilities);
  g_free (self->name);
  g_free (self->id);
  g_free (self);
}

const char *
satip_server_get_id (SatipServer *self)
{
  return self->id;
}

char *
satip_server_dup_name (SatipServer *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return g_strdup (self->name);
}

void
satip_server_set_name (SatipServer *self, const char *name)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  g_free (self->name);
  self->name = g_strdup (name);
}

gboolean
satip_server_set_capabilities (SatipServer *self, const char *capabilities)
{
  if (g_strcmp0 (self->capabilities, capabilities) == 0)
    return FALSE;
  g_free (self->capabilities);
  self->capabilities = g_strdup (capabilities);
  g_array_unref (self->front_ends);
  self->front_ends = satip_capabilities_parse (capabilities);
  return TRUE;
}

const GArray *
satip_server_get_front_ends (SatipServer *self)
{
  return self->front_ends;
}

gboolean
satip_server_set_address (SatipServer *self, const struct sockaddr_storage *address)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  const gboolean other = memcmp (&self->address, address, sizeof *address) != 0;

  self->address = *address;
  return other;
}

gboolean
satip_server_get_address (SatipServer *self, struct sockaddr_storage *address)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  *address = self->address;
  return address->ss_family != 0;
}

void
satip_server_set_needs_tcp (SatipServer *self)
{
  g_atomic_int_set (&self->needs_tcp, TRUE);
}

gboolean
satip_server_get_needs_tcp (SatipServer *self)
{
  return g_atomic_int_get (&self->needs_tcp);
}
