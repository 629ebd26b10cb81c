/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hearthd/bus/hearth-bus.h"
#include "hearthd/channels/hearth-channels.h"
#include "hearthd/settings/hearth-settings-store.h"
#include "hearthd/workers/hearth-workers.h"

G_BEGIN_DECLS

/**
 * SECTION:output
 *
 * The screen as hearthd sees it: hearth-shell and tv.hearth.Display1. What it
 * is told (banner, notice, blank) is told again to a restarted shell. Main
 * thread.
 *
 * Signal "connected" (gboolean fresh): the shell is there; fresh: it has no
 * views, each needs a link.
 *
 * Signal "key" (guint code, guint value): the display heard a key
 * (linux/input-event-codes.h; 0 released, 1 pressed, 2 repeated).
 */
#define HEARTH_TYPE_OUTPUT (hearth_output_get_type ())
G_DECLARE_FINAL_TYPE (HearthOutput, hearth_output, HEARTH, OUTPUT, GObject)

/* @name: of the view that it shows. */
HearthOutput *hearth_output_new (const char *name, HearthBus *bus, HearthWorkers *workers, HearthSettingsStore *settings);
const char *hearth_output_get_name (HearthOutput *output);
gboolean hearth_output_is_connected (HearthOutput *output);
/* The shell's end of a frame link; the descriptor is borrowed. */
void hearth_output_add_view (HearthOutput *output, const char *view, int link_fd);
/* For its time by the settings. @serial: of a picture that comes at once and goes before it; 0: none does. */
void hearth_output_show_banner (HearthOutput *output, HearthChannels *channels, const HearthChannel *channel, guint32 serial);
/* The last one once more; 0: for its time by the settings. Errors: NOT_FOUND, no channel has been on. */
gboolean hearth_output_show_banner_again (HearthOutput *output, guint32 milliseconds, GError **error);
/* a{sv}, as Player1.Picture: on the banner that stands, and on the next. */
void hearth_output_set_picture (HearthOutput *output, GVariant *picture);
/* @add: fills in what is on, "present" and "following", each time the banner of @channel is told. */
typedef void (*HearthEventsFunc) (const char *channel, GVariantDict *banner, gpointer user_data);
void hearth_output_set_events_func (HearthOutput *output, HearthEventsFunc add,
                                    gpointer user_data);
/* Something else is on there: a banner of it that stands is told anew. */
void hearth_output_events_changed (HearthOutput *output, const char *channel);
/* Why there is no picture, in the household's words; %NULL takes it off. @text: the details. */
void hearth_output_set_notice (HearthOutput *output, const char *reason, const char *text);
void hearth_output_set_blank (HearthOutput *output, gboolean blank);

G_END_DECLS
