/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the readers of texts share. */

#include "ts/hearth-dvb-text.h"

G_BEGIN_DECLS

#define HEARTH_DVB_TEXT_EMPHASIS_ON 0x86
#define HEARTH_DVB_TEXT_EMPHASIS_OFF 0x87
#define HEARTH_DVB_TEXT_NEWLINE 0x8a

/* The character of a byte; 0: none. Those of ISO 6937 from 0xc1 to 0xcf are combining and belong behind the next one. */
gunichar hearth_dvb_text_from_8859 (guint part, guint8 byte);
gunichar hearth_dvb_text_from_6937 (guint8 byte);

/* How many bytes the character at @bytes of GB 18030 has: 1, 2, 4; 0: it is cut off or none. */
guint hearth_dvb_text_gb_length (const guint8 *bytes, gsize n_bytes);
/* A lone 0x86, 0x87 or 0x8a among characters of two bytes. All of them may also begin a character of GBK: then the bytes of this run of
 * high bytes come in pairs. */
gboolean hearth_dvb_text_is_control (const guint8 *bytes, gsize n_bytes);

G_END_DECLS
