/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hearth-shell: the screen. Loads one display plug-in, shows what the players send, and its own banner and notices over it. */
#include "config.h"

#include "base/hearth-paths.h"
#include "base/hearth-worker-link.h"
#include "shell/shell-service.h"

#include <hearth/log.h>
#include <malloc.h>
#include <stdlib.h>

HEARTH_LOG_TOPIC ("shell")

typedef struct {
  char *plugin, *device, *connector, *directfb, *mode, *language; /* from the command line; NULL: the default */
  HearthWorkerLink *link;
  ShellService *service;
  ShellTheme theme;
  ShellStage *stage;
  ShellScene *scene;
} Shell;

/* ---- between stage, scene and hearthd ------------------------------------------------------ */

static guint
on_paint (guint8 *osd, guint32 stride, const HearthDisplayMode *mode, gboolean whole, HearthRect *damage, gpointer user_data)
{
  Shell *self = user_data;

  return shell_scene_paint (self->scene, osd, stride, mode->width, mode->height, whole, damage);
}

static void
on_link_closed (const char *view, const GError *error, gpointer user_data)
{
  shell_service_emit_link_closed (((Shell *) user_data)->service, view, error);
}

static void
on_changed (gpointer user_data)
{
  shell_service_emit_changed (((Shell *) user_data)->service);
}

static void
on_key (guint32 code, guint32 value, gpointer user_data)
{
  shell_service_emit_key (((Shell *) user_data)->service, code, value);
}

static const ShellStageFuncs stage_funcs = { .paint = on_paint, .link_closed = on_link_closed, .changed = on_changed, .key = on_key };

static void
on_damaged (gpointer user_data)
{
  Shell *self = user_data;

  if (self->stage != NULL) /* not while fonts are warmed up */
    shell_stage_damage (self->stage);
}

/* ---- the start ------------------------------------------------------------------------------- */

/* Fonts are found and opened now (50 ms), or the first banner would keep frames waiting for it. */
static void
warm_up (Shell *self)
{
  const guint32 width = 640, height = 360;
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, (int) width, (int) height);
  g_autoptr (GVariant) nothing = g_variant_ref_sink (g_variant_new_parsed ("@a{sv} {}"));
  g_autoptr (GVariant) banner = g_variant_ref_sink (g_variant_new_parsed (
    "{'milliseconds': <uint32 1000>, 'number': <'1'>, 'name': <'中央 CCTV'>, 'pills': <['1080p · HEVC']>}"));
  HearthRect damage[SHELL_SCENE_MAX_DAMAGE];

  shell_scene_set_banner (self->scene, banner);
  shell_scene_paint (self->scene, cairo_image_surface_get_data (surface), (guint32) cairo_image_surface_get_stride (surface),
                     width, height, TRUE, damage);
  shell_scene_set_banner (self->scene, nothing);
  cairo_surface_destroy (surface);
}

static const HearthPlugin *
load_plugin (const char *display, GError **error)
{
  g_autofree char *name = g_str_has_prefix (display, "display-") ? g_strdup (display) : g_strconcat ("display-", display, NULL);
  const HearthPlugin *plugin = hearth_plugin_host_load (name, HEARTH_PLUGIN_DISPLAY, error);

  if (plugin != NULL && plugin->display == NULL) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_PLUGIN, "plug-in %s is no display", name);
    return NULL;
  }
  return plugin;
}

static GVariant *
make_settings (const Shell *self)
{
  const struct {
    const char *key, *value;
  } given[] = { { "device", self->device }, { "connector", self->connector }, { "directfb", self->directfb }, { "mode", self->mode } };
  GVariantDict settings;

  g_variant_dict_init (&settings, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (given); i++)
    if (given[i].value != NULL)
      g_variant_dict_insert (&settings, given[i].key, "s", given[i].value);
  return g_variant_ref_sink (g_variant_dict_end (&settings));
}

static gboolean
start (Shell *self, GError **error)
{
  const HearthPlugin *plugin = load_plugin (self->plugin != NULL ? self->plugin : "headless", error);
  g_autoptr (GVariant) settings = make_settings (self);

  if (plugin == NULL)
    return FALSE;
  self->scene = shell_scene_new (&self->theme, on_damaged, self);
  if (self->language != NULL)
    shell_scene_set_language (self->scene, self->language);
  warm_up (self);
  self->stage = shell_stage_new (plugin->display, settings, hearth_worker_link_get_progress (self->link), &stage_funcs, self, error);
  if (self->stage == NULL || !hearth_confine (HEARTH_CONFINE_SHELL, error))
    return FALSE;
  shell_service_set_stage (self->service, self->stage, self->scene, plugin->display->name);
  hearth_info ("display %s is up", plugin->display->name);
  return TRUE;
}

