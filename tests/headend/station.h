/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "headend/options.h"

/* All channels together: makes their content, two at a time, and puts each on air as soon as it is there. Main thread. */
typedef struct _HeadendStation HeadendStation;

typedef struct {
  void (*channel_on_air) (HeadendStation *station, guint number, gpointer user_data);
  void (*all_on_air) (HeadendStation *station, gpointer user_data);
  void (*failed) (HeadendStation *station, const GError *error, gpointer user_data);
} HeadendStationFuncs;

/* @options: borrowed for its life. Errors: IO, INVALID_ARGUMENT. */
HeadendStation *headend_station_new (const HeadendOptions *options, const HeadendStationFuncs *funcs, gpointer user_data, GError **error);
void headend_station_free (HeadendStation *self);
const HeadendOptions *headend_station_get_options (HeadendStation *self);
HeadendSender *headend_station_get_sender (HeadendStation *self);
const char *headend_station_get_folder (HeadendStation *self);
/* NULL: not made yet, or not wanted. */
const HeadendMux *headend_station_get_mux (HeadendStation *self, guint number);
/* The same for a channel's variant in fewer pixels. */
const HeadendLoop *headend_station_get_small (HeadendStation *self, guint number);
gboolean headend_station_is_all_on_air (HeadendStation *self);
/* A fault; @channel "all" or a number. Takes care of "content" too. Errors: INVALID_ARGUMENT, NOT_FOUND. */
gboolean headend_station_fault (HeadendStation *self, const char *channel, const char *kind, GHashTable *words, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HeadendStation, headend_station_free)
