/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hearthctl as a person or a script meets it: its output and its exit status, against a make-believe hearthd. */
#include "ctl/hearth-ctl.h"
#include "tests/unit/client/fake-hearth.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>

static FakeHearth fake;

typedef struct {
  int status;
  char *out, *err;
} Run;

static void
run_clear (Run *run)
{
  g_clear_pointer (&run->out, g_free);
  g_clear_pointer (&run->err, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

/* @words: split at blanks. */
static Run
run (const char *words)
{
  g_autofree char *program = g_test_build_filename (G_TEST_BUILT, "hearthctl", NULL);
  g_autofree char *line = g_strconcat (program, " ", words, NULL);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) argv = NULL;
  Run result = { 0 };
  int wait_status;

  g_assert_true (g_shell_parse_argv (line, NULL, &argv, &error));
  g_assert_true (g_spawn_sync (NULL, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &result.out, &result.err, &wait_status, &error));
  g_assert_no_error (error);
  g_assert_true (WIFEXITED (wait_status));
  result.status = WEXITSTATUS (wait_status);
  g_assert_true (g_utf8_validate (result.out, -1, NULL));
  g_test_message ("hearthctl %s -> %d\n%s%s", words, result.status, result.out, result.err);
  return result;
}

static void
assert_status (const char *words, CtlExit status)
{
  g_auto (Run) result = run (words);

  g_assert_cmpint (result.status, ==, status);
}

static void
assert_output (const char *words, const char *output)
{
  g_auto (Run) result = run (words);

  g_assert_cmpint (result.status, ==, CTL_OK);
  g_assert_cmpstr (result.out, ==, output);
  g_assert_cmpstr (result.err, ==, "");
}

static void
assert_contains (const char *text, const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("“%s” is not in “%s”", part, text);
}

static JsonNode *
run_json (const char *words, CtlExit status)
{
  g_auto (Run) result = run (words);
  g_autoptr (GError) error = NULL;
  JsonNode *node = json_from_string (result.out, &error);

  g_assert_no_error (error);
  g_assert_cmpint (result.status, ==, status);
  return node;
}

static JsonObject *
get_object (JsonNode *node, const char *member)
{
  return json_object_get_object_member (json_node_get_object (node), member);
}

/* ---- watching ------------------------------------------------------------------------------ */

static void
test_status (void)
{
  g_autoptr (JsonNode) node = NULL;

  assert_output ("open 1", "1 CCTV-1 综合\n");
  assert_output ("status", "on       1 CCTV-1 综合\nstate    playing\npicture  1920x1080 interlaced, h264\nvolume   50 %\n");
  node = run_json ("status --json", CTL_OK);
  g_assert_cmpstr (json_object_get_string_member (get_object (node, "channel"), "name"), ==, "CCTV-1 综合");
  g_assert_cmpstr (json_object_get_string_member (json_node_get_object (node), "state"), ==, "playing");
  g_assert_cmpfloat (json_object_get_double_member (json_node_get_object (node), "volume"), ==, 0.5);
}

static void
test_open (void)
{
  assert_output ("open 2", "2 Channel 2\n");
  assert_output ("open fakechannel00005", "5 Channel 5\n");
  assert_output ("open 'cctv-1 综合'", "1 CCTV-1 综合\n");
  assert_output ("open udp://239.1.1.1:5000", "udp://239.1.1.1:5000\n");
  assert_status ("open 77", CTL_NOT_FOUND);
  assert_status ("open nobody", CTL_NOT_FOUND);
  assert_status ("open gopher://x", CTL_NOT_SUPPORTED);
  assert_output ("open --json -- 1", "{\"serial\": 5}\n");
  assert_output ("zap down", "5 Channel 5\n");
  assert_output ("zap up", "1 CCTV-1 综合\n");
  assert_output ("back", "5 Channel 5\n");
  assert_output ("stop", "");
}

static void
test_zap_verbose (void)
{
  g_auto (Run) result = run ("zap 2 --verbose");
  g_autoptr (JsonNode) node = NULL;
  JsonObject *stages;

  g_assert_cmpint (result.status, ==, CTL_OK);
  g_assert_cmpstr (result.out, ==,
                   "2 Channel 2\n"
                   "STAGE                  MS  STEP\n"
                   "join                 10.0  10.0\n"
                   "first-packet         20.0  10.0\n"
                   "tables               30.0  10.0\n"
                   "random-access-point  40.0  10.0\n"
                   "first-decoded        50.0  10.0\n"
                   "first-shown          60.0  10.0\n"
                   "sound                70.0  10.0\n"
                   "normal-speed         80.0  10.0\n");
  node = run_json ("zap up --verbose --json", CTL_OK);
  stages = get_object (node, "stages");
  g_assert_cmpfloat (json_object_get_double_member (stages, "first-shown"), ==, 60.0);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (json_node_get_object (node), "missing")), ==, 0);
}

