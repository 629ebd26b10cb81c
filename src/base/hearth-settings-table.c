/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hearth-settings.h"

static const char *const languages[] = { "zh", "en", NULL };

/* By key, for the binary search of hearth_settings_find(). */
static const HearthSettingInfo table[] = {
  { .key = "display.connector", .type = "s", .fallback = "''", .pattern = "^[A-Za-z0-9-]{0,31}$",
    .label_en = "Screen connector", .label_zh = "显示接口",
    .help_en = "The connector that the screen hangs on, as HDMI-A-1. Empty: the first with a screen. The picture stops for a moment.",
    .help_zh = "连接屏幕的接口，如 HDMI-A-1；留空则用第一个有屏幕的接口。画面会短暂中断。" },
  { .key = "display.device", .type = "s", .fallback = "''", .pattern = "^(/dev/[A-Za-z0-9/_-]{1,60})?$",
    .label_en = "Graphics device", .label_zh = "图形设备",
    .help_en = "As /dev/dri/card0. Empty: the first with a screen. The picture stops for a moment.",
    .help_zh = "如 /dev/dri/card0；留空则用第一个有屏幕的设备。画面会短暂中断。" },
  { .key = "display.directfb", .type = "s", .fallback = "''", .pattern = "^[A-Za-z0-9=.,:/_-]{0,200}$",
    .label_en = "DirectFB options", .label_zh = "DirectFB 选项",
    .help_en = "What goes behind --dfb: when the display is directfb, as system=x11. Empty: a window where DISPLAY is set, else the frame "
               "buffer. The picture stops for a moment.",
    .help_zh = "显示插件为 directfb 时 --dfb: 之后的内容，如 system=x11；留空则有 DISPLAY 时用窗口，否则用帧缓冲。画面会短暂中断。" },
  { .key = "display.mode", .type = "s", .fallback = "'1920x1080@50'",
    .pattern = "^[1-9][0-9]{1,4}x[1-9][0-9]{1,4}(@[1-9][0-9]{0,2}([.][0-9]{1,3})?)?$",
    .label_en = "Picture mode", .label_zh = "画面模式",
    .help_en = "Width, height and refresh rate, as 1920x1080@50.", .help_zh = "宽、高与刷新率，如 1920x1080@50。" },
  { .key = "display.plugin", .type = "s", .fallback = "'headless'", .pattern = "^[a-z][a-z0-9-]{0,31}$",
    .label_en = "Display", .label_zh = "显示方式",
    .help_en = "The display plug-in: kms for a graphics device, directfb for a window or a frame buffer, headless for none. The picture stops "
               "for a moment.",
    .help_zh = "显示插件：kms 用于图形设备，directfb 用于窗口或帧缓冲，headless 用于无屏幕。画面会短暂中断。" },
  { .key = "guide.hours", .type = "u", .fallback = "4", .minimum = 0, .maximum = 168,
    .label_en = "Guide collection", .label_zh = "节目指南采集间隔",
    .help_en = "Every so many hours free tuners collect the programme guide. 0: only from channels that are watched or recorded.",
    .help_zh = "每隔多少小时用空闲调谐器采集节目指南；0 表示仅从正在收看或录制的频道采集。" },
  { .key = "player.audio-language", .type = "s", .fallback = "''", .pattern = "^([a-z]{2,3})?$",
    .label_en = "Sound language", .label_zh = "声音语言",
    .help_en = "Preferred language of the sound, as zho or eng. Empty: the channel's first.",
    .help_zh = "首选的声音语言，如 zho、eng；留空则用频道的第一种。" },
  { .key = "player.last-channel", .type = "s", .fallback = "''", .hidden = TRUE,
    .label_en = "Last channel", .label_zh = "上次的频道", .help_en = "Shown again at the next start.", .help_zh = "下次启动时继续播放。" },
  { .key = "player.mute", .type = "b", .fallback = "false",
    .label_en = "Mute", .label_zh = "静音", .help_en = "No sound.", .help_zh = "关闭声音。" },
  { .key = "player.prefetch", .type = "b", .fallback = "true",
    .label_en = "Keep the neighbours ready", .label_zh = "预取相邻频道",
    .help_en = "The next and the previous channel are received ahead, so that zapping shows them at once. Uses their bandwidth.",
    .help_zh = "提前接收上一个和下一个频道，换台立即出画面；会占用相应带宽。" },
  { .key = "player.resume", .type = "b", .fallback = "true",
    .label_en = "Start with the last channel", .label_zh = "开机播放上次的频道",
    .help_en = "Otherwise the screen stays empty until a channel is chosen.", .help_zh = "否则开机后等待选台。" },
  { .key = "player.volume", .type = "d", .fallback = "0.7", .minimum = 0, .maximum = 1,
    .label_en = "Volume", .label_zh = "音量", .help_en = "0.0 to 1.0.", .help_zh = "0.0 到 1.0。" },
  { .key = "recordings.folder", .type = "s", .fallback = "''",
    .label_en = "Recordings' folder", .label_zh = "录像文件夹",
    .help_en = "Where recordings go. Empty: the box's own place. Takes effect when Hearth starts again.",
    .help_zh = "录像保存的位置，留空则用默认位置；重启后生效。" },
  { .key = "recordings.reserve-mib", .type = "u", .fallback = "512", .minimum = 0, .maximum = 1 << 20,
    .label_en = "Space that stays free", .label_zh = "保留的空间",
    .help_en = "MiB on the recordings' disk that recordings leave free; below, they wait for room.",
    .help_zh = "录像所在磁盘保留的空闲空间（MiB）；低于此值时录像暂停，等待空间。" },
  { .key = "screen.banner-seconds", .type = "u", .fallback = "5", .minimum = 0, .maximum = 60,
    .label_en = "Channel banner", .label_zh = "频道条时长",
    .help_en = "How many seconds the channel banner stays; 0: it is not shown.", .help_zh = "换台后频道条显示的秒数；0 为不显示。" },
  { .key = "screen.language", .type = "s", .fallback = "'zh'", .choices = languages,
    .label_en = "Language", .label_zh = "语言", .help_en = "Of everything Hearth writes on the screen.", .help_zh = "界面文字的语言。" },
  { .key = "system.broadcast-time", .type = "b", .fallback = "false",
    .label_en = "Set the clock by the broadcasts", .label_zh = "用广播校准时钟",
    .help_en = "Where no time server keeps the clock and several multiplexes agree on the time.",
    .help_zh = "没有网络时间且多个频点时间一致时，用广播时间校准系统时钟。" },
  { .key = "system.debug", .type = "s", .fallback = "''",
    .pattern = "^(([a-z][a-z0-9-]*|[*]):[0-5](,([a-z][a-z0-9-]*|[*]):[0-5])*)?$",
    .label_en = "Log levels", .label_zh = "日志级别",
    .help_en = "By topic, as stream:5,ring:4. Empty: warnings and notices.", .help_zh = "按主题设置，如 stream:5,ring:4；留空为默认。" },
};

const HearthSettingInfo *
hearth_settings_get_table (guint *n)
{
  *n = G_N_ELEMENTS (table);
  return table;
}
