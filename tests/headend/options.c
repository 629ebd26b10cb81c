/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "headend/options.h"

#include <hearth/error.h>
#include <unistd.h>

#include "headend/instance.h"

static const char description[] =
  "Makes ten television channels with ffmpeg (once; kept in the cache), sends them by multicast, RTP, HTTP, HLS and DASH, and\n"
  "writes one line of JSON to standard output once it is sending: the addresses. The playlist is at /playlist.m3u.\n"
  "\n"
  "  hearth-headend                                   all channels, on the loopback interface\n"
  "  hearth-headend --channels 1,2,3 --fault 1:loss:percent=1\n"
  "  hearth-headend cable                             a cable network instead; see hearth-headend cable --help\n"
  "  hearth-headend replay FILE URL                   a recorded stream instead; see hearth-headend replay --help\n"
  "\n"
  "Multicast on loopback needs, once after booting:\n"
  "  ip link set lo multicast on; ip route add 239.0.0.0/8 dev lo\n"
  "\n"
  "Each frame carries a bar code of channel and frame number, and faults can be made while it runs; see README.md or\n"
  "hearth-headend(1).";

/* ---- words ------------------------------------------------------------------------------------------------------ */

static gboolean
parse_address (const char *option, const char *text, const char *hint, guint third_byte, GInetAddress **address, GError **error)
{
  g_autofree char *otherwise = g_strdup_printf ("239.255.%u.1", third_byte);

  if (g_strcmp0 (text, "none") == 0)
    return TRUE;
  *address = g_inet_address_new_from_string (text != NULL ? text : otherwise);
  if (*address != NULL)
    return TRUE;
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "%s %s: not an IPv4 or IPv6 address%s", option, text, hint);
  return FALSE;
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  return (int) *(const guint *) a - (int) *(const guint *) b;
}

static gboolean
parse_channels (HeadendOptions *self, const char *text, GError **error)
{
  g_auto (GStrv) words = g_strsplit (text != NULL ? text : "1,2,3,4,5,6,7,8,9,10", ",", -1);

  for (guint i = 0; words[i] != NULL; i++) {
    guint64 number;
    guint value;

    if (!g_ascii_string_to_unsigned (g_strstrip (words[i]), 10, 1, HEADEND_N_CHANNELS, &number, NULL)) {
      g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "--channels %s: \"%s\" is not a channel; give numbers from 1 to %d "
                   "with commas between them", text, words[i], HEADEND_N_CHANNELS);
      return FALSE;
    }
    value = (guint) number;
    g_array_append_val (self->channels, value);
  }
  g_array_sort (self->channels, compare_numbers);
  for (guint i = self->channels->len; i-- > 1;)
    if (g_array_index (self->channels, guint, i) == g_array_index (self->channels, guint, i - 1))
      g_array_remove_index (self->channels, i);
  return TRUE;
}

typedef struct {
  char *channels, *udp, *rtp, *interface, *bind;
  gint port, http_port, instance, seed, copies;
  char **faults;
} Words;

static void
words_clear (Words *words)
{
  g_free (words->channels);
  g_free (words->udp);
  g_free (words->rtp);
  g_free (words->interface);
  g_free (words->bind);
  g_strfreev (words->faults);
}

static gboolean
understand (HeadendOptions *self, Words *words, GError **error)
{
  if (!parse_channels (self, words->channels, error) || (self->instance_socket = headend_instance_take (words->instance, &self->instance, error)) < 0 ||
      !parse_address ("--group-base", words->udp, " or none", 42 + 2 * self->instance, &self->addresses.udp_base, error) ||
      !parse_address ("--rtp-base", words->rtp, " or none", 43 + 2 * self->instance, &self->addresses.rtp_base, error) ||
      !parse_address ("--bind", words->bind != NULL ? words->bind : "127.0.0.1", "", 0, &self->http_address, error))
    return FALSE;
  if (words->port < 1 || words->port > 65535 || words->http_port > 65535 || words->copies < 0 || words->copies > 24) {
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "a port is from 1 to 65535 (--http-port 0: a free one), "
                         "--copies from 0 to 24");
    return FALSE;
  }
  self->addresses.port = (guint16) words->port;
  self->addresses.interface = g_strdup (words->interface != NULL ? words->interface : "lo");
  self->http_port = words->http_port;
  self->copies = (guint) words->copies;
  self->seed = (guint32) words->seed;
  for (guint i = 0; words->faults != NULL && words->faults[i] != NULL; i++)
    g_ptr_array_add (self->faults, g_strdup (words->faults[i]));
  return TRUE;
}

