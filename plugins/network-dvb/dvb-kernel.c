/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tuners of the kernel: /dev/dvb/adapterA/frontendF with demuxF and dvrF. */
#include "dvb-kernel-tune.h"

#include <errno.h>
#include <fcntl.h>
#include <hearth/log.h>
#include <hearth/uevents.h>
#include <linux/dvb/dmx.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

HEARTH_LOG_TOPIC ("dvb")

#define FOLDER "/dev/dvb"
#define BUFFER_BYTES (4u << 20) /* 0.8 s of 40 Mbit/s */
#define SETTLE_MS 300           /* an adapter's nodes come one by one */

typedef struct {
  char **adapters; /* NULL: all */
  GArray *lnbs;    /* DvbLnb, one a satellite */
  HearthUevents *uevents; /* (nullable) */
} Backend;

typedef struct {
  const Backend *backend;
  char *id;
  int frontend, demux, dvr;
  gboolean filtering;
  GArray *pids; /* guint16: what the demux lets through */
} Device;

/* ---- what is there ---------------------------------------------------------------------- */

static gboolean
is_wanted (const Backend *self, const char *adapter)
{
  return self->adapters == NULL || g_strv_contains ((const char *const *) self->adapters, adapter);
}

static int
open_node (const char *id, const char *what, int flags)
{
  unsigned adapter, number;
  g_autofree char *own = NULL, *first = NULL;
  int fd;

  if (sscanf (id, "%u.%u", &adapter, &number) != 2) {
    errno = ENOENT;
    return -1;
  }
  own = g_strdup_printf (FOLDER "/adapter%u/%s%u", adapter, what, number);
  fd = open (own, flags | O_CLOEXEC | O_NONBLOCK);
  if (fd >= 0 || errno != ENOENT || number == 0 || g_str_equal (what, "frontend"))
    return fd;
  first = g_strdup_printf (FOLDER "/adapter%u/%s0", adapter, what); /* several front ends before one demultiplexer */
  return open (first, flags | O_CLOEXEC | O_NONBLOCK);
}

static guint32
read_systems (int frontend)
{
  struct dtv_property property = { .cmd = DTV_ENUM_DELSYS };
  struct dtv_properties properties = { .num = 1, .props = &property };
  guint32 systems = 0;

  if (ioctl (frontend, FE_GET_PROPERTY, &properties) < 0)
    return 0;
  for (guint i = 0; i < MIN (property.u.buffer.len, sizeof property.u.buffer.data); i++) {
    HearthTunerSystem system = dvb_kernel_get_system (property.u.buffer.data[i]);

    if (system != HEARTH_TUNER_SYSTEM_UNKNOWN)
      systems |= 1u << system;
  }
  return systems;
}

static void
describe (const char *id, int frontend, void (*tell) (const HearthTunerInfo *info, gpointer user_data), gpointer user_data)
{
  struct dvb_frontend_info kernel = { 0 };
  HearthTunerInfo info = { .struct_size = sizeof info, .id = id, .name = kernel.name, .max_pids = HEARTH_TUNER_MANY_PIDS, .whole = TRUE };
  gboolean satellite;

  info.systems = read_systems (frontend);
  if (ioctl (frontend, FE_GET_INFO, &kernel) < 0 || info.systems == 0)
    return;
  satellite = (info.systems & (1u << HEARTH_TUNER_DVB_S | 1u << HEARTH_TUNER_DVB_S2)) != 0;
  if (!satellite) { /* of a satellite's it is the range behind the LNB */
    info.min_khz = kernel.frequency_min / 1000;
    info.max_khz = kernel.frequency_max / 1000;
  }
  info.min_symbol_rate = kernel.symbol_rate_min;
  info.max_symbol_rate = kernel.symbol_rate_max;
  tell (&info, user_data);
}

static void
list_adapter (const char *folder, const char *adapter, void (*tell) (const HearthTunerInfo *info, gpointer user_data), gpointer user_data)
{
  g_autofree char *path = g_build_filename (FOLDER, folder, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *id = NULL;
    int frontend;

    if (!g_str_has_prefix (name, "frontend"))
      continue;
    id = g_strdup_printf ("%s.%s", adapter, name + strlen ("frontend"));
    frontend = open_node (id, "frontend", O_RDONLY);
    if (frontend < 0) {
      hearth_notice ("%s/%s cannot be opened: %s (is this user in the group video?)", path, name, g_strerror (errno));
      continue;
    }
    describe (id, frontend, tell, user_data);
    close (frontend);
  }
}

