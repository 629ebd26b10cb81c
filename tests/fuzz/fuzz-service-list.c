/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A network's list as its worker may send it: any bytes in a sealed memfd; then the keys of what is in it. */
#include "hearthd/channels/hearth-channel-keys.h"
#include "hearthd/channels/hearth-service-list.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MOST_LOOKED_AT 64 /* entries: enough for all that a small input can say */

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static int
make_memfd (const uint8_t *data, size_t size)
{
  int fd = memfd_create ("fuzz", MFD_CLOEXEC | MFD_ALLOW_SEALING);

  g_assert_true (fd >= 0 && write (fd, data, size) == (ssize_t) size);
  g_assert_true (fcntl (fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) == 0);
  return fd;
}

static void
try_strings (const HearthServiceEntry *entry)
{
  g_autofree char *address = hearth_channel_keys_dup_address (entry->uri);
  g_autofree char *name = hearth_channel_keys_dup_name (entry->name);
  g_autofree char *chinese = NULL, *english = NULL;
  char id[17];

  g_assert_true (g_utf8_validate (address, -1, NULL) && g_utf8_validate (name, -1, NULL));
  hearth_channel_keys_make_id (address, entry->line & 1, id);
  g_assert_true (strlen (id) == 16);
  g_assert_true (hearth_channel_keys_compare_numbers (entry->number, entry->number) == 0);
  g_assert_true ((hearth_channel_keys_compare_numbers (entry->number, entry->name) < 0) ==
                 (hearth_channel_keys_compare_numbers (entry->name, entry->number) > 0));
  if (hearth_channel_keys_split_name (entry->name, &chinese, &english))
    g_assert_true (g_utf8_validate (chinese, -1, NULL) && g_str_is_ascii (english));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  int fd = make_memfd (data, size);
  g_autoptr (HearthServiceList) list = hearth_service_list_new_for_fd (fd, size, NULL);
  guint n = list != NULL ? hearth_service_list_get_size (list) : 0;

  close (fd);
  for (guint i = 0; i < MIN (n, MOST_LOOKED_AT); i++) {
    g_autoptr (GVariant) attributes = hearth_service_list_dup_attributes (list, i);
    HearthServiceEntry entry;

    hearth_service_list_get (list, i, &entry);
    try_strings (&entry);
    for (gsize j = 0; j < g_variant_n_children (attributes); j++) {
      g_autoptr (GVariant) attribute = g_variant_get_child_value (attributes, j);
      const char *key, *value;

      g_variant_get (attribute, "(&s&s)", &key, &value);
    }
  }
  return 0;
}
