/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dfb-keys.h"

#include "dfb-system.h"

#include <glib-unix.h>
#include <linux/input-event-codes.h>
#include <unistd.h>

/* ---- codes -------------------------------------------------------------------------------- */

typedef struct {
  guint32 from, code;
} Row;

/* What a remote control has, and what stands for that on a keyboard: by the symbol, for keyboards differ by country. */
static const Row symbols[] = {
  { DIKS_BACKSPACE, KEY_BACKSPACE },
  { DIKS_TAB, KEY_TAB },
  { DIKS_RETURN, KEY_ENTER },
  { DIKS_CANCEL, KEY_CANCEL },
  { DIKS_ESCAPE, KEY_ESC },
  { DIKS_SPACE, KEY_SPACE },
  { DIKS_NUMBER_SIGN, KEY_NUMERIC_POUND },
  { DIKS_ASTERISK, KEY_NUMERIC_STAR },
  { DIKS_PLUS_SIGN, KEY_KPPLUS },
  { DIKS_COMMA, KEY_COMMA },
  { DIKS_MINUS_SIGN, KEY_MINUS },
  { DIKS_PERIOD, KEY_DOT },
  { DIKS_SLASH, KEY_SLASH },
  { DIKS_EQUALS_SIGN, KEY_EQUAL },
  { DIKS_DELETE, KEY_DELETE },
  { DIKS_CURSOR_LEFT, KEY_LEFT },
  { DIKS_CURSOR_RIGHT, KEY_RIGHT },
  { DIKS_CURSOR_UP, KEY_UP },
  { DIKS_CURSOR_DOWN, KEY_DOWN },
  { DIKS_INSERT, KEY_INSERT },
  { DIKS_HOME, KEY_HOME },
  { DIKS_END, KEY_END },
  { DIKS_PAGE_UP, KEY_PAGEUP },
  { DIKS_PAGE_DOWN, KEY_PAGEDOWN },
  { DIKS_PRINT, KEY_PRINT },
  { DIKS_PAUSE, KEY_PAUSE },
  { DIKS_OK, KEY_OK },
  { DIKS_SELECT, KEY_SELECT },
  { DIKS_GOTO, KEY_GOTO },
  { DIKS_CLEAR, KEY_CLEAR },
  { DIKS_POWER, KEY_POWER },
  { DIKS_POWER2, KEY_POWER2 },
  { DIKS_OPTION, KEY_OPTION },
  { DIKS_MENU, KEY_MENU },
  { DIKS_HELP, KEY_HELP },
  { DIKS_INFO, KEY_INFO },
  { DIKS_TIME, KEY_TIME },
  { DIKS_VENDOR, KEY_VENDOR },
  { DIKS_ARCHIVE, KEY_ARCHIVE },
  { DIKS_PROGRAM, KEY_PROGRAM },
  { DIKS_CHANNEL, KEY_CHANNEL },
  { DIKS_FAVORITES, KEY_FAVORITES },
  { DIKS_EPG, KEY_EPG },
  { DIKS_PVR, KEY_PVR },
  { DIKS_MHP, KEY_MHP },
  { DIKS_LANGUAGE, KEY_LANGUAGE },
  { DIKS_TITLE, KEY_TITLE },
  { DIKS_SUBTITLE, KEY_SUBTITLE },
  { DIKS_ANGLE, KEY_ANGLE },
  { DIKS_ZOOM, KEY_ZOOM },
  { DIKS_MODE, KEY_MODE },
  { DIKS_SCREEN, KEY_SCREEN },
  { DIKS_TV, KEY_TV },
  { DIKS_TV2, KEY_TV2 },
  { DIKS_SAT, KEY_SAT },
  { DIKS_RADIO, KEY_RADIO },
  { DIKS_TUNER, KEY_TUNER },
  { DIKS_TEXT, KEY_TEXT },
  { DIKS_AUDIO, KEY_AUDIO },
  { DIKS_VIDEO, KEY_VIDEO },
  { DIKS_LIST, KEY_LIST },
  { DIKS_RED, KEY_RED },
  { DIKS_GREEN, KEY_GREEN },
  { DIKS_YELLOW, KEY_YELLOW },
  { DIKS_BLUE, KEY_BLUE },
  { DIKS_CHANNEL_UP, KEY_CHANNELUP },
  { DIKS_CHANNEL_DOWN, KEY_CHANNELDOWN },
  { DIKS_BACK, KEY_BACK },
  { DIKS_FORWARD, KEY_FORWARD },
  { DIKS_FIRST, KEY_FIRST },
  { DIKS_LAST, KEY_LAST },
  { DIKS_VOLUME_UP, KEY_VOLUMEUP },
  { DIKS_VOLUME_DOWN, KEY_VOLUMEDOWN },
  { DIKS_MUTE, KEY_MUTE },
  { DIKS_AB, KEY_AB },
  { DIKS_PLAYPAUSE, KEY_PLAYPAUSE },
  { DIKS_PLAY, KEY_PLAY },
  { DIKS_STOP, KEY_STOP },
  { DIKS_RESTART, KEY_RESTART },
  { DIKS_SLOW, KEY_SLOW },
  { DIKS_RECORD, KEY_RECORD },
  { DIKS_EJECT, KEY_EJECTCD },
  { DIKS_SHUFFLE, KEY_SHUFFLE },
  { DIKS_REWIND, KEY_REWIND },
  { DIKS_FASTFORWARD, KEY_FASTFORWARD },
  { DIKS_PREVIOUS, KEY_PREVIOUS },
  { DIKS_NEXT, KEY_NEXT },
  { DIKS_DIGITS, KEY_DIGITS },
  { DIKS_TEEN, KEY_TEEN },
  { DIKS_TWEN, KEY_TWEN },
  { DIKS_EXIT, KEY_EXIT },
  { DIKS_SETUP, KEY_SETUP },
};

