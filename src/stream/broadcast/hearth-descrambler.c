/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream/broadcast/hearth-descrambler.h"

#include "ts/hearth-ts.h"

/* ---- null --------------------------------------------------------------------------- */

static gpointer
null_open (guint16 service_id)
{
  return g_malloc0 (1);
}

static void
null_set_pmt (gpointer self, const guint8 *section, gsize n_bytes)
{
}

static void
null_descramble (gpointer self, guint8 *const *packets, guint n_packets)
{
}

const HearthDescrambler hearth_descrambler_null = { "null", null_open, null_set_pmt, null_descramble, g_free };

/* ---- test --------------------------------------------------------------------------- */

#define TAG_CA 0x09
#define PMT_INFO_AT 12 /* behind program_info_length: 13818-1, 2.4.4.8 */

typedef struct {
  gboolean has_key;
  guint8 key;
} Test;

static gpointer
test_open (guint16 service_id)
{
  return g_new0 (Test, 1);
}

static void
test_set_pmt (gpointer data, const guint8 *section, gsize n_bytes)
{
  Test *self = data;
  gsize end;

  self->has_key = FALSE;
  if (n_bytes < PMT_INFO_AT)
    return;
  end = MIN (n_bytes, PMT_INFO_AT + (((section[10] & 0x0fu) << 8) | section[11]));
  for (gsize at = PMT_INFO_AT; at + 2 <= end; at += 2 + section[at + 1])
    if (section[at] == TAG_CA && section[at + 1] >= 5 && at + 7 <= end &&
        ((section[at + 2] << 8) | section[at + 3]) == HEARTH_DESCRAMBLER_TEST_SYSTEM) {
      self->key = section[at + 6];
      self->has_key = TRUE;
    }
}

static void
test_descramble (gpointer data, guint8 *const *packets, guint n_packets)
{
  Test *self = data;

  for (guint i = 0; self->has_key && i < n_packets; i++) {
    for (guint b = hearth_ts_payload_offset (packets[i]); b < HEARTH_TS_PACKET; b++)
      packets[i][b] ^= self->key;
    packets[i][3] &= 0x3f;
  }
}

const HearthDescrambler hearth_descrambler_test = { "test", test_open, test_set_pmt, test_descramble, g_free };
