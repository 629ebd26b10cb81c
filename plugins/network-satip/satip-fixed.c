/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "satip-fixed.h"

#include <gio/gio.h>
#include <string.h>

void
satip_fixed_free (gpointer data)
{
  SatipFixed *fixed = data;

  g_free (fixed->host);
  g_free (fixed->capabilities);
  g_free (fixed);
}

static SatipFixed *
parse_word (const char *word)
{
  const char *slash = strchr (word, '/');
  g_autofree char *host = slash != NULL ? g_strndup (word, (gsize) (slash - word)) : NULL;
  g_autoptr (GSocketConnectable) place = host != NULL && *host != '\0' ? g_network_address_parse (host, SATIP_RTSP_PORT, NULL) : NULL;
  g_autoptr (GArray) front_ends = satip_capabilities_parse (slash != NULL ? slash + 1 : "");
  SatipFixed *fixed;

  if (place == NULL || front_ends->len == 0)
    return NULL;
  fixed = g_new0 (SatipFixed, 1);
  fixed->host = g_strdup (g_network_address_get_hostname (G_NETWORK_ADDRESS (place)));
  fixed->port = g_network_address_get_port (G_NETWORK_ADDRESS (place));
  fixed->capabilities = g_strdup (slash + 1);
  return fixed;
}

GPtrArray *
satip_fixed_parse (const char *text, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (satip_fixed_free);
  g_auto (GStrv) words = g_strsplit_set (text, " \t\n", 0);

  for (guint i = 0; words[i] != NULL; i++) {
    SatipFixed *fixed = *words[i] != '\0' ? parse_word (words[i]) : NULL;

    if (fixed != NULL) {
      g_ptr_array_add (list, fixed);
    } else if (*words[i] != '\0') {
      g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT,
                   "satip's setting “servers”: “%s” is no HOST[:PORT]/CAPABILITIES, as 192.168.1.5/DVBC-2 or sat.local:554/DVBS2-2,DVBT2-2", words[i]);
      return NULL;
    }
  }
  return g_steal_pointer (&list);
}
