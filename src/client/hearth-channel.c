/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/hearth-client-private.h"

struct _HearthChannel {
  GVariant *dictionary; /* a{sv} as in tv.hearth.Channels1 */
};

G_DEFINE_BOXED_TYPE (HearthChannel, hearth_channel, hearth_channel_ref, hearth_channel_unref)

HearthChannel *
client_channel_new (GVariant *dictionary)
{
  HearthChannel *self = g_atomic_rc_box_new0 (HearthChannel);

  self->dictionary = g_variant_ref_sink (dictionary);
  (void) g_variant_get_data (self->dictionary); /* makes it one run of bytes, from which get_string() may borrow */
  return self;
}

HearthChannel *
hearth_channel_ref (HearthChannel *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear (gpointer data)
{
  HearthChannel *self = data;

  g_variant_unref (self->dictionary);
}

void
hearth_channel_unref (HearthChannel *self)
{
  g_atomic_rc_box_release_full (self, clear);
}

/* What a lookup borrows are the dictionary's own bytes. */
static const char *
get_string (HearthChannel *self, const char *key, const char *otherwise)
{
  const char *value;

  return g_variant_lookup (self->dictionary, key, "&s", &value) && *value != '\0' ? value : otherwise;
}

const char *
hearth_channel_get_id (HearthChannel *self)
{
  return get_string (self, "id", "");
}

const char *
hearth_channel_get_number (HearthChannel *self)
{
  return get_string (self, "number", "");
}

const char *
hearth_channel_get_name (HearthChannel *self)
{
  return get_string (self, "name", "");
}

const char *
hearth_channel_get_name_in (HearthChannel *self, const char *language)
{
  g_autoptr (GVariant) names = g_variant_lookup_value (self->dictionary, "names", G_VARIANT_TYPE ("a{ss}"));
  const char *name;

  if (names != NULL && g_variant_lookup (names, language, "&s", &name) && *name != '\0')
    return name; /* shares the dictionary's bytes, see get_string() */
  return hearth_channel_get_name (self);
}

const char *
hearth_channel_get_kind (HearthChannel *self)
{
  return get_string (self, "kind", "tv");
}

const char *
hearth_channel_get_logo (HearthChannel *self)
{
  return get_string (self, "logo", NULL);
}

const char *
hearth_channel_get_group (HearthChannel *self)
{
  return get_string (self, "group", NULL);
}

const char *
hearth_channel_get_guide_id (HearthChannel *self)
{
  return get_string (self, "guide-id", NULL);
}

guint
hearth_channel_get_legs (HearthChannel *self)
{
  guint32 legs = 0;

  g_variant_lookup (self->dictionary, "legs", "u", &legs);
  return legs;
}
