/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/hearth-ctl.h"

#include <math.h>
#include <string.h>

static gboolean
take_serial (GVariant *reply, guint *serial)
{
  g_autoptr (GVariant) owned = reply;

  if (reply == NULL)
    return FALSE;
  g_variant_get (reply, "(u)", serial);
  return TRUE;
}

/* ---- what is on ------------------------------------------------------------------- */

static void
print_picture (GVariant *player)
{
  g_autoptr (GVariant) picture = g_variant_lookup_value (player, "Picture", G_VARIANT_TYPE_VARDICT);
  g_autofree char *codec = picture != NULL ? ctl_lookup_text (picture, "codec") : NULL;
  g_autofree char *hdr = picture != NULL ? ctl_lookup_text (picture, "hdr") : NULL;
  gboolean interlaced = FALSE;
  guint width = 0, height = 0;

  if (picture == NULL || !g_variant_lookup (picture, "width", "u", &width) || !g_variant_lookup (picture, "height", "u", &height))
    return;
  g_variant_lookup (picture, "interlaced", "b", &interlaced);
  ctl_print ("picture  %ux%u%s%s%s%s%s\n", width, height, interlaced ? " interlaced" : "", *codec != '\0' ? ", " : "", codec,
             *hdr != '\0' ? ", " : "", hdr);
}

static void
print_status (GVariant *player, GVariant *system, const char *title)
{
  g_autofree char *state = ctl_lookup_text (player, "State");
  g_autofree char *reason = ctl_lookup_text (player, "Reason");
  g_autofree char *reason_text = ctl_lookup_text (player, "ReasonText");
  g_autofree char *uri = ctl_lookup_text (player, "Uri");
  g_autofree char *box = ctl_lookup_text (system, "State");
  gboolean mute = FALSE;
  double volume = 0.0;

  g_variant_lookup (player, "Volume", "d", &volume);
  g_variant_lookup (player, "Mute", "b", &mute);
  ctl_print ("on       %s\n", *title != '\0' ? title : *uri != '\0' ? uri : "nothing");
  ctl_print ("state    %s\n", g_str_equal (box, "standby") ? "standby" : state);
  if (*reason != '\0')
    ctl_print ("reason   %s%s%s\n", reason, *reason_text != '\0' ? ": " : "", reason_text);
  print_picture (player);
  ctl_print ("volume   %.0f %%%s\n", volume * 100.0, mute ? ", muted" : "");
}

