/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <hearth/client.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * SECTION:ctl
 *
 * hearthctl: one table of commands, from which dispatch, help and completion
 * come; one file a group of commands. A command prints on standard output and
 * returns FALSE with an error of HEARTH_ERROR, which main() tells and turns
 * into the exit status. One thread.
 */

/* Exit statuses, as hearthctl(1) documents them. */
typedef enum {
  CTL_OK = 0,
  CTL_FAILED = 1,
  CTL_USAGE = 2,
  CTL_NOT_FOUND = 3,
  CTL_NOT_RUNNING = 4,
  CTL_PERMISSION = 5,
  CTL_TIMED_OUT = 6,
  CTL_BUSY = 7,
  CTL_NOT_SUPPORTED = 8,
} CtlExit;

#define CTL_TIMEOUT_MS 15000 /* hearthd answers at once, and asks its workers for at most 10 s */

typedef struct _Ctl Ctl;

typedef struct {
  const char *name;     /* "limit" for --limit */
  const char *argument; /* "N"; NULL for a switch */
  const char *help;
} CtlOption;

typedef struct {
  const char *name;         /* "network add" */
  const char *arguments;    /* "NAME KIND [KEY=VALUE…]", "" for none */
  const char *summary;      /* NULL: another spelling, not in the help */
  const char *details;      /* (nullable): paragraphs for help COMMAND */
  guint min_words, max_words;
  gboolean (*run) (Ctl *ctl, GError **error);
  const CtlOption *options; /* (nullable): ends with a NULL name */
  /* What completion offers for each word: words, and @channel @network @setting @recording @view @command; NULL: files, if the
   * arguments name a FILE. The last one stands for all further words. */
  const char *complete[3];
} CtlCommand;

struct _Ctl {
  GDBusConnection *bus; /* NULL until first needed */
  gboolean json;
  int timeout_ms; /* of a call */
  char *view, *output; /* objects on the bus, by --view */
  const CtlCommand *command;
  GHashTable *options; /* name -> value, "" for switches */
  char **words;        /* after the command's name */
  guint n_words;
};

/* ---- the tables: each group ends with a NULL name */
extern const CtlCommand ctl_player_commands[], ctl_track_commands[], ctl_channel_commands[], ctl_network_commands[], ctl_broadcast_commands[],
  ctl_stream_commands[], ctl_display_commands[], ctl_setting_commands[], ctl_system_commands[], ctl_monitor_commands[], ctl_playlist_commands[],
  ctl_guide_commands[], ctl_record_commands[], ctl_playback_commands[], ctl_ts_commands[], ctl_view_commands[],
  ctl_help_commands[];

typedef struct {
  const char *title;
  const CtlCommand *commands;
} CtlGroup;

extern const CtlGroup ctl_groups[]; /* ends with a NULL title */
const CtlCommand *ctl_find_command (char **words, guint n_words, guint *n_used);
gboolean ctl_is_beginning (const char *word); /* of a command of two words */

