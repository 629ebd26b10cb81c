/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which plane shows what, and which pictures the CPU must blend: on devices as there are, and on one that says no. */
#include "kms-osd.h"
#include "kms-plan.h"

#include <drm_fourcc.h>
#include <string.h>

#define CANVAS DRM_FORMAT_XRGB8888

/* ---- devices ------------------------------------------------------------------------------- */

static void
plane_free (gpointer data)
{
  g_array_unref (((KmsPlane *) data)->formats);
  g_free (data);
}

static void
add_plane (GPtrArray *planes, KmsPlaneType type, const guint32 *fourccs)
{
  KmsPlane *plane = g_new0 (KmsPlane, 1);

  plane->type = type;
  plane->formats = g_array_new (FALSE, FALSE, sizeof (KmsFormat));
  for (guint i = 0; fourccs[i] != 0; i++) {
    const KmsFormat format = { fourccs[i], DRM_FORMAT_MOD_LINEAR };

    g_array_append_val (plane->formats, format);
  }
  g_ptr_array_add (planes, plane);
}

static const guint32 rgb[] = { DRM_FORMAT_XRGB8888, DRM_FORMAT_ARGB8888, 0 };
static const guint32 opaque[] = { DRM_FORMAT_XRGB8888, 0 };
static const guint32 video[] = { DRM_FORMAT_XRGB8888, DRM_FORMAT_NV12, 0 };

/* The primary plane takes @primary; overlays as many of each. */
static GPtrArray *
make_device (const guint32 *primary, guint n_video, guint n_rgb)
{
  GPtrArray *planes = g_ptr_array_new_with_free_func (plane_free);

  add_plane (planes, KMS_PLANE_PRIMARY, primary);
  for (guint i = 0; i < n_video; i++)
    add_plane (planes, KMS_PLANE_OVERLAY, video);
  for (guint i = 0; i < n_rgb; i++)
    add_plane (planes, KMS_PLANE_OVERLAY, rgb);
  return planes;
}

/* What the device takes. */
typedef struct {
  gboolean needs_canvas;     /* the lowest plane must fill the screen with RGB */
  guint most_planes;         /* at a time; 0: as many as there are */
  gboolean nothing;
  guint n_asked;
} Device;

static gboolean
ask (const KmsPlan *plan, gpointer user_data)
{
  Device *device = user_data;
  guint n_planes = plan->canvas + plan->n_layers - plan->n_blended;
  gint below = plan->canvas ? plan->canvas_plane : -1;

  device->n_asked++;
  for (guint i = plan->n_blended; i < plan->n_layers; i++) { /* what is above stands on a higher plane */
    g_assert_cmpint (plan->planes[i], >, below);
    below = plan->planes[i];
  }
  return !device->nothing && (!device->needs_canvas || plan->canvas) && (device->most_planes == 0 || n_planes <= device->most_planes);
}

/* ---- wishes ----------------------------------------------------------------------------------- */

#define EVERYWHERE { 0, 0, 1920, 1080 }
#define SOFTWARE { DRM_FORMAT_YUV420, DRM_FORMAT_MOD_LINEAR, FALSE, 1920, 1080, EVERYWHERE }
#define HARDWARE { DRM_FORMAT_NV12, DRM_FORMAT_MOD_LINEAR, TRUE, 1920, 1080, EVERYWHERE }
#define SMALL { DRM_FORMAT_NV12, DRM_FORMAT_MOD_LINEAR, TRUE, 1920, 1080, { 1400, 40, 480, 270 } }
#define OSD { DRM_FORMAT_ARGB8888, DRM_FORMAT_MOD_LINEAR, TRUE, 1920, 1080, EVERYWHERE }

typedef struct {
  const char *name;
  const guint32 *primary;
  guint n_video, n_rgb;
  Device device;
  KmsWish wishes[3];
  guint n_wishes;
  gboolean possible, canvas;
  guint n_blended;
  KmsHow how[3];
} Case;

static void
test_plan (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (GPtrArray) planes = make_device (c->primary, c->n_video, c->n_rgb);
  Device device = c->device;
  KmsPlan plan;

  g_assert_cmpint (kms_plan_make (&plan, c->wishes, c->n_wishes, planes, CANVAS, ask, &device), ==, c->possible);
  if (!c->possible)
    return;
  g_assert_cmpint (plan.canvas, ==, c->canvas);
  g_assert_cmpuint (plan.n_blended, ==, c->n_blended);
  g_assert_cmpuint (plan.n_layers, ==, c->n_wishes);
  for (guint i = 0; i < c->n_wishes; i++) {
    g_assert_cmpint (plan.how[i], ==, c->how[i]);
    g_assert_cmpint (plan.planes[i] >= 0, ==, i >= c->n_blended);
    g_assert_cmpint (strlen (kms_plan_explain (plan.how[i])), >, 10);
  }
}