/* By place on the keyboard, whatever is written there: keys that have no symbol, or one that depends on other keys. */
static const Row places[] = {
  { DIKI_SHIFT_L, KEY_LEFTSHIFT },
  { DIKI_SHIFT_R, KEY_RIGHTSHIFT },
  { DIKI_CONTROL_L, KEY_LEFTCTRL },
  { DIKI_CONTROL_R, KEY_RIGHTCTRL },
  { DIKI_ALT_L, KEY_LEFTALT },
  { DIKI_ALT_R, KEY_RIGHTALT },
  { DIKI_META_L, KEY_LEFTMETA },
  { DIKI_META_R, KEY_RIGHTMETA },
  { DIKI_SUPER_L, KEY_LEFTMETA },
  { DIKI_SUPER_R, KEY_RIGHTMETA },
  { DIKI_CAPS_LOCK, KEY_CAPSLOCK },
  { DIKI_NUM_LOCK, KEY_NUMLOCK },
  { DIKI_SCROLL_LOCK, KEY_SCROLLLOCK },
  { DIKI_QUOTE_LEFT, KEY_GRAVE },
  { DIKI_BRACKET_LEFT, KEY_LEFTBRACE },
  { DIKI_BRACKET_RIGHT, KEY_RIGHTBRACE },
  { DIKI_BACKSLASH, KEY_BACKSLASH },
  { DIKI_SEMICOLON, KEY_SEMICOLON },
  { DIKI_QUOTE_RIGHT, KEY_APOSTROPHE },
  { DIKI_LESS_SIGN, KEY_102ND },
  { DIKI_MINUS_SIGN, KEY_MINUS },
  { DIKI_EQUALS_SIGN, KEY_EQUAL },
  { DIKI_KP_DIV, KEY_KPSLASH },
  { DIKI_KP_MULT, KEY_KPASTERISK },
  { DIKI_KP_MINUS, KEY_KPMINUS },
  { DIKI_KP_PLUS, KEY_KPPLUS },
  { DIKI_KP_ENTER, KEY_KPENTER },
  { DIKI_KP_EQUAL, KEY_KPEQUAL },
  { DIKI_KP_DECIMAL, KEY_KPDOT },
};

static guint32
find (const Row *rows, guint n_rows, guint32 from)
{
  for (guint i = 0; i < n_rows; i++)
    if (rows[i].from == from)
      return rows[i].code;
  return 0;
}

/* The kernel numbers keys along the rows of an American keyboard. */
static guint32
find_letter (DFBInputDeviceKeySymbol symbol)
{
  static const guint8 letters[] = { KEY_A, KEY_B, KEY_C, KEY_D, KEY_E, KEY_F, KEY_G, KEY_H, KEY_I, KEY_J, KEY_K, KEY_L, KEY_M,
                                    KEY_N, KEY_O, KEY_P, KEY_Q, KEY_R, KEY_S, KEY_T, KEY_U, KEY_V, KEY_W, KEY_X, KEY_Y, KEY_Z };

  if (symbol >= DIKS_SMALL_A && symbol <= DIKS_SMALL_Z)
    return letters[symbol - DIKS_SMALL_A];
  if (symbol >= DIKS_CAPITAL_A && symbol <= DIKS_CAPITAL_Z)
    return letters[symbol - DIKS_CAPITAL_A];
  return 0;
}

