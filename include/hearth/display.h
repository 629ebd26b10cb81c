/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/plugin.h>

G_BEGIN_DECLS

/**
 * SECTION:display
 *
 * A display plug-in runs in `hearth-shell` and puts pictures on glass: video
 * planes below, one on-screen plane above. The shell decides *which* frame is
 * due when; the plug-in imports frame memory, commits and tells when a frame
 * was really shown. All ops and all callbacks run on the shell's main thread;
 * none may block for longer than a refresh period.
 */

/* How memory came to be; see the frame link. */
typedef enum {
  HEARTH_MEMORY_MEMFD = 1 << 0,     /* sealed memfd, mapped by CPU */
  HEARTH_MEMORY_DMABUF = 1 << 1,    /* dma-buf that the CPU reads fast (cached) */
  HEARTH_MEMORY_DEVICE = 1 << 2,    /* dma-buf that only devices read fast */
  HEARTH_MEMORY_PROTECTED = 1 << 3, /* never mapped */
  HEARTH_MEMORY_TUNNEL = 1 << 4,    /* pictures never leave the decoder: only times and rectangles */
} HearthMemoryKind;

#define HEARTH_FRAME_MAX_PLANES 4

/* ITU-T H.273 code points, 2 = unspecified. */
typedef struct {
  guint8 primaries;
  guint8 transfer;
  guint8 matrix;
  guint8 full_range; /* 0 narrow, 1 full */
} HearthColorimetry;

/* SMPTE ST 2086 in the units of HEVC D.2.28 and CTA-861.3; all zero: none. */
typedef struct {
  guint16 primaries_x[3], primaries_y[3]; /* G, B, R; 0.00002 */
  guint16 white_x, white_y;
  guint32 max_luminance, min_luminance; /* 0.0001 cd/m² */
  guint16 max_cll, max_fall;            /* cd/m² */
} HearthHdr;

/* A pool of buffers of one shape, announced once. Mapped memory is read only and may change under a reader's eyes: a player
 * is a stranger. */
typedef struct {
  guint32 struct_size;
  guint32 pool;     /* the player's number for it, unique in its view */
  guint32 fourcc;   /* DRM_FORMAT_*: YUV420 (8 bit planar), NV12, P010, YUV420_10BIT by P010's little cousin; see frames */
  guint64 modifier; /* DRM_FORMAT_MOD_LINEAR for memfd */
  HearthMemoryKind memory;
  guint32 width, height; /* of the coded picture, in pixels */
  guint32 n_planes;
  guint32 offset[HEARTH_FRAME_MAX_PLANES]; /* bytes from the buffer's start */
  guint32 stride[HEARTH_FRAME_MAX_PLANES]; /* bytes */
  guint32 n_buffers;
  const int *fds;                /* borrowed; one a buffer */
  const guint8 *const *mappings; /* (nullable): one a buffer, read only, MEMFD only */
  gsize buffer_bytes;            /* size that was checked to hold all planes */
} HearthFramePool;

typedef struct {
  gint32 x, y, width, height;
} HearthRect;

/* One frame of one view at its time. */
typedef struct {
  guint32 pool, index; /* which buffer */
  guint64 sequence;    /* the link's number for the frame, growing */
  guint32 serial;      /* the zap it belongs to */
  gint64 present_us;   /* CLOCK_MONOTONIC, when it is due */
  gint64 pts90k;       /* unwrapped media time */
  HearthRect crop;     /* the part to show, in the coded picture */
  guint32 sar_num, sar_den;
  guint32 interlaced; /* 0 progressive, 1 top field first, 2 bottom field first */
  HearthColorimetry colorimetry;
  HearthHdr hdr;
} HearthFrame;

/* What a commit shows of one view; its order in the array is its depth, lowest first. */
typedef struct {
  guint32 view;
  const HearthFrame *frame; /* (nullable): nothing there */
  HearthRect target;        /* on the output, in pixels */
} HearthDisplayLayer;

