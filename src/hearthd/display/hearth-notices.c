/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/display/hearth-notices.h"

#include <string.h>

typedef struct {
  const char *reason, *title_en, *title_zh, *text_en, *text_zh;
} Words;

/* The last one is for what has no words of its own. */
static const Words table[] = {
  { "NoAddress", "This channel cannot be reached", "无法连接该频道",
    "Its address is not known to the network. Hearth keeps trying; check the network connection or the channel list.",
    "网络中找不到它的地址，正在继续尝试。请检查网络连接或频道列表。" },
  { "NoSignal", "No signal", "没有信号", "The sender does not answer or refuses. Hearth keeps trying.", "对方没有应答或拒绝连接，正在继续尝试。" },
  { "NoPackets", "No signal", "没有信号", "Nothing is being received. The picture comes back by itself.",
    "没有收到节目数据，恢复后会自动播放。" },
  { "NoKeyFrame", "Waiting for the picture", "正在等待画面", "Something is being received, but no picture can start from it yet.",
    "已收到数据，但还没有可以开始播放的画面。" },
  { "CannotDecode", "This picture cannot be shown", "无法播放此画面", "This box has no decoder for it, or the signal is damaged.",
    "本机没有相应的解码器，或信号已损坏。" },
  { "Disconnected", "Connection lost", "连接已断开", "Hearth connects again by itself.", "正在自动重新连接。" },
  { "", "No picture", "没有画面", "Hearth keeps trying.", "正在继续尝试。" },
};

static GVariant *
make_pair (const char *en, const char *zh)
{
  GVariantBuilder pair;

  g_variant_builder_init (&pair, G_VARIANT_TYPE ("a{ss}"));
  g_variant_builder_add (&pair, "{ss}", "en", en);
  g_variant_builder_add (&pair, "{ss}", "zh", zh);
  return g_variant_builder_end (&pair);
}

GVariant *
hearth_notices_make (const char *view, const char *reason, const char *details)
{
  const Words *words = table;
  GVariantDict notice;

  while (*words->reason != '\0' && strcmp (words->reason, reason) != 0)
    words++;
  g_variant_dict_init (&notice, NULL);
  g_variant_dict_insert (&notice, "view", "s", view);
  g_variant_dict_insert_value (&notice, "title", make_pair (words->title_en, words->title_zh));
  g_variant_dict_insert_value (&notice, "text", make_pair (words->text_en, words->text_zh));
  g_variant_dict_insert (&notice, "details", "s", details);
  return g_variant_dict_end (&notice);
}