static void
test_zap_without_picture (void)
{
  g_auto (Run) result = run ("zap 4 --verbose --timeout 1");
  g_autoptr (JsonNode) node = NULL;

  g_assert_cmpint (result.status, ==, CTL_TIMED_OUT);
  assert_contains (result.out, "join");
  assert_contains (result.out, "not reached: first-packet, tables");
  assert_contains (result.err, "after 1 s these stages are missing: first-packet");
  assert_contains (result.err, "joined, and nothing comes");
  node = run_json ("zap 4 --verbose --timeout=1 --json", CTL_TIMED_OUT);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (json_node_get_object (node), "missing")), ==, 7);
}

static void
test_sound (void)
{
  assert_output ("volume 40", "40 %\n");
  assert_output ("volume +5", "45 %\n");
  assert_output ("volume -50", "0 %\n");
  assert_output ("volume", "0 %\n");
  assert_status ("volume loud", CTL_USAGE);
  assert_status ("volume 101", CTL_USAGE);
  assert_output ("volume 50 --json", "{\"volume\": 50, \"mute\": false}\n");
  assert_output ("mute", "muted\n");
  assert_output ("mute on", "muted\n");
  assert_output ("mute toggle", "not muted\n");
  assert_status ("mute maybe", CTL_USAGE);
}

static void
test_tracks (void)
{
  g_autoptr (JsonNode) node = NULL;

  assert_status ("open 2", CTL_OK);
  assert_output ("tracks", "   KIND   ID   CODEC  LANGUAGE  DETAILS\n"
                           "*  video  256  h264             1920x1080\n"
                           "*  audio  257  mp2    chi       2 channels 48000 Hz\n");
  node = run_json ("tracks audio --json", CTL_OK);
  g_assert_false (json_object_has_member (json_node_get_object (node), "video"));
  g_assert_true (json_object_has_member (json_node_get_object (node), "audio"));
  assert_status ("tracks smell", CTL_USAGE);
  assert_status ("track audio 257", CTL_OK);
  assert_status ("track text none", CTL_OK);
  assert_status ("track audio 1", CTL_NOT_FOUND);
  assert_output ("statistics", "frames-shown  250\nspeed         1\n");
}

/* ---- channels ---------------------------------------------------------------------------------- */

static void
test_channels (void)
{
  g_autoptr (JsonNode) node = NULL;
  g_auto (Run) limited = run ("channels --limit 2");
  JsonArray *channels;

  assert_output ("channels list", "NUMBER  NAME            GROUP   KIND   LEGS  ID\n"
                                  "     1  CCTV-1 综合     央视    tv        1  fakechannel00001\n"
                                  "     2  Channel 2       others  tv        1  fakechannel00002\n"
                                  "     3  Radio [31m Red  央视    radio     1  fakechannel00003\n"
                                  "     4  Channel 4       others  tv        1  fakechannel00004\n"
                                  "     5  Channel 5       央视    tv        1  fakechannel00005\n");
  g_assert_cmpint (limited.status, ==, CTL_OK);
  assert_contains (limited.err, "--all");
  node = run_json ("--json channels --text 综合", CTL_OK);
  channels = json_object_get_array_member (json_node_get_object (node), "channels");
  g_assert_cmpuint (json_array_get_length (channels), ==, 1);
  g_assert_cmpstr (json_object_get_string_member (json_array_get_object_element (channels, 0), "id"), ==, "fakechannel00001");
  assert_output ("channels --text nothing", "NUMBER  NAME  GROUP  KIND  LEGS  ID\n");
  assert_output ("channels groups", "GROUP   CHANNELS\n央视           3\nothers         2\n");
}

