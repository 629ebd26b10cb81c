/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "display/hearth-edid.h"

#include <hearth/error.h>
#include <math.h>
#include <string.h>

#define OUI_HDMI 0x000c03
#define OUI_HDMI_FORUM 0xc45dd8
#define OUI_HDR10_PLUS 0x90848b
#define OUI_DOLBY 0x00d046

#define TAG_CTA 0x02 /* of an extension block */

enum { BLOCK_SOUND = 1, BLOCK_VENDOR = 3, BLOCK_EXTENDED = 7 };                                      /* CTA-861-H, table 53 */
enum { EXTENDED_VENDOR_VIDEO = 1, EXTENDED_COLORIMETRY = 5, EXTENDED_HDR = 6, EXTENDED_HDMI_FORUM = 0x79 }; /* table 54 */

/* What is left of a data block; reading beyond its end is reading zeroes. */
typedef struct {
  const guint8 *bytes;
  gsize n;
} Block;

static guint8
get (const Block *block, gsize at)
{
  return at < block->n ? block->bytes[at] : 0;
}

static guint32
get_oui (const Block *block)
{
  return get (block, 0) | (guint32) get (block, 1) << 8 | (guint32) get (block, 2) << 16;
}

static gboolean
has_sum (const guint8 *block)
{
  guint8 sum = 0;

  for (guint i = 0; i < HEARTH_EDID_BLOCK; i++)
    sum += block[i];
  return sum == 0;
}

/* ---- the first block (E-EDID, 3) ----------------------------------------------------------- */

/* Ends with a line feed or the descriptor; what is not ASCII is foreign. */
static void
take_name (HearthEdid *self, const guint8 *text)
{
  guint n = 0;

  for (guint i = 0; i < sizeof self->name - 1 && text[i] != '\n' && text[i] != '\0'; i++)
    self->name[n++] = g_ascii_isprint (text[i]) ? (char) text[i] : '?';
  self->name[n] = '\0';
  g_strchomp (self->name);
}

static void
take_descriptor (HearthEdid *self, const guint8 *bytes)
{
  if (bytes[0] == 0 && bytes[1] == 0 && bytes[3] == 0xfc)
    take_name (self, bytes + 5);
}

/* The first timing tells the size in millimetres, where it is one; before that stand centimetres. */
static void
take_size (HearthEdid *self, const guint8 *bytes, const guint8 *timing)
{
  self->width_mm = bytes[21] * 10u;
  self->height_mm = bytes[22] * 10u;
  if ((timing[0] != 0 || timing[1] != 0) && timing[12] != 0) {
    self->width_mm = timing[12] | (guint) (timing[14] & 0xf0) << 4;
    self->height_mm = timing[13] | (guint) (timing[14] & 0x0f) << 8;
  }
}

static void
take_first (HearthEdid *self, const guint8 *bytes)
{
  guint vendor = (guint) bytes[8] << 8 | bytes[9];

  for (guint i = 0; i < 3; i++) {
    guint letter = vendor >> (10 - 5 * i) & 0x1f;

    self->vendor[i] = letter >= 1 && letter <= 26 ? (char) ('A' + letter - 1) : '?';
  }
  self->product = (guint16) (bytes[10] | bytes[11] << 8);
  self->year = bytes[17] > 0 ? 1990u + bytes[17] : 0;
  take_size (self, bytes, bytes + 54);
  for (guint i = 0; i < 4; i++)
    take_descriptor (self, bytes + 54 + 18 * i);
}

/* ---- CTA-861 data blocks ----------------------------------------------------------------------- */

static void
take_sounds (HearthEdid *self, const Block *block)
{
  for (gsize at = 0; at + 3 <= block->n && self->n_sounds < HEARTH_EDID_MAX_SOUNDS; at += 3) {
    HearthEdidSound sound = { .format = block->bytes[at] >> 3 & 0x0f,
                              .channels = (block->bytes[at] & 0x07) + 1,
                              .rates = block->bytes[at + 1] & 0x7f,
                              .detail = block->bytes[at + 2] };

    if (sound.format == 15)
      sound.format = 16 + (sound.detail >> 3);
    if (sound.format != 0)
      self->sounds[self->n_sounds++] = sound;
  }
}

static guint
read_latency_ms (guint8 value)
{
  return value >= 1 && value <= 251 ? 2u * (value - 1) : 0; /* HDMI 1.4b, 8.3.2 */
}

