/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hearthd/channels/hearth-service-list.h"

G_BEGIN_DECLS

/* For tests of hearthd's parts: lists as a network's worker sends them, folders that go again, waiting without sleeping. */

/* Strings that are NULL are "". */
typedef struct {
  const char *uri, *name, *number, *guide_id, *group;
} TestService;

/* a(susssssuua(ss)) of @services; with one attribute each, "name". Floating. */
GVariant *testing_make_services (const TestService *services, guint n);
/* A memfd with @bytes, sealed as PutServices wants it, or not. */
int testing_make_fd (gconstpointer bytes, gsize n_bytes, gboolean sealed);
HearthServiceList *testing_make_list (const TestService *services, guint n);

/* A new folder, and its end with all files in it (not deeper). */
char *testing_make_folder (void);
void testing_remove_folder (char *folder);

/* Runs the main loop until @condition, at most 20 s, by which a test has failed. */
typedef gboolean (*TestingCondition) (gpointer data);
void testing_wait_for (TestingCondition condition, gpointer data, const char *what);
#define testing_wait(condition, data) testing_wait_for (condition, data, #condition)

G_END_DECLS
