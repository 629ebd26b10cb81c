/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/plugin.h>

G_BEGIN_DECLS

/**
 * SECTION:network
 *
 * A network plug-in runs in a `hearth-stream` of its own, one an instance (this
 * cable, that playlist). It tells what services there are and brings one
 * service's MPEG-TS to a sink. The host cuts packets, watches continuity, finds
 * random access points and writes the ring; the plug-in only fetches bytes.
 *
 * Threads: all ops run on the host's main thread and must not block it for
 * longer than 10 ms; what waits (names, connections, files) runs on the
 * plug-in's own threads. A sink may be fed from any thread, from one at a time.
 */

/* ---- what the plug-in tells ------------------------------------------------ */

typedef struct {
  const char *key;   /* ASCII, lower case: "tvg-id", "group-title", "catchup-source" */
  const char *value; /* UTF-8 */
} HearthAttribute;

typedef enum {
  HEARTH_SERVICE_TV = 0,
  HEARTH_SERVICE_RADIO,
  HEARTH_SERVICE_DATA,
} HearthServiceKind;

typedef enum {
  HEARTH_DELIVERY_RING = 0, /* open() brings MPEG-TS for a ring */
  HEARTH_DELIVERY_DIRECT,   /* HLS, DASH: the player opens the address itself */
} HearthDelivery;

/* One service as the network lists it. Strings are UTF-8, owned by the plug-in, copied by the host. */
typedef struct {
  guint32 struct_size; /* sizeof (HearthService) */
  guint32 line;        /* where it stands in its list, 1 for the first; 0: unknown */
  const char *uri;     /* what open() takes; unique in the network after the plug-in's own clean-up */
  const char *name;
  const char *number;  /* (nullable): as given: "5", "5.1" */
  const char *logo;    /* (nullable): URL */
  const char *group;   /* (nullable): groups, joined by ';' */
  const char *guide_id; /* (nullable): tvg-id or its like */
  HearthServiceKind kind;
  HearthDelivery delivery;
  const HearthAttribute *attributes; /* every attribute of the entry, in its order, including those above */
  guint n_attributes;
} HearthService;

/* What was odd in a list; told to people, so it says what was done about it. */
typedef struct {
  guint32 line;     /* 1 for the first; 0: the list as a whole */
  const char *code; /* stable, for programs: "missing-space", "duplicate-id", "not-utf8" */
  const char *text; /* English sentence */
} HearthOddity;

/* ---- the stream's sink, given by the host ------------------------------------ */

typedef struct _HearthStreamSink HearthStreamSink;

typedef enum {
  HEARTH_STREAM_CONNECTING = 0, /* resolving, connecting, joining */
  HEARTH_STREAM_JOINED,         /* asked for; no byte yet. Stamps the zap's stage "join" */
  HEARTH_STREAM_RUNNING,        /* bytes come (the host also sees that by itself) */
  HEARTH_STREAM_RECONNECTING,   /* lost, trying again by itself */
  HEARTH_STREAM_ENDED,          /* a file or a server said: no more */
  HEARTH_STREAM_FAILED,         /* given up */
  HEARTH_STREAM_DIRECT,         /* the address turned out to be %HEARTH_DELIVERY_DIRECT: a list (HLS, DASH) or a file that is no
                                 * transport stream. Nothing more comes; the host closes, and the player opens the address.
                                 * Hosts of before 1.1 know it not, and say failed */
} HearthStreamState;

/* Counters of the transport, below the TS packets; they only grow. */
typedef struct {
  guint64 received;   /* datagrams, or reads of a byte stream */
  guint64 lost;       /* datagrams missing by RTP sequence or the kernel's drop counter (SO_RXQ_OVFL) */
  guint64 reordered;  /* datagrams put back in order */
  guint64 duplicate;  /* datagrams that came twice */
  guint64 late;       /* datagrams that came after their place had been given up */
  guint64 malformed;  /* datagrams that were neither RTP nor TS */
  guint64 reconnects; /* connections made again, memberships joined again after silence */
} HearthTransportHealth;

typedef struct {
  guint32 struct_size;
  /* @bytes: any run of bytes of one transport stream; the host synchronises and may get pieces of packets.
   * @arrival_us: CLOCK_BOOTTIME in µs when the kernel had the bytes (SO_TIMESTAMPNS or now). */
  void (*push) (HearthStreamSink *sink, const guint8 *bytes, gsize n_bytes, gint64 arrival_us);
  /* Bytes are missing here (loss, reconnection): continuity starts anew. */
  void (*gap) (HearthStreamSink *sink);
  /* @code and @text say why for RECONNECTING and FAILED; else 0 and %NULL. Any thread. */
  void (*state) (HearthStreamSink *sink, HearthStreamState state, HearthError code, const char *text);
  void (*health) (HearthStreamSink *sink, const HearthTransportHealth *health);
  /* The thread that brings this stream is alive, though perhaps nothing comes. Optional: a plug-in that calls it does so at least
   * every 500 ms while the stream is open, from that thread; when it stops, the plug-in is taken for stuck and started anew. */
  void (*beat) (HearthStreamSink *sink);
} HearthStreamSinkOps;