static void
print_status_json (GVariant *player, GVariant *system, GVariant *channel)
{
  g_auto (GVariantDict) all = G_VARIANT_DICT_INIT (NULL);
  static const struct {
    const char *key, *property;
  } copied[] = {
    { "state", "State" },   { "reason", "Reason" }, { "reason-text", "ReasonText" }, { "uri", "Uri" },
    { "serial", "Serial" }, { "volume", "Volume" }, { "mute", "Mute" },
    { "picture", "Picture" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (copied); i++) {
    g_autoptr (GVariant) value = g_variant_lookup_value (player, copied[i].property, NULL);

    if (value != NULL)
      g_variant_dict_insert_value (&all, copied[i].key, value);
  }
  if (channel != NULL)
    g_variant_dict_insert_value (&all, "channel", channel);
  g_variant_dict_insert_value (&all, "system", g_variant_lookup_value (system, "State", NULL));
  ctl_print_variant (NULL, g_variant_ref_sink (g_variant_dict_end (&all)));
}

static gboolean
run_status (Ctl *ctl, GError **error)
{
  g_autoptr (GVariant) system = ctl_get_all (ctl, NULL, "System1", error);
  g_autoptr (GVariant) player = system != NULL ? ctl_get_all (ctl, NULL, "Player1", error) : NULL;
  g_autoptr (GVariant) channel = NULL;
  g_autofree char *title = NULL;
  const char *id = "";

  if (player == NULL)
    return FALSE;
  g_variant_lookup (player, "Channel", "&s", &id);
  if (ctl->json) {
    g_autoptr (GVariant) reply = NULL;

    if (*id != '\0')
      reply = ctl_call (ctl, "Channels1", "Get", g_variant_new ("(s)", id), "(a{sv})", NULL);
    channel = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
    print_status_json (player, system, channel);
    return TRUE;
  }
  title = *id != '\0' ? ctl_dup_channel_title (ctl, id) : g_strdup ("");
  print_status (player, system, title);
  return TRUE;
}

gboolean
ctl_print_zap (Ctl *ctl, guint serial, GError **error)
{
  g_autoptr (GVariant) player = NULL;
  g_autofree char *title = NULL;
  const char *id = "", *uri = "";

  if (ctl->json) {
    ctl_print ("{\"serial\": %u}\n", serial);
    return TRUE;
  }
  player = ctl_get_all (ctl, NULL, "Player1", error);
  if (player == NULL)
    return FALSE;
  g_variant_lookup (player, "Channel", "&s", &id);
  g_variant_lookup (player, "Uri", "&s", &uri);
  title = *id != '\0' ? ctl_dup_channel_title (ctl, id) : ctl_text_clean (uri);
  ctl_print ("%s\n", title);
  return TRUE;
}

/* ---- what to show ------------------------------------------------------------------- */

static gboolean
open_word (Ctl *ctl, const char *word, guint *serial, GError **error)
{
  g_autofree char *id = NULL;

  if (strstr (word, "://") != NULL)
    return take_serial (ctl_call (ctl, "Player1", "OpenUri", g_variant_new ("(sa{sv})", word, NULL), "(u)", error), serial);
  id = ctl_find_channel (ctl, word, error);
  return id != NULL &&
         take_serial (ctl_call (ctl, "Player1", "Open", g_variant_new ("(sa{sv})", id, NULL), "(u)", error), serial);
}

/* up, down: the neighbours; else as open. */
static gboolean
zap_word (Ctl *ctl, const char *word, guint *serial, GError **error)
{
  gboolean up = g_str_equal (word, "up");

  if (!up && !g_str_equal (word, "down"))
    return open_word (ctl, word, serial, error);
  return take_serial (ctl_call (ctl, "Player1", "Zap", g_variant_new ("(ia{sv})", up ? 1 : -1, NULL), "(u)", error), serial);
}

static gboolean
back (Ctl *ctl, G_GNUC_UNUSED const char *word, guint *serial, GError **error)
{
  return take_serial (ctl_call (ctl, "Player1", "Back", g_variant_new ("(a{sv})", NULL), "(u)", error), serial);
}

static gboolean
zap_and_tell (Ctl *ctl, gboolean (*zap) (Ctl *, const char *, guint *, GError **), GError **error)
{
  g_autoptr (CtlZapWatch) watch = NULL;
  guint timeout_s = 10, serial = 0;

  if (!ctl_option_number (ctl, "timeout", 1, 600, &timeout_s, error))
    return FALSE;
  if (ctl_option (ctl, "verbose") != NULL) {
    watch = ctl_zap_watch_new (ctl, error);
    if (watch == NULL)
      return FALSE;
  }
  if (!zap (ctl, ctl->words[0], &serial, error))
    return FALSE;
  return watch != NULL ? ctl_zap_watch_run (watch, serial, timeout_s, error) : ctl_print_zap (ctl, serial, error);
}

static gboolean
run_open (Ctl *ctl, GError **error)
{
  return zap_and_tell (ctl, open_word, error);
}

static gboolean
run_zap (Ctl *ctl, GError **error)
{
  return zap_and_tell (ctl, zap_word, error);
}

static gboolean
run_back (Ctl *ctl, GError **error)
{
  return zap_and_tell (ctl, back, error);
}

static gboolean
run_stop (Ctl *ctl, GError **error)
{
  g_autoptr (GVariant) reply = ctl_call (ctl, "Player1", "Stop", g_variant_new ("(a{sv})", NULL), "()", error);

  return reply != NULL;
}

/* ---- sound ----------------------------------------------------------------------------- */

/* "40", "+5", "-5", in percent. */
static gboolean
parse_volume (const char *word, double current, double *volume, GError **error)
{
  gboolean relative = *word == '+' || *word == '-';
  gint64 percent;

  if (!g_ascii_isdigit (word[relative]) || !g_ascii_string_to_signed (*word == '+' ? word + 1 : word, 10, -100, 100, &percent, NULL)) {
    ctl_usage_error (error, "a volume is 0 to 100, or a step such as +5 or -5, not “%s”", word);
    return FALSE;
  }
  *volume = relative ? CLAMP (round (current * 100.0 + (double) percent) / 100.0, 0.0, 1.0) : (double) percent / 100.0;
  return TRUE;
}

static gboolean
run_volume (Ctl *ctl, GError **error)
{
  g_autoptr (GVariant) player = NULL;
  gboolean mute = FALSE;
  double volume = 0.0;

  if (ctl->n_words > 0 && !parse_volume (ctl->words[0], volume, &volume, error))
    return FALSE;
  player = ctl_get_all (ctl, NULL, "Player1", error);
  if (player == NULL)
    return FALSE;
  g_variant_lookup (player, "Volume", "d", &volume);
  g_variant_lookup (player, "Mute", "b", &mute);
  if (ctl->n_words > 0 && (!parse_volume (ctl->words[0], volume, &volume, error) ||
                           !ctl_set_property (ctl, "Player1", "Volume", g_variant_new_double (volume), error)))
    return FALSE;
  if (ctl->json)
    ctl_print ("{\"volume\": %.0f, \"mute\": %s}\n", volume * 100.0, mute ? "true" : "false");
  else
    ctl_print ("%.0f %%%s\n", volume * 100.0, mute ? ", muted" : "");
  return TRUE;
}

static gboolean
run_mute (Ctl *ctl, GError **error)
{
  const char *word = ctl->n_words > 0 ? ctl->words[0] : "toggle";
  g_autoptr (GVariant) player = NULL;
  gboolean mute = FALSE;

  if (g_str_equal (word, "toggle")) {
    player = ctl_get_all (ctl, NULL, "Player1", error);
    if (player == NULL)
      return FALSE;
    g_variant_lookup (player, "Mute", "b", &mute);
    mute = !mute;
  } else if (!ctl_parse_boolean (word, &mute)) {
    ctl_usage_error (error, "mute takes on, off or toggle, not “%s”", word);
    return FALSE;
  }
  if (!ctl_set_property (ctl, "Player1", "Mute", g_variant_new_boolean (mute), error))
    return FALSE;
  ctl_print (ctl->json ? "{\"mute\": %s}\n" : "%s\n", ctl->json ? (mute ? "true" : "false") : (mute ? "muted" : "not muted"));
  return TRUE;
}

static const CtlOption zap_options[] = {
  { "verbose", NULL, "wait for the picture, and print each stage and its time" },
  { "timeout", "SECONDS", "how long --verbose waits (10)" },
  { NULL, NULL, NULL },
};

#define CHANNEL_DETAILS                                                                                       \
  "A channel is given by its number, its id, or its name. An address (udp://, rtp://, http://, https://, file://)\n" \
  "is played without being a channel."

const CtlCommand ctl_player_commands[] = {
  { "status", "", "what is on, its state, the volume", NULL, 0, 0, run_status, NULL, { NULL } },
  { "open", "NUMBER|ID|NAME|ADDRESS", "show a channel or an address", CHANNEL_DETAILS, 1, 1, run_open, zap_options,
    { "@channel" } },
  { "zap", "up|down|NUMBER", "go to the next or previous channel, or to a number", CHANNEL_DETAILS, 1, 1, run_zap,
    zap_options, { "up down @channel" } },
  { "back", "", "go to the channel before this one", NULL, 0, 0, run_back, zap_options, { NULL } },
  { "stop", "", "take the picture off", NULL, 0, 0, run_stop, NULL, { NULL } },
  { "volume", "[0-100|+N|-N]", "tell or set the volume, in percent", NULL, 0, 1, run_volume, NULL, { "" } },
  { "mute", "[on|off|toggle]", "sound off and on again", NULL, 0, 1, run_mute, NULL, { "on off toggle" } },
  { NULL, NULL, NULL, NULL, 0, 0, NULL, NULL, { NULL } },
};
