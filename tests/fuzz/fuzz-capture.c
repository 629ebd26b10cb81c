/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Captures and recorded streams that `hearth-headend replay` reads. */
#include <stdint.h>
#include <string.h>

#include "headend/capture.h"
#include "headend/tsfile.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
touch (const HeadendDatagram *datagram, gpointer user_data)
{
  guint *sum = user_data;

  for (gsize i = 0; i < datagram->n_bytes; i++)
    *sum += datagram->payload[i];
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  guint sum = 0;
  gsize n_packets = 0;
  g_autofree guint8 *packets = NULL;

  headend_capture_parse (data, size, touch, &sum);
  packets = headend_tsfile_dup_packets (data, size, &n_packets);
  if (packets != NULL)
    g_free (headend_tsfile_dup_times (packets, n_packets));
  return 0;
}
