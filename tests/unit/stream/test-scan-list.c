/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a scan begins, how tuning is written down, and what becomes of what was found. */
#include "stream/broadcast/hearth-lineup.h"
#include "stream/broadcast/hearth-scan-list.h"
#include "stream/broadcast/hearth-tuning.h"

#include <string.h>

static const HearthTunerParams *
get (GArray *list, guint i)
{
  g_assert_cmpuint (i, <, list->len);
  return &g_array_index (list, HearthTunerParams, i);
}

static GArray *
parse (const char *text)
{
  GArray *list = g_array_new (FALSE, FALSE, sizeof (HearthTunerParams));

  g_assert_cmpuint (hearth_scan_table_parse (list, text, strlen (text)), ==, list->len);
  return list;
}

static void
test_table (void)
{
  g_autoptr (GArray) list = parse ("# a comment\n[CHANNEL]\r\n\tDELIVERY_SYSTEM = DVBC/ANNEX_A\r\n\tFREQUENCY = 306000000\r\n\tSYMBOL_RATE = 6900000\n"
                                   "\tMODULATION = QAM/256\n\n[Astra]\n DELIVERY_SYSTEM = DVBS2\n FREQUENCY = 11778000\n POLARIZATION = VERTICAL\n"
                                   " SYMBOL_RATE = 27500000\n INNER_FEC = 2/3\n ROLLOFF = 35\n PILOT = ON\n"
                                   "[nothing]\n DELIVERY_SYSTEM = DVBT\n[air]\n FREQUENCY = 474166000\n DELIVERY_SYSTEM = DVBT2\n STREAM_ID = 1\n"
                                   " BANDWIDTH_HZ = 8000000\n GUARD_INTERVAL = 1/128\n TRANSMISSION_MODE = 32K");

  g_assert_cmpuint (list->len, ==, 3);
  g_assert_cmpint (get (list, 0)->system, ==, HEARTH_TUNER_DVB_C);
  g_assert_cmpuint (get (list, 0)->frequency_khz, ==, 306000);
  g_assert_cmpuint (get (list, 0)->symbol_rate, ==, 6900000);
  g_assert_cmpint (get (list, 0)->modulation, ==, HEARTH_TUNER_QAM256);
  g_assert_cmpuint (get (list, 1)->frequency_khz, ==, 11778000);
  g_assert_cmpint (get (list, 1)->polarization, ==, HEARTH_TUNER_VERTICAL);
  g_assert_cmpuint (get (list, 1)->code_rate.over, ==, 2);
  g_assert_cmpuint (get (list, 1)->roll_off_permille, ==, 350);
  g_assert_cmpuint (get (list, 2)->frequency_khz, ==, 474166);
  g_assert_cmpint (get (list, 2)->stream_id, ==, 1);
  g_assert_cmpuint (get (list, 2)->carriers, ==, 32768);
}

static void
test_old_table (void)
{
  g_autoptr (GArray) list = parse ("C 306000000 6900000 NONE QAM256\nS 12110000 V 27500000 3/4\nT 474000000 8MHz AUTO NONE QAM64 8k\nX 1 2\nC\n");

  g_assert_cmpuint (list->len, ==, 3);
  g_assert_cmpuint (get (list, 0)->symbol_rate, ==, 6900000);
  g_assert_cmpint (get (list, 0)->modulation, ==, HEARTH_TUNER_QAM256);
  g_assert_cmpuint (get (list, 1)->frequency_khz, ==, 12110000);
  g_assert_cmpint (get (list, 1)->polarization, ==, HEARTH_TUNER_VERTICAL);
  g_assert_cmpuint (get (list, 2)->bandwidth_hz, ==, 8000000);
}

static void
test_raster (void)
{
  g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (HearthTunerParams));

  hearth_scan_raster_append (list, 1u << HEARTH_TUNER_DVB_S2);
  g_assert_cmpuint (list->len, ==, 0);
  hearth_scan_raster_append (list, 1u << HEARTH_TUNER_DVB_C | 1u << HEARTH_TUNER_DTMB);
  g_assert_cmpuint (get (list, 0)->frequency_khz, ==, 474000);
  g_assert_cmpuint (list->len, >, 100);
}