typedef struct {
  guint32 width, height;
  guint32 refresh_mhz; /* thousandths of Hz */
} HearthDisplayMode;

typedef struct {
  guint32 memory;         /* HearthMemoryKind flags that can be imported */
  const guint32 *fourccs; /* zero-terminated */
  gboolean composes;      /* blends by itself, on the CPU */
  gboolean hardware_timing; /* shown times come from hardware; else estimated */
} HearthDisplayCaps;

typedef struct _HearthDisplayHost HearthDisplayHost;

typedef struct {
  guint32 struct_size;
  /* The commit is on glass since @shown_us (CLOCK_MONOTONIC). Called once a commit, never from inside commit(). */
  void (*committed) (HearthDisplayHost *host, gint64 shown_us);
  /* Modes, outputs or capabilities changed; the shell asks get_modes() and get_caps() again, and commits anew. */
  void (*changed) (HearthDisplayHost *host);
  /* A key of a keyboard or remote control that only the display hears, as a window does. @code: as in
   * linux/input-event-codes.h; @value: as of EV_KEY: 0 released, 1 pressed, 2 repeated. Optional: look at struct_size first. */
  void (*key) (HearthDisplayHost *host, guint32 code, guint32 value);
} HearthDisplayHostOps;

struct _HearthDisplayHost {
  const HearthDisplayHostOps *ops;
};

struct _HearthDisplayOps {
  guint32 struct_size;
  const char *name; /* "headless" */
  gsize instance_size;

  /* Mandatory but where said. @settings: a{sv}: "mode" s "1920x1080@50". */
  gboolean (*start) (gpointer self, HearthDisplayHost *host, GVariant *settings, GError **error);
  void (*stop) (gpointer self);
  const HearthDisplayCaps *(*get_caps) (gpointer self);
  guint (*get_modes) (gpointer self, HearthDisplayMode *modes, guint n_modes); /* the current one first */
  gboolean (*set_mode) (gpointer self, const HearthDisplayMode *mode, GError **error);

  /* Imports a pool of a view; FALSE: cannot, the player must choose another. @pool stays valid until drop_pool(). */
  gboolean (*import_pool) (gpointer self, guint32 view, const HearthFramePool *pool, GError **error);
  void (*drop_pool) (gpointer self, guint32 view, guint32 pool);

  /* The on-screen plane: premultiplied ARGB32 (native endian), of the mode's size, owned by the plug-in, written by the shell
   * between commits. @stride in bytes. */
  guint8 *(*get_osd) (gpointer self, guint32 *stride);

  /* Shows @layers and the on-screen plane's @damage (n_damage 0: unchanged) at the next refresh at or after @target_us
   * (CLOCK_MONOTONIC; 0: the next). Exactly one committed() follows. Frames on the last commit may be read until the next
   * one is committed. Errors: BUSY while one is pending. */
  gboolean (*commit) (gpointer self, const HearthDisplayLayer *layers, guint n_layers, const HearthRect *damage,
                      guint n_damage, gint64 target_us, GError **error);

  /* The next refresh at or after @at_us. */
  gint64 (*next_refresh) (gpointer self, gint64 at_us);

  /* Paints what is on glass now into @argb (native-endian XRGB32, @width by @height, scaled); frame accurate. Optional. */
  gboolean (*read_back) (gpointer self, guint8 *argb, guint32 stride, guint32 width, guint32 height, gboolean with_osd,
                         GError **error);

  /* How it shows what it shows, for people and tests: a{sv}, floating. Common keys: "device" s; "connector" s; "screen" a{sv}: what
   * it says of itself, as Display1.Describe lists it; "planes" a(usuas): id, type, depth (0 the lowest), formats; "layers" a(sus):
   * "video" or "on-screen", id of the plane that shows it, how and why; "commits" t; "copied-bytes" t: painted by the CPU for
   * pictures; "dark" s: why nothing can be shown. Optional. */
  GVariant *(*describe) (gpointer self);
};

G_END_DECLS
