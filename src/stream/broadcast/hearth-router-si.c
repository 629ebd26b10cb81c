/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a service's stream carries of the service information: what tells of this service, now. EN 300 468, 5.1.3 and 5.2. */
#include "stream/broadcast/hearth-router-private.h"

#include <string.h>

#define PID_SDT 0x11
#define PID_EIT 0x12
#define PID_TIME 0x14
#define TABLE_SDT_ACTUAL 0x42
#define TABLE_EIT_PRESENT_FOLLOWING_ACTUAL 0x4e
#define SDT_HEADER 11
#define SDT_ENTRY 5
#define CRC_BYTES 4

static guint
get_16 (const guint8 *p)
{
  return (p[0] << 8) | p[1];
}

/* The entry of @service_id in an SDT section; NULL where there is none. */
static const guint8 *
find_entry (const guint8 *section, gsize n_bytes, guint16 service_id, gsize *n_entry)
{
  gsize at = SDT_HEADER;

  while (at + SDT_ENTRY + CRC_BYTES <= n_bytes) {
    *n_entry = SDT_ENTRY + (get_16 (section + at + 3) & 0x0fff);
    if (at + *n_entry + CRC_BYTES > n_bytes)
      return NULL;
    if (get_16 (section + at) == service_id)
      return section + at;
    at += *n_entry;
  }
  return NULL;
}

static void
route_sdt (HearthRouter *self, HearthRoute *route, const guint8 *section, gsize n_bytes)
{
  guint8 own[1024]; /* EN 300 468, 5.1.1: sections of the SDT are no longer */
  gsize n_entry, n;
  const guint8 *entry = find_entry (section, n_bytes, route->service_id, &n_entry);
  guint32 crc;

  if (entry == NULL || n_bytes > sizeof own)
    return;
  memcpy (own, section, SDT_HEADER);
  memcpy (own + SDT_HEADER, entry, n_entry);
  n = SDT_HEADER + n_entry + CRC_BYTES;
  own[1] = (own[1] & 0xf0) | ((n - 3) >> 8);
  own[2] = (n - 3) & 0xff;
  own[6] = own[7] = 0; /* the only section */
  crc = GUINT32_TO_BE (hearth_ts_crc32 (own, n - CRC_BYTES));
  memcpy (own + n - CRC_BYTES, &crc, CRC_BYTES);
  hearth_router_emit (self, route, own, n, PID_SDT, &route->continuity_sdt);
}

void
hearth_router_route_si (HearthRouter *self, guint16 pid, const guint8 *section, gsize n_bytes)
{
  const gboolean is_sdt = pid == PID_SDT && section[0] == TABLE_SDT_ACTUAL && n_bytes >= SDT_HEADER + CRC_BYTES;
  const gboolean is_eit = pid == PID_EIT && section[0] == TABLE_EIT_PRESENT_FOLLOWING_ACTUAL && n_bytes >= 14 + CRC_BYTES;

  if (!is_sdt && !is_eit && pid != PID_TIME)
    return;
  for (guint i = 0; i < self->routes->len; i++) {
    HearthRoute *route = g_ptr_array_index (self->routes, i);

    if (route->programme == NULL)
      continue;
    if (is_sdt)
      route_sdt (self, route, section, n_bytes);
    else if (pid == PID_TIME)
      hearth_router_emit (self, route, section, n_bytes, PID_TIME, &route->continuity_time);
    else if (is_eit && get_16 (section + 3) == route->service_id)
      hearth_router_emit (self, route, section, n_bytes, PID_EIT, &route->continuity_eit);
  }
}
