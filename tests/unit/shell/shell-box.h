/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hearth-progress.h"
#include "dbus/tv.hearth.internal.Manager1.h"
#include "dbus/tv.hearth.internal.Shell1.h"
#include "frames-testing.h"

#include <cairo.h>

G_BEGIN_DECLS

/* The real hearth-shell with a make-believe hearthd and a make-believe player, both in the test. With SHELL_TEST_SAVE=FOLDER
 * its screenshots are kept. */

#define SHELL_BOX_BUFFERS 6
#define SHELL_BOX_WAIT_S 10

typedef struct {
  guint64 sequence;
  gint64 shown_us; /* 0: dropped */
} ShellAnswer;

typedef struct {
  char *folder, *socket;
  GDBusServer *server;
  HearthDBusInternalManager1 *manager;
  GSubprocess *process;
  GDBusConnection *connection;
  HearthDBusInternalShell1 *shell;
  guint n_hellos;
  HearthProgress *progress;
  GString *closed; /* LinkClosed signals */

  HearthFramesProducer *player;
  guint player_source;
  gboolean player_ready, player_closed;
  TestingPool pool;
  gboolean out[SHELL_BOX_BUFFERS];
  GArray *answers; /* ShellAnswer */
  guint64 sequence;
} ShellBox;

typedef struct {
  GVariant *info;
  guint8 *bytes;
  gsize n_bytes;
  cairo_surface_t *surface; /* of a PNG */
  gsize at;
} ShellShot;

gboolean shell_box_too_late (gpointer user_data);

#define WAIT_FOR(condition)                                                      \
  G_STMT_START                                                                   \
  {                                                                              \
    guint too_late = g_timeout_add_seconds (SHELL_BOX_WAIT_S, shell_box_too_late, NULL);          \
    while (!(condition))                                                         \
      g_main_context_iteration (NULL, TRUE);                                     \
    g_source_remove (too_late);                                                  \
  }                                                                              \
  G_STMT_END

/* Starts hearth-shell at 1280x720@50, in Chinese, and waits for its Hello. */
void shell_box_setup (ShellBox *f, gconstpointer data);
void shell_box_teardown (ShellBox *f, gconstpointer data);
void shell_box_drop_player (ShellBox *f);
/* @shell_end is closed. */
void shell_box_add_view (ShellBox *f, int shell_end);
/* A new link, and a pool of 1280x720 on it. */
void shell_box_add_player (ShellBox *f, guint32 fourcc);
/* Waits for a buffer that is ours; paints a picture with the bar code into it. Gives its sequence. */
guint64 shell_box_send (ShellBox *f, guint32 serial, gint64 present_us, guint32 channel, guint32 code);
/* NULL: none yet. */
const ShellAnswer *shell_box_find_answer (ShellBox *f, guint64 sequence);
/* When it was on glass; a frame that is dropped fails the test. */
gint64 shell_box_wait_shown (ShellBox *f, guint64 sequence);
/* @options: GVariant text. Decoded where @name says .png. */
ShellShot shell_box_take_shot (ShellBox *f, const char *options, const char *name);
void shell_box_shot_clear (ShellShot *shot);
guint32 shell_box_get_pixel (const ShellShot *shot, guint x, guint y);
/* What a screenshot says of itself and what can be read from its pixels. */
void shell_box_assert_shows (ShellBox *f, guint32 channel, guint32 frame, gint64 shown_us);

G_END_DECLS
