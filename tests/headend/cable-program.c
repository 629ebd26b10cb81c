/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "headend/cable-program.h"

#include <errno.h>
#include <glib-unix.h>
#include <hearth/error.h>
#include <libsoup/soup.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "headend/cable-air.h"
#include "headend/instance.h"
#include "headend/satip.h"

#define AT_A_TIME 2 /* ffmpegs; each has threads of its own */
#define DEFAULT_PORT 8581
#define LEAST_EVENT_S 4
#define MOST_FRONT_ENDS 32

static const char description[] =
  "Sends a cable network of 6 multiplexes and 40 services (radio, encrypted and Chinese-named among them) to a multicast group each,\n"
  "and writes one line of JSON to standard output once it is sending: the multiplexes with their frequencies and groups, the services,\n"
  "the address of its HTTP pages. Virtual tuners of network-dvb receive it.\n"
  "\n"
  "  hearth-headend cable\n"
  "  hearth-headend cable --event-seconds 20                events that end while one watches\n"
  "  hearth-headend cable --write FOLDER --seconds 30       files instead: mux-1.ts ...\n"
  "  hearth-headend cable --satip 8554                      and a SAT>IP server whose tuners hang on this cable\n"
  "\n"
  "HTTP: /channels the JSON again, /log?service=ID&since=US what left when, /lineup?value=0|1 another line-up, /fault?mux=N&on=0|1;\n"
  "of the SAT>IP server /satip/desc.xml, /satip/log its requests, /satip/fault?kind=lock|stream|udp|reports|free|sessions&on=0|1";

typedef struct {
  gint port, http_port, instance, lineup, event_seconds, schedule_days, overrun_s, clock_offset_s, seconds;
  gint satip_port, satip_front_ends, satip_timeout_s; /* satip_port -1: no SAT>IP server */
  gboolean schedule_other;
  char *interface, *write_folder, *time, *satip_search;
} Options;

typedef struct {
  Options options;
  guint instance;
  HeadendLoop *loops[HEADEND_N_CHANNELS + 1];
  HeadendMux *contents[HEADEND_N_CHANNELS + 1];
  char *folder;
  GMutex mutex; /* guards error */
  GError *error;
  HeadendCableAir *air;
  SoupServer *server;
  HeadendSatip *satip; /* NULL: not asked for */
  char *base;
  GMainLoop *loop;
} Program;

/* ---- content ------------------------------------------------------------------------------------------------------ */

/* In a maker's thread. */
static void
make (gpointer data, gpointer user_data)
{
  const HeadendChannel *channel = data;
  Program *self = user_data;
  g_autoptr (GError) error = NULL;

  if (!headend_loop_is_made (channel, self->folder))
    g_printerr ("hearth-headend: making channel %u, %s ...\n", channel->number, channel->name_en);
  self->loops[channel->number] = headend_loop_get (channel, self->folder, NULL, &error);
  if (self->loops[channel->number] != NULL) {
    self->contents[channel->number] = headend_mux_new (self->loops[channel->number]);
    return;
  }
  g_mutex_lock (&self->mutex);
  if (self->error == NULL)
    self->error = g_steal_pointer (&error);
  g_mutex_unlock (&self->mutex);
}

static gboolean
make_contents (Program *self, GError **error)
{
  GThreadPool *makers;

  self->folder = headend_loop_dup_folder (error);
  if (self->folder == NULL)
    return FALSE;
  makers = g_thread_pool_new (make, self, AT_A_TIME, FALSE, NULL);
  for (guint i = 1; i <= HEADEND_N_CHANNELS; i++)
    g_thread_pool_push (makers, (gpointer) headend_channel_get (i), NULL);
  g_thread_pool_free (makers, FALSE, TRUE);
  if (self->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&self->error));
  return FALSE;
}

static void
clear_contents (Program *self)
{
  for (guint i = 1; i <= HEADEND_N_CHANNELS; i++) {
    g_clear_pointer (&self->contents[i], headend_mux_free);
    g_clear_pointer (&self->loops[i], headend_loop_free);
  }
}