static void
test_channel_show (void)
{
  g_auto (Run) result = run ("channel show 1");
  g_autoptr (JsonNode) node = run_json ("channel show 1 --json", CTL_OK);

  assert_contains (result.out, "leg 1: network cable, delivery ring\n  udp://@239.1.1.1:5000\n  tvg-id=cctv1\n  x-odd=value\n");
  g_assert_cmpstr (json_object_get_string_member (get_object (node, "channel"), "number"), ==, "1");
  assert_status ("channel show 99", CTL_NOT_FOUND);
}

static void
test_all_channels (void)
{
  g_autoptr (JsonNode) node = NULL;

  fake_hearth_stop (&fake);
  fake_hearth_start (&fake, "2500");
  node = run_json ("channels --all --json", CTL_OK);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (json_node_get_object (node), "channels")), ==, 2500);
  g_assert_false (json_object_get_boolean_member (json_node_get_object (node), "more"));
  fake_hearth_stop (&fake);
  fake_hearth_start (&fake, NULL);
}

/* ---- the rest ------------------------------------------------------------------------------------- */

static void
test_networks (void)
{
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (JsonNode) streams = NULL;
  g_autofree char *here = g_get_current_dir ();
  g_autofree char *path = g_build_filename (here, "list.m3u", NULL);

  assert_output ("networks", "NAME   KIND  STATE  SERVICES  REFRESHED  REASON-TEXT\n"
                             "cable  iptv  ready         5  never\n");
  assert_output ("network add new iptv location=list.m3u refresh-minutes=30 pin:s=0042 fast=true", "");
  assert_status ("network add new iptv", CTL_FAILED);
  assert_status ("network add other iptv nonsense", CTL_USAGE);
  assert_status ("network add other iptv pin:u=x", CTL_USAGE);
  node = run_json ("network settings new --json", CTL_OK);
  g_assert_cmpstr (json_object_get_string_member (json_node_get_object (node), "location"), ==, path);
  g_assert_cmpint (json_object_get_int_member (json_node_get_object (node), "refresh-minutes"), ==, 30);
  g_assert_cmpstr (json_object_get_string_member (json_node_get_object (node), "pin"), ==, "0042");
  g_assert_true (json_object_get_boolean_member (json_node_get_object (node), "fast"));
  assert_status ("network refresh new", CTL_OK);
  assert_status ("network refresh new --wait --timeout 5", CTL_OK);
  assert_status ("network refresh nobody", CTL_NOT_FOUND);
  assert_status ("network refresh ../etc", CTL_USAGE);
  assert_status ("network remove new", CTL_OK);
  assert_status ("network remove new", CTL_NOT_FOUND);
  assert_output ("network streams cable",
                 "NETWORK  CHANNEL        STATE    CODEC  MBIT/S  JITTER MS  LOST  CC  CRC  SCRAMBLED  RECONNECTS  REASON\n"
                 "cable    1 CCTV-1 综合  running  h264     8.00        1.5     3  12    0          0           0\n");
  streams = run_json ("network streams --json", CTL_OK);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (json_node_get_object (streams), "cable")), ==, 1);
  assert_output ("network oddities cable", "LINE  CODE           WHAT\n"
                                           "   3  missing-space  There was no space after “-1”; read as if.\n"
                                           "17 in all; --limit shows more\n");
}

static void
test_screen (void)
{
  g_autofree char *file = g_build_filename (g_get_tmp_dir (), "hearthctl-test.jpg", NULL);
  g_autofree char *words = g_strdup_printf ("screenshot %s --width 960 --json", file);
  g_autoptr (JsonNode) node = run_json (words, CTL_OK);
  g_auto (Run) modes = run ("display modes");
  g_auto (Run) frames = run ("frames");
  g_auto (Run) display = run ("display");
  g_autofree char *bytes = NULL;
  gsize n_bytes;

  g_assert_nonnull (strstr (display.out, "plane 31: primary, depth 0: XR24 NV12\nplane 32: overlay, depth 1: AR24\n"
                                            "video picture: plane 31, shown by a plane of its own\n"));
  g_assert_cmpint (json_object_get_int_member (json_node_get_object (node), "width"), ==, 960);
  g_assert_true (g_file_get_contents (file, &bytes, &n_bytes, NULL));
  g_assert_cmpmem (bytes, n_bytes, FAKE_JPEG, strlen (FAKE_JPEG));
  g_assert_cmpint (g_unlink (file), ==, 0);
  assert_status ("screenshot --format gif", CTL_USAGE);
  assert_status ("screenshot /nonexistent/x.png", CTL_NOT_FOUND);
  g_assert_cmpstr (modes.out, ==, "1920x1080@50  (current)\n1280x720@50\n");
  assert_contains (frames.out, "7/98\n");
  assert_contains (frames.out, "40.000");
  assert_status ("banner", CTL_OK);
  assert_status ("frames on", CTL_OK);
}

