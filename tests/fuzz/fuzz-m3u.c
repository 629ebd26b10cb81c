/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plugins/network-iptv/iptv-m3u.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check (const char *text)
{
  if (text != NULL && !g_utf8_validate (text, -1, NULL))
    abort ();
}

static void
on_service (gpointer user_data, const HearthService *service)
{
  if (service->uri == NULL || *service->uri == '\0' || service->name == NULL || !g_hash_table_add (user_data, g_strdup (service->uri)))
    abort (); /* the contract: a name, and an address that is unique in the list */
  check (service->uri);
  check (service->name);
  check (service->number);
  check (service->logo);
  check (service->group);
  check (service->guide_id);
  for (guint i = 0; i < service->n_attributes; i++) {
    check (service->attributes[i].key);
    check (service->attributes[i].value);
  }
}

static void
on_oddity (gpointer user_data, const HearthOddity *oddity)
{
  check (oddity->text);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const IptvM3uHandler handler = { .service = on_service, .oddity = on_oddity };
  g_autoptr (GHashTable) uris = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GVariant *details = NULL;

  if (iptv_m3u_parse (data, size, "http://lists.example/tv/all.m3u", NULL, &handler, uris, &details, NULL))
    g_variant_unref (g_variant_ref_sink (details));
  return 0;
}