static void
take_hdmi (HearthEdid *self, const Block *block)
{
  self->hdmi = TRUE;
  self->physical_address = (guint16) (get (block, 3) << 8 | get (block, 4));
  self->max_tmds_mhz = MAX (self->max_tmds_mhz, get (block, 6) * 5u);
  if ((get (block, 7) & 0x80) != 0) {
    self->video_latency_ms = read_latency_ms (get (block, 8));
    self->audio_latency_ms = read_latency_ms (get (block, 9));
  }
}

/* HDMI 2.1, 10.3.2: behind the OUI version, rate, flags, ...; the same in its two places. */
static void
take_hdmi_forum (HearthEdid *self, const Block *block)
{
  self->hdmi = TRUE;
  self->max_tmds_mhz = MAX (self->max_tmds_mhz, get (block, 4) * 5u);
  self->low_latency = (get (block, 7) & 0x02) != 0;
  self->vrr_min_hz = get (block, 8) & 0x3f;
  self->vrr_max_hz = (guint) (get (block, 8) & 0xc0) << 2 | get (block, 9);
}

/* CTA-861.3, 4.2. */
static void
take_hdr (HearthEdid *self, const Block *block)
{
  guint8 most = get (block, 2), average = get (block, 3), least = get (block, 4);
  double max = most > 0 ? 50 * pow (2, most / 32.0) : 0;

  self->curves = get (block, 0) & 0x0f;
  self->max_luminance = (guint) (max + 0.5);
  self->max_frame_average = average > 0 ? (guint) (50 * pow (2, average / 32.0) + 0.5) : 0;
  self->min_luminance = least > 0 ? max * pow (least / 255.0, 2) / 100 : 0;
}

static void
take_extended (HearthEdid *self, guint8 tag, const Block *block)
{
  switch (tag) {
  case EXTENDED_VENDOR_VIDEO:
    self->hdr10_plus = self->hdr10_plus || get_oui (block) == OUI_HDR10_PLUS;
    self->dolby_vision = self->dolby_vision || get_oui (block) == OUI_DOLBY;
    break;
  case EXTENDED_COLORIMETRY:
    self->colorimetry = (guint16) (get (block, 0) | (get (block, 1) & 0x80) << 8);
    break;
  case EXTENDED_HDR:
    take_hdr (self, block);
    break;
  case EXTENDED_HDMI_FORUM: { /* two reserved bytes stand where the OUI's three would */
    guint8 as_vendor[32] = { 0 };
    const Block moved = { as_vendor, MIN (block->n + 1, sizeof as_vendor) };

    for (gsize i = 2; i + 1 < moved.n; i++)
      as_vendor[i + 1] = block->bytes[i];
    take_hdmi_forum (self, &moved);
    break;
  }
  default:
    break;
  }
}

static void
take_data_block (HearthEdid *self, guint8 tag, const Block *block)
{
  if (tag == BLOCK_SOUND)
    take_sounds (self, block);
  else if (tag == BLOCK_VENDOR && get_oui (block) == OUI_HDMI)
    take_hdmi (self, block);
  else if (tag == BLOCK_VENDOR && get_oui (block) == OUI_HDMI_FORUM)
    take_hdmi_forum (self, block);
  else if (tag == BLOCK_EXTENDED && block->n > 0)
    take_extended (self, block->bytes[0], &(Block){ block->bytes + 1, block->n - 1 });
}

/* Data blocks stand from byte 4 to where the timings begin (CTA-861-H, table 51). */
static void
take_cta (HearthEdid *self, const guint8 *bytes)
{
  guint end = MIN (bytes[2], HEARTH_EDID_BLOCK - 1), at = 4;

  if (bytes[1] >= 2) {
    self->basic_sound = self->basic_sound || (bytes[3] & 0x40) != 0;
    self->ycbcr444 = self->ycbcr444 || (bytes[3] & 0x20) != 0;
    self->ycbcr422 = self->ycbcr422 || (bytes[3] & 0x10) != 0;
  }
  if (bytes[1] < 3)
    return;
  while (at < end) {
    guint n = bytes[at] & 0x1f;

    if (at + 1 + n > end)
      return;
    take_data_block (self, bytes[at] >> 5, &(Block){ bytes + at + 1, n });
    at += 1 + n;
  }
}

gboolean
hearth_edid_parse (HearthEdid *self, const guint8 *bytes, gsize n_bytes, GError **error)
{
  static const guint8 head[8] = { 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00 };

  memset (self, 0, sizeof *self);
  if (n_bytes < HEARTH_EDID_BLOCK || memcmp (bytes, head, sizeof head) != 0 || !has_sum (bytes)) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT, "%s: the screen's description (EDID, %" G_GSIZE_FORMAT " bytes) is not used",
                 n_bytes < HEARTH_EDID_BLOCK ? "too short" : "no EDID, or a wrong sum", n_bytes);
    return FALSE;
  }
  take_first (self, bytes);
  self->n_blocks = (guint) (n_bytes / HEARTH_EDID_BLOCK);
  for (guint i = 1; i < self->n_blocks; i++) {
    const guint8 *block = bytes + (gsize) i * HEARTH_EDID_BLOCK;

    if (!has_sum (block))
      self->n_broken++;
    else if (block[0] == TAG_CTA)
      take_cta (self, block);
  }
  return TRUE;
}

