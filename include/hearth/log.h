/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SECTION:log
 *
 * Logs by topic. A file says its topic once, after its includes:
 *
 *     HEARTH_LOG_TOPIC ("ring")
 *
 * Levels: 1 error, 2 warning, 3 notice, 4 info, 5 debug. What is shown is
 * chosen at run time, per topic: `HEARTH_DEBUG=stream:5,ring:4,*:3`, or
 * `tv.hearth.System1.SetDebug`. Without a word, levels 1 to 3 are shown. Goes
 * to the journal with HEARTH_TOPIC= and PRIORITY= fields where standard error
 * is the journal, else to standard error. Any thread.
 */
typedef enum {
  HEARTH_LOG_ERROR = 1,
  HEARTH_LOG_WARNING = 2,
  HEARTH_LOG_NOTICE = 3,
  HEARTH_LOG_INFO = 4,
  HEARTH_LOG_DEBUG = 5,
} HearthLogLevel;

/* One a file; @level is cached and renewed when the settings' @serial moves. */
typedef struct {
  const char *name;
  int level;
  int serial;
} HearthLogTopic;

#define HEARTH_LOG_TOPIC(topic_name) static HearthLogTopic hearth_log_topic_ = { .name = topic_name };

gboolean hearth_log_enabled (HearthLogTopic *topic, HearthLogLevel level);
void hearth_log_write (HearthLogTopic *topic, HearthLogLevel level, const char *file, const char *line,
                       const char *func, const char *format, ...) G_GNUC_PRINTF (6, 7);

/**
 * hearth_log_set_levels:
 * @levels: (nullable): as in HEARTH_DEBUG; %NULL or "" for the default
 *
 * Errors: %HEARTH_ERROR_INVALID_ARGUMENT, naming the part that is wrong; then nothing changes
 */
gboolean hearth_log_set_levels (const char *levels, GError **error);

#define hearth_log_(level, ...)                                                                     \
  G_STMT_START                                                                                      \
  {                                                                                                 \
    if (hearth_log_enabled (&hearth_log_topic_, level))                                             \
      hearth_log_write (&hearth_log_topic_, level, __FILE__, G_STRINGIFY (__LINE__), G_STRFUNC,     \
                        __VA_ARGS__);                                                               \
  }                                                                                                 \
  G_STMT_END

#define hearth_error(...) hearth_log_ (HEARTH_LOG_ERROR, __VA_ARGS__)
#define hearth_warning(...) hearth_log_ (HEARTH_LOG_WARNING, __VA_ARGS__)
#define hearth_notice(...) hearth_log_ (HEARTH_LOG_NOTICE, __VA_ARGS__)
#define hearth_info(...) hearth_log_ (HEARTH_LOG_INFO, __VA_ARGS__)
#define hearth_debug(...) hearth_log_ (HEARTH_LOG_DEBUG, __VA_ARGS__)

G_END_DECLS
