/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/hearth-ctl.h"

#include <string.h>

void
ctl_usage_error (GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  if (error != NULL)
    *error = g_error_new_valist (HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, format, args);
  va_end (args);
}

/* All goes over the bus as UTF-8; only a file may be called otherwise. */
static gboolean
check_text (Ctl *ctl, const char *what, const char *text, GError **error)
{
  g_autofree char *shown = NULL;

  if (g_utf8_validate (text, -1, NULL) || strstr (ctl->command->arguments, "FILE") != NULL)
    return TRUE;
  shown = g_utf8_make_valid (text, -1);
  ctl_usage_error (error, "%s “%s” is not in UTF-8", what, shown);
  return FALSE;
}

static const CtlOption *
find_option (const CtlCommand *command, const char *name)
{
  static const CtlOption common[] = { { "json", NULL, NULL }, { "help", NULL, NULL }, { "view", "NAME", NULL } };

  for (const CtlOption *option = command->options; option != NULL && option->name != NULL; option++)
    if (g_str_equal (option->name, name))
      return option;
  for (guint i = 0; i < G_N_ELEMENTS (common); i++)
    if (g_str_equal (common[i].name, name))
      return &common[i];
  return NULL;
}

/* --name, --name=value or --name value; *next is the word after it. */
static gboolean
take_option (Ctl *ctl, char *word, char **next, gboolean *used_next, GError **error)
{
  char *value = strchr (word, '=');
  const CtlOption *option;

  if (value != NULL)
    *value++ = '\0'; /* argv is ours, and the name ends here */
  option = find_option (ctl->command, word + 2);
  if (option == NULL) {
    ctl_usage_error (error, "there is no option %s; try “hearthctl help %s”", word, ctl->command->name);
    return FALSE;
  }
  if (option->argument == NULL && value != NULL) {
    ctl_usage_error (error, "the option %s takes no value", word);
    return FALSE;
  }
  if (option->argument != NULL && value == NULL) {
    value = *next;
    *used_next = TRUE;
  }
  if (option->argument != NULL && value == NULL) {
    ctl_usage_error (error, "the option %s needs %s", word, option->argument);
    return FALSE;
  }
  g_hash_table_insert (ctl->options, (gpointer) option->name, value != NULL ? value : (char *) "");
  return value == NULL || check_text (ctl, "the value", value, error);
}

/* Splits the command's words from its options. A word such as -5 is a word: only -- begins an option. */
static gboolean
sort_words (Ctl *ctl, char **argv, int argc, GError **error)
{
  gboolean options = TRUE;

  for (int i = 0; i < argc; i++) {
    gboolean used_next = FALSE;

    if (options && g_str_equal (argv[i], "--"))
      options = FALSE;
    else if (options && g_str_has_prefix (argv[i], "--")) {
      if (!take_option (ctl, argv[i], &argv[i + 1], &used_next, error))
        return FALSE;
    } else if (check_text (ctl, "the word", argv[i], error))
      ctl->words[ctl->n_words++] = argv[i];
    else
      return FALSE;
    i += used_next ? 1 : 0;
  }
  return TRUE;
}

static gboolean
check_count (Ctl *ctl, GError **error)
{
  const CtlCommand *command = ctl->command;

  if (ctl->n_words >= command->min_words && ctl->n_words <= command->max_words)
    return TRUE;
  if (command->max_words == 0)
    ctl_usage_error (error, "“%s” is one word too many; try “hearthctl help %s”", ctl->words[0], command->name);
  else
    ctl_usage_error (error, "it goes: hearthctl %s %s", command->name, command->arguments);
  return FALSE;
}

static const CtlCommand *
help_command (void)
{
  static char *words[] = { (char *) "help", NULL };
  guint n_used;

  return ctl_find_command (words, 1, &n_used);
}

gboolean
ctl_choose_view (Ctl *ctl, const char *name, GError **error)
{
  if (*name == '\0' || strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen (name)) {
    ctl_usage_error (error, "“%s” names no view; “hearthctl views” lists them", name);
    return FALSE;
  }
  g_free (ctl->view);
  g_free (ctl->output);
  ctl->view = g_strconcat (HEARTH_PATH "/view/", name, NULL);
  ctl->output = g_strconcat (HEARTH_PATH "/output/", name, NULL);
  return TRUE;
}