struct _HearthStreamSink {
  const HearthStreamSinkOps *ops;
};

static inline void
hearth_stream_sink_push (HearthStreamSink *sink, const guint8 *bytes, gsize n_bytes, gint64 arrival_us)
{
  sink->ops->push (sink, bytes, n_bytes, arrival_us);
}

static inline void
hearth_stream_sink_gap (HearthStreamSink *sink)
{
  sink->ops->gap (sink);
}

static inline void
hearth_stream_sink_state (HearthStreamSink *sink, HearthStreamState state, HearthError code, const char *text)
{
  sink->ops->state (sink, state, code, text);
}

static inline void
hearth_stream_sink_health (HearthStreamSink *sink, const HearthTransportHealth *health)
{
  sink->ops->health (sink, health);
}

static inline void
hearth_stream_sink_beat (HearthStreamSink *sink)
{
  /* A host of another version may not know it. */
  if (sink->ops->struct_size > G_STRUCT_OFFSET (HearthStreamSinkOps, beat) && sink->ops->beat != NULL)
    sink->ops->beat (sink);
}

/* ---- the host ------------------------------------------------------------------ */

typedef struct _HearthNetworkHost HearthNetworkHost;

typedef struct {
  guint32 struct_size;
  /* A new list: begin, then service and oddity in any number, then end. With @error (borrowed) the old list stays
   * and the error is told. All four on one thread at a time, any thread. */
  void (*list_begin) (HearthNetworkHost *host);
  void (*list_service) (HearthNetworkHost *host, const HearthService *service);
  void (*list_oddity) (HearthNetworkHost *host, const HearthOddity *oddity);
  /* @details: (nullable) a{sv}, floating taken: "guide-urls" as, "name" s, "catchup" s ... from the list's header */
  void (*list_end) (HearthNetworkHost *host, GVariant *details, const GError *error);
  /* Tuners came or went (see <hearth/tuner.h>); the host asks for them anew. Any thread. */
  void (*tuners_changed) (HearthNetworkHost *host);
} HearthNetworkHostOps;

struct _HearthNetworkHost {
  const HearthNetworkHostOps *ops;
};

/* ---- what the plug-in does --------------------------------------------------- */

struct _HearthNetworkOps {
  guint32 struct_size; /* sizeof (HearthNetworkOps) */
  const char *kind;    /* "iptv"; hearthctl network add KIND */
  gsize instance_size; /* the host allocates it, zeroed; @self below */

  /* Begins to work. @settings: a{sv}, for iptv "location" s, "interface" s, ... (the plug-in's README lists them).
   * The list is asked for by refresh(). Mandatory. */
  gboolean (*start) (gpointer self, HearthNetworkHost *host, GVariant *settings, GError **error);
  /* Ends; all streams have been closed. Joins the plug-in's threads. Mandatory. */
  void (*stop) (gpointer self);
  /* Gets the list anew, asynchronously; the answer comes through the host's list_ functions. A call while one runs
   * makes the running one count for both. Mandatory. */
  void (*refresh) (gpointer self);
  /* Opens a service into @sink and returns at once; what happens later goes to @sink. @options: a{sv}, unknown keys are
   * ignored. Returns the plug-in's handle, %NULL with @error. Mandatory. Errors: INVALID_ARGUMENT for an address it cannot
   * understand, NOT_SUPPORTED, LIMIT. */
  gpointer (*open) (gpointer self, const char *uri, GVariant *options, HearthStreamSink *sink, GError **error);
  /* Ends a stream; when it returns, @sink is no longer touched. At most 50 ms. Mandatory. */
  void (*close) (gpointer self, gpointer stream);
  /* Reads a list once, for `hearthctl playlist check`; may block; @host gets the answer before it returns; no instance.
   * Optional. */
  gboolean (*inspect) (const char *location, HearthNetworkHost *host, GCancellable *cancellable, GError **error);
  /* A broadcast network: it has tuners, and the host does all else (see <hearth/tuner.h>). Then refresh, open, close and
   * inspect stay %NULL. Optional. */
  const HearthTunerOps *tuners;
};

G_END_DECLS
