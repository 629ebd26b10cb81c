/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Formats: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng (section 4), the link types of tcpdump.org/linktypes.html. */
#include "headend/capture.h"

#include <string.h>

#define MAX_INTERFACES 64
#define LINK_NULL 0
#define LINK_ETHERNET 1
#define LINK_RAW_BSD 12
#define LINK_RAW 101
#define LINK_LOOP 108
#define LINK_SLL 113
#define LINK_IPV4 228
#define LINK_IPV6 229
#define LINK_SLL2 276
#define BLOCK_SECTION 0x0a0d0d0au
#define BLOCK_INTERFACE 1
#define BLOCK_SIMPLE 3
#define BLOCK_ENHANCED 6
#define OPTION_TIME_RESOLUTION 9

typedef struct {
  const guint8 *p;
  gsize n;
} Span;

typedef struct {
  guint link;
  guint64 ticks_a_second;
} Interface;

typedef struct {
  gboolean big_endian;
  guint n_interfaces;
  Interface interfaces[MAX_INTERFACES];
  gint64 last_ns; /* for packets without a time */
  HeadendDatagramFunc func;
  gpointer user_data;
} Capture;

static guint16
net16 (const guint8 *p)
{
  return (guint16) (p[0] << 8 | p[1]);
}

static guint32
net32 (const guint8 *p)
{
  return (guint32) net16 (p) << 16 | net16 (p + 2);
}

static guint32
file32 (const Capture *self, const guint8 *p)
{
  return self->big_endian ? net32 (p) : GUINT32_SWAP_LE_BE (net32 (p));
}

static guint16
file16 (const Capture *self, const guint8 *p)
{
  return self->big_endian ? net16 (p) : GUINT16_SWAP_LE_BE (net16 (p));
}

static gboolean
skip (Span *span, gsize n)
{
  if (span->n < n)
    return FALSE;
  span->p += n;
  span->n -= n;
  return TRUE;
}

/* ---- packets ---------------------------------------------------------------------------------------------------- */

static void
parse_udp (Capture *self, Span span, HeadendDatagram *datagram)
{
  gsize length;

  if (span.n < 8)
    return;
  length = net16 (span.p + 4);
  if (length < 8 || length > span.n)
    return;
  datagram->port = net16 (span.p + 2);
  datagram->payload = span.p + 8;
  datagram->n_bytes = length - 8;
  self->func (datagram, self->user_data);
}

static void
parse_ipv4 (Capture *self, Span span, HeadendDatagram *datagram)
{
  gsize header, total;

  if (span.n < 20)
    return;
  header = (gsize) (span.p[0] & 15) * 4;
  total = net16 (span.p + 2);
  if (header < 20 || total < header || total > span.n || span.p[9] != 17 || (net16 (span.p + 6) & 0x3fff) != 0)
    return;
  memcpy (datagram->address, span.p + 16, 4);
  span.n = total; /* Ethernet's padding is not the datagram's */
  if (skip (&span, header))
    parse_udp (self, span, datagram);
}

/* Extension headers that can be stepped over: hop-by-hop, routing, destination options (RFC 8200, 4). */
static gboolean
is_extension (guint8 header)
{
  return header == 0 || header == 43 || header == 60;
}

static void
parse_ipv6 (Capture *self, Span span, HeadendDatagram *datagram)
{
  guint8 next;
  gsize payload;

  if (span.n < 40)
    return;
  next = span.p[6];
  payload = net16 (span.p + 4);
  memcpy (datagram->address, span.p + 24, 16);
  datagram->v6 = TRUE;
  skip (&span, 40);
  if (payload > span.n)
    return;
  span.n = payload;
  while (is_extension (next)) {
    gsize length;

    if (span.n < 8)
      return;
    next = span.p[0];
    length = 8 + (gsize) span.p[1] * 8;
    if (!skip (&span, length))
      return;
  }
  if (next == 17)
    parse_udp (self, span, datagram);
}

static void
parse_ip (Capture *self, Span span, HeadendDatagram *datagram)
{
  if (span.n > 0 && span.p[0] >> 4 == 4)
    parse_ipv4 (self, span, datagram);
  else if (span.n > 0 && span.p[0] >> 4 == 6)
    parse_ipv6 (self, span, datagram);
}

static void
parse_ethernet (Capture *self, Span span, HeadendDatagram *datagram)
{
  guint16 type;

  if (!skip (&span, 12))
    return;
  while (span.n >= 2) {
    type = net16 (span.p);
    skip (&span, 2);
    if (type == 0x0800 || type == 0x86dd)
      parse_ip (self, span, datagram);
    if ((type != 0x8100 && type != 0x88a8) || !skip (&span, 2)) /* 802.1Q, 802.1ad */
      return;
  }
}

static void
parse_packet (Capture *self, guint link, Span span, gint64 time_ns)
{
  HeadendDatagram datagram = { .time_ns = time_ns };
  gsize head = 0;

  self->last_ns = time_ns;
  switch (link) {
  case LINK_ETHERNET:
    parse_ethernet (self, span, &datagram);
    return;
  case LINK_NULL:
  case LINK_LOOP:
    head = 4;
    break;
  case LINK_SLL:
    head = 16;
    break;
  case LINK_SLL2:
    head = 20;
    break;
  case LINK_RAW:
  case LINK_RAW_BSD:
  case LINK_IPV4:
  case LINK_IPV6:
    break;
  default:
    return;
  }
  if (skip (&span, head))
    parse_ip (self, span, &datagram);
}

