/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hearthctl with wrong words, without a box, and with nowhere to write to: what it says, where, and its exit status. */
#include "ctl/hearth-ctl.h"

#include <string.h>
#include <sys/wait.h>

#define NOWHERE "unix:path=/nonexistent/bus"

typedef struct {
  const char *words; /* split as a shell does */
  CtlExit status;
  const char *said; /* in the error's message */
} Wrong;

static const Wrong wrongs[] = {
  { "nonsense", CTL_USAGE, "no command “nonsense”" },
  { "''", CTL_USAGE, "no command “”" },
  { "network", CTL_USAGE, "hearthctl help network" },
  { "network nonsense", CTL_USAGE, "“network nonsense”" },
  { "--nonsense", CTL_USAGE, "no option --nonsense" },
  { "--view", CTL_USAGE, "--view needs NAME" },
  { "--view= stop", CTL_USAGE, "names no view" },
  { "--view ../x stop", CTL_USAGE, "names no view" },
  { "stop --nonsense", CTL_USAGE, "hearthctl help stop" },
  { "stop --help=1", CTL_USAGE, "takes no value" },
  { "stop now", CTL_USAGE, "one word too many" },
  { "open", CTL_USAGE, "hearthctl open NUMBER" },
  { "open ''", CTL_USAGE, "empty word" },
  { "open '\xff'", CTL_USAGE, "not in UTF-8" },
  { "record 1 --title '\xc3('", CTL_USAGE, "not in UTF-8" },
  { "network add a iptv 'location=\xff'", CTL_USAGE, "not in UTF-8" },
  { "network add a iptv location", CTL_USAGE, "location=/path/to/list.m3u" },
  { "network add a iptv x:h=0", CTL_USAGE, "D-Bus type h" },
  { "network add a iptv x:ms=1", CTL_USAGE, "D-Bus type ms" },
  { "network refresh ../x", CTL_USAGE, "no network's name" },
  { "setting set '\xff' 1", CTL_USAGE, "not in UTF-8" },
  { "zap up --timeout", CTL_USAGE, "--timeout needs SECONDS" },
  { "zap up --timeout=", CTL_USAGE, "1 to 600" },
  { "zap up --timeout -1", CTL_USAGE, "1 to 600" },
  { "zap up --timeout 99999999999999999999", CTL_USAGE, "1 to 600" },
  { "channels --limit 0", CTL_USAGE, "--limit takes a number" },
  { "volume loud", CTL_USAGE, "0 to 100" },
  { "volume ++5", CTL_USAGE, "0 to 100" },
  { "volume 101", CTL_USAGE, "0 to 100" },
  { "mute maybe", CTL_USAGE, "on, off or toggle" },
  { "pause maybe", CTL_USAGE, "on, off or toggle" },
  { "frames maybe", CTL_USAGE, "on or off" },
  { "tracks smell", CTL_USAGE, "video, audio or text" },
  { "seek nan", CTL_USAGE, "is no time" },
  { "seek 0x10", CTL_USAGE, "is no time" },
  { "seek +", CTL_USAGE, "is no time" },
  { "recordings play last --at 1:2:3:4", CTL_USAGE, "is no time" },
  { "screenshot x.png --format gif", CTL_USAGE, "png or jpeg" },
  { "screenshot x.png --width 1", CTL_USAGE, "16 to 16384" },
  { "help nonsense", CTL_USAGE, "no command “nonsense”" },
  { "ts", CTL_USAGE, "hearthctl ts FILE" },
  { "ts /dev/null", CTL_FAILED, "no packets were found in its 0 bytes" },
  { "ts /", CTL_FAILED, "reading “/”" },
  { "ts ''", CTL_FAILED, "reading “”" },
  { "ts /nonexistent", CTL_NOT_FOUND, "No such file" },
  { "ts '/nonexistent/\xff'", CTL_NOT_FOUND, "No such file" },
  { "ts /dev/null --charset Klingon", CTL_USAGE, "no character table" },
  { "playlist check /nonexistent", CTL_FAILED, "No such file" },
  { "playlist check '/nonexistent/\xff'", CTL_FAILED, "No such file" },
  { "playlist check /", CTL_FAILED, "not a file" },
};

static char **
split (const char *words)
{
  g_autofree char *program = g_test_build_filename (G_TEST_BUILT, "hearthctl", NULL);
  g_autofree char *line = g_strconcat (program, " ", words, NULL);
  g_autoptr (GError) error = NULL;
  char **argv = NULL;

  g_assert_true (g_shell_parse_argv (line, NULL, &argv, &error));
  return argv;
}

static int
run (const char *words, const char *bus, char **out, char **err)
{
  g_auto (GStrv) argv = split (words);
  g_auto (GStrv) environment = g_environ_setenv (g_get_environ (), "HEARTH_BUS", bus, TRUE);
  g_autoptr (GError) error = NULL;
  int status;

  g_assert_true (g_spawn_sync (NULL, argv, environment, G_SPAWN_DEFAULT, NULL, NULL, out, err, &status, &error));
  g_test_message ("hearthctl %s -> %d\n%s%s", words, WEXITSTATUS (status), *out, *err);
  g_assert_true (WIFEXITED (status));
  return WEXITSTATUS (status);
}

static void
assert_contains (const char *text, const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("“%s” is not in “%s”", part, text);
}

