/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plugins/network-iptv/iptv-m3u.h"

#include <string.h>

/* What a list was understood as, in lines that a person can read in a failing test. */
typedef struct {
  GString *services;  /* "name|uri|number|group|guide-id|kind|delivery\n" */
  GString *attributes; /* "key=value " of each service, a line each */
  GString *oddities;  /* "line:code\n" */
  guint n_services;
  GVariant *details;
  GError *error;
} Heard;

static void
on_service (gpointer user_data, const HearthService *service)
{
  static const char *const kinds[] = { "tv", "radio", "data" };
  Heard *heard = user_data;

  g_assert_true (g_utf8_validate (service->name, -1, NULL));
  heard->n_services++;
  g_string_append_printf (heard->services, "%s|%s|%s|%s|%s|%s|%s\n", service->name, service->uri,
                          service->number != NULL ? service->number : "", service->group != NULL ? service->group : "",
                          service->guide_id != NULL ? service->guide_id : "", kinds[service->kind],
                          service->delivery == HEARTH_DELIVERY_DIRECT ? "direct" : "ring");
  for (guint i = 0; i < service->n_attributes; i++) {
    g_assert_true (g_utf8_validate (service->attributes[i].value, -1, NULL));
    g_string_append_printf (heard->attributes, "%s%s=%s", i > 0 ? " " : "", service->attributes[i].key,
                            service->attributes[i].value);
  }
  g_string_append_c (heard->attributes, '\n');
}

static void
on_oddity (gpointer user_data, const HearthOddity *oddity)
{
  Heard *heard = user_data;

  g_assert_true (g_utf8_validate (oddity->text, -1, NULL));
  g_string_append_printf (heard->oddities, "%u:%s\n", oddity->line, oddity->code);
}

static const IptvM3uHandler handler = { .service = on_service, .oddity = on_oddity };

static void
hear_charset (Heard *heard, const void *bytes, gsize n_bytes, const char *charset)
{
  memset (heard, 0, sizeof *heard);
  heard->services = g_string_new (NULL);
  heard->attributes = g_string_new (NULL);
  heard->oddities = g_string_new (NULL);
  iptv_m3u_parse (bytes, n_bytes, "http://lists.example/tv/all.m3u", charset, &handler, heard, &heard->details, &heard->error);
  if (heard->details != NULL)
    g_variant_ref_sink (heard->details);
}

static void
hear_bytes (Heard *heard, const void *bytes, gsize n_bytes)
{
  hear_charset (heard, bytes, n_bytes, NULL);
}

static void
hear (Heard *heard, const char *text)
{
  hear_bytes (heard, text, strlen (text));
}

