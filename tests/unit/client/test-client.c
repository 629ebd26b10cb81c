/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/client/fake-hearth.h"

#include <hearth/client.h>

typedef struct {
  FakeHearth fake;
  HearthClient *client;
  GAsyncResult *result;
  guint n_stages;
  char *last_stage;
} Fixture;

static void
set_up (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fake_hearth_up (&f->fake, "2500");
  f->client = hearth_client_new_sync (NULL, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  g_clear_object (&f->result); /* holds the client */
  g_assert_finalize_object (f->client);
  g_free (f->last_stage);
  fake_hearth_down (&f->fake);
}

static void
store_result (G_GNUC_UNUSED GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;

  f->result = g_object_ref (result);
}

static void
wait_result (Fixture *f)
{
  while (f->result == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static void
wait_state (Fixture *f, const char *state)
{
  while (!g_str_equal (hearth_client_get_state (f->client), state))
    g_main_context_iteration (NULL, TRUE);
}

static void
wait_connected (Fixture *f, gboolean connected)
{
  while (hearth_client_get_connected (f->client) != connected)
    g_main_context_iteration (NULL, TRUE);
}

/* ---- tests ------------------------------------------------------------------------------- */

static void
test_connect_async (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HearthClient) second = NULL;

  hearth_client_new_async (NULL, store_result, f);
  wait_result (f);
  second = hearth_client_new_finish (f->result, &error);
  g_assert_no_error (error);
  g_assert_true (hearth_client_get_connected (second));
  g_assert_cmpstr (hearth_client_get_state (second), ==, "stopped");
  g_assert_cmpfloat (hearth_client_get_volume (second), ==, 0.5);
  g_clear_object (&f->result);
}

static void
test_list_pages (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  g_autofree char *cursor = NULL;
  guint seen = 0, pages = 0;

  do {
    g_autofree char *before = g_steal_pointer (&cursor);
    g_autoptr (GError) error = NULL;
    g_autoptr (GPtrArray) page = hearth_client_list_channels_sync (f->client, before, 1000, NULL, &cursor, NULL, &error);

    g_assert_no_error (error);
    for (guint i = 0; i < page->len; i++) {
      g_autofree char *number = g_strdup_printf ("%u", ++seen);

      g_assert_cmpstr (hearth_channel_get_number (g_ptr_array_index (page, i)), ==, number);
    }
    pages++;
  } while (cursor != NULL);
  g_assert_cmpuint (seen, ==, 2500);
  g_assert_cmpuint (pages, ==, 3);
}

static void
test_list_filter_async (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) page = NULL;
  g_autofree char *next = NULL;
  HearthChannel *channel;

  hearth_client_list_channels_async (f->client, NULL, 10, g_variant_new_parsed ("{'text': <'综合'>}"), NULL, store_result, f);
  wait_result (f);
  page = hearth_client_list_channels_finish (f->client, f->result, &next, &error);
  g_assert_no_error (error);
  g_assert_null (next);
  g_assert_cmpuint (page->len, ==, 1);
  channel = g_ptr_array_index (page, 0);
  g_assert_cmpstr (hearth_channel_get_id (channel), ==, "fakechannel00001");
  g_assert_cmpstr (hearth_channel_get_name (channel), ==, "CCTV-1 综合");
  g_assert_cmpstr (hearth_channel_get_name_in (channel, "zh"), ==, "频道");
  g_assert_cmpstr (hearth_channel_get_name_in (channel, "fr"), ==, "CCTV-1 综合");
  g_assert_null (hearth_channel_get_logo (channel));
  g_assert_cmpuint (hearth_channel_get_legs (channel), ==, 1);
}

static void
test_errors (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (hearth_client_list_channels_sync (f->client, "nonsense", 10, NULL, NULL, NULL, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_null (hearth_client_get_channel_info_sync (f->client, "nobody", NULL, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND);
  g_assert_null (strstr (error->message, "GDBus"));
  g_clear_error (&error);
  g_assert_false (hearth_client_open_uri_sync (f->client, "gopher://x", NULL, NULL, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED);
}

static void
on_stage (G_GNUC_UNUSED HearthClient *client, guint serial, const char *stage, gint64 time_us, Fixture *f)
{
  g_assert_cmpuint (serial, ==, 1);
  g_assert_cmpint (time_us, >, 0);
  g_free (f->last_stage);
  f->last_stage = g_strdup (stage);
  f->n_stages++;
}

static void
count_notify (G_GNUC_UNUSED HearthClient *client, G_GNUC_UNUSED GParamSpec *pspec, guint *n)
{
  (*n)++;
}

static void
test_zap (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint serial = 0, n_channel = 0;

  g_signal_connect (f->client, "zap-stage", G_CALLBACK (on_stage), f);
  g_signal_connect (f->client, "notify::channel", G_CALLBACK (count_notify), &n_channel);
  hearth_client_open_number_async (f->client, "2", NULL, store_result, f);
  wait_result (f);
  g_assert_true (hearth_client_open_number_finish (f->client, f->result, &serial, &error));
  g_assert_cmpuint (serial, ==, 1);
  wait_state (f, "playing");
  g_assert_cmpstr (hearth_client_get_channel (f->client), ==, "fakechannel00002");
  g_assert_cmpuint (hearth_client_get_serial (f->client), ==, 1);
  g_assert_cmpuint (n_channel, ==, 1);
  while (f->n_stages < 8)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (f->last_stage, ==, "normal-speed");
  g_signal_handlers_disconnect_by_data (f->client, f);
}

static void
test_no_signal (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (hearth_client_open_channel_sync (f->client, "fakechannel00004", NULL, NULL, &error));
  wait_state (f, "no-signal");
  g_assert_cmpstr (hearth_client_get_reason (f->client), ==, "NoPackets");
  g_assert_cmpstr (hearth_client_get_reason_text (f->client), ==, "joined, and nothing comes");
  g_assert_true (hearth_client_stop_sync (f->client, NULL, &error));
  wait_state (f, "stopped");
  g_assert_null (hearth_client_get_channel (f->client));
}

static void
test_sound (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (hearth_client_set_volume_sync (f->client, 7.0, NULL, &error)); /* is cut */
  g_assert_true (hearth_client_set_mute_sync (f->client, TRUE, NULL, &error));
  while (!hearth_client_get_mute (f->client))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpfloat (hearth_client_get_volume (f->client), ==, 1.0);
}

static void
test_screenshot (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) info = NULL;
  g_autoptr (GBytes) picture = NULL;
  guint32 width = 0;

  hearth_client_screenshot_async (f->client, g_variant_new_parsed ("{'format': <'jpeg'>, 'width': <uint32 960>}"), NULL,
                                  store_result, f);
  wait_result (f);
  picture = hearth_client_screenshot_finish (f->client, f->result, &info, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (picture, NULL), g_bytes_get_size (picture), FAKE_JPEG, strlen (FAKE_JPEG));
  g_assert_true (g_variant_lookup (info, "width", "u", &width));
  g_assert_cmpuint (width, ==, 960);
}

static void
test_hearthd_goes_and_comes (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (hearth_client_open_number_sync (f->client, "2", NULL, NULL, &error));
  wait_state (f, "playing");
  fake_hearth_stop (&f->fake);
  wait_connected (f, FALSE);
  g_assert_cmpstr (hearth_client_get_state (f->client), ==, "stopped");
  g_assert_null (hearth_client_get_channel (f->client));
  g_assert_false (hearth_client_zap_sync (f->client, 1, NULL, NULL, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_DISCONNECTED);
  g_clear_error (&error);

  fake_hearth_start (&f->fake, NULL);
  wait_connected (f, TRUE);
  g_assert_true (hearth_client_zap_sync (f->client, 1, NULL, NULL, &error));
  wait_state (f, "playing");
}

static void
test_bus_goes_and_comes (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fake_hearth_stop (&f->fake);
  g_test_dbus_stop (f->fake.bus);
  wait_connected (f, FALSE);
  while (hearth_client_get_connection (f->client) != NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (hearth_client_back_sync (f->client, NULL, NULL, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_DISCONNECTED);
  g_clear_error (&error);

  g_clear_object (&f->fake.bus);
  fake_hearth_up (&f->fake, NULL); /* at another address, which the client reads anew */
  wait_connected (f, TRUE);
  g_assert_true (hearth_client_zap_sync (f->client, 1, NULL, NULL, &error));
}

static void
test_no_bus (void)
{
  g_autoptr (GError) error = NULL;

  g_setenv ("HEARTH_BUS", "nonsense", TRUE);
  g_assert_null (hearth_client_new_sync (NULL, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_setenv ("HEARTH_BUS", "unix:path=/nonexistent/bus", TRUE);
  g_assert_null (hearth_client_new_sync (NULL, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_DISCONNECTED);
  g_unsetenv ("HEARTH_BUS");
}

#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/no-bus", test_no_bus);
  ADD ("/client/connect-async", test_connect_async);
  ADD ("/client/list/pages", test_list_pages);
  ADD ("/client/list/filter-async", test_list_filter_async);
  ADD ("/client/errors", test_errors);
  ADD ("/client/zap", test_zap);
  ADD ("/client/no-signal", test_no_signal);
  ADD ("/client/sound", test_sound);
  ADD ("/client/screenshot", test_screenshot);
  ADD ("/client/hearthd-goes-and-comes", test_hearthd_goes_and_comes);
  ADD ("/client/bus-goes-and-comes", test_bus_goes_and_comes);
  return g_test_run ();
}