/* ---- hearthd --------------------------------------------------------------------------------------- */

static GVariant *
dup_holds (GUnixFDList *fds, gpointer user_data)
{
  Shell *self = user_data;
  g_auto (GStrv) views = shell_stage_dup_views (self->stage);
  GVariantDict holds;

  g_variant_dict_init (&holds, NULL);
  g_variant_dict_insert (&holds, "views", "^as", views);
  g_variant_dict_insert (&holds, "banner", "b", shell_scene_has_banner (self->scene));
  return g_variant_dict_end (&holds);
}

/* What hearthd wants shown, it says; what stands on the screen while it is away goes on standing. */
static void
on_connected (HearthWorkerLink *link, GVariant *settings, gpointer user_data)
{
}

static const HearthWorkerLinkFuncs link_funcs = { .dup_holds = dup_holds, .connected = on_connected };

/* ---- */

/* Few threads here ever allocate, and big pieces go back to the kernel when they are freed. */
static void
tame_allocator (void)
{
  mallopt (M_ARENA_MAX, 2);
  mallopt (M_MMAP_THRESHOLD, 128 * 1024);
  mallopt (M_TRIM_THRESHOLD, 256 * 1024);
}

/* Our own options; hearth_worker_init() takes the rest. */
static void
take_options (Shell *self, int *argc, char ***argv)
{
  const GOptionEntry entries[] = {
    { "plugin", 0, 0, G_OPTION_ARG_STRING, &self->plugin, "Display plug-in", "NAME" },
    { "device", 0, 0, G_OPTION_ARG_STRING, &self->device, "Its device, of several", "PATH" },
    { "connector", 0, 0, G_OPTION_ARG_STRING, &self->connector, "The connector of its screen, of several", "NAME" },
    { "directfb", 0, 0, G_OPTION_ARG_STRING, &self->directfb, "Options of DirectFB", "NAME=VALUE,..." },
    { "mode", 0, 0, G_OPTION_ARG_STRING, &self->mode, "Its mode", "WIDTHxHEIGHT@HZ" },
    { "language", 0, 0, G_OPTION_ARG_STRING, &self->language, "zh or en", "LANGUAGE" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_set_ignore_unknown_options (context, TRUE);
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, &error)) {
    g_printerr ("hearth-shell: %s\n", error->message);
    exit (2);
  }
}

static void
shell_clear (Shell *self)
{
  shell_service_set_stage (self->service, NULL, NULL, NULL);
  g_clear_pointer (&self->scene, shell_scene_free);
  g_clear_pointer (&self->stage, shell_stage_free);
  g_clear_pointer (&self->link, hearth_worker_link_free);
  g_clear_pointer (&self->service, shell_service_free);
  shell_theme_clear (&self->theme);
  g_free (self->plugin);
  g_free (self->device);
  g_free (self->connector);
  g_free (self->directfb);
  g_free (self->mode);
  g_free (self->language);
}

static int
run (Shell *self, const HearthWorkerArguments *arguments)
{
  g_autofree char *theme_path = hearth_paths_dup_data ("theme.ini");
  g_autoptr (GError) error = NULL;

  shell_theme_init (&self->theme, theme_path);
  self->service = shell_service_new ();
  self->link = hearth_worker_link_new (arguments, &link_funcs, self);
  hearth_worker_link_export (self->link, shell_service_get_skeleton (self->service));
  if (start (self, &error))
    return hearth_worker_link_run (self->link);
  hearth_error ("the shell cannot show anything: %s", error->message);
  return EXIT_FAILURE;
}

int
main (int argc, char **argv)
{
  HearthWorkerArguments arguments;
  Shell self = { 0 };
  int status;

  tame_allocator ();
  take_options (&self, &argc, &argv);
  hearth_worker_init (&arguments, "shell", &argc, &argv);
  status = run (&self, &arguments);
  shell_clear (&self);
  hearth_worker_arguments_clear (&arguments);
  return status;
}
