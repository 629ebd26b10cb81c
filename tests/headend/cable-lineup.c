/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "headend/cable.h"

#include <string.h>

#include "headend/channels.h"

static const HeadendCableMuxInfo muxes[HEADEND_CABLE_MUXES] = {
  { 1, 0x0101, 474000 }, { 2, 0x0102, 482000 }, { 3, 0x0103, 490000 },
  { 4, 0x0104, 562000 }, { 5, 0x0105, 570000 }, { 6, 0x0106, 578000 },
};

#define IN(n) { n, n }
#define MOVES(a, b) { a, b }
#define LEAVES(n) { n, 0 }
#define COMES(n) { 0, n }
#define UTF8 HEADEND_CODING_UTF8
#define GB2312 HEADEND_CODING_GB2312
#define GBK HEADEND_CODING_GBK
#define LATIN HEADEND_CODING_LATIN

/* Two pairs want the same number (5 and 12), some have none. Each multiplex has 33 Mbit/s of streams at most. */
static const HeadendCableService services[] = {
  { 101, IN (1), 1, "炉火综合", NULL, GB2312, HEADEND_CABLE_TV_H264_HD, 1, 0, 0 },
  { 102, IN (1), 2, "炉火二套", NULL, GB2312, HEADEND_CABLE_TV_H264_HD, 2, 0, 0 },
  { 103, IN (1), 3, "星河体育 HD", NULL, GBK, HEADEND_CABLE_TV_H264_HD, 3, 0, 0 },
  { 104, IN (1), 4, "山海新闻", "山海新闻频道", GBK, HEADEND_CABLE_TV_H264_HD, 4, 0, 0 },
  { 105, IN (1), 5, "云雀少儿", NULL, UTF8, HEADEND_CABLE_TV_HEVC, 7, 0, 0 },
  { 106, IN (1), 201, "炉火之声", NULL, GB2312, HEADEND_CABLE_RADIO, 1, 0, 0 },
  { 107, IN (1), 202, "Radio Ember", NULL, LATIN, HEADEND_CABLE_RADIO, 3, 0, 0 },

  { 201, IN (2), 6, "长风电影", NULL, GB2312, HEADEND_CABLE_TV_H264_HD, 5, 1, 0 },
  { 202, IN (2), 7, "长风剧场", NULL, GB2312, HEADEND_CABLE_TV_H264_HD, 1, 1, 0 },
  { 203, IN (2), 8, "极光纪实", NULL, UTF8, HEADEND_CABLE_TV_HEVC, 8, 0, 0 },
  { 204, IN (2), 9, "Aurora Documentary", NULL, LATIN, HEADEND_CABLE_TV_HEVC, 7, 0, 0 },
  { 205, IN (2), 10, "環球雙語", NULL, HEADEND_CODING_BIG5, HEADEND_CABLE_TV_H264_HD, 10, 0, 0 },
  { 206, IN (2), 5, "桃源少儿", NULL, GBK, HEADEND_CABLE_TV_H264_HD, 4, 0, 0 },
  { 207, IN (2), 203, "Ætherwave FM", NULL, LATIN, HEADEND_CABLE_RADIO, 4, 0, 0 },

  { 301, IN (3), 11, "桃源戏曲", NULL, GB2312, HEADEND_CABLE_TV_MPEG2_HD, 6, 0, 0 },
  { 302, IN (3), 12, "老街经典", NULL, GBK, HEADEND_CABLE_TV_MPEG2_HD, 9, 0, 0 },
  { 303, IN (3), 13, "Télé Cheminée", NULL, LATIN, HEADEND_CABLE_TV_H264_HD, 3, 0, 0 },
  { 304, IN (3), 14, "Kaminfeuer TV", NULL, HEADEND_CODING_8859_15, HEADEND_CABLE_TV_H264_HD, 4, 0, 0 },
  { 305, IN (3), 15, "Очаг ТВ", NULL, HEADEND_CODING_CYRILLIC, HEADEND_CABLE_TV_H264_HD, 2, 0, 0 },
  { 306, LEAVES (3), 16, "旧时光", NULL, GB2312, HEADEND_CABLE_TV_HEVC, 7, 0, 0 },
  { 307, IN (3), 0, "升级数据", NULL, GB2312, HEADEND_CABLE_DATA, 0, 0, 1 },

  { 401, IN (4), 17, "山海财经", NULL, GBK, HEADEND_CABLE_TV_H264_HD, 4, 0, 0 },
  { 402, IN (4), 18, "山海生活", NULL, GBK, HEADEND_CABLE_TV_H264_HD, 1, 0, 0 },
  { 403, IN (4), 19, "星河足球", NULL, GBK, HEADEND_CABLE_TV_H264_HD, 3, 1, 0 },
  { 404, IN (4), 20, "星河网球", NULL, GBK, HEADEND_CABLE_TV_H264_HD, 3, 1, 0 },
  { 405, MOVES (4, 5), 21, "环球旅行", NULL, UTF8, HEADEND_CABLE_TV_H264_HD, 10, 0, 0 },
  { 406, IN (4), 12, "老街剧场", NULL, HEADEND_CODING_UCS2, HEADEND_CABLE_TV_HEVC, 8, 0, 0 },
  { 407, IN (4), 204, "交通广播", NULL, GBK, HEADEND_CABLE_RADIO, 2, 0, 0 },

  { 501, IN (5), 22, "购物一台", NULL, GB2312, HEADEND_CABLE_TV_H264_HD, 2, 0, 0 },
  { 502, IN (5), 23, "购物二台", NULL, GB2312, HEADEND_CABLE_TV_HEVC, 7, 0, 0 },
  { 503, IN (5), 24, "Hearth Music", NULL, LATIN, HEADEND_CABLE_TV_H264_HD, 10, 0, 0 },
  { 504, IN (5), 25, "Hearth Kids", NULL, LATIN, HEADEND_CABLE_TV_HEVC, 7, 0, 0 },
  { 505, IN (5), 0, "测试频道", NULL, GB2312, HEADEND_CABLE_TV_H264_HD, 4, 0, 1 },
  { 506, IN (5), 205, "文艺广播", NULL, GB2312, HEADEND_CABLE_RADIO, 5, 0, 0 },

  { 601, IN (6), 26, "付费电影一", NULL, GB2312, HEADEND_CABLE_TV_H264_HD, 5, 1, 0 },
  { 602, IN (6), 27, "付费电影二", NULL, GB2312, HEADEND_CABLE_TV_HEVC, 8, 1, 0 },
  { 603, IN (6), 28, "Öffentlich Eins", NULL, LATIN, HEADEND_CABLE_TV_MPEG2_HD, 9, 0, 0 },
  { 604, IN (6), 29, "公共频道", NULL, UTF8, HEADEND_CABLE_TV_H264_HD, 3, 0, 0 },
  { 605, IN (6), 30, "教育频道", NULL, GBK, HEADEND_CABLE_TV_H264_HD, 4, 0, 0 },
  { 606, IN (6), 206, "音乐广播", NULL, UTF8, HEADEND_CABLE_RADIO, 7, 0, 0 },

  { 507, COMES (5), 31, "新潮频道", NULL, UTF8, HEADEND_CABLE_TV_H264_HD, 3, 0, 0 },
};

