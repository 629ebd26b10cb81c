/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "headend/web.h"

static const char *const outs[] = { "udp", "rtp", "http", "hls", "dash", NULL };

static char *
dup_datagram_url (HeadendStation *station, guint number, gboolean rtp)
{
  g_autofree char *address = headend_sender_dup_address (headend_station_get_sender (station), number, rtp);

  return address != NULL ? g_strdup_printf ("%s://@%s", rtp ? "rtp" : "udp", address) : NULL;
}

char *
headend_playlist_dup_url (HeadendStation *station, const char *base, const HeadendChannel *channel, const char *out)
{
  const guint number = channel->number;

  if (g_str_equal (out, "udp") || g_str_equal (out, "rtp"))
    return dup_datagram_url (station, number, g_str_equal (out, "rtp"));
  if (g_str_equal (out, "http"))
    return g_strdup_printf ("%s/ts/%u", base, number);
  if (g_str_equal (out, "hls"))
    return g_strdup_printf ("%s/hls/%u/index.m3u8", base, number);
  if (g_str_equal (out, "dash") && headend_dash_has (channel))
    return g_strdup_printf ("%s/dash/%u/manifest.mpd", base, number);
  return NULL;
}

static void
append_entry (HeadendStation *station, const char *base, const HeadendChannel *c, const char *out, GString *text)
{
  g_autofree char *url = headend_playlist_dup_url (station, base, c, out);

  if (url == NULL)
    return;
  g_string_append_printf (text, "#EXTINF:-1 tvg-id=\"%s\" tvg-name=\"%s\" tvg-chno=\"%u\" tvg-logo=\"%s/logo/%u.png\" group-title=\"%s\",%s %s\n%s\n",
                          c->tvg_id, c->name_en, c->number, base, c->number, c->group, c->name_zh, c->name_en, url);
}

gboolean
headend_playlist_append (HeadendStation *station, const char *base, const char *out, GString *text)
{
  const GArray *channels = headend_station_get_options (station)->channels;
  const gboolean all = g_strcmp0 (out, "all") == 0;

  if (!all && !g_strv_contains (outs, out))
    return FALSE;
  g_string_append (text, "#EXTM3U\n");
  for (guint i = 0; i < channels->len; i++)
    for (guint j = 0; outs[j] != NULL; j++)
      if (all || g_str_equal (outs[j], out))
        append_entry (station, base, headend_channel_get (g_array_index (channels, guint, i)), outs[j], text);
  return TRUE;
}

static void
append_ready_channel (HeadendStation *station, const char *base, const HeadendChannel *c, GString *text)
{
  g_string_append_printf (text, "{\"number\":%u,\"name\":\"%s %s\",\"codec\":\"%s\",\"fps\":%u,\"frames\":%u,\"gop_frames\":%u", c->number,
                          c->name_zh, c->name_en, headend_video_get_name (c->video), c->fps, headend_channel_get_frames (c), c->gop_frames);
  for (guint i = 0; outs[i] != NULL; i++) {
    g_autofree char *url = headend_playlist_dup_url (station, base, c, outs[i]);

    if (url != NULL)
      g_string_append_printf (text, ",\"%s\":\"%s\"", outs[i], url);
  }
  g_string_append_c (text, '}');
}

char *
headend_playlist_dup_ready (HeadendStation *station, const char *base)
{
  const HeadendOptions *options = headend_station_get_options (station);
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "{\"ready\":true,\"instance\":%u,\"http\":\"%s\",\"playlist\":\"%s/playlist.m3u\",\"channels\":[", options->instance,
                          base, base);
  for (guint i = 0; i < options->channels->len; i++) {
    if (i > 0)
      g_string_append_c (text, ',');
    append_ready_channel (station, base, headend_channel_get (g_array_index (options->channels, guint, i)), text);
  }
  g_string_append (text, "]}");
  return g_string_free (text, FALSE);
}
