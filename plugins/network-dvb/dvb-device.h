/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/tuner.h>

G_BEGIN_DECLS

/* The lowest layer: a tuner as the kernel has it, or as a key file describes it. All above (dvb-tuner.c) is the same for both. */
typedef struct {
  /* Main thread; at most 10 ms. Errors: NOT_FOUND, BUSY, PERMISSION_DENIED, IO. */
  gpointer (*open) (gpointer backend, const char *id, GError **error);
  void (*close) (gpointer device); /* no thread uses it any more */
  /* Main thread: whether it can go there. Errors: INVALID_ARGUMENT, NOT_SUPPORTED. */
  gboolean (*check) (gpointer device, const HearthTunerParams *params, GError **error);

  /* The tuner's thread. */
  gboolean (*tune) (gpointer device, const HearthTunerParams *params, GError **error); /* begins to; locks later */
  gboolean (*set_pids) (gpointer device, const guint16 *pids, guint n_pids, GError **error);
  void (*read_status) (gpointer device, HearthTunerStatus *status);
  int (*get_event_fd) (gpointer device); /* readable when the lock may have changed; -1: none */
  int (*get_stream_fd) (gpointer device); /* readable when there is something to read(); -1: not now */
  /* As read(2), EAGAIN for nothing, EOVERFLOW for bytes that were lost, EILSEQ where what follows is a new beginning. */
  gssize (*read) (gpointer device, guint8 *bytes, gsize n_bytes);
} DvbDeviceOps;

/* Where tuners come from. */
typedef struct {
  void (*list) (gpointer backend, void (*tell) (const HearthTunerInfo *info, gpointer user_data), gpointer user_data);
  const DvbDeviceOps *device;
  void (*free) (gpointer backend);
} DvbBackendOps;

typedef void (*DvbChanged) (gpointer user_data); /* main thread: tuners came or went */

/* @adapters: (nullable): "0,2"; all without. @satellites: (nullable): one for each of HearthTunerParams.satellite. */
gpointer dvb_kernel_new (const char *adapters, const char *const *satellites, DvbChanged changed, gpointer user_data, GError **error);
extern const DvbBackendOps dvb_kernel_ops;

/* @path: a key file, or a folder with tuners.ini in it. */
gpointer dvb_virtual_new (const char *path, DvbChanged changed, gpointer user_data, GError **error);
extern const DvbBackendOps dvb_virtual_ops;

/* "dvbc" as in SAT>IP's msys; UNKNOWN for no such. */
HearthTunerSystem dvb_system_from_name (const char *name);
const char *dvb_system_get_name (HearthTunerSystem system);

static inline gint64
dvb_now_us (void)
{
  return g_get_monotonic_time ();
}

G_END_DECLS
