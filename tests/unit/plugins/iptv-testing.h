/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/network.h>

/* ---- a network of our own, so that no other program's datagrams come in ---------------------- */

/* Before any thread: into a namespace with a loopback that takes 239.0.0.0/8 and 232.0.0.0/8. FALSE: not allowed here, and
 * testing_skip() says why. */
gboolean testing_enter_namespace (void);
/* Skips the test that runs when there is no namespace. */
gboolean testing_skip (void);
/* "ip ..." in the namespace. */
gboolean testing_run_ip (const char *arguments);

/* ---- the host's side ----------------------------------------------------------------------------- */

/* Remembers what comes. Read its members under the lock, or when the stream is closed. */
typedef struct {
  HearthStreamSink sink; /* first */
  GMutex lock;           /* guards all below */
  GByteArray *bytes;
  guint n_pushes, n_gaps, n_beats;
  GString *states; /* "connecting joined reconnecting:NoPackets ..." */
  char *text;      /* of the last state */
  HearthTransportHealth health;
  gint64 first_arrival_us, last_arrival_us;
  gboolean closed; /* a call after this fails the test */
} TestSink;

TestSink *test_sink_new (void);
void test_sink_free (TestSink *self);
gsize test_sink_get_size (TestSink *self);
guint test_sink_get_beats (TestSink *self);
gboolean test_sink_has_state (TestSink *self, const char *state);
char *test_sink_dup_states (TestSink *self);
HearthTransportHealth test_sink_get_health (TestSink *self);

typedef struct {
  HearthNetworkHost host; /* first */
  gpointer instance;
  GMutex lock; /* guards all below */
  GString *services; /* "name uri\n" */
  guint n_oddities, n_begun, n_ended;
  GVariant *details;
  GError *error;
} TestNetwork;

TestNetwork *test_network_new (const char *location); /* reads its list only when asked */
TestNetwork *test_network_new_refreshing (const char *location, guint refresh_minutes);
TestNetwork *test_network_new_with (const char *settings); /* a{sv} as text */
void test_network_free (TestNetwork *self);
guint test_network_get_ended (TestNetwork *self);
gpointer test_network_open (TestNetwork *self, const char *uri, TestSink *sink);
/* The sink must hear nothing from now on. */
void test_network_close (TestNetwork *self, gpointer stream, TestSink *sink);

/* ---- waiting -------------------------------------------------------------------------------------- */

/* Iterates the main context, which every call into a sink or host wakes, until @condition or for 15 s at most. */
#define WAIT_FOR(condition)                                                                       \
  G_STMT_START                                                                                    \
  {                                                                                               \
    guint deadline_ = testing_begin_wait (__FILE__, __LINE__, #condition);                        \
    while (!(condition))                                                                          \
      g_main_context_iteration (NULL, TRUE);                                                      \
    g_source_remove (deadline_);                                                                  \
  }                                                                                               \
  G_STMT_END

guint testing_begin_wait (const char *file, int line, const char *condition);

/* ---- a sender -------------------------------------------------------------------------------------- */

#define TEST_PAYLOAD (7 * 188)

/* Seven TS packets, numbered from 7 * @number. */
void testing_fill_payload (guint8 *payload, guint number);
/* @payload: that of @number. RTP version 2, type 33. Returns its length. */
gsize testing_fill_rtp (guint8 *packet, guint number, guint32 ssrc);
/* An unconnected socket that sends to groups by loopback. @source: (nullable) */
int testing_open_sender (const char *source);
void testing_send (int fd, const char *group, guint port, const void *bytes, gsize n_bytes);
/* That @sink has exactly payloads @from to @to - 1, in order. */
void testing_assert_payloads (TestSink *sink, guint from, guint to);

void test_iptv_http_add (void);
void test_iptv_trouble_add (void);
