/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "record/hearth-record-delete.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <hearth/error.h>
#include <hearth/log.h>
#include <stdio.h>
#include <unistd.h>

HEARTH_LOG_TOPIC ("record")

#define GONE_PREFIX ".gone-"

static void
remove_folder (int root_fd, const char *name)
{
  static const char *const files[] = { "stream.ts", "index.bin", "manifest.json", "manifest.json.new" };
  int folder = openat (root_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

  if (folder < 0)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    unlinkat (folder, files[i], 0);
  close (folder);
  if (unlinkat (root_fd, name, AT_REMOVEDIR) < 0)
    hearth_notice ("the folder %s of a deleted recording stays, for there are other files in it: %s", name, g_strerror (errno));
}

typedef struct {
  int root;
  char *name;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  close (job->root);
  g_free (job->name);
  g_free (job);
}

static void
run_job (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;

  remove_folder (job->root, job->name);
}

static void
remove_later (int root_fd, const char *name)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, NULL, NULL);
  Job *job = g_new0 (Job, 1);

  job->root = fcntl (root_fd, F_DUPFD_CLOEXEC, 3);
  job->name = g_strdup (name);
  g_task_set_task_data (task, job, job_free);
  g_task_run_in_thread (task, run_job);
}

gboolean
hearth_record_delete (int root_fd, const char *id, GError **error)
{
  g_autofree char *gone = g_strconcat (GONE_PREFIX, id, NULL);

  if (renameat (root_fd, id, root_fd, gone) < 0) {
    if (errno == ENOENT)
      g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND, "there is no recording %s", id);
    else
      hearth_error_set_errno (error, errno, "deleting the recording %s", id);
    return FALSE;
  }
  remove_later (root_fd, gone);
  return TRUE;
}

void
hearth_record_delete_leftovers (int root_fd)
{
  int fd = openat (root_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *folder = fd >= 0 ? fdopendir (fd) : NULL;
  struct dirent *entry;

  while (folder != NULL && (entry = readdir (folder)) != NULL)
    if (g_str_has_prefix (entry->d_name, GONE_PREFIX))
      remove_later (root_fd, entry->d_name);
  if (folder != NULL)
    closedir (folder);
}
