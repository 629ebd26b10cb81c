/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/views/hearth-remote.h"

#include "hearthd/player/hearth-player-face.h"

#include <hearth/error.h>
#include <hearth/log.h>
#include <linux/input-event-codes.h>

HEARTH_LOG_TOPIC ("keys")

#define ENTRY_MS 1500 /* after the last digit the number is taken */
#define MOST_DIGITS 5
#define VOLUME_STEP 0.05

struct _HearthRemote {
  HearthOutput *output;
  HearthPlayer *player;
  GString *entry; /* digits so far */
  guint entry_timer;
};

/* ---- what keys do ------------------------------------------------------------------------------------ */

static gboolean
press_up (HearthRemote *self, GError **error)
{
  return hearth_player_zap (self->player, 1, error) != 0;
}

static gboolean
press_down (HearthRemote *self, GError **error)
{
  return hearth_player_zap (self->player, -1, error) != 0;
}

static gboolean
press_back (HearthRemote *self, GError **error)
{
  g_autofree char *id = g_strdup (hearth_player_get_previous (self->player));

  if (id != NULL)
    return hearth_player_open_channel (self->player, id, 0, error) != 0;
  g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND, "no other channel was on before this one");
  return FALSE;
}

static gboolean
press_stop (HearthRemote *self, GError **error)
{
  hearth_player_stop (self->player);
  return TRUE;
}

static gboolean
press_mute (HearthRemote *self, GError **error)
{
  HearthDBusPlayer1 *face = hearth_player_get_face (self->player);

  hearth_dbus_player1_set_mute (face, !hearth_dbus_player1_get_mute (face));
  return TRUE;
}

static void
change_volume (HearthRemote *self, double step)
{
  HearthDBusPlayer1 *face = hearth_player_get_face (self->player);

  hearth_dbus_player1_set_volume (face, CLAMP (hearth_dbus_player1_get_volume (face) + step, 0, 1));
}

static gboolean
press_louder (HearthRemote *self, GError **error)
{
  change_volume (self, VOLUME_STEP);
  return TRUE;
}

static gboolean
press_softer (HearthRemote *self, GError **error)
{
  change_volume (self, -VOLUME_STEP);
  return TRUE;
}

/* ---- numbers ------------------------------------------------------------------------------------------- */

static gboolean
take_entry (HearthRemote *self, GError **error)
{
  g_autofree char *number = g_strdup (self->entry->str);
  const HearthChannel *channel = hearth_channels_find_number (hearth_player_get_channels (self->player), number);

  g_clear_handle_id (&self->entry_timer, g_source_remove);
  g_string_truncate (self->entry, 0);
  if (channel != NULL)
    return hearth_player_open_channel (self->player, channel->id, 0, error) != 0;
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND, "no channel has the number %s", number);
  return FALSE;
}

static gboolean
on_entry_time (gpointer user_data)
{
  HearthRemote *self = user_data;
  g_autoptr (GError) error = NULL;

  self->entry_timer = 0;
  if (!take_entry (self, &error))
    hearth_notice ("view %s: %s", hearth_output_get_name (self->output), error->message);
  return G_SOURCE_REMOVE;
}

static void
press_digit (HearthRemote *self, guint digit)
{
  if (self->entry->len == MOST_DIGITS)
    g_string_erase (self->entry, 0, 1);
  g_string_append_printf (self->entry, "%u", digit);
  g_clear_handle_id (&self->entry_timer, g_source_remove);
  self->entry_timer = g_timeout_add (ENTRY_MS, on_entry_time, self);
}

static gboolean
press_ok (HearthRemote *self, GError **error)
{
  if (self->entry->len > 0)
    return take_entry (self, error);
  return hearth_output_show_banner_again (self->output, 0, error);
}

/* ---- which keys ------------------------------------------------------------------------------------------ */

static const struct {
  guint32 code;
  gboolean (*press) (HearthRemote *self, GError **error);
  gboolean repeats; /* while it is held */
} keys[] = {
  { KEY_UP, press_up },
  { KEY_PAGEUP, press_up },
  { KEY_CHANNELUP, press_up },
  { KEY_DOWN, press_down },
  { KEY_PAGEDOWN, press_down },
  { KEY_CHANNELDOWN, press_down },
  { KEY_BACKSPACE, press_back },
  { KEY_BACK, press_back },
  { KEY_LAST, press_back },
  { KEY_STOP, press_stop },
  { KEY_M, press_mute },
  { KEY_MUTE, press_mute },
  { KEY_KPPLUS, press_louder, TRUE },
  { KEY_EQUAL, press_louder, TRUE },
  { KEY_VOLUMEUP, press_louder, TRUE },
  { KEY_KPMINUS, press_softer, TRUE },
  { KEY_MINUS, press_softer, TRUE },
  { KEY_VOLUMEDOWN, press_softer, TRUE },
  { KEY_I, press_ok },
  { KEY_INFO, press_ok },
  { KEY_ENTER, press_ok },
  { KEY_KPENTER, press_ok },
  { KEY_OK, press_ok },
  { KEY_SELECT, press_ok },
};

/* FALSE: no digit. A keyboard's row begins with 1 and its pad is in rows of three; a remote control has them in order. */
static gboolean
get_digit (guint32 code, guint *digit)
{
  static const guint32 pad[] = { KEY_KP0, KEY_KP1, KEY_KP2, KEY_KP3, KEY_KP4, KEY_KP5, KEY_KP6, KEY_KP7, KEY_KP8, KEY_KP9 };

  if (code >= KEY_1 && code <= KEY_0) {
    *digit = (code - KEY_1 + 1) % 10;
    return TRUE;
  }
  if (code >= KEY_NUMERIC_0 && code <= KEY_NUMERIC_9) {
    *digit = code - KEY_NUMERIC_0;
    return TRUE;
  }
  for (guint i = 0; i < G_N_ELEMENTS (pad); i++)
    if (pad[i] == code) {
      *digit = i;
      return TRUE;
    }
  return FALSE;
}

static void
on_key (HearthOutput *output, guint code, guint value, gpointer user_data)
{
  HearthRemote *self = user_data;
  guint digit;

  if (value == 1 && get_digit (code, &digit)) {
    press_digit (self, digit);
    return;
  }
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++) {
    g_autoptr (GError) error = NULL;

    if (keys[i].code == code && (value == 1 || (value == 2 && keys[i].repeats)) && !keys[i].press (self, &error))
      hearth_notice ("view %s: %s", hearth_output_get_name (output), error->message);
  }
}

HearthRemote *
hearth_remote_new (HearthOutput *output, HearthPlayer *player)
{
  HearthRemote *self = g_new0 (HearthRemote, 1);

  self->output = g_object_ref (output);
  self->player = g_object_ref (player);
  self->entry = g_string_new (NULL);
  g_signal_connect (output, "key", G_CALLBACK (on_key), self);
  return self;
}

void
hearth_remote_free (HearthRemote *self)
{
  g_signal_handlers_disconnect_by_data (self->output, self);
  g_clear_handle_id (&self->entry_timer, g_source_remove);
  g_string_free (self->entry, TRUE);
  g_object_unref (self->player);
  g_object_unref (self->output);
  g_free (self);
}
