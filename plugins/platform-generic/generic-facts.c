/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "generic-facts.h"

#include <string.h>

/* Unstable ABI of the kernel's documentation: sysfs-class-dmi-id; Devicetree Specification 0.4, 2.3 for the tree. */
#define DEVICE_TREE "/proc/device-tree/"
#define DMI "/sys/class/dmi/id/"

/* A file's bytes; NUL-terminated beyond their end. */
static char *
read_bytes (const char *root, const char *path, gsize *n_bytes)
{
  g_autofree char *file = g_strconcat (root, path, NULL);
  char *bytes = NULL;

  return g_file_get_contents (file, &bytes, n_bytes, NULL) ? bytes : NULL;
}

/* What makers leave in a field that they were to fill. */
static gboolean
is_filler (const char *text)
{
  static const char *const fillers[] = { "to be filled by o.e.m.", "default string",      "system manufacturer",
                                         "system product name",    "system serial number", "not specified",
                                         "not applicable",         "none",                 "unknown",
                                         "o.e.m.",                 "0",                    NULL };
  g_autofree char *folded = g_ascii_strdown (text, -1);

  return g_strv_contains (fillers, folded);
}

static void
add_text (GVariantDict *box, const char *key, const char *text)
{
  g_autofree char *clean = text != NULL && g_utf8_validate (text, -1, NULL) ? g_strstrip (g_strdup (text)) : NULL;

  if (clean != NULL && *clean != '\0' && !is_filler (clean) && !g_variant_dict_contains (box, key))
    g_variant_dict_insert (box, key, "s", clean);
}

static void
add_file (GVariantDict *box, const char *key, const char *root, const char *path)
{
  gsize n_bytes;
  g_autofree char *text = read_bytes (root, path, &n_bytes);

  add_text (box, key, text);
}

/* "raspberrypi,4-model-b", "brcm,bcm2711": from the board to the chip, each "maker,part". */
static void
add_compatible (GVariantDict *box, const char *root)
{
  gsize n_bytes = 0;
  g_autofree char *list = read_bytes (root, DEVICE_TREE "compatible", &n_bytes);
  const char *comma = list != NULL ? strchr (list, ',') : NULL;
  const char *last = list;

  if (comma != NULL) {
    g_autofree char *maker = g_strndup (list, comma - list);

    add_text (box, "vendor", maker);
  }
  for (const char *entry = list; entry != NULL && entry < list + n_bytes && *entry != '\0'; entry += strlen (entry) + 1)
    last = entry;
  comma = last != NULL && last != list ? strchr (last, ',') : NULL;
  if (comma != NULL)
    add_text (box, "soc", comma + 1);
}

/* The value of a line "name : value" or "name: value" of a file in /proc. */
static char *
dup_value (char *const *lines, const char *name)
{
  for (guint i = 0; lines[i] != NULL; i++) {
    const char *colon = strchr (lines[i], ':');
    gsize n_name = colon != NULL ? (gsize) (colon - lines[i]) : 0;

    while (n_name > 0 && g_ascii_isspace (lines[i][n_name - 1]))
      n_name--;
    if (n_name == strlen (name) && strncmp (lines[i], name, n_name) == 0)
      return g_strstrip (g_strdup (colon + 1));
  }
  return NULL;
}

static void
add_processors (GVariantDict *box, const char *root)
{
  gsize n_bytes;
  g_autofree char *text = read_bytes (root, "/proc/cpuinfo", &n_bytes);
  g_auto (GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", -1);
  g_autofree char *name = dup_value (lines, "model name");
  guint cpus = 0;

  for (guint i = 0; lines[i] != NULL; i++)
    cpus += g_str_has_prefix (lines[i], "processor") && strchr (lines[i], ':') != NULL;
  if (cpus > 0)
    g_variant_dict_insert (box, "cpus", "u", cpus);
  add_text (box, "soc", name);
}

static void
add_memory (GVariantDict *box, const char *root)
{
  gsize n_bytes;
  g_autofree char *text = read_bytes (root, "/proc/meminfo", &n_bytes);
  g_auto (GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", -1);
  g_autofree char *total = dup_value (lines, "MemTotal");
  guint64 kib = total != NULL ? g_ascii_strtoull (total, NULL, 10) : 0;

  if (kib > 0 && kib < G_MAXUINT64 / 1024)
    g_variant_dict_insert (box, "memory-bytes", "t", kib * 1024);
}

GVariant *
generic_facts_read (const char *root)
{
  GVariantDict box;

  g_variant_dict_init (&box, NULL);
  add_file (&box, "model", root, DEVICE_TREE "model");
  add_file (&box, "serial", root, DEVICE_TREE "serial-number");
  add_compatible (&box, root);
  add_file (&box, "vendor", root, DMI "sys_vendor");
  add_file (&box, "model", root, DMI "product_name");
  add_file (&box, "serial", root, DMI "product_serial"); /* only root may read it */
  add_file (&box, "firmware", root, DMI "bios_version");
  add_processors (&box, root);
  add_memory (&box, root);
  add_file (&box, "kernel", root, "/proc/sys/kernel/osrelease");
  return g_variant_dict_end (&box);
}
