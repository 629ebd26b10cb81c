/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/hearth-ctl.h"

#include <string.h>

/* For the shell's completion: `hearthctl complete -- WORD… LAST` prints what LAST may become, one a line, with a
 * description after a tab; ":files" where files are meant. Prints nothing of the bus while Hearth does not run. */

#define MOST_CHANNELS 200
#define TIMEOUT_MS 1500 /* who presses Tab waits */

static void
offer (const char *word, const char *last, const char *description)
{
  if (word == NULL || !g_str_has_prefix (word, last))
    return;
  ctl_print ("%s%s%s\n", word, description != NULL ? "\t" : "", description != NULL ? description : "");
}

static void
offer_channels (Ctl *ctl, const char *last)
{
  GVariant *filter = *last != '\0' ? g_variant_new_parsed ("{'text': <%s>}", last) : g_variant_new ("a{sv}", NULL);
  g_autoptr (GVariant) reply =
    ctl_call (ctl, "Channels1", "List", g_variant_new ("(su@a{sv})", "", MOST_CHANNELS, filter), "(aa{sv}s)", NULL);
  g_autoptr (GVariant) list = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;

  for (gsize i = 0; list != NULL && i < g_variant_n_children (list); i++) {
    g_autoptr (GVariant) channel = g_variant_get_child_value (list, i);
    g_autofree char *number = ctl_lookup_text (channel, "number");
    g_autofree char *name = ctl_lookup_text (channel, "name");

    offer (number, last, name);
    if (*last != '\0')
      offer (name, last, NULL);
  }
}

static void
offer_networks (Ctl *ctl, const char *last)
{
  g_autoptr (GVariant) paths = ctl_list_networks (ctl, NULL);

  for (gsize i = 0; paths != NULL && i < g_variant_n_children (paths); i++) {
    const char *path;

    g_variant_get_child (paths, i, "&o", &path);
    offer (strrchr (path, '/') + 1, last, NULL);
  }
}

static void
offer_views (Ctl *ctl, const char *last)
{
  g_autoptr (GVariant) reply = ctl_call (ctl, "Views1", "List", NULL, "(ao)", NULL);
  g_autoptr (GVariant) paths = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;

  for (gsize i = 0; paths != NULL && i < g_variant_n_children (paths); i++) {
    const char *path;

    g_variant_get_child (paths, i, "&o", &path);
    offer (strrchr (path, '/') + 1, last, NULL);
  }
}

static void
offer_settings (Ctl *ctl, const char *last)
{
  g_autoptr (GVariant) reply = ctl_call (ctl, "Settings1", "List", g_variant_new ("(s)", last), "(aa{sv})", NULL);
  g_autoptr (GVariant) list = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;

  for (gsize i = 0; list != NULL && i < g_variant_n_children (list); i++) {
    g_autoptr (GVariant) setting = g_variant_get_child_value (list, i);
    g_autofree char *key = ctl_lookup_text (setting, "key");

    offer (key, last, NULL);
  }
}

static void
offer_recordings (Ctl *ctl, const char *last)
{
  g_autoptr (GVariant) reply = ctl_call (
    ctl, "Recordings1", "List", g_variant_new ("(su@a{sv})", "", MOST_CHANNELS, g_variant_new ("a{sv}", NULL)), "(aa{sv}s)", NULL);
  g_autoptr (GVariant) list = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;

  offer ("last", last, "the newest");
  for (gsize i = 0; list != NULL && i < g_variant_n_children (list); i++) {
    g_autoptr (GVariant) recording = g_variant_get_child_value (list, i);
    g_autofree char *id = ctl_lookup_text (recording, "id");
    g_autofree char *title = ctl_lookup_text (recording, "title");

    offer (id, last, title);
  }
}

/* First words, or second words after @first. */
static void
offer_commands (const char *first, const char *last)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (const CtlGroup *group = ctl_groups; group->title != NULL; group++)
    for (const CtlCommand *command = group->commands; command->name != NULL; command++) {
      g_auto (GStrv) words = g_strsplit (command->name, " ", 2);
      const char *word = first == NULL ? words[0] : g_str_equal (words[0], first) ? words[1] : NULL;

      if (command->summary == NULL || word == NULL || !g_hash_table_add (seen, g_strdup (word)))
        continue;
      offer (word, last, g_strv_length (words) == (first == NULL ? 1 : 2) ? command->summary : NULL);
    }
}

static void
offer_options (const CtlCommand *command, const char *last)
{
  for (const CtlOption *option = command->options; option != NULL && option->name != NULL; option++) {
    g_autofree char *word = g_strconcat ("--", option->name, NULL);

    offer (word, last, option->help);
  }
  offer ("--json", last, "print for programs");
  offer ("--view", last, "speak to that view, not to main");
}

static void
offer_words (Ctl *ctl, const char *kinds, const char *last)
{
  g_auto (GStrv) parts = g_strsplit (kinds, " ", -1);

  for (guint i = 0; parts[i] != NULL; i++) {
    if (g_str_equal (parts[i], "@channel"))
      offer_channels (ctl, last);
    else if (g_str_equal (parts[i], "@network"))
      offer_networks (ctl, last);
    else if (g_str_equal (parts[i], "@view"))
      offer_views (ctl, last);
    else if (g_str_equal (parts[i], "@recording"))
      offer_recordings (ctl, last);
    else if (g_str_equal (parts[i], "@setting"))
      offer_settings (ctl, last);
    else if (g_str_equal (parts[i], "@command"))
      offer_commands (NULL, last);
    else if (*parts[i] != '\0')
      offer (parts[i], last, NULL);
  }
}

/* --json, --view NAME and --view=NAME may stand before a command. */
static guint
count_leading (Ctl *ctl)
{
  guint n = 0;

  while (n + 1 < ctl->n_words && g_str_has_prefix (ctl->words[n], "--"))
    n += g_str_equal (ctl->words[n], "--view") && n + 2 < ctl->n_words ? 2 : 1;
  return n;
}

gboolean
ctl_run_complete (Ctl *ctl, G_GNUC_UNUSED GError **error)
{
  const guint n_leading = count_leading (ctl);
  char **words = ctl->words + n_leading;
  const guint n_words = ctl->n_words - n_leading, n_before = n_words > 0 ? n_words - 1 : 0;
  const char *last = n_words > 0 ? words[n_before] : "";
  guint n_used = 0, place;
  const CtlCommand *command = ctl_find_command (words, n_before, &n_used);

  ctl->timeout_ms = TIMEOUT_MS;
  if (n_before == 0)
    offer_commands (NULL, last);
  else if (n_before == 1)
    offer_commands (words[0], last);
  if (command == NULL)
    return TRUE;
  if (g_str_has_prefix (last, "-"))
    offer_options (command, last);
  place = MIN (n_before - n_used, (guint) G_N_ELEMENTS (command->complete) - 1);
  while (place > 0 && command->complete[place] == NULL)
    place--;
  if (command->complete[place] != NULL)
    offer_words (ctl, command->complete[place], last);
  else if (n_before - n_used < command->max_words && strstr (command->arguments, "FILE") != NULL)
    ctl_print (":files\n");
  return TRUE;
}
