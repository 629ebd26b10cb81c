/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <hearth/error.h>
#include <hearth/log.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_LEVEL HEARTH_LOG_NOTICE

typedef struct {
  GHashTable *levels; /* topic -> level + 1 */
  int fallback;       /* for "*" */
} Levels;

static GMutex lock; /* guards levels */
static Levels levels;
static int serial; /* atomic; 0: HEARTH_DEBUG was not read yet */

static gboolean
parse_level (const char *text, int *level)
{
  char *end = NULL;
  gint64 value = g_ascii_strtoll (text, &end, 10);

  if (end == text || *end != '\0' || value < 0 || value > HEARTH_LOG_DEBUG)
    return FALSE;
  *level = (int) value;
  return TRUE;
}

static gboolean
parse (const char *text, Levels *result, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text != NULL ? text : "", ",", -1);

  result->levels = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  result->fallback = DEFAULT_LEVEL;
  for (guint i = 0; parts[i] != NULL; i++) {
    g_auto (GStrv) pair = g_strsplit (g_strstrip (parts[i]), ":", 2);
    int level = 0;

    if (pair[0] == NULL) /* nothing between two commas */
      continue;
    if (*pair[0] == '\0' || pair[1] == NULL || !parse_level (pair[1], &level)) {
      g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT,
                   "log levels: “%s” is not TOPIC:LEVEL with a level of 0 to 5, as in \"stream:5,ring:4\"", parts[i]);
      g_clear_pointer (&result->levels, g_hash_table_unref);
      return FALSE;
    }
    if (g_str_equal (pair[0], "*"))
      result->fallback = level;
    else
      g_hash_table_insert (result->levels, g_strdup (pair[0]), GINT_TO_POINTER (level + 1));
  }
  return TRUE;
}

static void
install (Levels *fresh)
{
  g_mutex_lock (&lock);
  g_clear_pointer (&levels.levels, g_hash_table_unref);
  levels = *fresh;
  g_mutex_unlock (&lock);
  g_atomic_int_inc (&serial);
}

gboolean
hearth_log_set_levels (const char *text, GError **error)
{
  Levels fresh;

  if (!parse (text, &fresh, error))
    return FALSE;
  install (&fresh);
  return TRUE;
}

static void
read_environment (void)
{
  static gsize once;

  if (g_once_init_enter (&once)) {
    g_autoptr (GError) error = NULL;

    if (!hearth_log_set_levels (g_getenv ("HEARTH_DEBUG"), &error)) {
      fprintf (stderr, "HEARTH_DEBUG: %s\n", error->message);
      hearth_log_set_levels (NULL, NULL);
    }
    g_once_init_leave (&once, 1);
  }
}

static void
renew (HearthLogTopic *topic, int current)
{
  gpointer found;

  g_mutex_lock (&lock);
  found = g_hash_table_lookup (levels.levels, topic->name);
  g_atomic_int_set (&topic->level, found != NULL ? GPOINTER_TO_INT (found) - 1 : levels.fallback);
  g_mutex_unlock (&lock);
  g_atomic_int_set (&topic->serial, current);
}

gboolean
hearth_log_enabled (HearthLogTopic *topic, HearthLogLevel level)
{
  int current = g_atomic_int_get (&serial);

  if (G_UNLIKELY (current == 0)) {
    read_environment ();
    current = g_atomic_int_get (&serial);
  }
  if (G_UNLIKELY (g_atomic_int_get (&topic->serial) != current))
    renew (topic, current);
  return (int) level <= g_atomic_int_get (&topic->level);
}

static gboolean
to_journal (void)
{
  static gsize answer; /* 1 no, 2 yes */

  if (g_once_init_enter (&answer))
    g_once_init_leave (&answer, g_log_writer_is_journald (STDERR_FILENO) ? 2 : 1);
  return answer == 2;
}

static void
write_journal (HearthLogTopic *topic, HearthLogLevel level, const char *file, const char *line, const char *func,
               const char *message)
{
  static const char *const priorities[] = { "3", "3", "4", "5", "6", "7" }; /* syslog's */
  const GLogField fields[] = {
    { "MESSAGE", message, -1 },
    { "PRIORITY", priorities[level], -1 },
    { "HEARTH_TOPIC", topic->name, -1 },
    { "CODE_FILE", file, -1 },
    { "CODE_LINE", line, -1 },
    { "CODE_FUNC", func, -1 },
    { "GLIB_DOMAIN", "hearth", -1 },
  };

  g_log_writer_journald (level <= HEARTH_LOG_WARNING ? G_LOG_LEVEL_WARNING : G_LOG_LEVEL_MESSAGE, fields,
                         G_N_ELEMENTS (fields), NULL);
}

static void
write_stderr (HearthLogTopic *topic, HearthLogLevel level, const char *message)
{
  static const char letters[] = "EEWNID";
  gint64 now_us = g_get_monotonic_time ();
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT ".%06" G_GINT64_FORMAT " %c %s[%d] %s: %s\n",
                                           now_us / G_USEC_PER_SEC, now_us % G_USEC_PER_SEC, letters[level],
                                           g_get_prgname () != NULL ? g_get_prgname () : "hearth", (int) getpid (),
                                           topic->name, message);
  gsize length = strlen (text);

  /* One write a line, so that lines of several processes stay whole. */
  if (write (STDERR_FILENO, text, length) != (gssize) length)
    return;
}

void
hearth_log_write (HearthLogTopic *topic, HearthLogLevel level, const char *file, const char *line, const char *func,
                  const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  if (to_journal ())
    write_journal (topic, level, file, line, func, message);
  else
    write_stderr (topic, level, message);
}