/* What is written is read again, and means the same. */
static void
test_tuning (void)
{
  static const char *const texts[] = { "msys=dvbc&freq=474&sr=6875&mtype=64qam",
                                       "msys=dvbs2&freq=11778&sr=27500&mtype=8psk&fec=23&pol=v&src=2&ro=0.350&plts=on",
                                       "msys=dvbt2&freq=474.166&bw=8&gi=19/256&tmode=32k&plp=1", "msys=dtmb&freq=562&bw=8&fec=35&gi=14&tmode=c3780&il=720" };
  HearthTunerParams params;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autofree char *printed = NULL;

    g_assert_true (hearth_tuning_parse (&params, texts[i], &error));
    g_assert_no_error (error);
    printed = hearth_tuning_print (&params);
    g_assert_cmpstr (printed, ==, texts[i]);
  }
  g_assert_false (hearth_tuning_parse (&params, "msys=dvbc&freq=soon", &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT);
}

static HearthLineupService *
add (HearthLineup *lineup, guint16 service_id, const char *name, guint number, HearthServiceKind kind)
{
  HearthLineupService *service = hearth_lineup_add (lineup, 1, 10, service_id);

  service->name = g_strdup (name);
  service->number = number;
  service->kind = kind;
  service->params.system = HEARTH_TUNER_DVB_C;
  service->params.frequency_khz = 474000;
  return service;
}

static guint
get_number (HearthLineup *lineup, guint16 service_id)
{
  return hearth_lineup_find (lineup, 1, 10, service_id)->number;
}

static void
test_numbers (void)
{
  g_autoptr (HearthLineup) lineup = hearth_lineup_new (), bare = hearth_lineup_new ();

  add (lineup, 1, "radio", 5, HEARTH_SERVICE_RADIO);
  add (lineup, 2, "sd", 7, HEARTH_SERVICE_TV);
  add (lineup, 3, "tv", 5, HEARTH_SERVICE_TV);
  add (lineup, 4, "hd", 7, HEARTH_SERVICE_TV)->hd_number = TRUE;
  add (lineup, 5, "none", 0, HEARTH_SERVICE_TV);
  add (lineup, 6, "data", 9, HEARTH_SERVICE_DATA);
  g_assert_cmpuint (hearth_lineup_finish (lineup), ==, 2);
  g_assert_cmpuint (get_number (lineup, 3), ==, 5);
  g_assert_cmpuint (get_number (lineup, 4), ==, 7);
  g_assert_cmpuint (get_number (lineup, 2), ==, 800);
  g_assert_cmpuint (get_number (lineup, 1), ==, 801);
  g_assert_cmpuint (get_number (lineup, 5), ==, 1000);
  g_assert_cmpuint (get_number (lineup, 6), ==, 0);
  add (bare, 2, "radio", 0, HEARTH_SERVICE_RADIO);
  add (bare, 3, "tv", 0, HEARTH_SERVICE_TV);
  g_assert_cmpuint (hearth_lineup_finish (bare), ==, 0);
  g_assert_cmpuint (get_number (bare, 3), ==, 1);
  g_assert_cmpuint (get_number (bare, 2), ==, 2);
}

static void
note_change (HearthLineupChange change, const HearthLineupService *service, gpointer user_data)
{
  g_string_append_printf (user_data, "%u:%u ", change, service->service_id);
}

static void
test_changes (void)
{
  g_autoptr (HearthLineup) before = hearth_lineup_new (), now = hearth_lineup_new ();
  g_autoptr (GString) changes = g_string_new (NULL);

  add (before, 1, "stays", 1, HEARTH_SERVICE_TV);
  add (before, 2, "old name", 2, HEARTH_SERVICE_TV);
  add (before, 3, "goes", 3, HEARTH_SERVICE_TV);
  add (before, 4, "moves", 4, HEARTH_SERVICE_TV);
  add (now, 1, "stays", 1, HEARTH_SERVICE_TV);
  add (now, 2, "new name", 2, HEARTH_SERVICE_TV);
  hearth_lineup_add (now, 1, 11, 4)->name = g_strdup ("moves");
  add (now, 5, "comes", 5, HEARTH_SERVICE_TV);
  add (now, 6, "hidden", 6, HEARTH_SERVICE_TV)->hidden = TRUE;
  hearth_lineup_compare (before, now, note_change, changes);
  g_assert_cmpstr (changes->str, ==, "3:2 2:4 0:5 1:3 ");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scan-list/table", test_table);
  g_test_add_func ("/scan-list/old-table", test_old_table);
  g_test_add_func ("/scan-list/raster", test_raster);
  g_test_add_func ("/scan-list/tuning", test_tuning);
  g_test_add_func ("/lineup/numbers", test_numbers);
  g_test_add_func ("/lineup/changes", test_changes);
  return g_test_run ();
}
