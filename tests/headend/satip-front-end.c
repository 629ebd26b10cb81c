/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "headend/satip-private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define LOCK_US 120000
#define REPORT_US 200000 /* SAT>IP 1.2.2, 3.5.7 */
#define PARTIAL_US 10000 /* a packet that does not get full goes then */
#define MOST_WAITING (256 << 10)
#define RTP_HEADER 12
#define INTERLEAVED_HEADER 4
#define OFF_MHZ 0.25     /* a receiver finds its carrier so far beside */
#define MP2T 33          /* RFC 3551, 6 */
#define LEVEL 200
#define QUALITY 15

/* ---- sending -------------------------------------------------------------------------------------------------------- */

static void
flush (HeadendSatipLink *self)
{
  while (self->out->len > 0) {
    const gssize n = send (g_socket_get_fd (self->socket), self->out->str, self->out->len, MSG_NOSIGNAL | MSG_DONTWAIT);

    if (n <= 0)
      return;
    g_string_erase (self->out, 0, n);
  }
}

void
headend_satip_link_send (HeadendSatipLink *self, const void *bytes, gsize n_bytes, gboolean droppable)
{
  flush (self);
  if (droppable && self->out->len > MOST_WAITING)
    return;
  g_string_append_len (self->out, bytes, (gssize) n_bytes);
  flush (self);
}

/* @bytes: with room for the interleaved header before them. */
static void
send_packet (HeadendSatipFrontEnd *self, const HeadendSatipAirFaults *faults, guint8 *bytes, gsize n_bytes, gboolean rtcp)
{
  guint8 *head = bytes - INTERLEAVED_HEADER;

  if (self->link != NULL) {
    head[0] = '$';
    head[1] = self->channel + (rtcp ? 1 : 0);
    head[2] = (guint8) (n_bytes >> 8);
    head[3] = (guint8) n_bytes;
    headend_satip_link_send (self->link, head, n_bytes + INTERLEAVED_HEADER, TRUE);
  } else if (!faults->no_udp) {
    const struct sockaddr_in *to = rtcp ? &self->rtcp : &self->rtp;

    if (sendto (faults->socket, bytes, n_bytes, MSG_DONTWAIT, (const struct sockaddr *) to, sizeof *to) < 0)
      return; /* lost, as on a wire */
  }
}

static void
put_u32 (guint8 *bytes, guint32 value)
{
  for (guint i = 0; i < 4; i++)
    bytes[i] = (guint8) (value >> (24 - 8 * i));
}

static void
send_rtp (HeadendSatipFrontEnd *self, const HeadendSatipAirFaults *faults, gint64 now_us)
{
  guint8 *rtp = self->packet + INTERLEAVED_HEADER;
  const gsize n_bytes = self->n_filled * HEADEND_PACKET;

  if (self->n_filled == 0)
    return;
  rtp[0] = 0x80;
  rtp[1] = MP2T;
  rtp[2] = (guint8) (self->sequence >> 8);
  rtp[3] = (guint8) self->sequence++;
  put_u32 (rtp + 4, (guint32) (now_us * 9 / 100));
  put_u32 (rtp + 8, self->stream);
  send_packet (self, faults, rtp, RTP_HEADER + n_bytes, FALSE);
  self->packets++;
  self->octets += (guint32) n_bytes;
  self->n_filled = 0;
}

/* ---- reports ----------------------------------------------------------------------------------------------------------- */

gboolean
headend_satip_front_end_is_locked (const HeadendSatipFrontEnd *self, const HeadendSatipAirFaults *faults)
{
  return self->mux != 0 && !faults->no_lock && g_get_monotonic_time () >= self->lock_at_us;
}

static void
append_pids (const HeadendSatipFrontEnd *self, GString *text)
{
  const gsize before = text->len;

  if (self->all) {
    g_string_append (text, "all");
    return;
  }
  for (guint pid = 0; pid < 8192; pid++)
    if ((self->pids[pid / 8] & (1 << (pid % 8))) != 0)
      g_string_append_printf (text, "%s%u", text->len > before ? "," : "", pid);
}

