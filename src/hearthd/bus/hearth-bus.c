/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/bus/hearth-bus.h"

#include "hearthd/bus/hearth-callers.h"
#include "hearthd/bus/hearth-introspection.h"
#include "hearthd/bus/hearth-object-manager.h"

#include <hearth/error.h>
#include <string.h>

#define PROPERTIES "org.freedesktop.DBus.Properties"

struct _HearthBus {
  GDBusConnection *connection;
  HearthCallers *callers;
  GHashTable *objects; /* path -> GPtrArray of Export */
  HearthObjectManager *manager;
  HearthIntrospection *introspection;
};

/* One interface of one object. */
typedef struct {
  HearthBus *bus;
  char *path;
  GDBusInterfaceSkeleton *skeleton;
  GDBusInterfaceInfo *info; /* borrowed from the skeleton */
  guint registration;
  GHashTable *changed; /* names of properties, told once the main loop is idle */
  GHashTable *told;    /* name -> GVariant as told last: GObject notifies also when nothing changed */
  guint flush;
} Export;

/* ---- permissions --------------------------------------------------------------- */

const char *
hearth_bus_get_permission (GDBusAnnotationInfo **annotations, gboolean reading)
{
  const char *permission = NULL;

  if (reading)
    permission = g_dbus_annotation_info_lookup (annotations, "tv.hearth.Permission.Read");
  if (permission == NULL)
    permission = g_dbus_annotation_info_lookup (annotations, "tv.hearth.Permission");
  return permission;
}

static gboolean
may_property (HearthCaller caller, const GDBusPropertyInfo *property, gboolean reading)
{
  return hearth_caller_may (caller, hearth_bus_get_permission (property->annotations, reading));
}

static void
refuse (GDBusMethodInvocation *call, const char *interface, const char *member, const char *permission)
{
  g_dbus_method_invocation_return_error (call, HEARTH_ERROR, HEARTH_ERROR_PERMISSION_DENIED,
                                         "%s.%s needs the permission “%s”: ask the household's owner (group hearth) for it",
                                         interface, member, permission != NULL ? permission : "owner");
}

/* ---- properties ------------------------------------------------------------------ */

/* (transfer full), not floating: GVariant's collectors take references of their own. */
static GVariant *
get_property (Export *export, const GDBusPropertyInfo *property, GError **error)
{
  GDBusInterfaceVTable *vtable = g_dbus_interface_skeleton_get_vtable (export->skeleton);
  GVariant *value = vtable->get_property (export->bus->connection, NULL, export->path, export->info->name, property->name, error,
                                          export->skeleton);

  return value != NULL ? g_variant_take_ref (value) : NULL;
}

static GVariant *
get_all (Export *export, HearthCaller caller)
{
  GVariantBuilder all;

  g_variant_builder_init (&all, G_VARIANT_TYPE_VARDICT);
  for (guint i = 0; export->info->properties != NULL && export->info->properties[i] != NULL; i++) {
    const GDBusPropertyInfo *property = export->info->properties[i];
    g_autoptr (GVariant) value = NULL;

    if ((property->flags & G_DBUS_PROPERTY_INFO_FLAGS_READABLE) == 0 || !may_property (caller, property, TRUE))
      continue;
    value = get_property (export, property, NULL);
    if (value != NULL)
      g_variant_builder_add (&all, "{sv}", property->name, value);
  }
  return g_variant_builder_end (&all);
}

static void
handle_get (Export *export, HearthCaller caller, const GDBusPropertyInfo *property, GDBusMethodInvocation *call)
{
  g_autoptr (GVariant) value = NULL;
  GError *error = NULL;

  if (!may_property (caller, property, TRUE)) {
    refuse (call, export->info->name, property->name, hearth_bus_get_permission (property->annotations, TRUE));
    return;
  }
  value = get_property (export, property, &error);
  if (value != NULL)
    g_dbus_method_invocation_return_value (call, g_variant_new ("(v)", value));
  else
    g_dbus_method_invocation_take_error (call, error);
}