static guint32
find_figure (DFBInputDeviceKeySymbol symbol)
{
  if (symbol == DIKS_0)
    return KEY_0;
  if (symbol >= DIKS_1 && symbol <= DIKS_9)
    return KEY_1 + (guint32) (symbol - DIKS_1);
  if (symbol >= DIKS_F1 && symbol <= DIKS_F10)
    return KEY_F1 + (guint32) (symbol - DIKS_F1);
  if (symbol == DIKS_F11 || symbol == DIKS_F12)
    return KEY_F11 + (guint32) (symbol - DIKS_F11);
  return 0;
}

guint32
dfb_keys_get_code (const DFBInputEvent *event, gboolean are_kernel_codes)
{
  guint32 code = 0;

  if (are_kernel_codes && event->key_code > 0)
    return (guint32) event->key_code;
  if ((code = find (symbols, G_N_ELEMENTS (symbols), event->key_symbol)) == 0 && (code = find_figure (event->key_symbol)) == 0 &&
      (code = find_letter (event->key_symbol)) == 0)
    code = find (places, G_N_ELEMENTS (places), event->key_id);
  return code;
}

guint32
dfb_keys_get_value (const DFBInputEvent *event)
{
  if (event->type == DIET_KEYRELEASE)
    return 0;
  return (event->flags & DIEF_REPEAT) != 0 ? 2 : 1;
}

/* ---- reading --------------------------------------------------------------------------------- */

struct _DfbKeys {
  HearthDisplayHost *host;
  gboolean are_kernel_codes;
  IDirectFBEventBuffer *buffer;
  int fd; /* the buffer's; its thread writes whole events into it */
  GSource *source;
};

static gboolean
on_events (int fd, GIOCondition condition, gpointer user_data)
{
  DfbKeys *self = user_data;
  DFBEvent events[16];
  gssize n = read (fd, events, sizeof events);

  for (gsize i = 0; n > 0 && i < (gsize) n / sizeof *events; i++) {
    const DFBInputEvent *event = &events[i].input;
    gboolean is_key = events[i].clazz == DFEC_INPUT && (event->type == DIET_KEYPRESS || event->type == DIET_KEYRELEASE);
    guint32 code = is_key ? dfb_keys_get_code (event, self->are_kernel_codes) : 0;

    if (code != 0)
      self->host->ops->key (self->host, code, dfb_keys_get_value (event));
  }
  return n != 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static gboolean
takes_keys (const HearthDisplayHost *host)
{
  return host->ops->struct_size >= G_STRUCT_OFFSET (HearthDisplayHostOps, key) + sizeof host->ops->key && host->ops->key != NULL;
}

DfbKeys *
dfb_keys_new (IDirectFB *dfb, gboolean are_kernel_codes, HearthDisplayHost *host, GError **error)
{
  DfbKeys *self = g_new0 (DfbKeys, 1);

  *self = (DfbKeys){ .host = host, .are_kernel_codes = are_kernel_codes, .fd = -1 };
  if (!takes_keys (host))
    return self;
  /* Global: the others are only for who has one of DirectFB's own windows, or its full screen. */
  if (!dfb_check (dfb->CreateInputEventBuffer (dfb, DICAPS_KEYS, DFB_TRUE, &self->buffer), "a buffer for keys", error) ||
      !dfb_check (self->buffer->CreateFileDescriptor (self->buffer, &self->fd), "a descriptor for keys", error) ||
      !g_unix_set_fd_nonblocking (self->fd, TRUE, error)) {
    dfb_keys_free (self);
    return NULL;
  }
  self->source = g_unix_fd_source_new (self->fd, G_IO_IN);
  g_source_set_callback (self->source, G_SOURCE_FUNC (on_events), self, NULL);
  g_source_attach (self->source, g_main_context_get_thread_default ());
  return self;
}

void
dfb_keys_free (DfbKeys *self)
{
  if (self->source != NULL) {
    g_source_destroy (self->source);
    g_source_unref (self->source);
  }
  if (self->buffer != NULL)
    self->buffer->Release (self->buffer); /* closes the descriptor too */
  g_free (self);
}