/* ---- arguments */
gboolean ctl_parse (Ctl *ctl, int argc, char **argv, GError **error);
gboolean ctl_choose_view (Ctl *ctl, const char *name, GError **error); /* whose Player1 and Display1 are meant */
const char *ctl_option (Ctl *ctl, const char *name); /* NULL when not given */
/* FALSE with an error when it is given and no whole number of @minimum to @maximum; *value stays when it is not given. */
gboolean ctl_option_number (Ctl *ctl, const char *name, guint minimum, guint maximum, guint *value, GError **error);
gboolean ctl_parse_boolean (const char *text, gboolean *value);
void ctl_usage_error (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* ---- calls. @interface is short: "Player1"; a call without a path goes to the interface's own object. @arguments: floating or
 * NULL. Errors are HEARTH_ERROR's. */
GDBusConnection *ctl_bus (Ctl *ctl, GError **error);
GVariant *ctl_call (Ctl *ctl, const char *interface, const char *method, GVariant *arguments, const char *reply,
                    GError **error);
GVariant *ctl_call_at (Ctl *ctl, const char *path, const char *interface, const char *method, GVariant *arguments,
                       const char *reply, GError **error);
/* @fds: the descriptors that came with the answer, or NULL there; NULL: none are wanted. */
GVariant *ctl_call_with_fds (Ctl *ctl, const char *path, const char *interface, const char *method, GVariant *arguments,
                             const char *reply, GUnixFDList **fds, GError **error);
GVariant *ctl_get_all (Ctl *ctl, const char *path, const char *interface, GError **error); /* a{sv}; NULL path as above */
gboolean ctl_set_property (Ctl *ctl, const char *interface, const char *property, GVariant *value, GError **error);
void ctl_translate (GError **error);
CtlExit ctl_exit_for (const GError *error);

/* ---- looking things up */
char *ctl_find_channel (Ctl *ctl, const char *word, GError **error); /* id by number, id or name */
char *ctl_dup_channel_title (Ctl *ctl, const char *id);             /* "5 CCTV-5"; the id when it cannot be asked for */
char *ctl_find_recording (Ctl *ctl, const char *word, GError **error); /* id by id, title or "last" */
char *ctl_network_path (const char *name, GError **error);
gboolean ctl_run_scan (Ctl *ctl, GError **error);
GVariant *ctl_list_networks (Ctl *ctl, GError **error); /* ao */
/* NotFound for a network that is not there. */
GVariant *ctl_call_network (Ctl *ctl, const char *name, const char *method, GVariant *arguments, const char *reply,
                            GError **error);
/* Prints what is on after a zap with @serial, in words or JSON. */
gboolean ctl_print_zap (Ctl *ctl, guint serial, GError **error);
/* Watches a zap to its end, for --verbose; made before the command, so that no news is missed. */
typedef struct _CtlZapWatch CtlZapWatch;
CtlZapWatch *ctl_zap_watch_new (Ctl *ctl, GError **error);
gboolean ctl_zap_watch_run (CtlZapWatch *watch, guint serial, guint timeout_s, GError **error);
void ctl_zap_watch_free (CtlZapWatch *watch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CtlZapWatch, ctl_zap_watch_free)

gboolean ctl_run_complete (Ctl *ctl, GError **error);

/* ---- output */
typedef struct _CtlTable CtlTable;

/* @titles: "NUMBER|NAME|>LEGS": '>' is flush right. */
CtlTable *ctl_table_new (const char *titles);
void ctl_table_take (CtlTable *table, char *cell); /* the next cell, consumed; NULL is "" */
void ctl_table_add (CtlTable *table, const char *cell);
void ctl_table_flush (CtlTable *table); /* prints the full rows so far; columns only grow */
void ctl_table_free (CtlTable *table);  /* what was not flushed is dropped */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CtlTable, ctl_table_free)

guint ctl_text_width (const char *text); /* in columns of a terminal */
char *ctl_text_clean (const char *text); /* without what moves a terminal's cursor or turns its line, which a playlist may hold */

char *ctl_text (GVariant *value);        /* a value for people */
char *ctl_lookup_text (GVariant *dictionary, const char *key); /* "" when it is not there */
char *ctl_text_utc (gint64 utc_us);      /* local time; "never" for 0 */
/* For people: a line a key. For programs: the dictionary. */
void ctl_print_dictionary (Ctl *ctl, GVariant *dictionary);
/* A list aa{sv} as a table, or as {"@name": [...]}. @columns: "key|key|>key". */
void ctl_print_list (Ctl *ctl, const char *name, GVariant *list, const char *columns);
void ctl_print_json (JsonNode *node);  /* (transfer full) */
void ctl_print_variant (const char *name, GVariant *value); /* {"@name": value}, or the value when @name is NULL */
void ctl_print (const char *format, ...) G_GNUC_PRINTF (1, 2);
void ctl_write (const char *bytes, gsize n_bytes);
/* FALSE, from then on always, when standard output cannot be written: what goes on for ever or asks for more ends then, and main()
 * tells it. @error_number (nullable): why. */
gboolean ctl_flush (int *error_number);
void ctl_json_append_string (GString *out, const char *text);

G_END_DECLS
