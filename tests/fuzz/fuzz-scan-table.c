/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream/broadcast/hearth-scan-list.h"
#include "stream/broadcast/hearth-tuning.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* What a table gives can be written down, and read again as itself. */
static void
check (const HearthTunerParams *params)
{
  g_autofree char *text = hearth_tuning_print (params), *again = NULL;
  HearthTunerParams read;

  if (!hearth_tuning_parse (&read, text, NULL))
    return; /* a number beyond what any tuner takes */
  again = hearth_tuning_print (&read);
  if (!g_str_equal (text, again))
    abort ();
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (HearthTunerParams));
  g_autofree char *text = g_strndup ((const char *) data, size);
  HearthTunerParams params;

  if (hearth_scan_table_parse (list, (const char *) data, size) != list->len || list->len > HEARTH_SCAN_TABLE_MAX)
    abort ();
  for (guint i = 0; i < list->len; i++)
    check (&g_array_index (list, HearthTunerParams, i));
  if (hearth_tuning_parse (&params, text, NULL))
    check (&params);
  return 0;
}