static void
backend_list (gpointer data, void (*tell) (const HearthTunerInfo *info, gpointer user_data), gpointer user_data)
{
  Backend *self = data;
  g_autoptr (GDir) dir = g_dir_open (FOLDER, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, "adapter") && is_wanted (self, name + strlen ("adapter")))
      list_adapter (name, name + strlen ("adapter"), tell, user_data);
}

static void
backend_free (gpointer data)
{
  Backend *self = data;

  g_clear_pointer (&self->uevents, hearth_uevents_free);
  g_strfreev (self->adapters);
  g_array_unref (self->lnbs);
  g_free (self);
}

gpointer
dvb_kernel_new (const char *adapters, const char *const *satellites, DvbChanged changed, gpointer user_data, GError **error)
{
  static const char *const one[] = { "universal", NULL };
  Backend *self = g_new0 (Backend, 1);

  if (satellites == NULL || satellites[0] == NULL)
    satellites = one;
  self->adapters = adapters != NULL && *adapters != '\0' ? g_strsplit_set (adapters, ", ", 0) : NULL;
  self->lnbs = g_array_new (FALSE, FALSE, sizeof (DvbLnb));
  for (guint i = 0; satellites[i] != NULL; i++) {
    DvbLnb lnb;

    if (!dvb_lnb_parse (&lnb, satellites[i], error)) {
      backend_free (self);
      return NULL;
    }
    g_array_append_val (self->lnbs, lnb);
  }
  self->uevents = hearth_uevents_new ("dvb", SETTLE_MS, changed, user_data);
  return self;
}

/* ---- a tuner ------------------------------------------------------------------------------------ */

static void
device_close (gpointer data)
{
  Device *self = data;

  if (self->dvr >= 0)
    close (self->dvr);
  if (self->demux >= 0)
    close (self->demux);
  if (self->frontend >= 0)
    close (self->frontend);
  g_array_unref (self->pids);
  g_free (self->id);
  g_free (self);
}

static gpointer
device_open (gpointer data, const char *id, GError **error)
{
  Device *self = g_new0 (Device, 1);
  int error_number;

  self->backend = data;
  self->id = g_strdup (id);
  self->demux = self->dvr = -1;
  self->pids = g_array_new (FALSE, FALSE, sizeof (guint16));
  self->frontend = open_node (id, "frontend", O_RDWR);
  if (self->frontend >= 0)
    self->demux = open_node (id, "demux", O_RDWR);
  if (self->demux >= 0)
    self->dvr = open_node (id, "dvr", O_RDONLY);
  if (self->dvr >= 0) {
    ioctl (self->dvr, DMX_SET_BUFFER_SIZE, BUFFER_BYTES);
    return self;
  }
  error_number = errno;
  hearth_error_set_errno (error, error_number, "taking tuner %s of " FOLDER "%s", id,
                          error_number == EBUSY ? " (another program has it)" : "");
  if (error != NULL && *error != NULL && error_number == EBUSY)
    (*error)->code = HEARTH_ERROR_BUSY;
  device_close (self);
  return NULL;
}

static gboolean
device_check (gpointer data, const HearthTunerParams *params, GError **error)
{
  Device *self = data;
  const gboolean satellite = params->system == HEARTH_TUNER_DVB_S || params->system == HEARTH_TUNER_DVB_S2;
  const gboolean cable = params->system == HEARTH_TUNER_DVB_C || params->system == HEARTH_TUNER_DVB_C_B;

  if ((guint) params->system >= HEARTH_TUNER_N_SYSTEMS || (read_systems (self->frontend) & (1u << params->system)) == 0) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED, "tuner %s does not receive %s", self->id, dvb_system_get_name (params->system));
    return FALSE;
  }
  if (params->frequency_khz == 0 || ((satellite || cable) && params->symbol_rate == 0)) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "tuner %s cannot find out a %s by itself: give one", self->id,
                 params->frequency_khz == 0 ? "frequency" : "symbol rate");
    return FALSE;
  }
  if (!satellite || params->satellite < self->backend->lnbs->len)
    return TRUE;
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "satellite %u is wanted, the setting “satellites” names %u",
               params->satellite + 1, self->backend->lnbs->len);
  return FALSE;
}