void
headend_satip_front_end_append_report (const HeadendSatipFrontEnd *self, const HeadendSatipAirFaults *faults, GString *text)
{
  const gboolean locked = headend_satip_front_end_is_locked (self, faults);

  g_string_append_printf (text, "ver=1.2;src=1;tuner=%u,%u,%u,%u,%.2f,8,%s,%s,%u,,,,0;pids=", self->number, locked ? LEVEL : 0, locked,
                          locked ? QUALITY : 0, self->mhz, self->system != NULL ? self->system : "", self->modulation != NULL ? self->modulation : "",
                          self->symbol_rate);
  append_pids (self, text);
}

/* A sender report (RFC 3550, 6.4.1), then SES1 (6.7). */
static void
send_report (HeadendSatipFrontEnd *self, const HeadendSatipAirFaults *faults, gint64 now_us)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree guint8 *bytes = NULL;
  const gint64 utc_us = g_get_real_time ();
  guint8 *sr, *app;
  gsize n_app;

  headend_satip_front_end_append_report (self, faults, text);
  n_app = 16 + (text->len + 3) / 4 * 4;
  bytes = g_malloc0 (INTERLEAVED_HEADER + 28 + n_app);
  sr = bytes + INTERLEAVED_HEADER;
  put_u32 (sr, 0x80c80006);
  put_u32 (sr + 4, self->stream);
  put_u32 (sr + 8, (guint32) (utc_us / G_USEC_PER_SEC + 2208988800)); /* since 1900 */
  put_u32 (sr + 16, (guint32) (now_us * 9 / 100));
  put_u32 (sr + 20, self->packets);
  put_u32 (sr + 24, self->octets);
  app = sr + 28;
  put_u32 (app, 0x80cc0000 | (guint32) (n_app / 4 - 1));
  put_u32 (app + 4, self->stream);
  memcpy (app + 8, "SES1", 4);
  put_u32 (app + 12, (guint32) text->len);
  memcpy (app + 16, text->str, text->len);
  send_packet (self, faults, sr, 28 + n_app, TRUE);
}

/* ---- the stream ---------------------------------------------------------------------------------------------------------- */

void
headend_satip_front_end_push (HeadendSatipFrontEnd *self, const HeadendSatipAirFaults *faults, const guint8 *packets, guint n_packets, gint64 now_us)
{
  for (guint i = 0; i < n_packets; i++) {
    const guint8 *packet = packets + i * HEADEND_PACKET;
    const guint pid = ((packet[1] & 0x1fu) << 8) | packet[2];

    if (!self->all && (self->pids[pid / 8] & (1 << (pid % 8))) == 0)
      continue;
    if (self->n_filled == 0)
      self->filled_us = now_us;
    memcpy (self->packet + INTERLEAVED_HEADER + RTP_HEADER + self->n_filled++ * HEADEND_PACKET, packet, HEADEND_PACKET);
    if (self->n_filled == HEADEND_CHUNK_PACKETS)
      send_rtp (self, faults, now_us);
  }
}

void
headend_satip_front_end_tick (HeadendSatipFrontEnd *self, const HeadendSatipAirFaults *faults, gint64 now_us)
{
  if (!self->playing || faults->silent)
    return;
  if (self->n_filled > 0 && now_us - self->filled_us >= PARTIAL_US)
    send_rtp (self, faults, now_us);
  if (faults->no_reports || now_us - self->reported_us < REPORT_US)
    return;
  self->reported_us = now_us;
  send_report (self, faults, now_us);
}

/* ---- what it is asked for ---------------------------------------------------------------------------------------------------- */

void
headend_satip_front_end_clear (HeadendSatipFrontEnd *self)
{
  const guint number = self->number;

  g_free (self->session);
  g_free (self->system);
  g_free (self->modulation);
  *self = (HeadendSatipFrontEnd){ .number = number };
}

