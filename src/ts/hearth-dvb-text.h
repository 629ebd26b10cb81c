/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/**
 * SECTION:dvb-text
 *
 * Texts of service information: EN 300 468, annex A. A text names its character
 * table in its first bytes, or is in the default one, ISO/IEC 6937 with the
 * Euro sign. Many operators send GB 18030, UTF-8 or ISO 8859 without saying so;
 * that is detected by what the bytes can and cannot be. Where detection errs, a
 * network has an override.
 *
 * What comes out is always valid UTF-8 without control characters but the line
 * feed; emphasis (0x86, 0x87) is dropped. Bytes that mean nothing become U+FFFD.
 * Texts that can be named but not read are shown as their name in brackets:
 * "[ARIB text]", "[ATSC text]", "[compressed text]", never as rubbish.
 */

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  HEARTH_DVB_CHARSET_AUTO = 0, /* by the text's own first bytes, else ISO 6937, else by detection */
  HEARTH_DVB_CHARSET_ISO_6937,
  HEARTH_DVB_CHARSET_ISO_8859_1, /* and the other parts, each at ISO_8859_1 + part - 1; there is no part 12 */
  HEARTH_DVB_CHARSET_ISO_8859_15 = HEARTH_DVB_CHARSET_ISO_8859_1 + 14,
  HEARTH_DVB_CHARSET_UCS_2,
  HEARTH_DVB_CHARSET_KS_X_1001,
  HEARTH_DVB_CHARSET_GB_18030, /* GB 2312 and GBK too, which it contains */
  HEARTH_DVB_CHARSET_BIG5,
  HEARTH_DVB_CHARSET_UTF_8,
  HEARTH_DVB_CHARSET_ARIB,       /* STD-B24, 8-unit codes: named only */
  HEARTH_DVB_CHARSET_ATSC,       /* A/65, multiple_string_structure: named only */
  HEARTH_DVB_CHARSET_COMPRESSED, /* encoding_type_id 1 and 2 of TS 101 162, and others that are not public: named only */
  HEARTH_DVB_CHARSET_N
} HearthDvbCharset;

/* "GB18030", "ISO8859-5", "UTF-8" ..., as an override names them; "auto". */
const char *hearth_dvb_charset_get_name (HearthDvbCharset charset);

/* How texts of one network are read. Keeps converters open, so one is used for many texts; by one thread at a time. */
typedef struct {
  HearthDvbCharset fallback; /* of texts that name no table: AUTO detects */
  gboolean force;            /* texts that do name one are in the fallback too, whatever they say */
  GIConv converters[3];      /* opened when first needed; NULL before */
} HearthDvbText;

/* A zeroed one is initialised too. */
void hearth_dvb_text_init (HearthDvbText *self);
void hearth_dvb_text_clear (HearthDvbText *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HearthDvbText, hearth_dvb_text_clear)

/* @name: a charset's name in any case ("gbk" and "gb2312" are GB18030's), "auto" or "" for detection; a '!' behind it forces it
 * on all texts. FALSE for an unknown name; then nothing changes. */
gboolean hearth_dvb_text_set_override (HearthDvbText *self, const char *name);

/* (transfer full): never NULL. Spaces at both ends are taken off. */
char *hearth_dvb_text_dup (HearthDvbText *self, const guint8 *bytes, gsize n_bytes);

/* What the text is in; @n_prefix (optional): how many bytes named it. */
HearthDvbCharset hearth_dvb_text_identify (const HearthDvbText *self, const guint8 *bytes, gsize n_bytes, gsize *n_prefix);

/* What bytes that name no table most probably are in: never AUTO. */
HearthDvbCharset hearth_dvb_text_detect (const guint8 *bytes, gsize n_bytes);

G_END_DECLS