static gboolean
device_tune (gpointer data, const HearthTunerParams *params, GError **error)
{
  Device *self = data;
  struct dtv_property list[DVB_MOST_PROPERTIES];
  struct dtv_properties properties = { .props = list };
  struct dvb_frontend_event event;
  DvbLnbSetting setting = { 0 };

  if (params->system == HEARTH_TUNER_DVB_S || params->system == HEARTH_TUNER_DVB_S2) {
    dvb_lnb_set (&g_array_index (self->backend->lnbs, DvbLnb, params->satellite), params->frequency_khz, params->polarization, &setting);
    if (!dvb_kernel_set_lnb (self->frontend, &setting, error))
      return FALSE;
  }
  while (ioctl (self->frontend, FE_GET_EVENT, &event) == 0) /* of where it was */
    ;
  properties.num = dvb_kernel_make_properties (params, setting.if_khz, list);
  if (ioctl (self->frontend, FE_SET_PROPERTY, &properties) == 0)
    return TRUE;
  hearth_error_set_errno (error, errno, "tuning %s to %u kHz", self->id, params->frequency_khz);
  return FALSE;
}

static gboolean
start_filter (Device *self, guint16 pid)
{
  const struct dmx_pes_filter_params filter = { .pid = pid, .input = DMX_IN_FRONTEND, .output = DMX_OUT_TS_TAP, .pes_type = DMX_PES_OTHER,
                                                .flags = DMX_IMMEDIATE_START };

  return ioctl (self->demux, DMX_SET_PES_FILTER, &filter) == 0;
}

static gboolean
has_pid (const guint16 *pids, guint n_pids, guint16 pid)
{
  for (guint i = 0; i < n_pids; i++)
    if (pids[i] == pid)
      return TRUE;
  return FALSE;
}

/* From a list to another, without a gap for what stays. */
static gboolean
change_filter (Device *self, const guint16 *pids, guint n_pids)
{
  const guint16 *old = (const guint16 *) (gconstpointer) self->pids->data;

  for (guint i = 0; i < self->pids->len; i++)
    if (!has_pid (pids, n_pids, old[i]))
      ioctl (self->demux, DMX_REMOVE_PID, &old[i]);
  for (guint i = 0; i < n_pids; i++)
    if (!has_pid (old, self->pids->len, pids[i]) && ioctl (self->demux, DMX_ADD_PID, &pids[i]) < 0)
      return FALSE;
  return TRUE;
}

static gboolean
filter (Device *self, const guint16 *pids, guint n_pids)
{
  const guint16 *old = (const guint16 *) (gconstpointer) self->pids->data;
  const gboolean restart = !self->filtering || old[0] == HEARTH_TUNER_ALL_PIDS || pids[0] == HEARTH_TUNER_ALL_PIDS || old[0] != pids[0];

  if (!restart)
    return change_filter (self, pids, n_pids);
  if (self->filtering)
    ioctl (self->demux, DMX_STOP);
  g_array_set_size (self->pids, 0);
  if (!start_filter (self, pids[0]))
    return FALSE;
  g_array_append_val (self->pids, pids[0]);
  return change_filter (self, pids, n_pids);
}

static gboolean
device_set_pids (gpointer data, const guint16 *pids, guint n_pids, GError **error)
{
  Device *self = data;

  if (n_pids == 0 && self->filtering)
    ioctl (self->demux, DMX_STOP);
  if (n_pids > 0 && !filter (self, pids, n_pids)) {
    hearth_error_set_errno (error, errno, "setting %u PID filters of tuner %s", n_pids, self->id);
    return FALSE;
  }
  self->filtering = n_pids > 0;
  g_array_set_size (self->pids, 0);
  g_array_append_vals (self->pids, pids, n_pids);
  return TRUE;
}

static void
device_read_status (gpointer data, HearthTunerStatus *status)
{
  Device *self = data;
  struct dvb_frontend_event event;

  while (ioctl (self->frontend, FE_GET_EVENT, &event) == 0) /* or poll() would go on telling of them */
    ;
  dvb_kernel_read_status (self->frontend, status);
}

static int
device_get_event_fd (gpointer data)
{
  return ((Device *) data)->frontend;
}

static int
device_get_stream_fd (gpointer data)
{
  Device *self = data;

  return self->filtering ? self->dvr : -1;
}

static gssize
device_read (gpointer data, guint8 *bytes, gsize n_bytes)
{
  return read (((Device *) data)->dvr, bytes, n_bytes);
}

static const DvbDeviceOps device_ops = {
  .open = device_open, .close = device_close, .check = device_check, .tune = device_tune, .set_pids = device_set_pids,
  .read_status = device_read_status, .get_event_fd = device_get_event_fd, .get_stream_fd = device_get_stream_fd, .read = device_read
};

const DvbBackendOps dvb_kernel_ops = { .list = backend_list, .device = &device_ops, .free = backend_free };