static void
test_settings (void)
{
  assert_output ("setting get sound.step", "5\n");
  assert_output ("setting set sound.step 7", "");
  assert_output ("setting get sound.step", "7\n");
  assert_status ("setting set sound.step many", CTL_USAGE);
  assert_status ("setting set sound.step -1", CTL_USAGE);
  assert_output ("setting set screen.dim on", "");
  assert_output ("setting get screen.dim --json", "{\n  \"value\" : true\n}\n");
  assert_status ("setting set screen.dim 7", CTL_USAGE);
  assert_status ("setting get nothing", CTL_NOT_FOUND);
  assert_output ("settings sound", "KEY         VALUE  DEFAULT  MEANING\nsound.step  7               Meaning\n");
}

static void
test_system (void)
{
  g_autoptr (JsonNode) node = run_json ("system --json", CTL_OK);
  g_auto (Run) workers = run ("workers");

  g_assert_cmpint (json_object_get_int_member (json_node_get_object (node), "api-version"), ==, 1);
  assert_contains (workers.out, "play  play   42  running");
  assert_status ("plugins", CTL_OK);
  assert_status ("debug stream:5", CTL_OK);
  assert_status ("debug bad", CTL_USAGE);
  assert_status ("debug denied", CTL_PERMISSION);
  assert_status ("standby", CTL_BUSY);
}

static void
test_usage (void)
{
  g_auto (Run) bare = run ("");
  g_auto (Run) version = run ("--version");
  g_auto (Run) error = run ("nonsense --json");

  g_assert_cmpint (bare.status, ==, CTL_OK);
  assert_contains (bare.out, "network add NAME KIND");
  assert_contains (version.out, "hearthctl ");
  assert_status ("nonsense", CTL_USAGE);
  assert_status ("open", CTL_USAGE);
  assert_status ("stop now", CTL_USAGE);
  assert_status ("open 1 --sideways", CTL_USAGE);
  assert_status ("zap up --timeout", CTL_USAGE);
  assert_status ("help network add", CTL_OK);
  assert_status ("help nonsense", CTL_USAGE);
  assert_status ("open --help", CTL_OK);
  g_assert_cmpint (error.status, ==, CTL_USAGE);
}

static void
test_json_error (void)
{
  g_auto (Run) result = run ("open 77 --json");
  g_autoptr (JsonNode) node = json_from_string (result.err, NULL);

  g_assert_cmpint (result.status, ==, CTL_NOT_FOUND);
  g_assert_cmpstr (json_object_get_string_member (json_node_get_object (node), "error"), ==, "NotFound");
}

static void
test_not_running (void)
{
  g_auto (Run) result = { 0 };

  fake_hearth_stop (&fake);
  result = run ("status");
  g_assert_cmpint (result.status, ==, CTL_NOT_RUNNING);
  assert_contains (result.err, "Hearth does not run");
  assert_status ("screenshot", CTL_NOT_RUNNING);
  assert_status ("complete -- open C", CTL_OK);
  fake_hearth_start (&fake, NULL);
}

static void
test_complete (void)
{
  assert_output ("complete -- network re", "remove\tremove a network and its channels\nrefresh\tget its list anew\n");
  assert_output ("complete -- open CC", "CCTV-1 综合\n");
  assert_output ("complete -- open 4", "4\tChannel 4\n");
  assert_output ("complete -- network refresh c", "cable\n");
  assert_output ("complete -- setting get so", "sound.step\n");
  assert_output ("complete -- screenshot x", ":files\n");
  assert_output ("complete -- status x", "");
}