static void
handle_set (Export *export, HearthCaller caller, const GDBusPropertyInfo *property, GVariant *value,
            GDBusMethodInvocation *call)
{
  GDBusInterfaceVTable *vtable = g_dbus_interface_skeleton_get_vtable (export->skeleton);
  GError *error = NULL;

  if (!may_property (caller, property, FALSE))
    refuse (call, export->info->name, property->name, hearth_bus_get_permission (property->annotations, FALSE));
  else if (vtable->set_property (export->bus->connection, g_dbus_method_invocation_get_sender (call), export->path,
                                 export->info->name, property->name, value, &error, export->skeleton))
    g_dbus_method_invocation_return_value (call, NULL);
  else
    g_dbus_method_invocation_take_error (call, error);
}

static void
handle_properties (Export *export, HearthCaller caller, GDBusMethodInvocation *call)
{
  const char *method = g_dbus_method_invocation_get_method_name (call);
  const GDBusPropertyInfo *property = g_dbus_method_invocation_get_property_info (call);
  GVariant *parameters = g_dbus_method_invocation_get_parameters (call);

  if (g_str_equal (method, "GetAll")) {
    g_dbus_method_invocation_return_value (call, g_variant_new ("(@a{sv})", get_all (export, caller)));
  } else if (g_str_equal (method, "Get")) {
    handle_get (export, caller, property, call);
  } else {
    g_autoptr (GVariant) value = NULL;

    g_variant_get (parameters, "(&s&sv)", NULL, NULL, &value);
    handle_set (export, caller, property, value, call);
  }
}

/* ---- calls ------------------------------------------------------------------------ */

typedef struct {
  HearthBus *bus;
  char *path, *interface; /* looked up again: the object may be gone by the time the bus answers */
  GDBusMethodInvocation *call;
} PendingCall;

static Export *
find (HearthBus *self, const char *path, const char *interface)
{
  GPtrArray *exports = g_hash_table_lookup (self->objects, path);

  for (guint i = 0; exports != NULL && i < exports->len; i++) {
    Export *export = g_ptr_array_index (exports, i);

    if (g_str_equal (export->info->name, interface))
      return export;
  }
  return NULL;
}

static void
dispatch (Export *export, HearthCaller caller, GDBusMethodInvocation *call)
{
  const GDBusMethodInfo *method = g_dbus_method_invocation_get_method_info (call);
  const char *permission;

  if (g_str_equal (g_dbus_method_invocation_get_interface_name (call), PROPERTIES)) {
    handle_properties (export, caller, call);
    return;
  }
  permission = hearth_bus_get_permission (method->annotations, FALSE);
  if (!hearth_caller_may (caller, permission)) {
    refuse (call, export->info->name, method->name, permission);
    return;
  }
  g_dbus_interface_skeleton_get_vtable (export->skeleton)
    ->method_call (export->bus->connection, g_dbus_method_invocation_get_sender (call), export->path, export->info->name,
                   method->name, g_dbus_method_invocation_get_parameters (call), call, export->skeleton);
}

static void
on_caller (HearthCaller caller, gpointer user_data)
{
  PendingCall *pending = user_data;
  Export *export = find (pending->bus, pending->path, pending->interface);

  if (export != NULL)
    dispatch (export, caller, pending->call);
  else
    g_dbus_method_invocation_return_error (pending->call, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND, "%s is gone", pending->path);
  g_free (pending->path);
  g_free (pending->interface);
  g_free (pending);
}

static void
on_method_call (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *method,
                GVariant *parameters, GDBusMethodInvocation *call, gpointer user_data)
{
  Export *export = user_data;
  PendingCall *pending = g_new0 (PendingCall, 1);

  pending->bus = export->bus;
  pending->path = g_strdup (export->path);
  pending->interface = g_strdup (export->info->name);
  pending->call = call;
  hearth_callers_ask (export->bus->callers, sender, on_caller, pending);
}

/* Properties too come as calls (no get_property here), so that one place sees them all. */
static const GDBusInterfaceVTable vtable = { .method_call = on_method_call };

/* ---- signals ------------------------------------------------------------------------ */

