/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kms-output.h"

#include <errno.h>
#include <hearth/log.h>
#include <string.h>

HEARTH_LOG_TOPIC ("kms")

#define SAME_RATE_MHZ 500 /* who says 60 means 59.94 or 60.32 too, where there is no 60 */

/* ---- modes ------------------------------------------------------------------------------- */

HearthDisplayMode
kms_output_describe_mode (const drmModeModeInfo *mode)
{
  guint64 pixels = (guint64) mode->htotal * mode->vtotal;
  guint64 rate_mhz = pixels > 0 ? ((guint64) mode->clock * 1000000 + pixels / 2) / pixels : 0; /* clock: kHz */

  return (HearthDisplayMode){ mode->hdisplay, mode->vdisplay, rate_mhz > 0 ? (guint32) rate_mhz : mode->vrefresh * 1000u };
}

static guint32
get_distance (const drmModeModeInfo *mode, const HearthDisplayMode *wanted)
{
  guint32 rate_mhz = kms_output_describe_mode (mode).refresh_mhz;

  return rate_mhz > wanted->refresh_mhz ? rate_mhz - wanted->refresh_mhz : wanted->refresh_mhz - rate_mhz;
}

static const drmModeModeInfo *
find_nearest (const KmsOutput *self, const HearthDisplayMode *wanted)
{
  const drmModeModeInfo *nearest = NULL;

  for (guint i = 0; i < self->n_modes; i++) {
    const drmModeModeInfo *mode = &self->modes[i];

    if (mode->hdisplay == wanted->width && mode->vdisplay == wanted->height &&
        (nearest == NULL || get_distance (mode, wanted) < get_distance (nearest, wanted)))
      nearest = mode;
  }
  return nearest;
}

static const drmModeModeInfo *
find_preferred (const KmsOutput *self)
{
  for (guint i = 0; i < self->n_modes; i++)
    if ((self->modes[i].type & DRM_MODE_TYPE_PREFERRED) != 0)
      return &self->modes[i];
  return self->modes;
}

static gboolean
take_mode (KmsOutput *self, int device, const drmModeModeInfo *mode, GError **error)
{
  guint32 blob;

  if (mode == self->mode)
    return TRUE;
  if (drmModeCreatePropertyBlob (device, mode, sizeof *mode, &blob) != 0) {
    hearth_error_set_errno (error, errno, "handing mode %s to the graphics device", mode->name);
    return FALSE;
  }
  if (self->mode_blob != 0)
    drmModeDestroyPropertyBlob (device, self->mode_blob);
  self->mode_blob = blob;
  self->mode = mode;
  return TRUE;
}

gboolean
kms_output_choose_mode (KmsOutput *self, int device, const HearthDisplayMode *wanted, gboolean exactly, GError **error)
{
  const drmModeModeInfo *mode = wanted != NULL ? find_nearest (self, wanted) : NULL;

  if (exactly && (mode == NULL || get_distance (mode, wanted) > SAME_RATE_MHZ)) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED,
                 "the screen on %s has no mode %ux%u at %u.%03u Hz: `hearthctl display` lists those that it has", self->name,
                 wanted->width, wanted->height, wanted->refresh_mhz / 1000, wanted->refresh_mhz % 1000);
    return FALSE;
  }
  return take_mode (self, device, mode != NULL ? mode : find_preferred (self), error);
}

/* ---- connectors ----------------------------------------------------------------------------- */

static char *
dup_name (const drmModeConnector *connector)
{
  const char *type = drmModeGetConnectorTypeName (connector->connector_type);

  return g_strdup_printf ("%s-%u", type != NULL ? type : "Unknown", connector->connector_type_id);
}

static gboolean
is_usable (const drmModeConnector *connector)
{
  return connector->connection == DRM_MODE_CONNECTED && connector->count_modes > 0 &&
         connector->connector_type != DRM_MODE_CONNECTOR_WRITEBACK;
}

/* The CRTC that feeds the connector now, or the first that can. */
static gint
find_crtc (int device, const drmModeRes *resources, const drmModeConnector *connector)
{
  gint found = -1;

  for (int i = 0; i < connector->count_encoders; i++) {
    drmModeEncoder *encoder = drmModeGetEncoder (device, connector->encoders[i]);

    for (int j = 0; encoder != NULL && j < resources->count_crtcs; j++) {
      gboolean current = connector->encoder_id == encoder->encoder_id && encoder->crtc_id == resources->crtcs[j];

      if ((encoder->possible_crtcs & 1u << j) != 0 && (found < 0 || current))
        found = j;
    }
    drmModeFreeEncoder (encoder);
  }
  return found;
}

static void
take_modes (KmsOutput *self, const drmModeConnector *connector)
{
  self->modes = g_new (drmModeModeInfo, (gsize) connector->count_modes);
  for (int i = 0; i < connector->count_modes; i++)
    if ((connector->modes[i].flags & (DRM_MODE_FLAG_INTERLACE | DRM_MODE_FLAG_DBLSCAN)) == 0)
      self->modes[self->n_modes++] = connector->modes[i];
}