/* The script itself, with the words as bash would hand them to it. */
static void
complete_in_bash (const char *words, const char *expected)
{
  g_autofree char *file = g_test_build_filename (G_TEST_DIST, "data", "completion", "hearthctl", NULL);
  g_autofree char *program = g_test_build_filename (G_TEST_BUILT, "hearthctl", NULL);
  g_autofree char *script =
    g_strdup_printf (". '%s'; COMP_WORDS=('%s' %s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMP_TYPE=9; _hearthctl; "
                     "printf '%%s\\n' \"${COMPREPLY[@]}\"",
                     file, program, words);
  const char *argv[] = { "bash", "--norc", "-c", script, NULL };
  g_autofree char *out = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, NULL, NULL, &error));
  g_assert_cmpstr (out, ==, expected);
}

static void
test_bash (void)
{
  complete_in_bash ("network ref", "refresh\n");
  complete_in_bash ("open CC", "CCTV-1\\ 综合\n");
  complete_in_bash ("open 'CCTV-1\\ 综'", "CCTV-1\\ 综合\n");
  complete_in_bash ("mute o", "on\noff\n");
}

/* Each command that completion offers after @first (NULL: as the first word) is in the manual. */
static guint
check_manual (const char *manual, const char *first)
{
  g_autofree char *words = g_strdup_printf ("complete -- %s ''", first != NULL ? first : "");
  g_auto (Run) offered = run (words);
  g_auto (GStrv) lines = g_strsplit (offered.out, "\n", -1);
  guint n_commands = 0;

  for (guint i = 0; lines[i] != NULL; i++) {
    g_auto (GStrv) parts = g_strsplit (lines[i], "\t", 2);
    g_autofree char *tag = NULL;

    if (g_strv_length (parts) < 2) /* only the beginning of commands */
      continue;
    tag = g_strdup_printf ("Cm %s%s%s", first != NULL ? first : "", first != NULL ? " " : "", parts[0]);
    assert_contains (manual, tag);
    n_commands++;
  }
  return n_commands;
}

static void
test_manual (void)
{
  static const char *const groups[] = { NULL, "channel", "channels", "network", "display", "setting", "playlist" };
  g_autofree char *file = g_test_build_filename (G_TEST_DIST, "data", "man", "hearthctl.1", NULL);
  g_autofree char *manual = NULL;
  guint n_commands = 0;

  g_assert_true (g_file_get_contents (file, &manual, NULL, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (groups); i++)
    n_commands += check_manual (manual, groups[i]);
  g_assert_cmpuint (n_commands, >, 35);
}

/* ---- playlists --------------------------------------------------------------------------------- */

static void
test_playlist (void)
{
  static const char list[] = "#EXTM3U x-tvg-url=\"http://guide.example/g.xml\"\r\n"
                             "#EXTINF:-1group-title=\"央视\" tvg-id=\"cctv1\" tvg-chno=\"5\",CCTV-1 \"综合\"\r\n"
                             "udp://@239.1.1.1:5000\r\n"
                             "#EXTINF:-1,Evil\033[2J \342\200\256gnp\n" /* clears the screen; turns what follows */
                             "udp://@239.1.1.2:5000\n";
  g_autofree char *plugin = g_test_build_filename (G_TEST_BUILT, ".libs", "network-iptv.so", NULL);
  g_autofree char *file = g_build_filename (g_get_tmp_dir (), "hearthctl-test.m3u", NULL);
  g_autofree char *words = g_strconcat ("playlist check ", file, " --json", NULL);
  g_autofree char *plain = g_strconcat ("playlist check ", file, NULL);
  g_autoptr (JsonNode) node = NULL;
  g_auto (Run) shown = { 0 };
  JsonObject *entry;

  if (!g_file_test (plugin, G_FILE_TEST_EXISTS)) {
    g_test_skip ("built without network-iptv as a file");
    return;
  }
  g_assert_true (g_file_set_contents (file, list, -1, NULL));
  node = run_json (words, CTL_OK);
  shown = run (plain);
  g_assert_cmpint (shown.status, ==, CTL_OK);
  assert_contains (shown.out, "gnp");
  g_assert_null (strchr (shown.out, '\033'));
  g_assert_null (strstr (shown.out, "\342\200\256"));
  entry = json_array_get_object_element (json_object_get_array_member (json_node_get_object (node), "entries"), 0);
  g_assert_cmpint (json_object_get_int_member (entry, "line"), ==, 2);
  g_assert_cmpstr (json_object_get_string_member (entry, "name"), ==, "CCTV-1 \"综合\"");
  g_assert_cmpstr (json_object_get_string_member (entry, "url"), ==, "udp://@239.1.1.1:5000");
  g_assert_cmpstr (json_object_get_string_member (entry, "number"), ==, "5");
  g_assert_cmpstr (json_object_get_string_member (entry, "group"), ==, "央视");
  g_assert_cmpstr (json_object_get_string_member (entry, "guide_id"), ==, "cctv1");
  g_assert_cmpstr (json_object_get_string_member (entry, "kind"), ==, "tv");
  g_assert_cmpstr (json_object_get_string_member (entry, "delivery"), ==, "ring");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (entry, "attributes")), ==, 3);
  g_assert_true (json_object_has_member (get_object (node, "header"), "guide-urls"));
  entry = json_array_get_object_element (json_object_get_array_member (json_node_get_object (node), "oddities"), 0);
  g_assert_cmpstr (json_object_get_string_member (entry, "code"), ==, "missing-space");
  g_assert_cmpint (g_unlink (file), ==, 0);
  assert_status (plain, CTL_FAILED);
  assert_status (words, CTL_FAILED);
}

