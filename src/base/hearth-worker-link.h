/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <gio/gunixfdlist.h>
#include "base/hearth-progress.h"

G_BEGIN_DECLS

/**
 * SECTION:worker-link
 *
 * A worker's line to hearthd: a peer D-Bus connection on hearthd's private
 * socket. Says Hello with the worker's token and with what it holds; comes back
 * by itself when hearthd does; ends the worker 30 s after it was orphaned.
 * Exports Worker1 itself. Main thread.
 */
typedef struct _HearthWorkerLink HearthWorkerLink;

typedef struct {
  /* What this worker holds now, floating a{sv} without "progress"; descriptors are appended to @fds (which duplicates) and
   * named by index as type h. Called before each Hello. */
  GVariant *(*dup_holds) (GUnixFDList *fds, gpointer user_data);
  /* Hello was answered; the first time and each time hearthd came back. @settings: borrowed a{sv}. */
  void (*connected) (HearthWorkerLink *link, GVariant *settings, gpointer user_data);
  /* hearthd went away; what runs goes on. Optional. */
  void (*disconnected) (HearthWorkerLink *link, gpointer user_data);
} HearthWorkerLinkFuncs;

typedef struct {
  const char *role;     /* "stream", "record", "play", "shell", "worker" */
  char *instance;       /* --instance NAME, default "main" */
  char *socket;         /* --socket PATH, default $HEARTH_SOCKET, else <runtime dir>/hearthd.sock */
} HearthWorkerArguments;

/* Parses --instance, --socket, --version, --help; reads the token from the descriptor that $HEARTH_TOKEN_FD names; sets the
 * program name, log domain and death rules (not dumpable unless HEARTH_DUMPABLE=1). Ends the process on wrong arguments. */
void hearth_worker_init (HearthWorkerArguments *arguments, const char *role, int *argc, char ***argv);
void hearth_worker_arguments_clear (HearthWorkerArguments *arguments);

HearthWorkerLink *hearth_worker_link_new (const HearthWorkerArguments *arguments, const HearthWorkerLinkFuncs *funcs,
                                          gpointer user_data);
void hearth_worker_link_free (HearthWorkerLink *link);
/* Exports @skeleton at /tv/hearth/internal on this and every later connection. Before run. */
void hearth_worker_link_export (HearthWorkerLink *link, GDBusInterfaceSkeleton *skeleton);
/* (nullable): for calls to Manager1 at /tv/hearth/internal (bus name NULL). */
GDBusConnection *hearth_worker_link_get_connection (HearthWorkerLink *link);
HearthProgress *hearth_worker_link_get_progress (HearthWorkerLink *link);
/* Connects and runs the main loop until Quit, SIGTERM or orphaned; returns the exit status. */
int hearth_worker_link_run (HearthWorkerLink *link);
void hearth_worker_link_quit (HearthWorkerLink *link, int status);

/* A signal to hearthd from /tv/hearth/internal; lost while there is no hearthd. Generated skeletons' emit_ functions do the same. */

/* What a worker may do from here on: a seccomp filter by role and no new privileges. Call once everything is loaded that needs
 * more. Does nothing, with a notice, where the kernel has no seccomp or HEARTH_CONFINE=0. */
typedef enum {
  HEARTH_CONFINE_STREAM,     /* network, threads, files for reading */
  HEARTH_CONFINE_PLAY,       /* no network, no new files */
  HEARTH_CONFINE_PLAY_NETWORK, /* a player for an internet address */
  HEARTH_CONFINE_SHELL,
  HEARTH_CONFINE_WEB,
  HEARTH_CONFINE_RECORD,   /* no network; files of its own */
  HEARTH_CONFINE_PLATFORM, /* no network, no new files; may write the kernel's files and end the box */
} HearthConfine;

gboolean hearth_confine (HearthConfine profile, GError **error);

G_END_DECLS