gboolean
headend_options_parse (HeadendOptions *self, int *argc, char ***argv, GError **error)
{
  Words words = { .port = 5004, .http_port = -1, .instance = -1, .seed = 1 };
  const GOptionEntry entries[] = {
    { "channels", 0, 0, G_OPTION_ARG_STRING, &words.channels, "Only these (all ten)", "1,2,3" },
    { "group-base", 0, 0, G_OPTION_ARG_STRING, &words.udp, "Channel 1's UDP group, the others follow (239.255.42.1)", "ADDRESS|none" },
    { "rtp-base", 0, 0, G_OPTION_ARG_STRING, &words.rtp, "Channel 1's RTP group (239.255.43.1)", "ADDRESS|none" },
    { "port", 0, 0, G_OPTION_ARG_INT, &words.port, "UDP port of all groups (5004)", "PORT" },
    { "interface", 0, 0, G_OPTION_ARG_STRING, &words.interface, "Where multicast goes out (lo)", "NAME" },
    { "bind", 0, 0, G_OPTION_ARG_STRING, &words.bind, "Where HTTP listens (127.0.0.1)", "ADDRESS" },
    { "http-port", 0, 0, G_OPTION_ARG_INT, &words.http_port, "HTTP port; 0: a free one (8481, or a free one)", "PORT" },
    { "instance", 0, 0, G_OPTION_ARG_INT, &words.instance, "Several at a time: groups 239.255.42+2N, port 8481+N (the first free)", "N" },
    { "copies", 0, 0, G_OPTION_ARG_INT, &words.copies, "Send each channel N times more, as number+10, +20 ...", "N" },
    { "fault", 0, 0, G_OPTION_ARG_STRING_ARRAY, &words.faults, "A fault from the start; may be repeated", "CHANNEL:KIND[:KEY=VALUE,...]" },
    { "seed", 0, 0, G_OPTION_ARG_INT, &words.seed, "Of the dice for faults (1)", "N" },
    { "ready-first", 0, 0, G_OPTION_ARG_NONE, &self->ready_first, "Be ready with the first channel, not with the last", NULL },
    { NULL }
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("- a simulated television head-end");
  gboolean ok;

  *self = (HeadendOptions){ .instance_socket = -1 };
  self->channels = g_array_new (FALSE, FALSE, sizeof (guint));
  self->faults = g_ptr_array_new_with_free_func (g_free);
  g_option_context_set_description (context, description);
  g_option_context_add_main_entries (context, entries, NULL);
  ok = g_option_context_parse (context, argc, argv, error);
  if (ok && *argc > 1) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "%s: not understood; see --help", (*argv)[1]);
    ok = FALSE;
  }
  ok = ok && understand (self, &words, error);
  words_clear (&words);
  return ok;
}

void
headend_options_clear (HeadendOptions *self)
{
  g_clear_pointer (&self->channels, g_array_unref);
  g_clear_pointer (&self->faults, g_ptr_array_unref);
  g_clear_object (&self->addresses.udp_base);
  g_clear_object (&self->addresses.rtp_base);
  g_clear_object (&self->http_address);
  g_clear_pointer (&self->addresses.interface, g_free);
  if (self->instance_socket >= 0)
    close (self->instance_socket);
}