static gboolean
set_pids (HeadendSatipFrontEnd *self, const char *list, gboolean on)
{
  g_auto (GStrv) words = g_strsplit (list, ",", 0);

  for (guint i = 0; words[i] != NULL; i++) {
    guint64 pid;

    if (!g_ascii_string_to_unsigned (words[i], 10, 0, 8191, &pid, NULL))
      return FALSE;
    self->pids[pid / 8] = (guint8) (on ? self->pids[pid / 8] | 1 << (pid % 8) : self->pids[pid / 8] & ~(1 << (pid % 8)));
  }
  return TRUE;
}

static gboolean
replace_pids (HeadendSatipFrontEnd *self, const char *list)
{
  memset (self->pids, 0, sizeof self->pids);
  self->all = g_str_equal (list, "all");
  return self->all || g_str_equal (list, "none") || set_pids (self, list, TRUE);
}

/* Where the carriers are; another symbol rate or constellation finds nothing. */
static void
look_for_mux (HeadendSatipFrontEnd *self)
{
  self->mux = 0;
  self->lock_at_us = g_get_monotonic_time () + LOCK_US;
  self->n_filled = 0;
  for (guint i = 1; i <= HEADEND_CABLE_MUXES; i++) {
    const double off = headend_cable_get_mux (i)->frequency_khz / 1000.0 - self->mhz;

    if (off > -OFF_MHZ && off < OFF_MHZ && (self->symbol_rate == 0 || self->symbol_rate == HEADEND_CABLE_SYMBOL_RATE / 1000) &&
        (self->modulation == NULL || g_str_equal (self->modulation, "64qam")))
      self->mux = i;
  }
}

typedef struct {
  HeadendSatipFrontEnd *front_end;
  gboolean tuned;
  guint status;
} Applying;

static void
apply (Applying *self, const char *key, const char *value)
{
  HeadendSatipFrontEnd *fe = self->front_end;
  gboolean right = TRUE;

  if (g_str_equal (key, "freq")) {
    char *end;

    fe->mhz = g_ascii_strtod (value, &end);
    right = *end == '\0' && fe->mhz > 0;
    self->tuned = TRUE;
  } else if (g_str_equal (key, "msys")) {
    g_free (fe->system);
    fe->system = g_strdup (value);
    right = g_str_equal (value, "dvbc");
  } else if (g_str_equal (key, "mtype")) {
    g_free (fe->modulation);
    fe->modulation = g_strdup (value);
  } else if (g_str_equal (key, "sr")) {
    fe->symbol_rate = (guint) strtoul (value, NULL, 10);
  } else if (g_str_equal (key, "pids")) {
    right = replace_pids (fe, value);
  } else if (g_str_equal (key, "addpids") || g_str_equal (key, "delpids")) {
    right = set_pids (fe, value, *key == 'a');
  }
  if (!right)
    self->status = 403; /* with Out-of-Range: SAT>IP 1.2.2, 3.5.9 */
}

guint
headend_satip_front_end_apply (HeadendSatipFrontEnd *self, const char *query)
{
  g_auto (GStrv) parts = g_strsplit (query, "&", 0);
  Applying applying = { .front_end = self };

  for (guint i = 0; parts[i] != NULL; i++) {
    char *value = strchr (parts[i], '=');

    if (value == NULL)
      return *parts[i] == '\0' ? 0 : 400;
    *value++ = '\0';
    if (g_str_equal (parts[i], "freq")) { /* another multiplex: what is not said is automatic */
      g_clear_pointer (&self->modulation, g_free);
      self->symbol_rate = 0;
    }
  }
  for (guint i = 0; parts[i] != NULL; i++)
    apply (&applying, parts[i], parts[i] + strlen (parts[i]) + 1);
  if (applying.tuned)
    look_for_mux (self);
  return applying.status;
}