/* ---- files -------------------------------------------------------------------------------------------------------- */

static HeadendCableEvents
get_events (const Options *options)
{
  return (HeadendCableEvents){ (guint) options->event_seconds, (guint) options->schedule_days, (guint) options->overrun_s,
                               options->schedule_other };
}

static gboolean
write_file (Program *self, guint number, gint64 utc_us, GError **error)
{
  const HeadendCableSi si = { number, (guint) self->options.lineup, (guint) self->options.lineup, get_events (&self->options), 0 };
  g_autoptr (HeadendCableMux) mux = headend_cable_mux_new (&si, (const HeadendMux *const *) self->contents, utc_us);
  g_autofree char *name = g_strdup_printf ("mux-%u.ts", number);
  g_autofree char *path = g_build_filename (self->options.write_folder, name, NULL);
  FILE *file = fopen (path, "wbe");
  gboolean ok = file != NULL;

  while (ok && headend_cable_mux_get_time_us (mux) < self->options.seconds * G_USEC_PER_SEC) {
    guint8 packet[HEADEND_PACKET];
    HeadendCableMark mark;

    headend_cable_mux_next (mux, packet, &mark);
    ok = fwrite (packet, sizeof packet, 1, file) == 1;
  }
  if (file != NULL && fclose (file) != 0)
    ok = FALSE;
  if (!ok)
    hearth_error_set_errno (error, errno, "writing %s", path);
  return ok;
}

static gboolean
write_files (Program *self, GError **error)
{
  g_autoptr (GDateTime) time =
    self->options.time != NULL ? g_date_time_new_from_iso8601 (self->options.time, NULL) : g_date_time_new_now_utc ();

  if (g_mkdir_with_parents (self->options.write_folder, 0777) < 0) {
    hearth_error_set_errno (error, errno, "making the folder %s", self->options.write_folder);
    return FALSE;
  }
  if (time == NULL) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "--time %s: write it like 2026-11-23T20:00:00Z", self->options.time);
    return FALSE;
  }
  for (guint i = 1; i <= HEADEND_CABLE_MUXES; i++)
    if (!write_file (self, i, g_date_time_to_unix (time) * G_USEC_PER_SEC, error))
      return FALSE;
  return TRUE;
}

/* ---- what there is, as JSON ----------------------------------------------------------------------------------------- */

static void
append_mux (Program *self, guint number, GString *json)
{
  const HeadendCableMuxInfo *mux = headend_cable_get_mux (number);
  g_autofree char *address = headend_cable_air_dup_address (self->air, number);

  g_string_append_printf (json, "%s{\"number\":%u,\"frequency_khz\":%u,\"symbol_rate\":%u,\"modulation\":\"64qam\",\"transport_stream_id\":%u,"
                          "\"udp\":\"udp://%s\"}", number > 1 ? "," : "", number, mux->frequency_khz, HEADEND_CABLE_SYMBOL_RATE,
                          mux->transport_stream_id, address);
}

static void
append_service (const HeadendCableService *service, guint lineup, GString *json)
{
  if (service->mux[lineup] == 0)
    return;
  g_string_append_printf (json, "%s{\"service_id\":%u,\"mux\":%u,\"lcn\":%u,\"name\":\"%s\",\"type\":%u,\"content\":%u,\"encrypted\":%s,"
                          "\"hidden\":%s}", json->str[json->len - 1] == '[' ? "" : ",", service->service_id, service->mux[lineup],
                          service->lcn, headend_cable_get_name (service, lineup), service->type, service->content,
                          service->encrypted ? "true" : "false", service->hidden ? "true" : "false");
}