#define BY_PLANE KMS_SHOWN_BY_PLANE

static const Case cases[] = {
  { "nothing-is-black", opaque, 0, 0, { 0 }, { { 0 } }, 0, TRUE, TRUE, 0, { 0 } },
  { "one-plane-takes-all-blended", opaque, 0, 0, { 0 }, { SOFTWARE, OSD }, 2, TRUE, TRUE, 2, { KMS_BLENDED_MEMORY, KMS_BLENDED_FORMAT } },
  { "software-below-an-overlay", opaque, 0, 2, { 0 }, { SOFTWARE, OSD }, 2, TRUE, TRUE, 1, { KMS_BLENDED_MEMORY, BY_PLANE } },
  { "hardware-without-a-copy", video, 0, 1, { 0 }, { HARDWARE, OSD }, 2, TRUE, FALSE, 0, { BY_PLANE, BY_PLANE } },
  { "hardware-over-black", video, 1, 1, { .needs_canvas = TRUE }, { HARDWARE, OSD }, 2, TRUE, TRUE, 0, { BY_PLANE, BY_PLANE } },
  { "a-picture-in-a-picture", video, 1, 1, { 0 }, { HARDWARE, SMALL, OSD }, 3, TRUE, FALSE, 0, { BY_PLANE, BY_PLANE, BY_PLANE } },
  { "hardware-over-software", opaque, 1, 1, { 0 }, { SOFTWARE, SMALL, OSD }, 3, TRUE, TRUE, 1, { KMS_BLENDED_MEMORY, BY_PLANE, BY_PLANE } },
  { "software-over-hardware-blends-both", video, 1, 1, { 0 }, { HARDWARE, SOFTWARE, OSD }, 3, TRUE, TRUE, 2,
    { KMS_BLENDED_PLANES, KMS_BLENDED_MEMORY, BY_PLANE } },
  { "too-few-planes", opaque, 1, 1, { 0 }, { HARDWARE, SMALL, OSD }, 3, TRUE, TRUE, 1, { KMS_BLENDED_PLANES, BY_PLANE, BY_PLANE } },
  { "too-little-bandwidth", video, 2, 1, { .most_planes = 2 }, { HARDWARE, SMALL, OSD }, 3, TRUE, TRUE, 2,
    { KMS_BLENDED_REFUSED, KMS_BLENDED_REFUSED, BY_PLANE } },
  { "the-device-takes-nothing", video, 1, 1, { .nothing = TRUE }, { HARDWARE, OSD }, 2, FALSE, FALSE, 0, { 0 } },
};

/* ---- the on-screen plane ------------------------------------------------------------------------ */

static void
paint (KmsOsd *osd, HearthRect rect, guint32 colour)
{
  for (gint32 y = rect.y; y < rect.y + rect.height; y++)
    for (gint32 x = rect.x; x < rect.x + rect.width; x++)
      memcpy (osd->plane.pixels + (gsize) y * osd->plane.stride + (gsize) x * 4, &colour, sizeof colour);
  kms_osd_damage (osd, &rect, 1);
}

/* Only then does it need a plane, or blending. */
static void
test_osd_is_empty_until_it_is_painted (void)
{
  const HearthRect beyond = { 600, 340, 100, 100 };
  g_autoptr (GError) error = NULL;
  KmsOsd osd;

  g_assert_true (kms_osd_init (&osd, 640, 360, &error));
  g_assert_no_error (error);
  g_assert_true (kms_osd_is_empty (&osd));
  paint (&osd, (HearthRect){ 10, 20, 30, 40 }, 0xff112233);
  paint (&osd, (HearthRect){ 10, 300, 30, 1 }, 0xff112233);
  g_assert_false (kms_osd_is_empty (&osd));
  paint (&osd, (HearthRect){ 10, 20, 30, 40 }, 0);
  g_assert_false (kms_osd_is_empty (&osd));
  paint (&osd, (HearthRect){ 10, 300, 30, 1 }, 0);
  g_assert_true (kms_osd_is_empty (&osd));
  kms_osd_damage (&osd, &beyond, 1); /* is cut at the edges */
  g_assert_true (kms_osd_is_empty (&osd));
  kms_osd_clear (&osd, -1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strconcat ("/display-kms/plan/", cases[i].name, NULL);

    g_test_add_data_func (path, &cases[i], test_plan);
  }
  g_test_add_func ("/display-kms/osd-is-empty-until-it-is-painted", test_osd_is_empty_until_it_is_painted);
  return g_test_run ();
}
