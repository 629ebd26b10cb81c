/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream/hearth-list-writer.h"

#include <string.h>
#include <unistd.h>

static void
add_built (GVariantBuilder *builder, const HearthService *s)
{
  GVariantBuilder attributes;

  g_variant_builder_init (&attributes, G_VARIANT_TYPE ("a(ss)"));
  for (guint i = 0; i < s->n_attributes; i++)
    g_variant_builder_add (&attributes, "(ss)", s->attributes[i].key, s->attributes[i].value);
#define OR_EMPTY(string) ((string) != NULL ? (string) : "")
  g_variant_builder_add (builder, "(susssssuua(ss))", s->uri, s->line, OR_EMPTY (s->name), OR_EMPTY (s->number), OR_EMPTY (s->logo),
                         OR_EMPTY (s->group), OR_EMPTY (s->guide_id), (guint32) s->kind, (guint32) s->delivery, &attributes);
#undef OR_EMPTY
}

static GVariant *
read_list (HearthListWriter *writer, GBytes **bytes)
{
  g_autoptr (GError) error = NULL;
  guint64 n_bytes;
  int fd = hearth_list_writer_finish (writer, &n_bytes, &error);
  g_autoptr (GMappedFile) mapping = NULL;

  g_assert_no_error (error);
  mapping = g_mapped_file_new_from_fd (fd, FALSE, NULL);
  g_assert_cmpuint (g_mapped_file_get_length (mapping), ==, n_bytes);
  g_assert_cmpint (write (fd, "x", 1), ==, -1); /* sealed */
  close (fd);
  *bytes = g_mapped_file_get_bytes (mapping);
  return g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (HEARTH_LIST_TYPE), *bytes, FALSE));
}

/* Byte for byte what GLib makes of the same, whatever the sizes, that choose the width of the framing offsets. */
static void
test_same_as_glib (gconstpointer data)
{
  const guint n_services = GPOINTER_TO_UINT (data);
  g_autoptr (HearthListWriter) writer = hearth_list_writer_new (NULL);
  g_autoptr (GVariant) list = NULL;
  g_autoptr (GVariant) built = NULL;
  g_autoptr (GBytes) bytes = NULL;
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE (HEARTH_LIST_TYPE));
  for (guint i = 0; i < n_services; i++) {
    g_autofree char *name = g_strnfill (i * 37 % 300, 'n'), *value = g_strnfill (i * i * 13 % (i % 50 == 0 ? 70000 : 300), 'v');
    const HearthAttribute attributes[] = { { "tvg-id", "é" }, { "x", value }, { "", "" }, { "kk", name } };
    const HearthService service = { .struct_size = sizeof service, .line = i, .uri = name, .name = "节目",
                                    .number = i % 3 == 0 ? NULL : "5.1", .logo = value, .group = i % 2 == 0 ? NULL : "a;b",
                                    .guide_id = "id", .kind = i % 3, .delivery = i % 2, .attributes = attributes,
                                    .n_attributes = i % 5 };

    hearth_list_writer_add (writer, &service);
    add_built (&builder, &service);
  }
  g_assert_cmpuint (hearth_list_writer_get_size (writer), ==, n_services);
  built = g_variant_ref_sink (g_variant_builder_end (&builder));
  list = read_list (writer, &bytes);
  g_assert_true (g_variant_is_normal_form (list));
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), g_variant_get_data (built), g_variant_get_size (built));
}

static void
test_not_utf8 (void)
{
  g_autoptr (HearthListWriter) writer = hearth_list_writer_new (NULL);
  const HearthService service = { .struct_size = sizeof service, .uri = "u", .name = "a\xff" "b" };
  g_autoptr (GVariant) list = NULL;
  g_autoptr (GBytes) bytes = NULL;
  const char *name;

  hearth_list_writer_add (writer, &service);
  list = read_list (writer, &bytes);
  g_assert_true (g_variant_is_normal_form (list));
  g_variant_get_child (list, 0, "(&su&s&s&s&s&suu@a(ss))", NULL, NULL, &name, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
  g_assert_cmpstr (name, ==, "a\xef\xbf\xbd" "b");
}

/* The figure that the house asks for: 100,000 services, and no surprise by their number. */
static void
test_speed (void)
{
  static const HearthAttribute attributes[] = { { "tvg-id", "some.channel.id" }, { "tvg-name", "Some channel HD" },
                                                { "tvg-logo", "http://logos.example.org/some-channel-hd.png" },
                                                { "group-title", "News;Europe" }, { "catchup", "default" },
                                                { "catchup-source", "http://example.org/{utc}/{duration}" } };
  const HearthService service = { .struct_size = sizeof service, .line = 1, .uri = "http://example.org/live/stream/12345.ts",
                                  .name = "Some channel HD", .number = "12345", .logo = attributes[2].value, .group = "News;Europe",
                                  .guide_id = "some.channel.id", .attributes = attributes, .n_attributes = 6 };
  g_autoptr (HearthListWriter) writer = hearth_list_writer_new (NULL);
  guint64 n_bytes;
  gint64 start_us = g_get_monotonic_time (), took_us;
  int fd;

  for (guint i = 0; i < 100000; i++)
    hearth_list_writer_add (writer, &service);
  fd = hearth_list_writer_finish (writer, &n_bytes, NULL);
  took_us = g_get_monotonic_time () - start_us;
  g_assert_cmpint (fd, >=, 0);
  close (fd);
  g_test_message ("%" G_GUINT64_FORMAT " bytes in %" G_GINT64_FORMAT " ms", n_bytes, took_us / 1000);
  g_assert_cmpint (took_us, <, 5 * G_USEC_PER_SEC); /* 0.1 s; the rest is for sanitizers and busy machines */
}

int
main (int argc, char **argv)
{
  static const guint sizes[] = { 0, 1, 2, 7, 30, 400, 6000 };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autofree char *path = g_strdup_printf ("/stream/list-writer/same-as-glib/%u", sizes[i]);

    g_test_add_data_func (path, GUINT_TO_POINTER (sizes[i]), test_same_as_glib);
  }
  g_test_add_func ("/stream/list-writer/not-utf8", test_not_utf8);
  g_test_add_func ("/stream/list-writer/speed", test_speed);
  return g_test_run ();
}
