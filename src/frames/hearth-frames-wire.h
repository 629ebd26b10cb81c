/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "frames/hearth-frames.h"

G_BEGIN_DECLS

/* What crosses the link: one fixed struct a datagram, native byte order (both ends are of one version), without padding, so
 * that nothing of a stack leaks to a stranger. Reserved fields are 0 and are checked. */

#define FRAMES_PROTOCOL 1
#define FRAMES_MAX_TOTAL_BUFFERS 128 /* over all pools of a link: descriptors are a process's budget */
#define FRAMES_MAX_SAR (1 << 20)

typedef enum {
  /* to the producer */
  FRAMES_CAPS = 1,
  FRAMES_SHOWN,
  FRAMES_DROPPED,
  FRAMES_FREED,
  FRAMES_REFUSED,
  /* to the consumer */
  FRAMES_POOL = 16,
  FRAMES_DROP_POOL,
  FRAMES_FRAME,
  FRAMES_FLUSH,
  FRAMES_CLEAR,
} FramesType;

typedef struct {
  guint32 type;
  guint32 n_bytes; /* of the whole message; equal to the datagram's length */
} FramesHeader;

typedef struct {
  FramesHeader header;
  guint32 protocol;
  guint32 memory;
  guint32 n_fourccs;
  guint32 fourccs[32];
  guint32 reserved;
} FramesCapsMessage;

typedef struct { /* SHOWN, DROPPED */
  FramesHeader header;
  guint64 sequence;
  gint64 shown_us; /* 0 in DROPPED */
  guint32 serial;
  guint32 reserved;
} FramesAnswerMessage;

typedef struct { /* FREED; DROP_POOL with index 0; FLUSH with its serial in number; CLEAR with zeros */
  FramesHeader header;
  guint32 number;
  guint32 index;
} FramesNumberMessage;

typedef struct {
  FramesHeader header;
  guint32 pool;
  char reason[252]; /* UTF-8, terminated */
} FramesRefusedMessage;

typedef struct { /* with one descriptor a buffer, but for tunnel memory */
  FramesHeader header;
  guint32 pool;
  guint32 fourcc;
  guint64 modifier;
  guint64 buffer_bytes;
  guint32 memory;
  guint32 width, height;
  guint32 n_planes;
  guint32 offset[HEARTH_FRAME_MAX_PLANES];
  guint32 stride[HEARTH_FRAME_MAX_PLANES];
  guint32 n_buffers;
  guint32 reserved;
} FramesPoolMessage;

typedef struct {
  FramesHeader header;
  guint64 sequence;
  gint64 present_us;
  gint64 pts90k;
  guint32 pool, index;
  guint32 serial;
  guint32 interlaced;
  gint32 crop_x, crop_y, crop_width, crop_height;
  guint32 sar_num, sar_den;
  guint8 colorimetry[4]; /* primaries, transfer, matrix, full range */
  guint16 hdr_primaries[6]; /* x of G, B, R, then y */
  guint16 hdr_white[2];
  guint16 hdr_light[2]; /* max_cll, max_fall */
  guint32 hdr_luminance[2]; /* max, min */
} FramesFrameMessage;

typedef union {
  FramesHeader header;
  FramesCapsMessage caps;
  FramesAnswerMessage answer;
  FramesNumberMessage number;
  FramesRefusedMessage refused;
  FramesPoolMessage pool;
  FramesFrameMessage frame;
} FramesMessage;

typedef enum {
  FRAMES_GOT,
  FRAMES_NOTHING, /* is waiting in the socket */
  FRAMES_END,     /* the other end closed */
  FRAMES_BROKEN,  /* with an error */
} FramesReceived;

/* Takes @fd (also on failure): a non-blocking AF_UNIX SOCK_SEQPACKET from here on; -1 with @error. */
int frames_wire_adopt (int fd, GError **error);
/* Sets the length by the type. Errors: BUSY when the socket is full, DISCONNECTED, LIMIT (descriptors in flight), IO. */
gboolean frames_wire_send (int fd, FramesMessage *message, const int *fds, guint n_fds, GError **error);
/* @fds: room for HEARTH_FRAMES_MAX_BUFFERS, the caller's to close. Checks length against type, and that descriptors come only
 * with a pool. Errors: CORRUPT, IO. */
FramesReceived frames_wire_receive (int fd, FramesMessage *message, int *fds, guint *n_fds, GError **error);
void frames_wire_close_all (int *fds, guint n_fds);

void frames_wire_put_pool (FramesMessage *message, const HearthFramePool *pool);
void frames_wire_get_pool (const FramesMessage *message, HearthFramePool *pool);
void frames_wire_put_frame (FramesMessage *message, const HearthFrame *frame);
void frames_wire_get_frame (const FramesMessage *message, HearthFrame *frame);

/* What one frame may say by itself, and of a picture of @pool. Errors: INVALID_ARGUMENT. */
gboolean frames_wire_check_frame (const HearthFrame *frame, const HearthFramePool *pool, GError **error);

G_END_DECLS