/* ---- pcap ------------------------------------------------------------------------------------------------------- */

static void
parse_pcap (Capture *self, Span span, gboolean nanoseconds)
{
  const guint link = file32 (self, span.p + 20) & 0xffff;

  skip (&span, 24);
  while (span.n >= 16) {
    const gint64 fraction = file32 (self, span.p + 4);
    const gint64 time_ns = (gint64) file32 (self, span.p) * 1000000000 + fraction * (nanoseconds ? 1 : 1000);
    const gsize n = file32 (self, span.p + 8);

    skip (&span, 16);
    if (n > span.n)
      return;
    parse_packet (self, link, (Span){ span.p, n }, time_ns);
    skip (&span, n);
  }
}

/* ---- pcapng ----------------------------------------------------------------------------------------------------- */

/* if_tsresol: a power of ten, or with the highest bit of two. */
static guint64
parse_resolution (guint8 value)
{
  guint64 ticks = 1;

  if (value & 0x80)
    return (value & 0x7f) < 64 ? G_GUINT64_CONSTANT (1) << (value & 0x7f) : 0;
  for (guint i = 0; i < value && i < 19; i++)
    ticks *= 10;
  return ticks;
}

static void
parse_interface (Capture *self, Span span)
{
  Interface interface = { .ticks_a_second = 1000000 };

  if (span.n < 8 || self->n_interfaces == MAX_INTERFACES)
    return;
  interface.link = file16 (self, span.p);
  skip (&span, 8);
  while (span.n >= 4) {
    const guint code = file16 (self, span.p);
    const gsize n = file16 (self, span.p + 2);

    skip (&span, 4);
    if (n > span.n || code == 0)
      break;
    if (code == OPTION_TIME_RESOLUTION && n >= 1)
      interface.ticks_a_second = parse_resolution (span.p[0]);
    if (!skip (&span, (n + 3) & ~(gsize) 3))
      break;
  }
  self->interfaces[self->n_interfaces++] = interface;
}

static gint64
ticks_to_ns (guint64 ticks, guint64 ticks_a_second)
{
  if (ticks_a_second == 0)
    return 0;
  return (gint64) ((guint64) (ticks / ticks_a_second) * 1000000000u +
                   (guint64) ((double) (ticks % ticks_a_second) * 1e9 / (double) ticks_a_second));
}

static void
parse_enhanced (Capture *self, Span span)
{
  const Interface *interface;
  guint32 id, n;
  guint64 ticks;

  if (span.n < 20)
    return;
  id = file32 (self, span.p);
  ticks = (guint64) file32 (self, span.p + 4) << 32 | file32 (self, span.p + 8);
  n = file32 (self, span.p + 12);
  skip (&span, 20);
  if (id >= self->n_interfaces || n > span.n)
    return;
  interface = &self->interfaces[id];
  parse_packet (self, interface->link, (Span){ span.p, n }, ticks_to_ns (ticks, interface->ticks_a_second));
}

/* A section says its own byte order. */
static gboolean
parse_section (Capture *self, Span span)
{
  static const guint8 big[4] = { 0x1a, 0x2b, 0x3c, 0x4d }, little[4] = { 0x4d, 0x3c, 0x2b, 0x1a };

  if (span.n < 12 || (memcmp (span.p + 8, big, 4) != 0 && memcmp (span.p + 8, little, 4) != 0))
    return FALSE;
  self->big_endian = span.p[8] == big[0];
  self->n_interfaces = 0;
  return TRUE;
}

static void
parse_block (Capture *self, guint32 type, Span body)
{
  if (type == BLOCK_INTERFACE)
    parse_interface (self, body);
  else if (type == BLOCK_ENHANCED)
    parse_enhanced (self, body);
  else if (type == BLOCK_SIMPLE && self->n_interfaces > 0 && skip (&body, 4))
    parse_packet (self, self->interfaces[0].link, body, self->last_ns);
}

static void
parse_pcapng (Capture *self, Span span)
{
  while (span.n >= 12) {
    const gboolean section = net32 (span.p) == BLOCK_SECTION;
    gsize n;

    if (section && !parse_section (self, span))
      return;
    n = file32 (self, span.p + 4);
    if (n < 12 || n > span.n)
      return;
    if (!section)
      parse_block (self, file32 (self, span.p), (Span){ span.p + 8, n - 12 });
    skip (&span, n);
  }
}

gboolean
headend_capture_parse (const guint8 *bytes, gsize n_bytes, HeadendDatagramFunc func, gpointer user_data)
{
  Capture self = { .func = func, .user_data = user_data };
  const Span span = { bytes, n_bytes };
  const guint32 magic = n_bytes >= 24 ? net32 (bytes) : 0;

  if (magic == BLOCK_SECTION) {
    parse_pcapng (&self, span);
    return TRUE;
  }
  self.big_endian = magic == 0xa1b2c3d4 || magic == 0xa1b23c4d;
  if (!self.big_endian && magic != 0xd4c3b2a1 && magic != 0x4d3cb2a1)
    return FALSE;
  parse_pcap (&self, span, magic == 0xa1b23c4d || magic == 0x4d3cb2a1);
  return TRUE;
}