/* On standard output there is nothing, or JSON; on standard error an object. */
static void
check_json (const Wrong *wrong, const char *bus)
{
  g_autofree char *words = g_strconcat (wrong->words, " --json", NULL);
  g_autofree char *out = NULL, *err = NULL;
  g_autoptr (JsonNode) node = NULL, printed = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (run (words, bus, &out, &err), ==, wrong->status);
  printed = json_from_string (out, &error);
  g_assert_no_error (error);
  node = json_from_string (err, &error);
  g_assert_no_error (error);
  assert_contains (json_object_get_string_member (json_node_get_object (node), "message"), wrong->said);
}

static void
check (const Wrong *wrong, const char *bus)
{
  g_autofree char *out = NULL, *err = NULL;

  g_assert_cmpint (run (wrong->words, bus, &out, &err), ==, wrong->status);
  g_assert_cmpstr (out, ==, "");
  g_assert_true (g_utf8_validate (err, -1, NULL));
  g_assert_true (g_str_has_prefix (err, "hearthctl"));
  assert_contains (err, wrong->said);
}

static void
test_wrong_words (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (wrongs); i++) {
    check (&wrongs[i], NOWHERE);
    if (!g_str_has_suffix (wrongs[i].words, "--timeout") && !g_str_has_suffix (wrongs[i].words, "--view"))
      check_json (&wrongs[i], NOWHERE); /* those take --json as their value */
  }
}

static void
test_no_bus (void)
{
  static const char *const commands[] = { "status", "open 1", "channels --all", "network streams", "monitor", "frames --follow", "screenshot x.png",
                                          "network scan cable", "recordings delete last", "setting set a b", "views", "guide", "zap up --verbose" };

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++) {
    const Wrong wrong = { commands[i], CTL_NOT_RUNNING, "is Hearth running?" };

    check (&wrong, NOWHERE);
    check_json (&wrong, NOWHERE);
  }
  check (&(const Wrong) { "status", CTL_USAGE, "no D-Bus address" }, "garbage");
  check (&(const Wrong) { "status", CTL_NOT_RUNNING, "is Hearth running?" }, "unix:path=/dev/null");
  g_assert_false (g_file_test ("x.png", G_FILE_TEST_EXISTS));
}

/* ---- nowhere to write to --------------------------------------------------------------------- */

static void
test_output_full (void)
{
  g_autofree char *program = g_test_build_filename (G_TEST_BUILT, "hearthctl", NULL);
  g_autofree char *full = g_strdup_printf ("'%s' help >/dev/full", program), *closed = g_strdup_printf ("'%s' help >&-", program);
  const char *const lines[] = { full, closed };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++) {
    const char *argv[] = { "sh", "-c", lines[i], NULL };
    g_autofree char *err = NULL;
    int status;

    g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, &err, &status, NULL));
    g_assert_cmpint (WEXITSTATUS (status), ==, CTL_FAILED);
    assert_contains (err, "the output cannot be written");
  }
}

/* ---- the table, the manual, completion ------------------------------------------------------------ */

static JsonNode *
dup_commands (void)
{
  g_autofree char *out = NULL, *err = NULL;
  g_autoptr (GError) error = NULL;
  JsonNode *node;

  g_assert_cmpint (run ("help --json", NOWHERE, &out, &err), ==, CTL_OK);
  node = json_from_string (out, &error);
  g_assert_no_error (error);
  return node;
}

/* What completion offers, each line with an end. */
static char *
dup_offered (const char *words)
{
  g_autofree char *line = g_strconcat ("complete -- ", words, NULL);
  g_autofree char *out = NULL, *err = NULL;

  g_assert_cmpint (run (line, NOWHERE, &out, &err), ==, CTL_OK);
  return g_strconcat ("\n", out, NULL);
}

static void
check_option (const char *name, const char *option, const char *manual)
{
  g_autofree char *words = g_strdup_printf ("%s --%s", name, option), *offered = dup_offered (words);
  g_autofree char *wanted = g_strdup_printf ("\n--%s\t", option), *told = g_strdup_printf ("Fl \\-%s", option);

  assert_contains (offered, wanted);
  assert_contains (manual, told);
}

static void
check_command (JsonObject *command, const char *manual)
{
  const char *name = json_object_get_string_member (command, "name");
  g_auto (GStrv) words = g_strsplit (name, " ", 2);
  g_autofree char *offered = dup_offered (name), *tag = g_strdup_printf ("Cm %s", name);
  g_autofree char *wanted = g_strdup_printf ("\n%s", words[1] != NULL ? words[1] : words[0]);
  JsonArray *options = json_object_get_array_member (command, "options");

  assert_contains (offered, wanted);
  assert_contains (manual, tag);
  for (guint i = 0; i < json_array_get_length (options); i++)
    check_option (name, json_object_get_string_member (json_array_get_object_element (options, i), "name"), manual);
}

static void
test_all_are_told (void)
{
  g_autofree char *file = g_test_build_filename (G_TEST_DIST, "data", "man", "hearthctl.1", NULL);
  g_autofree char *manual = NULL;
  g_autoptr (JsonNode) node = dup_commands ();
  JsonArray *commands = json_object_get_array_member (json_node_get_object (node), "commands");

  g_assert_true (g_file_get_contents (file, &manual, NULL, NULL));
  g_assert_cmpuint (json_array_get_length (commands), >, 55);
  for (guint i = 0; i < json_array_get_length (commands); i++)
    check_command (json_array_get_object_element (commands, i), manual);
}

int
main (int argc, char **argv)
{
  g_setenv ("LC_ALL", "C.UTF-8", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ctl-errors/wrong-words", test_wrong_words);
  g_test_add_func ("/ctl-errors/no-bus", test_no_bus);
  g_test_add_func ("/ctl-errors/output-full", test_output_full);
  g_test_add_func ("/ctl-errors/all-are-told", test_all_are_told);
  return g_test_run ();
}
