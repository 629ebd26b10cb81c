/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <hearth/display.h>

G_BEGIN_DECLS

/**
 * SECTION:frames
 *
 * The frame link: decoded pictures from a player to the shell. A SOCK_SEQPACKET
 * pair that hearthd makes; buffers cross once as descriptors, then only their
 * numbers, times and shapes. Each end treats the other as hostile: every field
 * is checked, a broken rule closes the link with %HEARTH_ERROR_CORRUPT. Frame
 * memfds carry SHRINK and GROW seals (checked by the consumer).
 *
 * A frame's way: send(); then shown() or dropped(), once; then freed(), and the
 * buffer is the player's again (a frame on glass is freed when the next one has
 * taken its place). Sequences grow over the life of a link; serials never fall.
 * When the link closes without a word, everything that was out is the player's
 * again, but for what the shell may still show: send the newest picture on the
 * new link from a buffer that it does not write to.
 *
 * All callbacks are mandatory.
 */

#define HEARTH_FRAMES_MAX_BUFFERS 64 /* of one pool; 128 of a link */
#define HEARTH_FRAMES_MAX_POOLS 8
#define HEARTH_FRAMES_MAX_SIDE 16384

/* What one end can do; the producer picks. */
typedef struct {
  guint32 memory; /* HearthMemoryKind flags */
  guint32 n_fourccs;
  guint32 fourccs[32];
} HearthFramesCaps;

/* ---- the player's end -------------------------------------------------------------
 * Any thread may call; callbacks come on the link's reading thread (hearth_frames_producer_dispatch's caller). */

typedef struct _HearthFramesProducer HearthFramesProducer;

typedef struct {
  /* The shell is there: once a link; after its restart on a new one. */
  void (*caps) (HearthFramesProducer *link, const HearthFramesCaps *caps, gpointer user_data);
  void (*shown) (HearthFramesProducer *link, guint64 sequence, guint32 serial, gint64 shown_us, gpointer user_data);
  /* Never on glass: came too late, or flushed. */
  void (*dropped) (HearthFramesProducer *link, guint64 sequence, guint32 serial, gpointer user_data);
  void (*freed) (HearthFramesProducer *link, guint32 pool, guint32 index, gpointer user_data);
  /* The display cannot show this pool: drop it, choose another shape. Frames of it that were sent come back dropped and freed. */
  void (*refused) (HearthFramesProducer *link, guint32 pool, const char *reason, gpointer user_data);
  void (*closed) (HearthFramesProducer *link, const GError *error, gpointer user_data); /* @error NULL: the shell went away */
} HearthFramesProducerFuncs;

/* @fd is taken, also on failure. Errors: INVALID_ARGUMENT. */
HearthFramesProducer *hearth_frames_producer_new (int fd, const HearthFramesProducerFuncs *funcs, gpointer user_data, GError **error);
/* Not from inside its callbacks, and when no other thread calls any more. */
void hearth_frames_producer_free (HearthFramesProducer *link);
int hearth_frames_producer_get_fd (HearthFramesProducer *link); /* to poll for reading */
/* Reads what is there and calls back. FALSE once closed. One thread. */
gboolean hearth_frames_producer_dispatch (HearthFramesProducer *link);
/* The calls below never block, and then have done nothing. Errors of all: DISCONNECTED, BUSY when the socket is full (the shell
 * stands still), INVALID_ARGUMENT. */
/* Announces a pool; descriptors are borrowed. Errors also: LIMIT. */
gboolean hearth_frames_producer_add_pool (HearthFramesProducer *link, const HearthFramePool *pool, GError **error);
/* The shell frees what it still holds by its own time (freed() still comes); the number is not used again on this link. */
gboolean hearth_frames_producer_drop_pool (HearthFramesProducer *link, guint32 pool, GError **error);
/* From here on the buffer is the shell's until freed() comes. Errors also: CANCELLED when its serial was flushed away,
 * NOT_SUPPORTED after refused(). */
