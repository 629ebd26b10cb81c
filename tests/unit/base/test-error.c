/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <hearth/error.h>

#include <errno.h>
#include <gio/gio.h>

typedef struct {
  GQuark domain;
  int code;
  HearthError expected;
} Case;

static void
check (GQuark domain, int code, HearthError expected)
{
  g_autoptr (GError) error = g_error_new_literal (domain, code, "it went wrong");

  hearth_error_translate (&error, "reading %s", "a file");
  g_assert_cmpstr (error->message, ==, "reading a file: it went wrong");
  g_assert_error (error, HEARTH_ERROR, (int) expected);
}

static void
test_each_domain (void)
{
  const Case cases[] = {
    { G_IO_ERROR, G_IO_ERROR_NOT_FOUND, HEARTH_ERROR_NOT_FOUND },
    { G_IO_ERROR, G_IO_ERROR_TIMED_OUT, HEARTH_ERROR_TIMED_OUT },
    { G_IO_ERROR, G_IO_ERROR_CANCELLED, HEARTH_ERROR_CANCELLED },
    { G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, HEARTH_ERROR_NO_SIGNAL },
    { G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE, HEARTH_ERROR_NO_ADDRESS },
    { G_IO_ERROR, G_IO_ERROR_NO_SPACE, HEARTH_ERROR_LIMIT },
    { G_IO_ERROR, G_IO_ERROR_CLOSED, HEARTH_ERROR_DISCONNECTED },
    { G_IO_ERROR, G_IO_ERROR_INVALID_DATA, HEARTH_ERROR_CORRUPT },
    { G_IO_ERROR, G_IO_ERROR_FAILED, HEARTH_ERROR_IO },
    { G_IO_ERROR, G_IO_ERROR_DBUS_ERROR, HEARTH_ERROR_FAILED },
    { G_FILE_ERROR, G_FILE_ERROR_NOENT, HEARTH_ERROR_NOT_FOUND },
    { G_FILE_ERROR, G_FILE_ERROR_ACCES, HEARTH_ERROR_PERMISSION_DENIED },
    { G_FILE_ERROR, G_FILE_ERROR_IO, HEARTH_ERROR_IO },
    { G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY, HEARTH_ERROR_TIMED_OUT },
    { G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED, HEARTH_ERROR_PERMISSION_DENIED },
    { G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN, HEARTH_ERROR_DISCONNECTED },
    { G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD, HEARTH_ERROR_NOT_SUPPORTED },
    { G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS, HEARTH_ERROR_INVALID_ARGUMENT },
    { G_DBUS_ERROR, G_DBUS_ERROR_LIMITS_EXCEEDED, HEARTH_ERROR_LIMIT },
    { G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, HEARTH_ERROR_NO_ADDRESS },
    { G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE, HEARTH_ERROR_NO_SIGNAL },
    { G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_PARSE, HEARTH_ERROR_CORRUPT },
    { G_MARKUP_ERROR, G_MARKUP_ERROR_PARSE, HEARTH_ERROR_CORRUPT },
    { G_CONVERT_ERROR, G_CONVERT_ERROR_ILLEGAL_SEQUENCE, HEARTH_ERROR_CORRUPT },
    { G_VARIANT_PARSE_ERROR, G_VARIANT_PARSE_ERROR_BASIC_TYPE_EXPECTED, HEARTH_ERROR_CORRUPT },
    { G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, HEARTH_ERROR_INVALID_ARGUMENT },
    { g_quark_from_static_string ("json-parser-error-quark"), 1, HEARTH_ERROR_CORRUPT },
    { g_quark_from_static_string ("gst-resource-error-quark"), 3, HEARTH_ERROR_NOT_FOUND },
    { g_quark_from_static_string ("gst-resource-error-quark"), 5, HEARTH_ERROR_NO_SIGNAL },
    { g_quark_from_static_string ("gst-stream-error-quark"), 7, HEARTH_ERROR_CANNOT_DECODE },
    { g_quark_from_static_string ("somebody-elses-quark"), 1, HEARTH_ERROR_FAILED },
    { HEARTH_ERROR, HEARTH_ERROR_NO_KEY_FRAME, HEARTH_ERROR_NO_KEY_FRAME }, /* ours keeps its code */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    check (cases[i].domain, cases[i].code, cases[i].expected);
}

static void
test_nothing_to_translate (void)
{
  g_autoptr (GError) error = NULL;

  hearth_error_translate (&error, "never said");
  g_assert_no_error (error);
  hearth_error_translate (NULL, "never said");
}

static void
test_errno (void)
{
  const struct {
    int number;
    HearthError expected;
  } cases[] = { { ENOENT, HEARTH_ERROR_NOT_FOUND }, { EACCES, HEARTH_ERROR_PERMISSION_DENIED }, { ENOSPC, HEARTH_ERROR_LIMIT },
                { ETIMEDOUT, HEARTH_ERROR_TIMED_OUT }, { EIO, HEARTH_ERROR_IO }, { ECONNREFUSED, HEARTH_ERROR_NO_SIGNAL } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;

    hearth_error_set_errno (&error, cases[i].number, "opening %d", 7);
    g_assert_error (error, HEARTH_ERROR, (int) cases[i].expected);
    g_assert_true (g_str_has_prefix (error->message, "opening 7: "));
  }
}

/* An error of ours leaves as tv.hearth.Error.<Name> and comes back as itself. */
static void
test_names_on_the_bus (void)
{
  g_assert_cmpstr (hearth_error_get_name (HEARTH_ERROR_NO_SIGNAL), ==, "NoSignal");
  g_assert_cmpstr (hearth_error_get_name (HEARTH_ERROR_IO), ==, "IO");
  g_assert_cmpstr (hearth_error_get_name ((HearthError) 1000), ==, "Failed");
  g_assert_cmpstr (hearth_error_get_name ((HearthError) -1), ==, "Failed");
  for (int code = 0; code < HEARTH_ERROR_N_CODES; code++) {
    g_autoptr (GError) error = g_error_new_literal (HEARTH_ERROR, code, "x");
    g_autofree char *name = g_dbus_error_encode_gerror (error);
    g_autofree char *expected = g_strconcat ("tv.hearth.Error.", hearth_error_get_name ((HearthError) code), NULL);
    g_autoptr (GError) back = g_dbus_error_new_for_dbus_error (name, "x");

    g_assert_cmpstr (name, ==, expected);
    g_assert_error (back, HEARTH_ERROR, code);
    hearth_error_translate (&back, "asking");
    g_assert_cmpstr (back->message, ==, "asking: x"); /* without GDBus's "GDBus.Error:tv.hearth..." */
  }
}

/* The list in the comment of System1.xml is what app developers read. */
static void
test_list_in_the_xml (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("G_TEST_SRCDIR"), "src/dbus/tv.hearth.System1.xml", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  guint n = 0;

  g_assert_true (g_file_get_contents (path, &text, NULL, &error));
  for (int code = 0; code < HEARTH_ERROR_N_CODES; code++) {
    g_autofree char *line = g_strdup_printf ("\n      tv.hearth.Error.%s\n", hearth_error_get_name ((HearthError) code));

    g_assert_nonnull (strstr (text, line));
  }
  for (const char *at = strstr (text, "tv.hearth.Error."); at != NULL; at = strstr (at + 1, "tv.hearth.Error."))
    n++;
  g_assert_cmpuint (n, ==, HEARTH_ERROR_N_CODES);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/error/each-domain", test_each_domain);
  g_test_add_func ("/base/error/nothing", test_nothing_to_translate);
  g_test_add_func ("/base/error/errno", test_errno);
  g_test_add_func ("/base/error/names-on-the-bus", test_names_on_the_bus);
  g_test_add_func ("/base/error/list-in-the-xml", test_list_in_the_xml);
  return g_test_run ();
}
