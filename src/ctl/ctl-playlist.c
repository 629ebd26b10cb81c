/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/hearth-plugin-host.h"
#include "ctl/hearth-ctl.h"

#ifdef NETWORK_IPTV_BUILTIN
extern const HearthPluginDescriptor hearth_plugin_network_iptv;
#endif

const HearthPluginDescriptor *const hearth_plugin_builtins[] = {
#ifdef NETWORK_IPTV_BUILTIN
  &hearth_plugin_network_iptv,
#endif
  NULL,
};

/* Entries are printed as they come, so that a list of any length needs no memory; oddities are kept till the end. */
typedef struct {
  HearthNetworkHost host;
  gboolean json;
  gboolean begun;
  guint n_entries, n_oddities;
  GString *oddities;
  GString *buffer; /* of one entry */
  GVariant *details;
  GError *error;
} Check;

static const char *
kind_name (HearthServiceKind kind)
{
  return kind == HEARTH_SERVICE_TV ? "tv" : kind == HEARTH_SERVICE_RADIO ? "radio" : "data";
}

static const char *
delivery_name (HearthDelivery delivery)
{
  return delivery == HEARTH_DELIVERY_RING ? "ring" : "direct";
}

/* ---- for programs --------------------------------------------------------------------------- */

static void
append_member (GString *out, const char *key, const char *value)
{
  if (value == NULL)
    return;
  g_string_append_printf (out, ",\"%s\":", key);
  ctl_json_append_string (out, value);
}

static void
append_service_json (GString *out, const HearthService *service)
{
  g_string_append_printf (out, "{\"line\":%u", service->line);
  append_member (out, "name", service->name);
  append_member (out, "url", service->uri);
  append_member (out, "number", service->number);
  append_member (out, "group", service->group);
  append_member (out, "logo", service->logo);
  append_member (out, "guide_id", service->guide_id);
  append_member (out, "kind", kind_name (service->kind));
  append_member (out, "delivery", delivery_name (service->delivery));
  g_string_append (out, ",\"attributes\":[");
  for (guint i = 0; i < service->n_attributes; i++) {
    g_string_append (out, i > 0 ? ",[" : "[");
    ctl_json_append_string (out, service->attributes[i].key);
    g_string_append_c (out, ',');
    ctl_json_append_string (out, service->attributes[i].value);
    g_string_append_c (out, ']');
  }
  g_string_append (out, "]}");
}

static void
append_oddity_json (GString *out, const HearthOddity *oddity)
{
  g_string_append_printf (out, "%s\n{\"line\":%u", out->len > 0 ? "," : "", oddity->line);
  append_member (out, "code", oddity->code);
  append_member (out, "text", oddity->text);
  g_string_append_c (out, '}');
}

static void
finish_json (Check *check)
{
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *header = NULL;

  if (check->details != NULL) {
    node = json_gvariant_serialize (check->details);
    header = json_to_string (node, FALSE);
  }
  ctl_print ("\n],\n\"oddities\":[");
  ctl_write (check->oddities->str, check->oddities->len);
  ctl_print ("\n],\n\"header\":%s}\n", header != NULL ? header : "{}");
}

/* ---- for people --------------------------------------------------------------------------------- */

static void
append_line (GString *out, const char *key, const char *value)
{
  g_autofree char *clean = value != NULL ? ctl_text_clean (value) : NULL;

  if (clean != NULL)
    g_string_append_printf (out, "    %s %s\n", key, clean);
}

static void
append_service (GString *out, const HearthService *service)
{
  g_autofree char *name = ctl_text_clean (service->name);

  g_string_append_printf (out, "%u: %s%s%s (%s, %s)\n", service->line, service->number != NULL ? service->number : "",
                          service->number != NULL ? " " : "", name, kind_name (service->kind),
                          delivery_name (service->delivery));
  append_line (out, "url", service->uri);
  for (guint i = 0; i < service->n_attributes; i++)
    append_line (out, service->attributes[i].key, service->attributes[i].value);
}

static void
append_oddity (GString *out, const HearthOddity *oddity)
{
  g_autofree char *text = ctl_text_clean (oddity->text);

  if (oddity->line > 0)
    g_string_append_printf (out, "line %u: ", oddity->line);
  g_string_append_printf (out, "%s [%s]\n", text, oddity->code);
}