static GString *
describe (Program *self)
{
  const guint lineup = headend_cable_air_get_lineup (self->air);
  GString *json = g_string_new (NULL);
  guint n_services;
  const HeadendCableService *services = headend_cable_get_services (&n_services);

  g_string_append_printf (json, "{\"ready\":true,\"instance\":%u,\"http\":\"%s\",\"network_id\":%u,\"lineup\":%u,\"event_seconds\":%d,\"muxes\":[",
                          self->instance, self->base, HEADEND_CABLE_NETWORK_ID, lineup, self->options.event_seconds);
  for (guint i = 1; i <= HEADEND_CABLE_MUXES; i++)
    append_mux (self, i, json);
  g_string_append (json, "],");
  if (self->satip != NULL) {
    headend_satip_append (self->satip, json);
    g_string_append_c (json, ',');
  }
  g_string_append (json, "\"services\":[");
  for (guint i = 0; i < n_services; i++)
    append_service (&services[i], lineup, json);
  g_string_append (json, "]}");
  return json;
}

/* ---- HTTP ----------------------------------------------------------------------------------------------------------- */

static void
respond (SoupServerMessage *message, guint status, GString *text)
{
  const gsize n_bytes = text->len;

  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, status == SOUP_STATUS_OK ? "application/json" : "text/plain; charset=utf-8", SOUP_MEMORY_TAKE,
                                    g_string_free (text, FALSE), n_bytes);
}

/* -1: it isn't there, or is no number. */
static gint64
get_number (GHashTable *query, const char *key)
{
  const char *text = query != NULL ? g_hash_table_lookup (query, key) : NULL;
  guint64 number;

  return text != NULL && g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT64, &number, NULL) ? (gint64) number : -1;
}

static void
on_channels (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  respond (message, SOUP_STATUS_OK, describe (user_data));
}

static void
on_log (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  Program *self = user_data;
  const gint64 service_id = get_number (query, "service"), since_us = get_number (query, "since");
  GString *json = g_string_new (NULL);

  g_string_append_printf (json, "{\"service\":%" G_GINT64_FORMAT ",\"now_us\":%" G_GINT64_FORMAT ",\"frames\":", service_id, g_get_monotonic_time ());
  if (service_id > 0 && headend_cable_air_append_log (self->air, (guint) service_id, since_us, get_number (query, "keys") > 0, json)) {
    respond (message, SOUP_STATUS_OK, g_string_append_c (json, '}'));
    return;
  }
  respond (message, SOUP_STATUS_NOT_FOUND, g_string_assign (json, "/log?service=ID&since=US&keys=1; ID is a service with a picture\n"));
}

static void
on_lineup (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  Program *self = user_data;
  const gint64 value = get_number (query, "value");

  if (value < 0 || value >= HEADEND_CABLE_LINEUPS) {
    respond (message, SOUP_STATUS_BAD_REQUEST, g_string_new ("/lineup?value=0 or 1\n"));
    return;
  }
  headend_cable_air_set_lineup (self->air, (guint) value);
  respond (message, SOUP_STATUS_OK, describe (self));
}

static void
on_fault (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  Program *self = user_data;
  const gint64 mux = get_number (query, "mux"), on = get_number (query, "on");

  if (mux < 1 || mux > HEADEND_CABLE_MUXES || on < 0) {
    respond (message, SOUP_STATUS_BAD_REQUEST, g_string_new ("/fault?mux=1..6&on=0 or 1\n"));
    return;
  }
  headend_cable_air_set_on (self->air, (guint) mux, on != 0);
  respond (message, SOUP_STATUS_OK, g_string_new ("{\"ok\":true}"));
}

static gboolean
listen_somewhere (Program *self, GError **error)
{
  g_autoslist (GUri) uris = NULL;
  const gint wanted = self->options.http_port;

  self->server = soup_server_new ("server-header", "hearth-headend", NULL);
  soup_server_add_handler (self->server, "/channels", on_channels, self, NULL);
  soup_server_add_handler (self->server, "/log", on_log, self, NULL);
  soup_server_add_handler (self->server, "/lineup", on_lineup, self, NULL);
  soup_server_add_handler (self->server, "/fault", on_fault, self, NULL);
  if (wanted >= 0 ? !soup_server_listen_local (self->server, (guint) wanted, SOUP_SERVER_LISTEN_IPV4_ONLY, error)
                  : !soup_server_listen_local (self->server, DEFAULT_PORT + self->instance, SOUP_SERVER_LISTEN_IPV4_ONLY, NULL) &&
                      !soup_server_listen_local (self->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, error)) {
    hearth_error_translate (error, "listening for HTTP (--http-port 0 takes a free one)");
    return FALSE;
  }
  uris = soup_server_get_uris (self->server);
  self->base = g_uri_to_string (uris->data);
  g_strdelimit (self->base + strlen (self->base) - 1, "/", '\0');
  return TRUE;
}