/* ---- for people ------------------------------------------------------------------------------------ */

typedef struct {
  guint bit;
  const char *name;
} BitName;

static void
add_names (GVariantDict *dict, const char *key, guint bits, const BitName *names, guint n_names)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_STRING_ARRAY);
  for (guint i = 0; i < n_names; i++)
    if ((bits & names[i].bit) != 0)
      g_variant_builder_add (&builder, "s", names[i].name);
  g_variant_dict_insert_value (dict, key, g_variant_builder_end (&builder));
}

static const char *
get_format_name (guint8 format)
{
  static const char *const names[] = { NULL,  "pcm",    "ac-3",   "mpeg-1", "mp3",    "mpeg-2", "aac", "dts",
                                       "atrac", "dsd", "e-ac-3", "dts-hd", "truehd", "dst",    "wma-pro" };

  return format < G_N_ELEMENTS (names) ? names[format] : format == 16 + 11 ? "mpeg-h" : format == 16 + 12 ? "ac-4" : "other";
}

static char *
dup_sound (const HearthEdidSound *sound)
{
  static const char *const rates[] = { "192", "176.4", "96", "88.2", "48", "44.1", "32" };
  const char *rate = "?";

  for (guint i = 0; i < G_N_ELEMENTS (rates); i++)
    if ((sound->rates & 0x40u >> i) != 0) {
      rate = rates[i];
      break;
    }
  return g_strdup_printf ("%s %u channels %s kHz", get_format_name (sound->format), sound->channels, rate);
}

static void
add_sounds (GVariantDict *dict, const HearthEdid *self)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_STRING_ARRAY);
  for (guint i = 0; i < self->n_sounds; i++) {
    g_autofree char *text = dup_sound (&self->sounds[i]);

    g_variant_builder_add (&builder, "s", text);
  }
  g_variant_dict_insert_value (dict, "sound", g_variant_builder_end (&builder));
}

GVariant *
hearth_edid_describe (const HearthEdid *self)
{
  static const BitName curves[] = { { HEARTH_EDID_GAMMA_HDR, "gamma" }, { HEARTH_EDID_PQ, "pq" }, { HEARTH_EDID_HLG, "hlg" } };
  static const BitName spaces[] = { { HEARTH_EDID_BT2020_CYCC, "bt2020-cycc" },
                                    { HEARTH_EDID_BT2020_YCC, "bt2020-ycc" },
                                    { HEARTH_EDID_BT2020_RGB, "bt2020-rgb" },
                                    { HEARTH_EDID_DCI_P3, "dci-p3" } };
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "vendor", "s", self->vendor);
  g_variant_dict_insert (&dict, "name", "s", self->name);
  if (self->year != 0)
    g_variant_dict_insert (&dict, "year", "u", self->year);
  if (self->width_mm != 0) {
    g_variant_dict_insert (&dict, "width-mm", "u", self->width_mm);
    g_variant_dict_insert (&dict, "height-mm", "u", self->height_mm);
  }
  g_variant_dict_insert (&dict, "hdmi", "b", self->hdmi);
  if (self->max_tmds_mhz != 0)
    g_variant_dict_insert (&dict, "max-tmds-mhz", "u", self->max_tmds_mhz);
  if (self->vrr_min_hz != 0)
    g_variant_dict_insert (&dict, "vrr", "(uu)", self->vrr_min_hz, self->vrr_max_hz);
  g_variant_dict_insert (&dict, "low-latency", "b", self->low_latency);
  if (self->video_latency_ms != 0 || self->audio_latency_ms != 0)
    g_variant_dict_insert (&dict, "latency", "(uu)", self->video_latency_ms, self->audio_latency_ms);
  add_names (&dict, "hdr", self->curves, curves, G_N_ELEMENTS (curves));
  if (self->max_luminance != 0)
    g_variant_dict_insert (&dict, "luminance", "(duu)", self->min_luminance, self->max_frame_average, self->max_luminance);
  add_names (&dict, "colorimetry", self->colorimetry, spaces, G_N_ELEMENTS (spaces));
  add_sounds (&dict, self);
  return g_variant_dict_end (&dict);
}
