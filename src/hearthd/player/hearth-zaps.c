/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/player/hearth-zaps.h"

#define KEPT 32

static const char *const stages[] = { "join",          "first-packet", "tables", "random-access-point",
                                      "first-decoded", "first-shown",  "sound",  "normal-speed" };

typedef struct {
  guint serial; /* 0: free */
  char *channel;
  gboolean prefetched;
  gint64 command_us;
  gint64 reached_us[G_N_ELEMENTS (stages)]; /* 0: not yet */
} Zap;

struct _HearthZaps {
  Zap zaps[KEPT];
};

HearthZaps *
hearth_zaps_new (void)
{
  return g_new0 (HearthZaps, 1);
}

void
hearth_zaps_free (HearthZaps *self)
{
  for (guint i = 0; i < KEPT; i++)
    g_free (self->zaps[i].channel);
  g_free (self);
}

static Zap *
find (HearthZaps *self, guint serial)
{
  Zap *zap = &self->zaps[serial % KEPT];

  return serial != 0 && zap->serial == serial ? zap : NULL;
}

void
hearth_zaps_begin (HearthZaps *self, guint serial, const char *channel, gboolean prefetched, gint64 command_us)
{
  Zap *zap = &self->zaps[serial % KEPT];

  g_free (zap->channel);
  *zap = (Zap){ .serial = serial, .channel = g_strdup (channel), .prefetched = prefetched, .command_us = command_us };
}

gboolean
hearth_zaps_add (HearthZaps *self, guint serial, const char *stage, gint64 time_us)
{
  Zap *zap = find (self, serial);

  for (guint i = 0; zap != NULL && i < G_N_ELEMENTS (stages); i++) {
    if (!g_str_equal (stages[i], stage))
      continue;
    if (zap->reached_us[i] != 0)
      return FALSE;
    zap->reached_us[i] = time_us;
    return TRUE;
  }
  return FALSE;
}

GVariant *
hearth_zaps_describe (HearthZaps *self, guint serial)
{
  Zap *zap = find (self, serial);
  GVariantDict dict;

  if (zap == NULL)
    return NULL;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "serial", "u", serial);
  g_variant_dict_insert (&dict, "channel", "s", zap->channel);
  g_variant_dict_insert (&dict, "prefetched", "b", zap->prefetched);
  g_variant_dict_insert (&dict, "command", "x", zap->command_us);
  for (guint i = 0; i < G_N_ELEMENTS (stages); i++)
    if (zap->reached_us[i] != 0)
      g_variant_dict_insert (&dict, stages[i], "x", zap->reached_us[i]);
  return g_variant_dict_end (&dict);
}