/* ---- life ----------------------------------------------------------------------------------------------------------- */

static gboolean
on_signal (gpointer user_data)
{
  g_main_loop_quit (((Program *) user_data)->loop);
  return G_SOURCE_CONTINUE;
}

static void
say_ready (Program *self)
{
  GString *json = describe (self);

  puts (json->str);
  fflush (stdout);
  g_string_free (json, TRUE);
}

static gboolean
start_satip (Program *self, GError **error)
{
  const Options *options = &self->options;
  const HeadendSatipConfig config = { self->instance, (guint16) options->satip_port, (guint) options->satip_front_ends,
                                      (guint) options->satip_timeout_s,
                                      options->satip_search != NULL ? options->satip_search : "239.255.255.250:1900", self->base };

  if (options->satip_port < 0)
    return TRUE;
  self->satip = headend_satip_new (&config, self->air, self->server, error);
  return self->satip != NULL;
}

static gboolean
send_all (Program *self, GError **error)
{
  const HeadendCableAirConfig config = { (const HeadendMux *const *) self->contents, (guint) self->options.lineup,
                                         get_events (&self->options), self->options.clock_offset_s, self->instance, (guint16) self->options.port,
                                         self->options.interface != NULL ? self->options.interface : "lo" };
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  self->air = headend_cable_air_new (&config, error);
  if (self->air == NULL || !listen_somewhere (self, error) || !start_satip (self, error))
    return FALSE;
  self->loop = loop;
  g_unix_signal_add (SIGTERM, on_signal, self);
  g_unix_signal_add (SIGINT, on_signal, self);
  say_ready (self);
  g_main_loop_run (loop);
  return TRUE;
}

static gboolean
check_options (const Options *options, GError **error)
{
  if (options->port >= 1 && options->port <= 65535 && options->http_port <= 65535 && options->lineup >= 0 &&
      options->lineup < HEADEND_CABLE_LINEUPS && options->event_seconds >= LEAST_EVENT_S && options->seconds > 0 &&
      options->schedule_days >= 1 && options->schedule_days <= HEADEND_CABLE_MOST_DAYS && options->overrun_s >= 0 &&
      (options->overrun_s == 0 || options->overrun_s + HEADEND_CABLE_RST_LEAD_S < options->event_seconds) &&
      options->satip_port <= 65535 && options->satip_front_ends >= 1 && options->satip_front_ends <= MOST_FRONT_ENDS && options->satip_timeout_s >= 2)
    return TRUE;
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "a port is from 1 to 65535 (--http-port 0: a free one), --lineup 0 or 1, "
               "--event-seconds at least %d, --schedule-days 1 to %d, --overrun at most the events' length less %d, --seconds at least 1, "
               "--satip-tuners 1 to %d, --satip-timeout at least 2",
               LEAST_EVENT_S, HEADEND_CABLE_MOST_DAYS, HEADEND_CABLE_RST_LEAD_S + 1, MOST_FRONT_ENDS);
  return FALSE;
}

