/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Replays the corpus of a fuzz target, without libFuzzer: what once broke, and what is usual, in every `make check`. */
#include <glib.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static guint
replay_file (const char *path)
{
  g_autofree char *bytes = NULL;
  gsize n_bytes = 0;
  g_autofree guint8 *exact = NULL;

  if (!g_file_get_contents (path, &bytes, &n_bytes, NULL))
    return 0;
  exact = g_malloc (MAX (n_bytes, 1)); /* exactly as long as the input, so that a sanitizer sees the first byte beyond */
  memcpy (exact, bytes, n_bytes);
  LLVMFuzzerTestOneInput (exact, n_bytes);
  return 1;
}

static guint
replay_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);

    n += replay_file (path);
  }
  return n;
}

int
main (int argc, char **argv)
{
  const char *source = g_getenv ("G_TEST_SRCDIR");
  g_autofree char *program = g_path_get_basename (argv[0]);
  const char *target = g_str_has_prefix (program, "lt-") ? program + 3 : program;
  g_autofree char *folder = NULL;
  guint n;

  if (argc > 1)
    return replay_file (argv[1]) == 1 ? EXIT_SUCCESS : EXIT_FAILURE;

  folder = g_build_filename (source != NULL ? source : ".", "tests", "fuzz", "corpus", target + strlen ("fuzz-"), NULL);
  n = replay_folder (folder);
  /* A target without a corpus tests nothing. */
  g_print ("1..1\n%s 1 %s replays %u inputs\n", n > 0 ? "ok" : "not ok", target, n);
  return n > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