/* Reads lines until one holds @part. */
static void
wait_line (GDataInputStream *lines, const char *part)
{
  for (;;) {
    g_autoptr (GError) error = NULL;
    g_autofree char *line = g_data_input_stream_read_line_utf8 (lines, NULL, NULL, &error);

    g_assert_no_error (error);
    g_assert_nonnull (line);
    if (strstr (line, part) != NULL)
      return;
  }
}

static void
test_monitor (void)
{
  g_autofree char *program = g_test_build_filename (G_TEST_BUILT, "hearthctl", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) monitor = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program, "monitor", NULL);
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (monitor));

  wait_line (lines, "tv.hearth.Hearth1.owner = :");
  assert_status ("open 2", CTL_OK);
  wait_line (lines, "tv.hearth.Player1.Channel = fakechannel00002");
  wait_line (lines, "tv.hearth.Player1.ZapStage ");
  wait_line (lines, "tv.hearth.Player1.State = playing");
  g_subprocess_send_signal (monitor, SIGINT);
  g_assert_true (g_subprocess_wait_check (monitor, NULL, &error));
}

int
main (int argc, char **argv)
{
  int status;

  g_setenv ("LC_ALL", "C.UTF-8", TRUE);
  g_test_init (&argc, &argv, NULL);
  fake_hearth_up (&fake, NULL);
  g_test_add_func ("/ctl/open", test_open);
  g_test_add_func ("/ctl/status", test_status);
  g_test_add_func ("/ctl/zap-verbose", test_zap_verbose);
  g_test_add_func ("/ctl/zap-without-picture", test_zap_without_picture);
  g_test_add_func ("/ctl/sound", test_sound);
  g_test_add_func ("/ctl/tracks", test_tracks);
  g_test_add_func ("/ctl/channels", test_channels);
  g_test_add_func ("/ctl/channel-show", test_channel_show);
  g_test_add_func ("/ctl/all-channels", test_all_channels);
  g_test_add_func ("/ctl/networks", test_networks);
  g_test_add_func ("/ctl/screen", test_screen);
  g_test_add_func ("/ctl/settings", test_settings);
  g_test_add_func ("/ctl/system", test_system);
  g_test_add_func ("/ctl/usage", test_usage);
  g_test_add_func ("/ctl/json-error", test_json_error);
  g_test_add_func ("/ctl/not-running", test_not_running);
  g_test_add_func ("/ctl/complete", test_complete);
  g_test_add_func ("/ctl/bash", test_bash);
  g_test_add_func ("/ctl/manual", test_manual);
  g_test_add_func ("/ctl/playlist", test_playlist);
  g_test_add_func ("/ctl/monitor", test_monitor);
  status = g_test_run ();
  fake_hearth_down (&fake);
  return status;
}
