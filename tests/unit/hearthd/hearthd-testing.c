/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd-testing.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define LONGEST_WAIT_S 20

static const char *
text (const char *string)
{
  return string != NULL ? string : "";
}

GVariant *
testing_make_services (const TestService *services, guint n)
{
  GVariantBuilder list;

  g_variant_builder_init (&list, G_VARIANT_TYPE ("a(susssssuua(ss))"));
  for (guint i = 0; i < n; i++) {
    GVariantBuilder attributes;

    g_variant_builder_init (&attributes, G_VARIANT_TYPE ("a(ss)"));
    g_variant_builder_add (&attributes, "(ss)", "name", text (services[i].name));
    g_variant_builder_add (&list, "(susssssuua(ss))", text (services[i].uri), i + 1, text (services[i].name),
                           text (services[i].number), "", text (services[i].group), text (services[i].guide_id), 0, 0, &attributes);
  }
  return g_variant_builder_end (&list);
}

int
testing_make_fd (gconstpointer bytes, gsize n_bytes, gboolean sealed)
{
  int fd = memfd_create ("list", MFD_CLOEXEC | MFD_ALLOW_SEALING);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, bytes, n_bytes), ==, (gssize) n_bytes);
  if (sealed)
    g_assert_cmpint (fcntl (fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE), ==, 0);
  return fd;
}

HearthServiceList *
testing_make_list (const TestService *services, guint n)
{
  g_autoptr (GVariant) list = g_variant_ref_sink (testing_make_services (services, n));
  g_autoptr (GError) error = NULL;
  int fd = testing_make_fd (g_variant_get_data (list), g_variant_get_size (list), TRUE);
  HearthServiceList *result = hearth_service_list_new_for_fd (fd, g_variant_get_size (list), &error);

  g_assert_no_error (error);
  close (fd);
  return result;
}

char *
testing_make_folder (void)
{
  g_autoptr (GError) error = NULL;
  char *folder = g_dir_make_tmp ("hearth-test-XXXXXX", &error);

  g_assert_no_error (error);
  return folder;
}

void
testing_remove_folder (char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);

    g_unlink (path);
  }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_free (folder);
}

static gboolean
on_waited_too_long (gpointer what)
{
  g_error ("%d s have passed without %s", LONGEST_WAIT_S, (const char *) what);
  return G_SOURCE_REMOVE;
}

void
testing_wait_for (TestingCondition condition, gpointer data, const char *what)
{
  guint limit = g_timeout_add_seconds (LONGEST_WAIT_S, on_waited_too_long, (gpointer) what);

  while (!condition (data))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (limit);
}
