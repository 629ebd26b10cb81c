/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Texts. The first byte says which override the network has; the rest is the text. */
#include "ts/hearth-dvb-text.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check (gboolean held)
{
  if (!held)
    abort ();
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_auto (HearthDvbText) text = { 0 };
  g_autofree char *read = NULL;
  gsize n_prefix = 0;

  if (size < 1)
    return 0;
  hearth_dvb_text_init (&text);
  text.fallback = (HearthDvbCharset) ((data[0] & 0x7f) % HEARTH_DVB_CHARSET_N);
  text.force = (data[0] & 0x80) != 0 && text.fallback != HEARTH_DVB_CHARSET_AUTO;
  read = hearth_dvb_text_dup (&text, data + 1, size - 1);
  check (g_utf8_validate (read, -1, NULL));
  for (const char *p = read; *p != '\0'; p = g_utf8_next_char (p))
    check (*p == '\n' || !g_unichar_iscntrl (g_utf8_get_char (p)));
  hearth_dvb_text_identify (&text, data + 1, size - 1, &n_prefix);
  check (n_prefix <= size - 1);
  check (hearth_dvb_text_detect (data + 1, size - 1) != HEARTH_DVB_CHARSET_AUTO);
  return 0;
}
