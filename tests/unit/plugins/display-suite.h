/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hearth-plugin-context.h"
#include "base/hearth-plugin-host.h"
#include "frames-testing.h"

G_BEGIN_DECLS

/* What each display plug-in must do by its contract (<hearth/display.h>): what was committed is what is read back, and when; and
 * where there is a screen to look at, what is seen there. Each plug-in's test adds these cases, and its own. */

#define SUITE_VIEW 7

typedef struct {
  const char *name; /* "display-headless": of the cases */
  const HearthPluginDescriptor *plugin;
  struct {
    const char *key, *value; /* of start()'s settings, beside "mode"; NULL ends them */
  } settings[4];
  gboolean may_be_late; /* it says when it was really seen, by its own clock */
  /* (nullable): looks at the screen's upper left corner from outside. @xrgb: what should be there. TRUE: something differs, there. */
  gboolean (*find_difference) (const guint8 *xrgb, guint32 width, guint32 height, guint32 *x, guint32 *y);
} SuiteSubject;

typedef struct {
  HearthDisplayHost host;
  const SuiteSubject *subject;
  const HearthDisplayOps *ops;
  gpointer display;
  guint n_committed;
  gint64 shown_us;
  gboolean inside_commit;
  TestingPool memory;
  guint8 *pixels; /* as read back */
  guint32 width, height;
} SuiteFixture;

/* @subject must live as long as the test. */
void suite_add (const SuiteSubject *subject);
void suite_add_case (const SuiteSubject *subject, const char *name, void (*test) (gconstpointer subject));

void suite_start (SuiteFixture *f, const SuiteSubject *subject, const char *mode);
/* FALSE: it did not start, and @f needs no stop. */
gboolean suite_try_start (SuiteFixture *f, const SuiteSubject *subject, const char *mode, GError **error);
void suite_stop (SuiteFixture *f);

G_END_DECLS