static void
finish_text (Check *check)
{
  GVariantIter iter;
  const char *key;
  GVariant *value;

  if (check->details != NULL) {
    g_variant_iter_init (&iter, check->details);
    while (g_variant_iter_loop (&iter, "{&sv}", &key, &value)) {
      g_autofree char *text = ctl_text (value);

      ctl_print ("header: %s %s\n", key, text);
    }
  }
  ctl_write (check->oddities->str, check->oddities->len);
  ctl_print ("%u entries, %u oddities\n", check->n_entries, check->n_oddities);
}

/* ---- the host that the plug-in talks to ----------------------------------------------------------- */

static void
list_begin (HearthNetworkHost *host)
{
  Check *check = (Check *) host;

  if (check->json && !check->begun)
    ctl_print ("{\"entries\":[");
  check->begun = TRUE;
}

static void
list_service (HearthNetworkHost *host, const HearthService *service)
{
  Check *check = (Check *) host;

  g_string_truncate (check->buffer, 0);
  if (check->json) {
    g_string_append (check->buffer, check->n_entries > 0 ? ",\n" : "\n");
    append_service_json (check->buffer, service);
  } else
    append_service (check->buffer, service);
  ctl_write (check->buffer->str, check->buffer->len);
  check->n_entries++;
}

static void
list_oddity (HearthNetworkHost *host, const HearthOddity *oddity)
{
  Check *check = (Check *) host;

  if (check->json)
    append_oddity_json (check->oddities, oddity);
  else
    append_oddity (check->oddities, oddity);
  check->n_oddities++;
}

static void
list_end (HearthNetworkHost *host, GVariant *details, const GError *error)
{
  Check *check = (Check *) host;

  g_clear_pointer (&check->details, g_variant_unref);
  if (details != NULL)
    check->details = g_variant_ref_sink (details);
  if (error != NULL && check->error == NULL)
    check->error = g_error_copy (error);
}

static const HearthNetworkHostOps host_ops = {
  .struct_size = sizeof (HearthNetworkHostOps),
  .list_begin = list_begin,
  .list_service = list_service,
  .list_oddity = list_oddity,
  .list_end = list_end,
};

/* ---- the command ------------------------------------------------------------------------------------ */

static gboolean
check_playlist (Check *check, const char *location, GError **error)
{
  const HearthPlugin *plugin = hearth_plugin_host_load ("network-iptv", HEARTH_PLUGIN_NETWORK, error);

  if (plugin == NULL)
    return FALSE;
  if (plugin->network == NULL || !hearth_ops_has (plugin->network, inspect)) {
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED, "this plug-in network-iptv cannot check a list");
    return FALSE;
  }
  if (!plugin->network->inspect (location, &check->host, NULL, error))
    return FALSE;
  if (check->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&check->error));
  return FALSE;
}

static gboolean
run_check (Ctl *ctl, GError **error)
{
  Check check = { .host = { &host_ops }, .json = ctl->json };
  gboolean good;

  check.oddities = g_string_new (NULL);
  check.buffer = g_string_new (NULL);
  good = check_playlist (&check, ctl->words[0], error);
  if (check.json && check.begun) /* also after a failure: what was printed shall be JSON */
    finish_json (&check);
  else if (good)
    finish_text (&check);
  g_string_free (check.oddities, TRUE);
  g_string_free (check.buffer, TRUE);
  g_clear_pointer (&check.details, g_variant_unref);
  g_clear_error (&check.error);
  if (!good)
    (*error)->code = HEARTH_ERROR_IO; /* unreadable for whatever reason: a missing file is no missing channel */
  return good;
}

const CtlCommand ctl_playlist_commands[] = {
  { "playlist check", "FILE|URL", "a playlist's entries as Hearth understands them, and what is odd",
    "Works without hearthd. Oddities are no failure: only a list that cannot be read is.", 1, 1, run_check, NULL, { NULL } },
  { NULL, NULL, NULL, NULL, 0, 0, NULL, NULL, { NULL } },
};
