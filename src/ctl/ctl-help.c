/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "ctl/hearth-ctl.h"

static char *
dup_usage (const CtlCommand *command)
{
  return g_strconcat (command->name, *command->arguments != '\0' ? " " : "", command->arguments, NULL);
}

/* By hand: printf() counts bytes, and an ellipsis has three. */
static void
print_line (const char *usage, const char *summary)
{
  ctl_print ("  %s%*s  %s\n", usage, MAX (0, 34 - (int) ctl_text_width (usage)), "", summary);
}

static void
print_overview (void)
{
  ctl_print ("hearthctl [--json] [--view NAME] COMMAND ...\nRuns a Hearth television box from the command line.\n");
  for (const CtlGroup *group = ctl_groups; group->title != NULL; group++) {
    ctl_print ("\n%s\n", group->title);
    for (const CtlCommand *command = group->commands; command->name != NULL; command++) {
      g_autofree char *usage = dup_usage (command);

      if (command->summary != NULL)
        print_line (usage, command->summary);
    }
  }
  ctl_print ("\nhearthctl help COMMAND tells its options. The bus is HEARTH_BUS, else the system bus.\n"
             "Exit status: 0 done, 1 failed, 2 wrong words, 3 not found, 4 Hearth does not run, 5 not permitted,\n"
             "6 timed out, 7 busy, 8 not supported.\n");
}

static void
print_command (const CtlCommand *command)
{
  g_autofree char *usage = dup_usage (command);

  ctl_print ("hearthctl %s\n  %s\n", usage, command->summary != NULL ? command->summary : "");
  if (command->details != NULL)
    ctl_print ("\n%s\n", command->details);
  ctl_print ("\n  %-22s  %s\n", "--json", "print for programs");
  ctl_print ("  %-22s  %s\n", "--view NAME", "speak to that view, not to main");
  for (const CtlOption *option = command->options; option != NULL && option->name != NULL; option++) {
    g_autofree char *name = g_strconcat ("--", option->name, option->argument != NULL ? " " : "", option->argument, NULL);

    ctl_print ("  %-22s  %s\n", name, option->help);
  }
}

/* ---- for programs --------------------------------------------------------------------------- */

static void
add_member (JsonBuilder *builder, const char *key, const char *text)
{
  json_builder_set_member_name (builder, key);
  json_builder_add_string_value (builder, text != NULL ? text : "");
}

static void
add_option (JsonBuilder *builder, const char *name, const char *argument, const char *text)
{
  json_builder_begin_object (builder);
  add_member (builder, "name", name);
  add_member (builder, "argument", argument);
  add_member (builder, "help", text);
  json_builder_end_object (builder);
}

static void
add_command (JsonBuilder *builder, const CtlCommand *command)
{
  json_builder_begin_object (builder);
  add_member (builder, "name", command->name);
  add_member (builder, "arguments", command->arguments);
  add_member (builder, "summary", command->summary);
  json_builder_begin_array (json_builder_set_member_name (builder, "options"));
  for (const CtlOption *option = command->options; option != NULL && option->name != NULL; option++)
    add_option (builder, option->name, option->argument, option->help);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

/* Those that are @wanted or begin with it; all for NULL. FALSE when there are none. */
static gboolean
print_json (const char *wanted)
{
  g_autofree char *beginning = wanted != NULL ? g_strconcat (wanted, " ", NULL) : NULL;
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  guint n_found = 0;

  json_builder_begin_object (builder);
  json_builder_begin_array (json_builder_set_member_name (builder, "commands"));
  for (const CtlGroup *group = ctl_groups; group->title != NULL; group++)
    for (const CtlCommand *command = group->commands; command->name != NULL; command++)
      if (command->summary != NULL &&
          (wanted == NULL || g_str_equal (command->name, wanted) || g_str_has_prefix (command->name, beginning))) {
        add_command (builder, command);
        n_found++;
      }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  if (n_found > 0)
    ctl_print_json (json_builder_get_root (builder));
  return n_found > 0;
}

/* "help network": all commands that begin so. */
static gboolean
print_beginning (const char *word)
{
  g_autofree char *beginning = g_strconcat (word, " ", NULL);
  gboolean any = FALSE;

  for (const CtlGroup *group = ctl_groups; group->title != NULL; group++)
    for (const CtlCommand *command = group->commands; command->name != NULL; command++) {
      g_autofree char *usage = dup_usage (command);

      if (command->summary == NULL || !g_str_has_prefix (command->name, beginning))
        continue;
      print_line (usage, command->summary);
      any = TRUE;
    }
  return any;
}

static gboolean
run_help (Ctl *ctl, GError **error)
{
  g_autofree char *joined = ctl->n_words > 0 ? g_strjoinv (" ", ctl->words) : NULL;
  g_auto (GStrv) words = joined != NULL ? g_strsplit (joined, " ", -1) : NULL;
  const CtlCommand *command;
  guint n_used = 0;

  if (ctl_option (ctl, "version") != NULL) {
    ctl_print (ctl->json ? "{\"version\": \"%s\"}\n" : "hearthctl %s\n", PACKAGE_VERSION);
    return TRUE;
  }
  if (ctl->json && print_json (joined))
    return TRUE;
  if (words == NULL) {
    print_overview ();
    return TRUE;
  }
  command = ctl_find_command (words, g_strv_length (words), &n_used);
  if (command != NULL && n_used == g_strv_length (words)) {
    print_command (command);
    return TRUE;
  }
  if (print_beginning (joined))
    return TRUE;
  ctl_usage_error (error, "there is no command “%s”; “hearthctl help” lists them", joined);
  return FALSE;
}

const CtlCommand ctl_help_commands[] = {
  { "help", "[COMMAND]", "tell the commands, or one command's options", NULL, 0, 2, run_help, NULL, { "@command" } },
  { "complete", "-- WORD…", NULL, NULL, 0, 99, ctl_run_complete, NULL, { NULL } },
  { NULL, NULL, NULL, NULL, 0, 0, NULL, NULL, { NULL } },
};
