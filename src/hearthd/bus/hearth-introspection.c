/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/bus/hearth-introspection.h"

#include <string.h>

#define INTERFACE "org.freedesktop.DBus.Introspectable"

/* What GDBus has for every object (D-Bus Specification, "Standard Interfaces"). */
static const char standard[] =
  "  <interface name=\"org.freedesktop.DBus.Properties\">\n"
  "    <method name=\"Get\"><arg type=\"s\" name=\"interface_name\" direction=\"in\"/><arg type=\"s\" name=\"property_name\" direction=\"in\"/>"
  "<arg type=\"v\" name=\"value\" direction=\"out\"/></method>\n"
  "    <method name=\"GetAll\"><arg type=\"s\" name=\"interface_name\" direction=\"in\"/>"
  "<arg type=\"a{sv}\" name=\"properties\" direction=\"out\"/></method>\n"
  "    <method name=\"Set\"><arg type=\"s\" name=\"interface_name\" direction=\"in\"/><arg type=\"s\" name=\"property_name\" direction=\"in\"/>"
  "<arg type=\"v\" name=\"value\" direction=\"in\"/></method>\n"
  "    <signal name=\"PropertiesChanged\"><arg type=\"s\" name=\"interface_name\"/><arg type=\"a{sv}\" name=\"changed_properties\"/>"
  "<arg type=\"as\" name=\"invalidated_properties\"/></signal>\n"
  "  </interface>\n"
  "  <interface name=\"" INTERFACE "\"><method name=\"Introspect\"><arg type=\"s\" name=\"xml_data\" direction=\"out\"/></method></interface>\n"
  "  <interface name=\"org.freedesktop.DBus.Peer\"><method name=\"Ping\"/>"
  "<method name=\"GetMachineId\"><arg type=\"s\" name=\"machine_uuid\" direction=\"out\"/></method></interface>\n";

/* Outlives the object: the connection's thread may be in the filter while that is freed. */
typedef struct {
  HearthIntrospection *introspection; /* main thread; NULL once it is gone */
  GMainContext *context;
} Link;

struct _HearthIntrospection {
  GDBusConnection *connection;
  HearthCallers *callers;
  HearthIntrospectFunc func;
  gpointer user_data;
  Link *link;
  guint filter;
};

typedef struct {
  Link *link;
  GDBusMessage *call;
} Question;

static void
link_clear (gpointer data)
{
  g_main_context_unref (((Link *) data)->context);
}

static void
link_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, link_clear);
}

static void
question_free (gpointer data)
{
  Question *question = data;

  link_unref (question->link);
  g_object_unref (question->call);
  g_free (question);
}

/* ---- answers ------------------------------------------------------------------------------ */

/* "/tv/hearth/network/a" under "/tv/hearth" is "network". (nullable) (transfer full) */
static char *
dup_child (const char *path, const char *of)
{
  gsize n = g_str_equal (of, "/") ? 0 : strlen (of);
  const char *rest = path + n + 1;

  if (strncmp (path, of, n) != 0 || path[n] != '/' || *rest == '\0')
    return NULL;
  return g_strndup (rest, strcspn (rest, "/"));
}

static char *
describe (HearthIntrospection *self, const char *path)
{
  g_autoptr (GHashTable) children = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) paths = g_ptr_array_new ();
  GString *xml = g_string_new ("<node>\n");
  gsize empty = xml->len;

  self->func (path, xml, paths, self->user_data);
  if (xml->len > empty)
    g_string_append (xml, standard);
  for (guint i = 0; i < paths->len; i++) {
    char *child = dup_child (g_ptr_array_index (paths, i), path);

    if (child != NULL && !g_hash_table_contains (children, child))
      g_string_append_printf (xml, "  <node name=\"%s\"/>\n", child); /* of a path's characters, none needs an escape */
    if (child != NULL)
      g_hash_table_add (children, child);
  }
  g_string_append (xml, "</node>\n");
  return g_string_free (xml, FALSE);
}

static void
on_caller (HearthCaller caller, gpointer user_data)
{
  Question *question = user_data;
  HearthIntrospection *self = question->link->introspection;
  g_autoptr (GDBusMessage) reply = g_dbus_message_new_method_reply (question->call);
  g_autofree char *xml =
    hearth_caller_may (caller, "view") ? describe (self, g_dbus_message_get_path (question->call)) : g_strdup ("<node>\n</node>\n");

  g_dbus_message_set_body (reply, g_variant_new ("(s)", xml));
  g_dbus_connection_send_message (self->connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
  question_free (question);
}

/* ---- questions ------------------------------------------------------------------------------ */

static gboolean
on_question (gpointer user_data)
{
  Question *question = user_data;

  if (question->link->introspection == NULL)
    question_free (question);
  else
    hearth_callers_ask (question->link->introspection->callers, g_dbus_message_get_sender (question->call), on_caller, question);
  return G_SOURCE_REMOVE;
}

/* In the connection's thread. */
static GDBusMessage *
on_message (GDBusConnection *connection, GDBusMessage *message, gboolean incoming, gpointer user_data)
{
  Link *link = user_data;
  Question *question;

  if (!incoming || g_dbus_message_get_message_type (message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL ||
      g_strcmp0 (g_dbus_message_get_interface (message), INTERFACE) != 0 || g_dbus_message_get_sender (message) == NULL ||
      g_strcmp0 (g_dbus_message_get_member (message), "Introspect") != 0)
    return message;
  question = g_new0 (Question, 1);
  question->link = g_atomic_rc_box_acquire (link);
  question->call = message;
  g_main_context_invoke (link->context, on_question, question);
  return NULL;
}

HearthIntrospection *
hearth_introspection_new (GDBusConnection *connection, HearthCallers *callers, HearthIntrospectFunc func, gpointer user_data)
{
  HearthIntrospection *self = g_new0 (HearthIntrospection, 1);

  self->connection = g_object_ref (connection);
  self->callers = callers;
  self->func = func;
  self->user_data = user_data;
  self->link = g_atomic_rc_box_new0 (Link);
  self->link->introspection = self;
  self->link->context = g_main_context_ref_thread_default ();
  self->filter = g_dbus_connection_add_filter (connection, on_message, g_atomic_rc_box_acquire (self->link), link_unref);
  return self;
}

void
hearth_introspection_free (HearthIntrospection *self)
{
  g_dbus_connection_remove_filter (self->connection, self->filter);
  self->link->introspection = NULL;
  link_unref (self->link);
  g_object_unref (self->connection);
  g_free (self);
}