static void
take_edid (KmsOutput *self, int device)
{
  drmModePropertyBlobRes *blob = kms_object_read_blob (&self->connector, device, "EDID");
  g_autoptr (GError) error = NULL;

  if (blob == NULL)
    return; /* virtual screens and some bridges have none */
  self->has_edid = hearth_edid_parse (&self->edid, blob->data, blob->length, &error);
  if (!self->has_edid)
    hearth_notice ("%s: %s", self->name, error->message);
  drmModeFreePropertyBlob (blob);
}

static gboolean
take_connector (KmsOutput *self, int device, const drmModeRes *resources, const drmModeConnector *connector, GError **error)
{
  gint crtc = find_crtc (device, resources, connector);
  g_autofree char *name = dup_name (connector);

  if (crtc < 0) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED, "nothing in the graphics device can feed connector %s", name);
    return FALSE;
  }
  self->crtc_index = (guint) crtc;
  take_modes (self, connector);
  if (self->n_modes == 0) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED, "the screen on %s has interlaced modes only", name);
    return FALSE;
  }
  self->name = g_steal_pointer (&name);
  if (!kms_object_read (&self->connector, device, connector->connector_id, DRM_MODE_OBJECT_CONNECTOR, error) ||
      !kms_object_read (&self->crtc, device, resources->crtcs[crtc], DRM_MODE_OBJECT_CRTC, error))
    return FALSE;
  take_edid (self, device);
  return TRUE;
}

static drmModeConnector *
get_connector (int device, guint32 id, const char *wanted)
{
  drmModeConnector *connector = drmModeGetConnector (device, id);
  g_autofree char *name = connector != NULL ? dup_name (connector) : NULL;

  if (connector == NULL || (is_usable (connector) && (*wanted == '\0' || g_str_equal (name, wanted))))
    return connector;
  drmModeFreeConnector (connector);
  return NULL;
}

static drmModeConnector *
find_connector (int device, const drmModeRes *resources, const char *wanted)
{
  drmModeConnector *connector = NULL;

  for (int i = 0; i < resources->count_connectors && connector == NULL; i++)
    connector = get_connector (device, resources->connectors[i], wanted);
  return connector;
}

guint
kms_output_count_connected (int device)
{
  drmModeRes *resources = drmModeGetResources (device);
  guint n = 0;

  for (int i = 0; resources != NULL && i < resources->count_connectors; i++) {
    drmModeConnector *connector = get_connector (device, resources->connectors[i], "");

    n += connector != NULL;
    drmModeFreeConnector (connector);
  }
  drmModeFreeResources (resources);
  return n;
}

gboolean
kms_output_find (KmsOutput *self, int device, const char *wanted, GError **error)
{
  drmModeRes *resources = drmModeGetResources (device);
  drmModeConnector *connector;
  gboolean found = FALSE;

  kms_output_clear (self, device);
  if (resources == NULL) {
    hearth_error_set_errno (error, errno, "asking the graphics device for its connectors");
    return FALSE;
  }
  connector = find_connector (device, resources, wanted);
  if (connector != NULL)
    found = take_connector (self, device, resources, connector, error);
  else
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND, "no screen is connected to %s",
                 *wanted != '\0' ? wanted : "any connector of the graphics device");
  drmModeFreeConnector (connector);
  drmModeFreeResources (resources);
  if (!found)
    kms_output_clear (self, device);
  return found;
}

void
kms_output_clear (KmsOutput *self, int device)
{
  if (self->mode_blob != 0)
    drmModeDestroyPropertyBlob (device, self->mode_blob);
  kms_object_clear (&self->connector);
  kms_object_clear (&self->crtc);
  g_free (self->name);
  g_free (self->modes);
  *self = (KmsOutput){ 0 };
}

/* What another program may have left behind: HDR, its colours, its rates, its tables. */
static void
reset (const KmsOutput *self, drmModeAtomicReq *request)
{
  static const char *const of_connector[] = { "HDR_OUTPUT_METADATA", "Colorspace" };
  static const char *const of_crtc[] = { "VRR_ENABLED", "GAMMA_LUT", "DEGAMMA_LUT", "CTM" };

  for (guint i = 0; i < G_N_ELEMENTS (of_connector); i++)
    kms_request_set (request, &self->connector, of_connector[i], 0);
  for (guint i = 0; i < G_N_ELEMENTS (of_crtc); i++)
    kms_request_set (request, &self->crtc, of_crtc[i], 0);
}

void
kms_output_fill (const KmsOutput *self, drmModeAtomicReq *request)
{
  reset (self, request);
  kms_request_set (request, &self->connector, "CRTC_ID", self->crtc.id);
  kms_request_set (request, &self->crtc, "MODE_ID", self->mode_blob);
  kms_request_set (request, &self->crtc, "ACTIVE", TRUE);
}