static void
say_unknown (char **words, guint n_words, GError **error)
{
  if (*words[0] == '-')
    ctl_usage_error (error, "there is no option %s before a command; “hearthctl help” tells what there is", words[0]);
  else if (!ctl_is_beginning (words[0]))
    ctl_usage_error (error, "there is no command “%s”; “hearthctl help” lists them", words[0]);
  else if (n_words < 2)
    ctl_usage_error (error, "“%s” needs another word; “hearthctl help %s” lists them", words[0], words[0]);
  else
    ctl_usage_error (error, "there is no command “%s %s”; “hearthctl help %s” lists them", words[0], words[1], words[0]);
}

/* Options before the command: --json, --view, --help, --version. */
static int
take_leading (Ctl *ctl, int argc, char **argv)
{
  int first = 1;

  while (first < argc && (g_str_equal (argv[first], "--json") || g_str_has_prefix (argv[first], "--view"))) {
    if (g_str_equal (argv[first], "--json"))
      ctl->json = TRUE;
    else if (argv[first][strlen ("--view")] == '=')
      g_hash_table_insert (ctl->options, (gpointer) "view", argv[first] + strlen ("--view="));
    else if (g_str_equal (argv[first], "--view") && first + 1 < argc)
      g_hash_table_insert (ctl->options, (gpointer) "view", argv[++first]);
    else
      break;
    first++;
  }
  if (first >= argc || g_str_equal (argv[first], "--help") || g_str_equal (argv[first], "-h"))
    ctl->command = help_command ();
  else if (g_str_equal (argv[first], "--version")) {
    ctl->command = help_command ();
    g_hash_table_insert (ctl->options, (gpointer) "version", (gpointer) "");
  }
  return first;
}

static gboolean
parse (Ctl *ctl, int argc, char **argv, GError **error)
{
  int first = take_leading (ctl, argc, argv);
  guint n_used = 0;

  ctl_choose_view (ctl, "main", NULL);
  ctl->words = g_new0 (char *, argc + 1);
  if (ctl->command == NULL && g_str_equal (argv[first], "--view")) {
    ctl_usage_error (error, "the option --view needs NAME; “hearthctl views” lists them");
    return FALSE;
  }
  if (ctl->command != NULL)
    return TRUE;
  ctl->command = ctl_find_command (argv + first, (guint) (argc - first), &n_used);
  if (ctl->command == NULL) {
    say_unknown (argv + first, (guint) (argc - first), error);
    return FALSE;
  }
  first += (int) n_used;
  if (!sort_words (ctl, argv + first, argc - first, error))
    return FALSE;
  ctl->json |= ctl_option (ctl, "json") != NULL;
  if (ctl_option (ctl, "view") != NULL && !ctl_choose_view (ctl, ctl_option (ctl, "view"), error))
    return FALSE;
  if (ctl_option (ctl, "help") != NULL) {
    ctl->words[0] = (char *) ctl->command->name;
    ctl->n_words = 1;
    ctl->command = help_command ();
    return TRUE;
  }
  return check_count (ctl, error);
}

gboolean
ctl_parse (Ctl *ctl, int argc, char **argv, GError **error)
{
  if (parse (ctl, argc, argv, error))
    return TRUE;
  ctl->json |= g_strv_contains ((const char *const *) argv, "--json"); /* it may stand behind what is wrong */
  return FALSE;
}

const char *
ctl_option (Ctl *ctl, const char *name)
{
  return g_hash_table_lookup (ctl->options, name);
}

gboolean
ctl_option_number (Ctl *ctl, const char *name, guint minimum, guint maximum, guint *value, GError **error)
{
  const char *text = ctl_option (ctl, name);
  guint64 number;

  if (text == NULL)
    return TRUE;
  if (!g_ascii_string_to_unsigned (text, 10, minimum, maximum, &number, NULL)) {
    ctl_usage_error (error, "--%s takes a number from %u to %u, not “%s”", name, minimum, maximum, text);
    return FALSE;
  }
  *value = (guint) number;
  return TRUE;
}

gboolean
ctl_parse_boolean (const char *text, gboolean *value)
{
  static const char *const yes[] = { "on", "true", "yes", "1", NULL };
  static const char *const no[] = { "off", "false", "no", "0", NULL };

  *value = g_strv_contains (yes, text);
  return *value || g_strv_contains (no, text);
}