const HeadendCableMuxInfo *
headend_cable_get_mux (guint number)
{
  return number >= 1 && number <= HEADEND_CABLE_MUXES ? &muxes[number - 1] : NULL;
}

const HeadendCableService *
headend_cable_get_services (guint *n_services)
{
  *n_services = G_N_ELEMENTS (services);
  return services;
}

const HeadendCableService *
headend_cable_find_service (guint service_id)
{
  for (guint i = 0; i < G_N_ELEMENTS (services); i++)
    if (services[i].service_id == service_id)
      return &services[i];
  return NULL;
}

GPtrArray *
headend_cable_dup_services (guint mux, guint lineup)
{
  GPtrArray *found = g_ptr_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (services); i++)
    if (services[i].mux[lineup] == mux)
      g_ptr_array_add (found, (gpointer) &services[i]);
  return found;
}

guint16
headend_cable_get_first_pid (guint mux, guint lineup, const HeadendCableService *service)
{
  g_autoptr (GPtrArray) found = headend_cable_dup_services (mux, lineup);
  guint index = 0;

  g_assert (g_ptr_array_find (found, service, &index));
  return (guint16) (0x100 + index * HEADEND_CABLE_PIDS_A_SERVICE);
}

const char *
headend_cable_get_name (const HeadendCableService *service, guint lineup)
{
  return lineup > 0 && service->new_name != NULL ? service->new_name : service->name;
}

GBytes *
headend_cable_encode (const char *text, HeadendCoding coding)
{
  static const struct {
    const char *charset;
    const char *head;
    gsize n_head;
  } tables[] = {
    [HEADEND_CODING_UTF8] = { "UTF-8", "\x15", 1 },
    [HEADEND_CODING_GB2312] = { "GB2312", "\x13", 1 },
    [HEADEND_CODING_GBK] = { "GBK", "", 0 },
    [HEADEND_CODING_LATIN] = { "ISO_6937", "", 0 },
    [HEADEND_CODING_CYRILLIC] = { "ISO-8859-5", "\x01", 1 },
    [HEADEND_CODING_UCS2] = { "UCS-2BE", "\x11", 1 },
    [HEADEND_CODING_BIG5] = { "BIG5", "\x14", 1 },
    [HEADEND_CODING_8859_15] = { "ISO-8859-15", "\x10\x00\x0f", 3 },
  };
  GByteArray *bytes = g_byte_array_new ();

  g_byte_array_append (bytes, (const guint8 *) tables[coding].head, (guint) tables[coding].n_head);
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at)) {
    gsize n = 0;
    g_autofree char *letter = g_convert (at, g_utf8_next_char (at) - at, tables[coding].charset, "UTF-8", NULL, &n, NULL);

    if (letter != NULL)
      g_byte_array_append (bytes, (const guint8 *) letter, (guint) n);
  }
  return g_byte_array_free_to_bytes (bytes);
}
