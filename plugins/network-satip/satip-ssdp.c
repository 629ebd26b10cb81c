/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "satip-ssdp.h"

#include <string.h>

#define DEFAULT_AGE_S 1800 /* SAT>IP 1.2.2, 3.3.1 */
#define LEAST_AGE_S 30
#define MOST_AGE_S 86400
#define SEARCH_WAIT_S 2    /* servers answer within so long, not all at once */

typedef struct {
  SatipSsdp *message;
  gboolean of_server; /* NT or ST is a SAT>IP server's */
  char state[16];     /* NTS */
} Reading;

/* "uuid:50c958a8-e839-4b96-b7ae-8f9d989e136c::urn:ses-com:device:SatIPServer:1" */
static void
take_usn (SatipSsdp *message, SatipSpan value)
{
  SatipSpan part;

  if (!satip_span_begins (value, "uuid:"))
    return;
  value = satip_span_new (value.text + 5, value.n_bytes - 5);
  if (satip_span_cut (&value, ':', &part))
    satip_span_copy (part, message->uuid, sizeof message->uuid);
}

static void
take_age (SatipSsdp *message, SatipSpan value)
{
  SatipSpan part;
  guint32 age_s;

  while (satip_span_cut (&value, ',', &part)) {
    SatipSpan key;

    if (!satip_span_cut (&part, '=', &key) || !satip_span_is (satip_span_strip (key), "max-age") ||
        !satip_span_get_number (satip_span_strip (part), G_MAXUINT32, &age_s))
      continue;
    message->max_age_s = CLAMP (age_s, LEAST_AGE_S, MOST_AGE_S);
  }
}

static void
take_header (Reading *reading, SatipSpan key, SatipSpan value)
{
  SatipSsdp *message = reading->message;

  if (satip_span_is (key, "NT") || satip_span_is (key, "ST"))
    reading->of_server = satip_span_is (value, SATIP_DEVICE_TYPE);
  else if (satip_span_is (key, "NTS"))
    satip_span_copy (value, reading->state, sizeof reading->state);
  else if (satip_span_is (key, "USN"))
    take_usn (message, value);
  else if (satip_span_is (key, "LOCATION"))
    satip_span_copy (value, message->location, sizeof message->location);
  else if (satip_span_is (key, "CACHE-CONTROL"))
    take_age (message, value);
  else if (satip_span_is (key, "DEVICEID.SES.COM"))
    satip_span_get_number (value, 255, &message->device_id);
  else if (satip_span_is (key, "X-SATIP-RTSP-Port"))
    satip_span_get_number (value, 65535, &message->rtsp_port);
}

static SatipSsdpKind
judge (const Reading *reading, gboolean notify)
{
  const SatipSsdp *message = reading->message;

  if (!reading->of_server || message->uuid[0] == '\0')
    return SATIP_SSDP_NOTHING;
  if (notify && g_ascii_strcasecmp (reading->state, "ssdp:byebye") == 0)
    return SATIP_SSDP_BYEBYE;
  if (message->location[0] == '\0' || (notify && g_ascii_strcasecmp (reading->state, "ssdp:alive") != 0))
    return SATIP_SSDP_NOTHING;
  return SATIP_SSDP_HERE;
}

void
satip_ssdp_parse (const guint8 *bytes, gsize n_bytes, SatipSsdp *message)
{
  Reading reading = { .message = message };
  SatipSpan rest = satip_span_new (bytes, n_bytes), line, key, value;
  gboolean notify;

  *message = (SatipSsdp) { .kind = SATIP_SSDP_NOTHING, .max_age_s = DEFAULT_AGE_S };
  if (!satip_span_cut (&rest, '\n', &line))
    return;
  notify = satip_span_begins (line, "NOTIFY ");
  if (!notify && !satip_span_begins (line, "HTTP/1.1 200"))
    return;
  while (satip_span_next_header (&rest, &key, &value))
    take_header (&reading, key, value);
  message->kind = judge (&reading, notify);
}

char *
satip_ssdp_print_search (const char *host)
{
  return g_strdup_printf ("M-SEARCH * HTTP/1.1\r\nHOST: %s\r\nMAN: \"ssdp:discover\"\r\nMX: %d\r\nST: " SATIP_DEVICE_TYPE "\r\n"
                          "USER-AGENT: Linux/1.0 UPnP/1.1 Hearth/" SATIP_VERSION "\r\n\r\n", host, SEARCH_WAIT_S);
}