static void
heard_clear (Heard *heard)
{
  g_string_free (heard->services, TRUE);
  g_string_free (heard->attributes, TRUE);
  g_string_free (heard->oddities, TRUE);
  g_clear_pointer (&heard->details, g_variant_unref);
  g_clear_error (&heard->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Heard, heard_clear)

/* ---- one entry, many spellings ------------------------------------------------------ */

typedef struct {
  const char *name, *text, *services, *attributes, *oddities; /* attributes NULL: not looked at */
} Case;

#define H "#EXTM3U\n"
#define TAIL "\nudp://@239.1.1.1:1234\n"
#define URI "udp://@239.1.1.1:1234"

static const Case cases[] = {
  { "plain", H "#EXTINF:-1 tvg-id=\"a.b\" tvg-name=\"A\" tvg-chno=\"5.1\" tvg-logo=\"http://x/l.png\" group-title=\"G;H\",Name" TAIL,
    "Name|" URI "|5.1|G;H|a.b|tv|ring\n",
    "tvg-id=a.b tvg-name=A tvg-chno=5.1 tvg-logo=http://x/l.png group-title=G;H\n", "" },
  { "missing-space", H "#EXTINF:-1group-title=\"x\",Name" TAIL, "Name|" URI "||x||tv|ring\n", "group-title=x\n",
    "2:missing-space\n" },
  { "missing-space-between", H "#EXTINF:-1 tvg-id=\"a\"tvg-name=\"b\",Name" TAIL, "Name|" URI "|||a|tv|ring\n",
    "tvg-id=a tvg-name=b\n", "2:missing-space\n" },
  { "single-quotes", H "#EXTINF:-1 tvg-id='a, b' group-title='it',Name" TAIL, "Name|" URI "||it|a, b|tv|ring\n", NULL,
    "2:single-quotes\n" },
  { "no-quotes", H "#EXTINF:-1 tvg-chno=7 tvg-id=a group-title=My Group,Name" TAIL, "Name|" URI "|7|My Group|a|tv|ring\n",
    "tvg-chno=7 tvg-id=a group-title=My Group\n", "2:unquoted-value\n" },
  { "number-without-quotes-is-usual", H "#EXTINF:-1 tvg-shift=-4.5 tvg-chno=7,Name" TAIL, "Name|" URI "|7|||tv|ring\n",
    "tvg-shift=-4.5 tvg-chno=7\n", "" },
  { "comma-before-a-name", H "#EXTINF:-1,k=\"z\"" TAIL, "k=\"z\"|" URI "||||tv|ring\n", "\n", "" },
  { "comma-before-an-attribute", H "#EXTINF:-1,radio=\"true\",Name" TAIL, "Name|" URI "||||radio|ring\n", NULL, "2:stray-comma\n" },
  { "commas", H "#EXTINF:-1 tvg-name=\"a,b\" group-title=\"c, d\",One, Two" TAIL, "One, Two|" URI "||c, d||tv|ring\n", NULL, "" },
  { "comma-between-attributes", H "#EXTINF:-1 tvg-id=\"a\",group-title=\"b\", Name" TAIL, "Name|" URI "||b|a|tv|ring\n", NULL,
    "2:stray-comma\n" },
  { "equals-in-name", H "#EXTINF:-1,E=mc2 \"x\"" TAIL, "E=mc2 \"x\"|" URI "||||tv|ring\n", "\n", "" },
  { "missing-comma", H "#EXTINF:-1 tvg-id=\"a\" The Name" TAIL, "The Name|" URI "|||a|tv|ring\n", NULL, "2:missing-comma\n" },
  { "missing-comma-bare", H "#EXTINF:0 The Name" TAIL, "The Name|" URI "||||tv|ring\n", NULL, "2:missing-comma\n" },
  { "missing-colon", H "#EXTINF -1,Name" TAIL, "Name|" URI "||||tv|ring\n", NULL, "2:missing-colon\n" },
  { "quotes-in-quotes", H "#EXTINF:-1 tvg-name=\"The \"Best\" Show\" tvg-id=\"a\",Name" TAIL, "Name|" URI "|||a|tv|ring\n",
    "tvg-name=The \"Best\" Show tvg-id=a\n", "" },
  { "unclosed-before-attribute", H "#EXTINF:-1 tvg-name=\"abc group-title=\"x\",Name" TAIL, "Name|" URI "||x||tv|ring\n",
    "tvg-name=abc group-title=x\n", "2:missing-quote\n" },
  { "unclosed-before-comma", H "#EXTINF:-1 tvg-name=\"abc,Name" TAIL, "Name|" URI "||||tv|ring\n", "tvg-name=abc\n",
    "2:missing-quote\n" },
  { "stray-text", H "#EXTINF:-1 tvg-id=\"a\" litter, Name" TAIL, "Name|" URI "|||a|tv|ring\n", NULL, "2:stray-text\n" },
  { "no-name", H "#EXTINF:-1 tvg-name=\"From tvg\"," TAIL, "From tvg|" URI "||||tv|ring\n", NULL, "3:no-name\n" },
  { "no-name-at-all", H "#EXTINF:-1,\nhttp://x.example/a/Sport%20One.ts\n",
    "Sport One.ts|http://x.example/a/Sport%20One.ts||||tv|ring\n", NULL, "3:no-name\n" },
  { "upper-case", "#extm3u\n#extinf:-1 TVG-ID=\"a\",Name" TAIL, "Name|" URI "|||a|tv|ring\n", "tvg-id=a\n", "" },
  { "missing-header", "#EXTINF:-1,Name" TAIL, "Name|" URI "||||tv|ring\n", NULL, "1:missing-header\n" },
  { "missing-hash", H "EXTINF:-1,Name" TAIL, "Name|" URI "||||tv|ring\n", NULL, "2:missing-hash\n" },
  { "bom", "\xef\xbb\xbf" H "#EXTINF:-1,Name" TAIL, "Name|" URI "||||tv|ring\n", NULL, "1:bom\n" },
  { "bom-inside", H "#EXTINF:-1,A" TAIL "\xef\xbb\xbf#EXTM3U\n#EXTINF:-1,B\nudp://@239.1.1.2:1234",
    "A|" URI "||||tv|ring\nB|udp://@239.1.1.2:1234||||tv|ring\n", NULL, "4:bom\n4:second-header\n" },
  { "crlf", "#EXTM3U\r\n\r\n#EXTINF:-1 tvg-id=\"a\",Name\r\n# comment\r\nudp://@239.1.1.1:1234\r\n", "Name|" URI "|||a|tv|ring\n", NULL,
    "" },
  { "cr", "#EXTM3U\r#EXTINF:-1,Name\rudp://@239.1.1.1:1234", "Name|" URI "||||tv|ring\n", NULL, "" },
  { "duration", H "#EXTINF:5400.5 tvg-id=\"a\",Film\nhttp://x.example/film.mp4\n", "Film|http://x.example/film.mp4|||a|tv|direct\n",
    "duration=5400.5 tvg-id=a\n", "" },
  { "radio", H "#EXTINF:-1 radio=\"TRUE\",R" TAIL, "R|" URI "||||radio|ring\n", NULL, "" },
  { "catch-up", H "#EXTINF:-1 catchup=\"append\" catchup-days=\"7\" catchup-source=\"?u=${start}&d={duration}\" timeshift=\"3\" "
                  "provider=\"P\" provider-type=\"iptv\" media=\"true\" tvg-rec=\"5\" tvh-epg=\"1\" tvh-prio=\"2\" tvh-tags=\"a|b\" "
                  "my-own=\"z\",N" TAIL,
    "N|" URI "||a;b||tv|ring\n",
    "catchup=append catchup-days=7 catchup-source=?u=${start}&d={duration} timeshift=3 provider=P provider-type=iptv media=true "
    "tvg-rec=5 tvh-epg=1 tvh-prio=2 tvh-tags=a|b my-own=z\n",
    "" },
  { "options", H "#KODIPROP:inputstream=inputstream.adaptive\n#EXTINF:-1,N\n#EXTVLCOPT:http-user-agent=Box 1.0\n"
                 "#EXTVLCOPT: http-referrer = http://r/?a=b\n#EXTVLCOPT--http-reconnect=true\n#WEBPROP:web-regex=x\n"
                 "#EXTIMG: http://i/1.png\n#EXTHTTP:{\"a\":\"b=c\"}" TAIL,
    "N|" URI "||||tv|ring\n",
    "kodiprop:inputstream=inputstream.adaptive extvlcopt:http-user-agent=Box 1.0 extvlcopt:http-referrer=http://r/?a=b "
    "extvlcopt:http-reconnect=true webprop:web-regex=x extimg=http://i/1.png exthttp={\"a\":\"b=c\"}\n",
    "" },
  { "pipe-options", H "#EXTINF:-1,N\nhttp://x.example/a.ts|User-Agent=Box%2F1&Referer=http://r/\n",
    "N|http://x.example/a.ts||||tv|ring\n", "pipe:user-agent=Box/1 pipe:referer=http://r/\n", "" },
  { "pipe-in-path", H "#EXTINF:-1,N\nhttp://x.example/a|b.ts\n", "N|http://x.example/a|b.ts||||tv|ring\n", "\n", "" },
  { "hls-by-kodiprop", H "#KODIPROP:inputstream.adaptive.manifest_type=hls\n#EXTINF:-1,N\nhttp://x.example/play/1\n",
    "N|http://x.example/play/1||||tv|direct\n", NULL, "" },
  { "ts-by-kodiprop", H "#KODIPROP:mimetype=video/mp2t\n#EXTINF:-1,N\nhttp://x.example/1.m3u8\n", "N|http://x.example/1.m3u8||||tv|ring\n",
    NULL, "" },
  { "hls-by-path", H "#EXTINF:-1,N\nhttp://x.example/1.M3U8?token=1#a\n", "N|http://x.example/1.M3U8?token=1#a||||tv|direct\n", NULL, "" },
  { "dash-by-path", H "#EXTINF:-1,N\nhttps://x.example/1.mpd\n", "N|https://x.example/1.mpd||||tv|direct\n", NULL, "" },
  { "hls-by-query", H "#EXTINF:-1,N\nhttp://x.example/play?id=1&type=m3u8\n", "N|http://x.example/play?id=1&type=m3u8||||tv|direct\n", NULL,
    "" },
  { "rtsp", H "#EXTINF:-1,N\nrtsp://x.example/1\n", "N|rtsp://x.example/1||||tv|direct\n", NULL, "" },
  { "group-lines", H "#EXTGRP:News\n#EXTINF:-1,A\nudp://@239.1.1.1:1\n#EXTINF:-1,B\nudp://@239.1.1.1:2\n#EXTINF:-1 group-title=\"Own\",C\n"
                     "udp://@239.1.1.1:3\n#EXTINF:-1,D\nudp://@239.1.1.1:4\n#EXTINF:-1,E\n#EXTGRP:Late=1\nudp://@239.1.1.1:5\n",
    "A|udp://@239.1.1.1:1||News||tv|ring\nB|udp://@239.1.1.1:2||News||tv|ring\nC|udp://@239.1.1.1:3||Own||tv|ring\n"
    "D|udp://@239.1.1.1:4||||tv|ring\nE|udp://@239.1.1.1:5||Late=1||tv|ring\n",
    "extgrp=News\n\ngroup-title=Own\n\nextgrp=Late=1\n", "" },
  { "groups-tidied", H "#EXTINF:-1 group-title=\" a ;;b; \",N" TAIL, "N|" URI "||a;b||tv|ring\n", NULL, "" },
  /* pvr.iptvsimple's PlaylistLoader and tvheadend's iptv_auto.c: each attribute that they ask for by name. */
  { "kodi-knows", H "#EXTINF:-1 tvg-ID=\"a\" tvg-name=\"A\" tvg-logo=\"l\" tvg-shift=\"-2.5\" ch-number=\"3.2\" group-title=\"G\" "
                    "catchup-type=\"shift\" catchup-days=\"3\" catchup-correction=\"1.5\" provider-logo=\"p\" provider-countries=\"DE,FR\" "
                    "provider-languages=\"de\" media-dir=\"d/e\" media-size=\"5\" realtime=\"false\",N" TAIL,
    "N|" URI "|3.2|G|a|tv|ring\n",
    "tvg-id=a tvg-name=A tvg-logo=l tvg-shift=-2.5 ch-number=3.2 group-title=G catchup-type=shift catchup-days=3 catchup-correction=1.5 "
    "provider-logo=p provider-countries=DE,FR provider-languages=de media-dir=d/e media-size=5 realtime=false\n",
    "" },
  { "kodi-lines", H "#EXTINF:-1,N\n#KODIPROP:inputstreamclass=inputstream.ffmpegdirect\n#KODIPROP:inputstream.ffmpegdirect.stream_mode=timeshift\n"
                    "#KODIPROP:inputstream.adaptive.license_key=http://k/|User-Agent=a&b=c|R{SSM}|\n#EXTVLCOPT:program=101\n"
                    "#EXT-X-PLAYLIST-TYPE:VOD" TAIL,
    "N|" URI "||||tv|ring\n",
    "kodiprop:inputstreamclass=inputstream.ffmpegdirect kodiprop:inputstream.ffmpegdirect.stream_mode=timeshift "
    "kodiprop:inputstream.adaptive.license_key=http://k/|User-Agent=a&b=c|R{SSM}| extvlcopt:program=101 ext-x-playlist-type=VOD\n",
    "" },
  { "tvheadend-knows", H "#EXTINF:-1 tvg-id=\"a\" channel-number=\"7\" logo=\"l\" tvh-epg=\"off\" tvh-prio=\"1\" tvh-sprio=\"2\" "
                         "tvh-tags=\"News|HD\",N" TAIL,
    "N|" URI "|7|News;HD|a|tv|ring\n", "tvg-id=a channel-number=7 logo=l tvh-epg=off tvh-prio=1 tvh-sprio=2 tvh-tags=News|HD\n", "" },
  { "inherited", "#EXTM3U tvg-shift=2 catchup=\"append\" catchup-days=\"3\" catchup-source=\"?utc={utc}\" catchup-correction=\"1\" "
                 "user-agent=\"Box\" refresh=\"60\"\n#EXTINF:-1,A\nudp://@239.1.1.1:1\n#EXTINF:-1 tvg-shift=\"0\" catchup-type=\"shift\" "
                 "tvg-rec=\"5\" catchup-source=\"\",B\n#EXTVLCOPT:http-user-agent=Mine\nudp://@239.1.1.1:2\n",
    "A|udp://@239.1.1.1:1||||tv|ring\nB|udp://@239.1.1.1:2||||tv|ring\n",
    "tvg-shift=2 catchup=append catchup-days=3 catchup-source=?utc={utc} catchup-correction=1 user-agent=Box\n"
    "tvg-shift=0 catchup-type=shift tvg-rec=5 catchup-source= extvlcopt:http-user-agent=Mine catchup-source=?utc={utc} catchup-correction=1\n",
    "" },
  { "group-quoted", H "#EXTINF:-1,N\n#EXTGRP:\"News, World;Sport\"" TAIL, "N|" URI "||News, World;Sport||tv|ring\n",
    "extgrp=News, World;Sport\n", "" },
  { "typographic-quotes", H "#EXTINF:-1 tvg-id=\xe2\x80\x9c" "a\xe2\x80\x9d group-title=\xe2\x80\x9eGr\xc3\xbc\xc3\x9f" "e\xe2\x80\x9c,"
                            "The \xe2\x80\x9cOne\xe2\x80\x9d" TAIL,
    "The \xe2\x80\x9cOne\xe2\x80\x9d|" URI "||Gr\xc3\xbc\xc3\x9f" "e|a|tv|ring\n", NULL, "2:typographic-quotes\n" },
  { "html-entities", H "#EXTINF:-1 group-title=\"A&amp;B\",Q&#39;s &lt;1&gt; &c;\nhttp://x.example/?a=1&amp;b=2\n",
    "Q's <1> &c;|http://x.example/?a=1&b=2||A&B||tv|ring\n", NULL, "2:html-entities\n3:html-entities\n" },
  { "cr-among-lf", "#EXTM3U\r#EXTINF:-1,A\rudp://@239.1.1.1:1\r\n#EXTINF:-1,B\r\r\nudp://@239.1.1.1:2\n",
    "A|udp://@239.1.1.1:1||||tv|ring\nB|udp://@239.1.1.1:2||||tv|ring\n", NULL, "0:mixed-line-ends\n" },
  { "igmp", H "#EXTINF:-1,N\nigmp://@239.1.1.1:1234\n", "N|" URI "||||tv|ring\n", NULL, "3:misspelt-scheme\n" },
  { "windows-path", H "#EXTINF:-1,N\nC:\\tv\\a.ts\n", "", NULL, "3:not-an-address\n2:no-url\n0:empty\n" },
  { "bad-port", H "#EXTINF:-1,N\nudp://@239.1.1.1:99999\n", "N|udp://@239.1.1.1:99999||||tv|ring\n", NULL, "3:bad-address\n" },
  { "no-url", H "#EXTINF:-1,Lost\n#EXTINF:-1,N" TAIL "#EXTINF:-1,Last\n", "N|" URI "||||tv|ring\n", NULL, "2:no-url\n5:no-url\n" },
  { "no-extinf", H "udp://@239.1.1.1:1234\n", "239.1.1.1:1234|" URI "||||tv|ring\n", NULL, "2:no-extinf\n" },
  { "litter", H "Hello there\n#EXTINF:-1,N" TAIL, "N|" URI "||||tv|ring\n", NULL, "2:not-an-address\n" },
  { "duplicates", H "#EXTINF:-1 tvg-id=\"a\",A" TAIL "#EXTINF:-1 tvg-id=\"a\",B" TAIL "#EXTINF:-1,C" TAIL,
    "A|" URI "|||a|tv|ring\nB|" URI "#hearth-2|||a|tv|ring\nC|" URI "#hearth-3||||tv|ring\n", NULL,
    "5:duplicate-id\n5:duplicate-url\n7:duplicate-url\n" },
  { "relative", H "#EXTINF:-1,A\nsub/1.ts\n#EXTINF:-1,B\n/2.ts\n",
    "A|http://lists.example/tv/sub/1.ts||||tv|ring\nB|http://lists.example/2.ts||||tv|ring\n", NULL, "3:relative-url\n5:relative-url\n" },
  { "txt", "News,#genre#\nCCTV-1,http://x.example/1.ts\nCCTV-2,rtp://239.1.1.1:5000\n",
    "CCTV-1|http://x.example/1.ts||News||tv|ring\nCCTV-2|rtp://239.1.1.1:5000||News||tv|ring\n", NULL, "2:txt-format\n" },
  { "two-headers", "#EXTM3U\n#EXTM3U tvg-url=\"http://g/2\"\n#EXTINF:-1,N" TAIL, "N|" URI "||||tv|ring\n", NULL, "2:second-header\n" },
  { "empty-list", "#EXTM3U\n", "", NULL, "0:empty\n" },
};

static void
test_case (gconstpointer data)
{
  const Case *expected = data;
  g_auto (Heard) heard = { 0 };

  hear (&heard, expected->text);
  g_assert_no_error (heard.error);
  g_assert_cmpstr (heard.services->str, ==, expected->services);
  g_assert_cmpstr (heard.oddities->str, ==, expected->oddities);
  if (expected->attributes != NULL)
    g_assert_cmpstr (heard.attributes->str, ==, expected->attributes);
}

/* ---- addresses ------------------------------------------------------------------------- */

static void
test_addresses (void)
{
  static const struct {
    const char *written, *meant, *code;
  } addresses[] = {
    { "htttp://a.example/1", "http://a.example/1", "misspelt-scheme" },
    { "http:/a.example/1", "http://a.example/1", "misspelt-scheme" },
    { "http//a.example/1", "http://a.example/1", "misspelt-scheme" },
    { "http:///a.example/1", "http://a.example/1", "misspelt-scheme" },
    { "http:\\\\a.example/1", "http://a.example/1", "misspelt-scheme" },
    { "HTTP://a.example/1", "http://a.example/1", "misspelt-scheme" },
    { "ttp://a.example/1", "http://a.example/1", "misspelt-scheme" },
    { "htps://a.example/1", "https://a.example/1", "misspelt-scheme" },
    { "hhttps://a.example/1", "https://a.example/1", "misspelt-scheme" },
    { "http;//a.example/1", "http://a.example/1", "misspelt-scheme" },
    { "http\xef\xbc\x9a//a.example/1", "http://a.example/1", "misspelt-scheme" },
    { "http://http://a.example/1", "http://a.example/1", "misspelt-scheme" },
    { "http://https://a.example/1", "https://a.example/1", "misspelt-scheme" },
    { "rtp:/@239.1.1.1:5000", "rtp://@239.1.1.1:5000", "misspelt-scheme" },
    { "udp//@239.1.1.1:5000", "udp://@239.1.1.1:5000", "misspelt-scheme" },
    { "udp:@239.1.1.1:5000", "udp://@239.1.1.1:5000", "misspelt-scheme" },
    { "239.1.1.1:5000", "udp://@239.1.1.1:5000", "missing-scheme" },
    { "@239.1.1.1:5000", "udp://@239.1.1.1:5000", "missing-scheme" },
    { "@[ff15::1]:5000", "udp://@[ff15::1]:5000", "missing-scheme" },
    { "http://a.example/a b", "http://a.example/a%20b", "space-in-url" },
    { "\"http://a.example/1\"", "http://a.example/1", "quoted-url" },
    { "srt://a.example:9000", "srt://a.example:9000", NULL },
    { "newthing://a.example/1", "newthing://a.example/1", NULL },
    { "file:///srv/a.ts", "file:///srv/a.ts", NULL },
    { "http://user:pw@a.example:81/x?y=z", "http://user:pw@a.example:81/x?y=z", NULL },
    { "udp://@[ff15::1%eth0]:1234?a=b", "udp://@[ff15::1%eth0]:1234?a=b", NULL },
    { "//b.example/1", "http://b.example/1", "relative-url" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (addresses); i++) {
    g_auto (Heard) heard = { 0 };
    g_autofree char *text = g_strconcat (H "#EXTINF:-1,N\n", addresses[i].written, "\n", NULL);
    g_autofree char *expected = g_strconcat ("N|", addresses[i].meant, "|", NULL);
    g_autofree char *oddity = addresses[i].code != NULL ? g_strdup_printf ("3:%s\n", addresses[i].code) : g_strdup ("");

    hear (&heard, text);
    g_assert_no_error (heard.error);
    if (!g_str_has_prefix (heard.services->str, expected) || !g_str_equal (heard.oddities->str, oddity))
      g_error ("%s: %s %s", addresses[i].written, heard.services->str, heard.oddities->str);
  }
}

/* ---- character sets --------------------------------------------------------------------- */

static void
hear_as (Heard *heard, const char *text, const char *charset)
{
  gsize n_bytes = 0;
  g_autofree char *bytes = g_convert (text, -1, charset, "UTF-8", NULL, &n_bytes, NULL);

  g_assert_nonnull (bytes);
  hear_bytes (heard, bytes, n_bytes);
  g_assert_no_error (heard->error);
}

static void
test_charsets (void)
{
  static const struct {
    const char *charset, *name, *oddity;
  } sets[] = {
    { "GB18030", "中央电视台综合频道", "2:not-utf8\n" },
    { "GB18030", "联通", "2:not-utf8\n" },
    { "GBK", "湖南卫视，高清（测试）", "2:not-utf8\n" },
    { "WINDOWS-1252", "España – Télé", "2:not-utf8\n" },
    { "ISO-8859-1", "Österreich ÄÖÜ", "2:not-utf8\n" },
    { "BIG5", "民視新聞台 緯來電影 許功蓋", "2:not-utf8\n" },
    { "BIG5-HKSCS", "香港電台 無綫新聞", "2:not-utf8\n" },
    { "SHIFT_JIS", "ＮＨＫ総合・東京 テレビ", "2:not-utf8\n" },
    { "EUC-KR", "한국방송 제일 문화방송 서울방송 교육방송 연합뉴스 스포츠", "2:not-utf8\n" },
    { "WINDOWS-1250", "Telewizja Łódź Główne Śląsk", "2:not-utf8\n" },
    { "WINDOWS-1251", "Первый канал", "2:not-utf8\n" },
    { "UTF-16LE", "中央电视台", "0:utf-16\n" },
    { "UTF-16", "Ünï", "0:utf-16\n" },
    { "UTF-8", "中央电视台 España", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (sets); i++) {
    g_auto (Heard) heard = { 0 };
    g_autofree char *text = g_strdup_printf (H "#EXTINF:-1 group-title=\"%s\",%s" TAIL, sets[i].name, sets[i].name);
    g_autofree char *expected = g_strdup_printf ("%s|" URI "||%s||tv|ring\n", sets[i].name, sets[i].name);

    hear_as (&heard, text, sets[i].charset);
    g_assert_cmpstr (heard.services->str, ==, expected);
    g_assert_cmpstr (heard.oddities->str, ==, sets[i].oddity);
  }
}

/* What the household or the list itself says goes before any guess. */
static void
test_charset_named (void)
{
  static const char name[] = "한국";
  g_autofree char *text = g_strdup_printf (H "#EXTINF:-1,%s" TAIL, name);
  g_autofree char *named = g_strdup_printf (H "#EXTENC: EUC-KR\n#EXTINF:-1,%s" TAIL, name);
  g_autofree char *bytes = g_convert (text, -1, "EUC-KR", "UTF-8", NULL, NULL, NULL);
  g_autofree char *named_bytes = g_convert (named, -1, "EUC-KR", "UTF-8", NULL, NULL, NULL);
  g_auto (Heard) guessed = { 0 };
  g_auto (Heard) told = { 0 };
  g_auto (Heard) by_list = { 0 };

  hear (&guessed, bytes);
  g_assert_false (g_str_has_prefix (guessed.services->str, name)); /* too short to tell from Chinese */
  hear_charset (&told, bytes, strlen (bytes), "EUC-KR");
  g_assert_true (g_str_has_prefix (told.services->str, name));
  hear (&by_list, named_bytes);
  g_assert_true (g_str_has_prefix (by_list.services->str, name));
}

/* Two lists glued together, one of them GB 18030. */
static void
test_mixed_charsets (void)
{
  g_auto (Heard) heard = { 0 };
  gsize n = 0;
  g_autofree char *gb = g_convert ("#EXTINF:-1,浙江卫视\nudp://@239.1.1.2:1\n", -1, "GB18030", "UTF-8", NULL, &n, NULL);
  g_autofree char *text = g_strconcat (H "#EXTINF:-1,湖南卫视\nudp://@239.1.1.1:1\n", gb, NULL);

  hear (&heard, text);
  g_assert_cmpstr (heard.services->str, ==, "湖南卫视|udp://@239.1.1.1:1||||tv|ring\n浙江卫视|udp://@239.1.1.2:1||||tv|ring\n");
  g_assert_cmpstr (heard.oddities->str, ==, "4:not-utf8\n");
}

static void
test_broken_utf8 (void)
{
  g_auto (Heard) heard = { 0 };

  hear (&heard, H "#EXTINF:-1,中央电视\xe5\x8f" TAIL);
  g_assert_true (g_str_has_prefix (heard.services->str, "中央电视\xef\xbf\xbd"));
  g_assert_cmpstr (heard.oddities->str, ==, "2:broken-utf8\n");
}

/* A long line is told by its beginning, cut between characters. */
static void
test_long_litter (void)
{
  g_auto (Heard) heard = { 0 };
  g_autoptr (GString) text = g_string_new (H "x");

  for (guint i = 0; i < 100; i++)
    g_string_append (text, "频");
  g_string_append (text, "\n#EXTINF:-1,N" TAIL);
  hear (&heard, text->str);
  g_assert_cmpstr (heard.oddities->str, ==, "2:not-an-address\n");
}

static void
test_nul_bytes (void)
{
  static const char text[] = H "#EXTINF:-1,A\0B" TAIL;
  g_auto (Heard) heard = { 0 };

  hear_bytes (&heard, text, sizeof text - 1);
  g_assert_cmpstr (heard.services->str, ==, "A B|" URI "||||tv|ring\n");
  g_assert_cmpstr (heard.oddities->str, ==, "0:nul-bytes\n");
}

/* ---- the list as a whole ------------------------------------------------------------------ */

static void
test_header (void)
{
  g_auto (Heard) heard = { 0 };
  g_autofree char *text = NULL;

  hear (&heard, "#EXTM3U x-tvg-url=\"http://g/1.xml,http://g/2.xml;http://g/3.xml?a;b\" url-tvg='http://g/2.xml' catchup=\"default\" tvg-shift=2 "
                "refresh=\"3600\"\n#PLAYLIST: My television\n#EXTINF:-1,N" TAIL);
  text = g_variant_print (heard.details, FALSE);
  g_assert_nonnull (strstr (text, "'guide-urls': <['http://g/1.xml', 'http://g/2.xml', 'http://g/3.xml?a;b']>"));
  g_assert_nonnull (strstr (text, "'catchup': <'default'>"));
  g_assert_nonnull (strstr (text, "'tvg-shift': <'2'>"));
  g_assert_nonnull (strstr (text, "'refresh': <'3600'>"));
  g_assert_nonnull (strstr (text, "'name': <'My television'>"));
}

static void
test_hls (void)
{
  static const char *const lists[] = {
    "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:10\n#EXTINF:9.9,\nseg1.ts\n",
    "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1280000\nlow.m3u8\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++) {
    g_auto (Heard) heard = { 0 };

    hear (&heard, lists[i]);
    g_assert_cmpstr (heard.services->str, ==, "all.m3u|http://lists.example/tv/all.m3u||||tv|direct\n");
    g_assert_cmpstr (heard.oddities->str, ==, "0:is-hls\n");
  }
}

static void
test_not_a_list (void)
{
  static const char *const texts[] = { "", " \r\n\n", "<!DOCTYPE html><html><body>404</body></html>", "\n <?xml version='1.0'?>",
                                       "{\"error\":\"expired\"}", "Service expired, please pay.\n", "\x89PNG\r\n\x1a\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_auto (Heard) heard = { 0 };

    hear (&heard, texts[i]);
    g_assert_error (heard.error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT);
    g_assert_cmpuint (heard.n_services, ==, 0);
  }
}

static void
test_limits (void)
{
  g_autofree char *value = g_strnfill (IPTV_M3U_MAX_BYTES + 1, 'a');
  g_auto (Heard) heard = { 0 };
  g_auto (Heard) second = { 0 };
  g_autofree char *line = NULL;

  hear_bytes (&heard, value, IPTV_M3U_MAX_BYTES + 1);
  g_assert_error (heard.error, HEARTH_ERROR, HEARTH_ERROR_LIMIT);
  value[1 << 20] = '\0';
  line = g_strconcat (H "#EXTINF:-1 tvg-logo=\"", value, "\" tvg-id=\"a\",N" TAIL, NULL);
  hear (&second, line);
  g_assert_cmpstr (second.services->str, ==, "N|" URI "|||a|tv|ring\n");
  g_assert_cmpstr (second.oddities->str, ==, "2:long-value\n");
}

static void
count_service (gpointer user_data, const HearthService *service)
{
  (*(guint *) user_data)++;
}

static void
ignore_oddity (gpointer user_data, const HearthOddity *oddity)
{
}

/* 100,000 entries of about 250 bytes: under 0.4 s of CPU here. The limit of the test has room for a sanitizer. */
static void
test_speed (void)
{
  static const IptvM3uHandler counting = { .service = count_service, .oddity = ignore_oddity };
  g_autoptr (GString) text = g_string_new ("#EXTM3U x-tvg-url=\"http://guide.example/all.xml.gz\"\n");
  g_autoptr (GError) error = NULL;
  clock_t start, took;
  guint n = 0;

  for (guint i = 0; i < 100000; i++)
    g_string_append_printf (text,
                            "#EXTINF:-1 tvg-id=\"channel%u.example\" tvg-name=\"频道 %u HD\" tvg-chno=\"%u\" "
                            "tvg-logo=\"http://logos.example/tv/%u.png\" group-title=\"Group %u;Everything\" catchup=\"append\" "
                            "catchup-source=\"?utc=${start}\",频道 %u HD\nhttp://stream.example:8080/live/user/password/%u.ts\n",
                            i, i, i + 1, i, i % 300, i, i);
  start = clock ();
  g_assert_true (iptv_m3u_parse ((const guint8 *) text->str, text->len, "file:///all.m3u", NULL, &counting, &n, NULL, &error));
  took = clock () - start;
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, 100000);
  g_test_minimized_result ((double) took / CLOCKS_PER_SEC, "%.1f MB, 100,000 entries: %.3f s of CPU", (double) text->len / 1e6,
                           (double) took / CLOCKS_PER_SEC);
  g_assert_cmpfloat ((double) took / CLOCKS_PER_SEC, <, 4.0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strconcat ("/iptv/m3u/", cases[i].name, NULL);

    g_test_add_data_func (path, &cases[i], test_case);
  }
  g_test_add_func ("/iptv/addresses", test_addresses);
  g_test_add_func ("/iptv/charsets", test_charsets);
  g_test_add_func ("/iptv/charset-named", test_charset_named);
  g_test_add_func ("/iptv/mixed-charsets", test_mixed_charsets);
  g_test_add_func ("/iptv/broken-utf8", test_broken_utf8);
  g_test_add_func ("/iptv/long-litter", test_long_litter);
  g_test_add_func ("/iptv/nul-bytes", test_nul_bytes);
  g_test_add_func ("/iptv/header", test_header);
  g_test_add_func ("/iptv/hls", test_hls);
  g_test_add_func ("/iptv/not-a-list", test_not_a_list);
  g_test_add_func ("/iptv/limits", test_limits);
  g_test_add_func ("/iptv/speed", test_speed);
  return g_test_run ();
}
