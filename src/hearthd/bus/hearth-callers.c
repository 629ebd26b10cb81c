/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/bus/hearth-callers.h"

#include <grp.h>
#include <hearth/log.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

HEARTH_LOG_TOPIC ("bus")

#define OWNER_GROUP "hearth"

typedef struct {
  HearthCallerFunc func;
  gpointer user_data;
} Question;

typedef struct {
  HearthCallers *callers; /* NULL once they were freed */
  char *name;
  gboolean known;
  HearthCaller caller;
  GQueue questions; /* while not known */
} Sender;

struct _HearthCallers {
  GDBusConnection *connection;
  GHashTable *senders; /* unique name -> Sender */
  GCancellable *cancellable;
  guint watch;
};

static void
sender_free (Sender *sender)
{
  g_queue_clear_full (&sender->questions, g_free);
  g_free (sender->name);
  g_free (sender);
}

static gboolean
in_owner_group (uid_t uid)
{
  struct passwd *user = getpwuid (uid);
  struct group *group = getgrnam (OWNER_GROUP);

  if (user == NULL || group == NULL)
    return FALSE;
  if (user->pw_gid == group->gr_gid)
    return TRUE;
  for (char **member = group->gr_mem; *member != NULL; member++)
    if (strcmp (*member, user->pw_name) == 0)
      return TRUE;
  return FALSE;
}

static HearthCaller
classify (uid_t uid)
{
  return uid == 0 || uid == geteuid () || in_owner_group (uid) ? HEARTH_CALLER_OWNER : HEARTH_CALLER_NOBODY;
}

static void
on_user (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  g_autofree char *name = NULL;
  Sender *sender = user_data;
  Question *question;
  guint32 uid;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) /* the callers are gone, and the sender with them */
    return;
  sender->known = TRUE;
  if (reply != NULL) {
    g_variant_get (reply, "(u)", &uid);
    sender->caller = classify (uid);
  } else {
    hearth_info ("who %s is cannot be told (%s): it is nobody", sender->name, error->message);
  }
  while ((question = g_queue_pop_head (&sender->questions)) != NULL) {
    question->func (sender->caller, question->user_data);
    g_free (question);
  }
  if (reply == NULL) { /* it left meanwhile, and no word of that may come any more */
    name = g_strdup (sender->name);
    g_hash_table_remove (sender->callers->senders, name);
  }
}

static void
on_name_owner_changed (GDBusConnection *connection, const char *bus, const char *path, const char *interface,
                       const char *signal, GVariant *parameters, gpointer user_data)
{
  HearthCallers *self = user_data;
  const char *name, *new_owner;
  Sender *sender;

  g_variant_get (parameters, "(&s&s&s)", &name, NULL, &new_owner);
  if (*name != ':' || *new_owner != '\0')
    return;
  sender = g_hash_table_lookup (self->senders, name);
  if (sender != NULL && sender->known)
    g_hash_table_remove (self->senders, name);
}

HearthCallers *
hearth_callers_new (GDBusConnection *connection)
{
  HearthCallers *self = g_new0 (HearthCallers, 1);

  self->connection = g_object_ref (connection);
  self->cancellable = g_cancellable_new ();
  self->senders = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) sender_free);
  self->watch = g_dbus_connection_signal_subscribe (connection, "org.freedesktop.DBus", "org.freedesktop.DBus",
                                                    "NameOwnerChanged", "/org/freedesktop/DBus", NULL,
                                                    G_DBUS_SIGNAL_FLAGS_NONE, on_name_owner_changed, self, NULL);
  return self;
}

void
hearth_callers_free (HearthCallers *self)
{
  g_cancellable_cancel (self->cancellable);
  g_dbus_connection_signal_unsubscribe (self->connection, self->watch);
  g_hash_table_unref (self->senders);
  g_object_unref (self->cancellable);
  g_object_unref (self->connection);
  g_free (self);
}

static Sender *
add_sender (HearthCallers *self, const char *name)
{
  Sender *sender = g_new0 (Sender, 1);

  sender->callers = self;
  sender->name = g_strdup (name);
  g_queue_init (&sender->questions);
  g_hash_table_insert (self->senders, sender->name, sender);
  g_dbus_connection_call (self->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                          "GetConnectionUnixUser", g_variant_new ("(s)", name), G_VARIANT_TYPE ("(u)"),
                          G_DBUS_CALL_FLAGS_NONE, -1, self->cancellable, on_user, sender);
  return sender;
}

void
hearth_callers_ask (HearthCallers *self, const char *name, HearthCallerFunc func, gpointer user_data)
{
  Sender *sender = g_hash_table_lookup (self->senders, name);
  Question *question;

  if (sender == NULL)
    sender = add_sender (self, name);
  if (sender->known) {
    func (sender->caller, user_data);
    return;
  }
  question = g_new0 (Question, 1);
  question->func = func;
  question->user_data = user_data;
  g_queue_push_tail (&sender->questions, question);
}

gboolean
hearth_caller_may (HearthCaller caller, const char *permission)
{
  return caller == HEARTH_CALLER_OWNER;
}
