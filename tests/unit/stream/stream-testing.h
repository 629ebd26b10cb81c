/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hearth-progress.h"
#include "ring/hearth-ring.h"

#include <gio/gio.h>
#include <gio/gunixfdlist.h>

/* A make-believe hearthd on a socket of its own, and a real hearth-stream that it talks with. */
typedef struct {
  char *folder, *socket;
  GDBusServer *server;
  GDBusConnection *connection; /* NULL until hearth-stream has said Hello */
  guint subscription;
  GSubprocess *worker;

  guint hellos;
  GVariant *holds; /* of the last Hello */
  GUnixFDList *hold_fds;
  GVariant *services; /* parameters of the last PutServices */
  GUnixFDList *service_fds;
  GVariant *list_failed; /* (ss) */
  GPtrArray *signals;    /* char *: "state ID STATE ERROR" and "stage ID STAGE", in their order */
} FakeHearthd;

void fake_hearthd_start (FakeHearthd *self); /* the worker too; returns once it has said Hello */
void fake_hearthd_stop (FakeHearthd *self);  /* asks the worker to Quit; asserts that it ends well */
/* hearthd goes away, and comes back; returns once the worker has said Hello again. */
void fake_hearthd_go (FakeHearthd *self);
void fake_hearthd_come_back (FakeHearthd *self);

/* Calls Stream1; asserts that it succeeds. */
GVariant *fake_hearthd_call (FakeHearthd *self, const char *method, GVariant *parameters, GUnixFDList *fds, GUnixFDList **out_fds);
/* Asserts that it fails, and how. */
void fake_hearthd_call_fails (FakeHearthd *self, const char *method, GVariant *parameters, int code);
/* Opens "test:@what" as @id; returns a reader of its ring. */
HearthRingReader *fake_hearthd_open (FakeHearthd *self, const char *id, const char *what);
HearthRingReader *fake_hearthd_open_with (FakeHearthd *self, const char *id, const char *what, const char *options); /* a{sv} */
/* Waits until @word has come among the signals; what came before stays. */
void fake_hearthd_wait_for (FakeHearthd *self, const char *word);
/* Until the worker has ended by itself, and not well. */
void fake_hearthd_wait_for_fall (FakeHearthd *self);
gboolean fake_hearthd_has (FakeHearthd *self, const char *word);
/* The GetStreams entry of @id. */
GVariant *fake_hearthd_get_stream (FakeHearthd *self, const char *id);
/* One turn of the main loop; fails the test when nothing has come for half a minute. */
void fake_hearthd_turn (void);
