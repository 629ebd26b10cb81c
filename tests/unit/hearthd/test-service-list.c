/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd-testing.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <hearth/error.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const TestService services[] = {
  { .uri = "udp://@239.1.1.1:5000", .name = "炉火一台", .number = "1", .guide_id = "one", .group = "一;二" },
  { .uri = "http://box/2.ts", .name = "Two" },
};

static void
test_reads_what_was_sent (void)
{
  g_autoptr (HearthServiceList) list = testing_make_list (services, G_N_ELEMENTS (services));
  g_autoptr (GVariant) attributes = hearth_service_list_dup_attributes (list, 0);
  HearthServiceEntry entry;
  const char *value;

  g_assert_cmpuint (hearth_service_list_get_size (list), ==, 2);
  hearth_service_list_get (list, 0, &entry);
  g_assert_cmpstr (entry.uri, ==, "udp://@239.1.1.1:5000");
  g_assert_cmpstr (entry.name, ==, "炉火一台");
  g_assert_cmpstr (entry.group, ==, "一;二");
  g_assert_cmpuint (entry.line, ==, 1);
  g_variant_get_child (attributes, 0, "(&s&s)", NULL, &value);
  g_assert_cmpstr (value, ==, "炉火一台");
  hearth_service_list_get (list, 1, &entry);
  g_assert_cmpstr (entry.name, ==, "Two");
  g_assert_cmpstr (entry.number, ==, "");
}

static void
refuse (int fd, guint64 n_bytes)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (hearth_service_list_new_for_fd (fd, n_bytes, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT);
  close (fd);
}

static void
test_refuses_what_can_change (void)
{
  int half = testing_make_fd ("", 0, FALSE);

  refuse (testing_make_fd (services, sizeof services, FALSE), sizeof services);
  g_assert_cmpint (fcntl (half, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW), ==, 0); /* can still be written */
  refuse (half, 0);
  refuse (open ("/dev/zero", O_RDONLY), 8);
}

static void
test_refuses_wrong_sizes (void)
{
  refuse (testing_make_fd ("12345678", 8, TRUE), 9);
  refuse (testing_make_fd ("12345678", 8, TRUE), G_MAXUINT64);
  refuse (testing_make_fd ("12345678", 8, TRUE), G_GUINT64_CONSTANT (1) << 40);
}

/* Each byte of a right list turned over, one at a time, and each shorter list: refused, or read without harm. */
static void
test_hostile_bytes (void)
{
  g_autoptr (GVariant) right = g_variant_ref_sink (testing_make_services (services, G_N_ELEMENTS (services)));
  gsize n_bytes = g_variant_get_size (right);
  guint refused = 0;

  for (gsize i = 0; i < 2 * n_bytes; i++) {
    g_autofree guint8 *bytes = g_memdup2 (g_variant_get_data (right), n_bytes);
    gsize n = i < n_bytes ? n_bytes : i - n_bytes;
    g_autoptr (HearthServiceList) list = NULL;
    int fd;

    if (i < n_bytes)
      bytes[i] ^= 0xff;
    fd = testing_make_fd (bytes, n, TRUE);
    list = hearth_service_list_new_for_fd (fd, n, NULL);
    close (fd);
    refused += list == NULL;
    for (guint j = 0; list != NULL && j < hearth_service_list_get_size (list); j++) {
      g_autoptr (GVariant) attributes = hearth_service_list_dup_attributes (list, j);
      HearthServiceEntry entry;

      hearth_service_list_get (list, j, &entry);
      g_assert_true (g_utf8_validate (entry.uri, -1, NULL) && g_utf8_validate (entry.name, -1, NULL));
      g_assert_cmpuint (entry.kind, <=, HEARTH_SERVICE_DATA);
    }
  }
  g_assert_cmpuint (refused, >, n_bytes / 2);
}

static void
test_kept_as_a_file (void)
{
  g_autoptr (HearthServiceList) list = testing_make_list (services, G_N_ELEMENTS (services));
  char *folder = testing_make_folder ();
  g_autofree char *path = g_build_filename (folder, "mine.list", NULL);
  g_autoptr (HearthServiceList) back = NULL;
  g_autoptr (GError) error = NULL;
  HearthServiceEntry entry;

  g_assert_true (hearth_service_list_save (list, path, &error));
  back = hearth_service_list_new_for_file (path, &error);
  g_assert_no_error (error);
  hearth_service_list_get (back, 1, &entry);
  g_assert_cmpstr (entry.uri, ==, "http://box/2.ts");
  g_assert_false (hearth_service_list_save (list, "/nonexistent/mine.list", &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND);
  testing_remove_folder (folder);
}

static void
test_empty (void)
{
  g_autoptr (HearthServiceList) list = testing_make_list (NULL, 0);

  g_assert_cmpuint (hearth_service_list_get_size (list), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/channels/service-list/reads-what-was-sent", test_reads_what_was_sent);
  g_test_add_func ("/channels/service-list/refuses-what-can-change", test_refuses_what_can_change);
  g_test_add_func ("/channels/service-list/refuses-wrong-sizes", test_refuses_wrong_sizes);
  g_test_add_func ("/channels/service-list/hostile-bytes", test_hostile_bytes);
  g_test_add_func ("/channels/service-list/kept-as-a-file", test_kept_as_a_file);
  g_test_add_func ("/channels/service-list/empty", test_empty);
  return g_test_run ();
}