static gboolean
parse (Options *options, int argc, char **argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "port", 0, 0, G_OPTION_ARG_INT, &options->port, "UDP port of all groups, 239.254.INSTANCE.1 to .6 (5004)", "PORT" },
    { "interface", 0, 0, G_OPTION_ARG_STRING, &options->interface, "Where multicast goes out (lo)", "NAME" },
    { "http-port", 0, 0, G_OPTION_ARG_INT, &options->http_port, "HTTP port; 0: a free one (8581, or a free one)", "PORT" },
    { "instance", 0, 0, G_OPTION_ARG_INT, &options->instance, "Several at a time (the first free)", "N" },
    { "lineup", 0, 0, G_OPTION_ARG_INT, &options->lineup, "Which line-up to begin with, 0 or 1 (0)", "N" },
    { "event-seconds", 0, 0, G_OPTION_ARG_INT, &options->event_seconds, "How long each event of the guide is (1800)", "S" },
    { "schedule-days", 0, 0, G_OPTION_ARG_INT, &options->schedule_days, "How many days of events there are (8)", "N" },
    { "schedule-other", 0, 0, G_OPTION_ARG_NONE, &options->schedule_other, "Each multiplex has the schedules of all", NULL },
    { "overrun", 0, 0, G_OPTION_ARG_INT, &options->overrun_s, "How much later than their times events begin and end (0)", "S" },
    { "clock-offset", 0, 0, G_OPTION_ARG_INT, &options->clock_offset_s, "How far its clock (TDT, TOT) is ahead (0)", "S" },
    { "write", 0, 0, G_OPTION_ARG_FILENAME, &options->write_folder, "Write files into this folder instead of sending", "FOLDER" },
    { "seconds", 0, 0, G_OPTION_ARG_INT, &options->seconds, "How long the files are (10)", "S" },
    { "satip", 0, 0, G_OPTION_ARG_INT, &options->satip_port, "Be a SAT>IP server too, with RTSP at this port; 0: a free one", "PORT" },
    { "satip-tuners", 0, 0, G_OPTION_ARG_INT, &options->satip_front_ends, "How many tuners it has (2)", "N" },
    { "satip-timeout", 0, 0, G_OPTION_ARG_INT, &options->satip_timeout_s, "After how much silence it ends a session (60)", "S" },
    { "satip-search", 0, 0, G_OPTION_ARG_STRING, &options->satip_search, "Where it is found (239.255.255.250:1900)", "ADDRESS:PORT" },
    { "time", 0, 0, G_OPTION_ARG_STRING, &options->time, "What time it is in the files (now)", "ISO-8601" },
    { NULL }
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("- a simulated cable network");

  g_option_context_set_description (context, description);
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, error))
    return FALSE;
  if (argc > 1) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "%s: not understood; see hearth-headend cable --help", argv[1]);
    return FALSE;
  }
  return check_options (options, error);
}

static gboolean
work (Program *self, GError **error)
{
  int held;
  gboolean ok;

  if (!make_contents (self, error))
    return FALSE;
  if (self->options.write_folder != NULL)
    return write_files (self, error);
  held = headend_instance_take (self->options.instance, &self->instance, error);
  if (held < 0)
    return FALSE;
  ok = send_all (self, error);
  g_clear_pointer (&self->satip, headend_satip_free);
  g_clear_pointer (&self->air, headend_cable_air_free);
  g_clear_object (&self->server);
  close (held);
  return ok;
}

int
headend_cable (int argc, char **argv)
{
  Program self = { .options = { .port = 5004, .http_port = -1, .instance = -1, .event_seconds = 1800, .schedule_days = HEADEND_CABLE_MOST_DAYS,
                                .seconds = 10, .satip_port = -1, .satip_front_ends = 2, .satip_timeout_s = 60 } };
  g_autoptr (GError) error = NULL;
  int status = EXIT_SUCCESS;

  g_set_prgname ("hearth-headend cable");
  g_mutex_init (&self.mutex);
  if (!parse (&self.options, argc - 1, argv + 1, &error))
    status = 2;
  else if (!work (&self, &error))
    status = EXIT_FAILURE;
  if (error != NULL)
    g_printerr ("hearth-headend: %s\n", error->message);
  clear_contents (&self);
  g_mutex_clear (&self.mutex);
  g_free (self.folder);
  g_free (self.base);
  g_free (self.options.interface);
  g_free (self.options.write_folder);
  g_free (self.options.time);
  g_free (self.options.satip_search);
  return status;
}