static gboolean
flush_changed (gpointer user_data)
{
  Export *export = user_data;
  GVariantBuilder changed;
  GHashTableIter iter;
  gpointer name;
  guint n = 0;

  export->flush = 0;
  g_variant_builder_init (&changed, G_VARIANT_TYPE_VARDICT);
  g_hash_table_iter_init (&iter, export->changed);
  while (g_hash_table_iter_next (&iter, &name, NULL)) {
    const GDBusPropertyInfo *property = g_dbus_interface_info_lookup_property (export->info, name);
    g_autoptr (GVariant) value = get_property (export, property, NULL);
    GVariant *told = g_hash_table_lookup (export->told, name);

    if (value == NULL || (told != NULL && g_variant_equal (told, value)))
      continue;
    g_variant_builder_add (&changed, "{sv}", name, value);
    g_hash_table_insert (export->told, name, g_variant_ref (value));
    n++;
  }
  g_hash_table_remove_all (export->changed);
  if (n == 0) {
    g_variant_builder_clear (&changed);
    return G_SOURCE_REMOVE;
  }
  g_dbus_connection_emit_signal (export->bus->connection, NULL, export->path, PROPERTIES, "PropertiesChanged",
                                 g_variant_new ("(sa{sv}as)", export->info->name, &changed, NULL), NULL);
  return G_SOURCE_REMOVE;
}

/* gdbus-codegen's names: the property "ReasonText" is "reason-text" in GObject. */
static char *
hyphenate (const char *camel)
{
  GString *name = g_string_new (NULL);

  for (const char *c = camel; *c != '\0'; c++) {
    if (g_ascii_isupper (*c) && c != camel)
      g_string_append_c (name, '-');
    g_string_append_c (name, g_ascii_tolower (*c));
  }
  return g_string_free (name, FALSE);
}

static void
on_notify (GObject *object, GParamSpec *pspec, gpointer user_data)
{
  Export *export = user_data;

  for (guint i = 0; export->info->properties != NULL && export->info->properties[i] != NULL; i++) {
    const GDBusPropertyInfo *property = export->info->properties[i];
    g_autofree char *hyphened = hyphenate (property->name);

    if (!g_str_equal (hyphened, pspec->name))
      continue;
    g_hash_table_add (export->changed, property->name);
    if (export->flush == 0)
      export->flush = g_idle_add_full (G_PRIORITY_DEFAULT, flush_changed, export, NULL);
  }
}

typedef struct {
  GClosure closure;
  const GDBusSignalInfo *info;
} SignalClosure;

static void
marshal_signal (GClosure *closure, GValue *return_value, guint n_values, const GValue *values, gpointer hint,
                gpointer marshal_data)
{
  Export *export = closure->data;
  const GDBusSignalInfo *info = ((SignalClosure *) closure)->info;
  GVariantBuilder parameters;

  g_variant_builder_init (&parameters, G_VARIANT_TYPE_TUPLE);
  for (guint i = 1; i < n_values; i++) { /* 0 is the skeleton */
    g_autoptr (GVariant) argument = g_dbus_gvalue_to_gvariant (&values[i], G_VARIANT_TYPE (info->args[i - 1]->signature));

    g_variant_builder_add_value (&parameters, argument);
  }
  g_dbus_connection_emit_signal (export->bus->connection, NULL, export->path, export->info->name, info->name,
                                 g_variant_builder_end (&parameters), NULL);
}

static void
connect_signals (Export *export)
{
  for (guint i = 0; export->info->signals != NULL && export->info->signals[i] != NULL; i++) {
    g_autofree char *name = hyphenate (export->info->signals[i]->name);
    GClosure *closure = g_closure_new_simple (sizeof (SignalClosure), export);

    ((SignalClosure *) closure)->info = export->info->signals[i];
    g_closure_set_marshal (closure, marshal_signal);
    g_signal_connect_closure (export->skeleton, name, closure, FALSE);
  }
  g_signal_connect (export->skeleton, "notify", G_CALLBACK (on_notify), export);
}

/* ---- objects -------------------------------------------------------------------------- */

static void
export_free (Export *export)
{
  g_clear_handle_id (&export->flush, g_source_remove);
  if (export->registration != 0)
    g_dbus_connection_unregister_object (export->bus->connection, export->registration);
  g_signal_handlers_disconnect_matched (export->skeleton, G_SIGNAL_MATCH_DATA, 0, 0, NULL, NULL, export);
  g_hash_table_unref (export->changed);
  g_hash_table_unref (export->told);
  g_object_unref (export->skeleton);
  g_free (export->path);
  g_free (export);
}

static GVariant *
dup_object (HearthBus *self, const char *path, HearthCaller caller)
{
  GPtrArray *exports = g_hash_table_lookup (self->objects, path);
  GVariantBuilder interfaces;

  g_variant_builder_init (&interfaces, G_VARIANT_TYPE ("a{sa{sv}}"));
  for (guint i = 0; i < exports->len; i++) {
    Export *export = g_ptr_array_index (exports, i);

    g_variant_builder_add (&interfaces, "{s@a{sv}}", export->info->name, get_all (export, caller));
  }
  return g_variant_builder_end (&interfaces);
}

