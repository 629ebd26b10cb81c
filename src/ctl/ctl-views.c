/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/hearth-ctl.h"

/* ---- where people watch ----------------------------------------------------------------------- */

/* Also when it has no player's answer yet. */
static GVariant *
describe (Ctl *ctl, const char *path)
{
  g_autoptr (GVariant) player = ctl_get_all (ctl, path, "Player1", NULL);
  g_autofree char *state = player != NULL ? ctl_lookup_text (player, "State") : g_strdup ("");
  g_autofree char *channel = player != NULL ? ctl_lookup_text (player, "Channel") : g_strdup ("");
  g_autofree char *title = *channel != '\0' ? ctl_dup_channel_title (ctl, channel) : g_strdup ("");
  double volume = 0;
  gboolean mute = FALSE;

  if (player != NULL) {
    g_variant_lookup (player, "Volume", "d", &volume);
    g_variant_lookup (player, "Mute", "b", &mute);
  }
  return g_variant_new_parsed ("{'name': <%s>, 'state': <%s>, 'channel': <%s>, 'title': <%s>, 'volume': <%d>, 'mute': <%b>}",
                               strrchr (path, '/') + 1, state, channel, title, volume, mute);
}

static gboolean
run_views (Ctl *ctl, GError **error)
{
  g_autoptr (GVariant) reply = ctl_call (ctl, "Views1", "List", NULL, "(ao)", error);
  g_autoptr (GVariant) paths = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
  g_autoptr (GVariant) list = NULL;
  GVariantBuilder builder;

  if (paths == NULL)
    return FALSE;
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (gsize i = 0; i < g_variant_n_children (paths); i++) {
    const char *path;

    g_variant_get_child (paths, i, "&o", &path);
    g_variant_builder_add_value (&builder, describe (ctl, path));
  }
  list = g_variant_ref_sink (g_variant_builder_end (&builder));
  ctl_print_list (ctl, "views", list, "name|state|title|mute");
  return TRUE;
}

static gboolean
run_add (Ctl *ctl, GError **error)
{
  GVariant *options = g_variant_new_parsed ("{'mute': <%b>}", ctl_option (ctl, "sound") == NULL);
  g_autoptr (GVariant) reply =
    ctl_call (ctl, "Views1", "Add", g_variant_new ("(s@a{sv})", ctl->words[0], options), "(o)", error);

  return reply != NULL;
}

static gboolean
run_remove (Ctl *ctl, GError **error)
{
  g_autoptr (GVariant) reply = ctl_call (ctl, "Views1", "Remove", g_variant_new ("(s)", ctl->words[0]), "()", error);

  return reply != NULL;
}

static const CtlOption add_options[] = { { "sound", NULL, "it begins with sound, not muted" }, { NULL, NULL, NULL } };

const CtlCommand ctl_view_commands[] = {
  { "views", "", "where people watch: each view has a screen of its own", NULL, 0, 0, run_views, NULL, { NULL } },
  { "view add", "NAME", "another view; --view NAME lets the other commands speak to it", NULL, 1, 1, run_add, add_options, { "", NULL } },
  { "view remove", "NAME", "end a view and what plays there", NULL, 1, 1, run_remove, NULL, { "@view", NULL } },
  { NULL, NULL, NULL, NULL, 0, 0, NULL, NULL, { NULL } },
};