gboolean hearth_frames_producer_send (HearthFramesProducer *link, const HearthFrame *frame, GError **error);
/* Frames of serials before @serial that are not on glass are dropped; the last shown one stands until one of @serial comes. */
gboolean hearth_frames_producer_flush (HearthFramesProducer *link, guint32 serial, GError **error);
/* Takes the picture off glass (a stop). */
gboolean hearth_frames_producer_clear (HearthFramesProducer *link, GError **error);

/* ---- the shell's end: main thread ---------------------------------------------- */

typedef struct _HearthFramesConsumer HearthFramesConsumer;

typedef struct {
  /* @pool with its mappings stays valid until drop_pool has returned. FALSE with @error: refused() at the other end. */
  gboolean (*add_pool) (HearthFramesConsumer *link, const HearthFramePool *pool, gpointer user_data, GError **error);
  /* The player gave the pool up *and* nothing of it is held any more, so it may come from inside release(); or the link is freed. */
  void (*drop_pool) (HearthFramesConsumer *link, guint32 pool, gpointer user_data);
  /* The buffer is held until release(); first comes shown() or dropped(). */
  void (*frame) (HearthFramesConsumer *link, const HearthFrame *frame, gpointer user_data);
  void (*flush) (HearthFramesConsumer *link, guint32 serial, gpointer user_data);
  void (*clear) (HearthFramesConsumer *link, gpointer user_data);
  /* @error NULL: the player went away. What is held stays mapped until free(). */
  void (*closed) (HearthFramesConsumer *link, const GError *error, gpointer user_data);
} HearthFramesConsumerFuncs;

/* Watches @fd (taken, also on failure) on the thread-default context; sends @caps at once. */
HearthFramesConsumer *hearth_frames_consumer_new (int fd, const HearthFramesCaps *caps, const HearthFramesConsumerFuncs *funcs,
                                                  gpointer user_data, GError **error);
void hearth_frames_consumer_free (HearthFramesConsumer *link); /* not from inside its callbacks; drop_pool() comes for each pool */
void hearth_frames_consumer_shown (HearthFramesConsumer *link, const HearthFrame *frame, gint64 shown_us);
void hearth_frames_consumer_dropped (HearthFramesConsumer *link, const HearthFrame *frame);
void hearth_frames_consumer_release (HearthFramesConsumer *link, guint32 pool, guint32 index);

/* ---- shapes ---------------------------------------------------------------------- */

/* Checks sizes, strides and offsets of @pool against @buffer_bytes; 4:2:0 and 4:2:2, 8 and 10 bit, RGB. Words of two or four
 * bytes are aligned. Errors: INVALID_ARGUMENT. */
gboolean hearth_frames_pool_check (const HearthFramePool *pool, GError **error);

/* Formats: DRM_FORMAT_YUV420 (I420), DRM_FORMAT_NV12, DRM_FORMAT_YUV422, DRM_FORMAT_NV16, DRM_FORMAT_P010,
 * HEARTH_FORMAT_YUV420_10LE and HEARTH_FORMAT_YUV422_10LE (three planes, 16-bit little-endian words of 10 bits: libav's
 * yuv420p10le, which DRM has no code for), DRM_FORMAT_XRGB8888. */
#define HEARTH_FORMAT_YUV420_10LE 0x30314948 /* "HI10" */
#define HEARTH_FORMAT_YUV422_10LE 0x32314948 /* "HI12" */

/* The bar code that the simulated head-end draws, read from luma: channel and frame number.
 * Top left of the picture: see tests/headend/README.md; FALSE: none there or a wrong check. Works on 8-bit luma and on
 * 10-bit words (@bytes_per_sample 2; also P010's). @luma is the first sample shown. */
gboolean hearth_frames_read_barcode (const guint8 *luma, guint32 stride, guint32 width, guint32 height, guint bytes_per_sample,
                                     guint32 *channel, guint32 *frame);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthFramesProducer, hearth_frames_producer_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthFramesConsumer, hearth_frames_consumer_free)

G_END_DECLS