static GVariant *
dup_objects (HearthCaller caller, gpointer user_data)
{
  HearthBus *self = user_data;
  GVariantBuilder objects;
  GHashTableIter iter;
  gpointer path;

  g_variant_builder_init (&objects, G_VARIANT_TYPE ("a{oa{sa{sv}}}"));
  g_hash_table_iter_init (&iter, self->objects);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    if (g_str_has_prefix (path, HEARTH_OBJECT_MANAGER_PATH))
      g_variant_builder_add (&objects, "{o@a{sa{sv}}}", path, dup_object (self, path, caller));
  return g_variant_builder_end (&objects);
}

static void
on_introspect (const char *path, GString *xml, GPtrArray *paths, gpointer user_data)
{
  HearthBus *self = user_data;
  GPtrArray *exports = g_hash_table_lookup (self->objects, path);
  GHashTableIter iter;
  gpointer other;

  for (guint i = 0; exports != NULL && i < exports->len; i++)
    g_dbus_interface_info_generate_xml (((Export *) g_ptr_array_index (exports, i))->info, 2, xml);
  if (g_str_equal (path, HEARTH_OBJECT_MANAGER_PATH))
    hearth_object_manager_describe (self->manager, xml);
  g_ptr_array_add (paths, (gpointer) HEARTH_OBJECT_MANAGER_PATH);
  g_hash_table_iter_init (&iter, self->objects);
  while (g_hash_table_iter_next (&iter, &other, NULL))
    g_ptr_array_add (paths, other);
}

HearthBus *
hearth_bus_new (GDBusConnection *connection)
{
  HearthBus *self = g_new0 (HearthBus, 1);

  self->connection = g_object_ref (connection);
  self->callers = hearth_callers_new (connection);
  self->objects = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  self->manager = hearth_object_manager_new (connection, self->callers, dup_objects, self);
  self->introspection = hearth_introspection_new (connection, self->callers, on_introspect, self);
  return self;
}

void
hearth_bus_free (HearthBus *self)
{
  hearth_introspection_free (self->introspection);
  hearth_object_manager_free (self->manager);
  g_hash_table_unref (self->objects);
  hearth_callers_free (self->callers);
  g_object_unref (self->connection);
  g_free (self);
}

GDBusConnection *
hearth_bus_get_connection (HearthBus *self)
{
  return self->connection;
}

gboolean
hearth_bus_export (HearthBus *self, const char *path, GDBusInterfaceSkeleton *skeleton, GError **error)
{
  GPtrArray *exports = g_hash_table_lookup (self->objects, path);
  Export *export = g_new0 (Export, 1);

  export->bus = self;
  export->path = g_strdup (path);
  export->skeleton = g_object_ref (skeleton);
  export->info = g_dbus_interface_skeleton_get_info (skeleton);
  export->changed = g_hash_table_new (g_str_hash, g_str_equal);
  export->told = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_variant_unref);
  export->registration = g_dbus_connection_register_object (self->connection, path, export->info, &vtable, export, NULL, error);
  if (export->registration == 0) {
    hearth_error_translate (error, "exporting %s at %s", export->info->name, path);
    export_free (export);
    return FALSE;
  }
  connect_signals (export);
  if (exports == NULL) {
    exports = g_ptr_array_new_with_free_func ((GDestroyNotify) export_free);
    g_hash_table_insert (self->objects, g_strdup (path), exports);
  }
  g_ptr_array_add (exports, export);
  hearth_object_manager_tell_added (self->manager, path, export->info->name, get_all (export, HEARTH_CALLER_OWNER));
  return TRUE;
}

void
hearth_bus_unexport (HearthBus *self, const char *path)
{
  GPtrArray *exports = g_hash_table_lookup (self->objects, path);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_auto (GStrv) interfaces = NULL;

  if (exports == NULL)
    return;
  for (guint i = 0; i < exports->len; i++)
    g_strv_builder_add (names, ((Export *) g_ptr_array_index (exports, i))->info->name);
  interfaces = g_strv_builder_end (names);
  hearth_object_manager_tell_removed (self->manager, path, (const char *const *) interfaces);
  g_hash_table_remove (self->objects, path);
}
