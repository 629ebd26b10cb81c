/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rings that nobody of ours wrote. */
#include "ring-testing.h"

#include "ring/hearth-ring-layout.h"

#include <errno.h>
#include <hearth/error.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAYLOAD_BYTES (((HEARTH_RING_MIN_BYTES + 187) / 188) * 188)
#define FILE_BYTES (HEARTH_RING_PAYLOAD_AT + ((PAYLOAD_BYTES + 4095) / 4096) * 4096)

typedef struct {
  int fd;
  HearthRingHeader *header;
} Fixture;

/* Like a real one, but sealed only when a test says so. */
static void
set_up (Fixture *f, gconstpointer data)
{
  f->fd = memfd_create ("hostile", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  g_assert_cmpint (ftruncate (f->fd, FILE_BYTES), ==, 0);
  f->header = mmap (NULL, FILE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, f->fd, 0);
  g_assert_true (f->header != MAP_FAILED);
  f->header->magic = HEARTH_RING_MAGIC;
  f->header->layout = HEARTH_RING_LAYOUT;
  f->header->index_entries = HEARTH_RING_INDEX_ENTRIES;
  f->header->payload_at = HEARTH_RING_PAYLOAD_AT;
  f->header->payload_bytes = PAYLOAD_BYTES;
  f->header->n_spans = 1;
  f->header->spans[0].bytes = PAYLOAD_BYTES;
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  munmap (f->header, FILE_BYTES);
  close (f->fd);
}

static HearthRingReader *
seal_and_map (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  HearthRingReader *reader;

  g_assert_cmpint (fcntl (f->fd, F_ADD_SEALS, HEARTH_RING_SEALS), ==, 0);
  reader = hearth_ring_reader_new (f->fd, &error);
  g_assert_no_error (error);
  return reader;
}

static void
assert_refused (int fd)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (hearth_ring_reader_new (fd, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT);
}

static void
test_seals (Fixture *f, gconstpointer data)
{
  static const int seals[] = { F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_FUTURE_WRITE };
  g_autoptr (HearthRingReader) reader = NULL;
  int pipe_fds[2];

  assert_refused (f->fd);
  for (guint i = 0; i < G_N_ELEMENTS (seals); i++) {
    g_assert_cmpint (fcntl (f->fd, F_ADD_SEALS, seals[i]), ==, 0);
    assert_refused (f->fd);
  }
  g_assert_cmpint (fcntl (f->fd, F_ADD_SEALS, F_SEAL_SEAL), ==, 0);
  reader = hearth_ring_reader_new (f->fd, NULL);
  g_assert_nonnull (reader);

  g_assert_cmpint (pipe (pipe_fds), ==, 0);
  assert_refused (pipe_fds[0]);
  assert_refused (-1);
  close (pipe_fds[0]);
  close (pipe_fds[1]);
}

static void
test_sizes (void)
{
  static const goffset sizes[] = { 0, 100, HEARTH_RING_PAYLOAD_AT, (goffset) 1 << 40 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    int fd = memfd_create ("hostile", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    g_assert_cmpint (ftruncate (fd, sizes[i]), ==, 0);
    g_assert_cmpint (fcntl (fd, F_ADD_SEALS, HEARTH_RING_SEALS), ==, 0);
    assert_refused (fd);
    close (fd);
  }
}

/* @data: byte offset of the 32-bit header field that lies. */
static void
test_header (Fixture *f, gconstpointer data)
{
  guint32 *field = (guint32 *) ((guint8 *) f->header + GPOINTER_TO_SIZE (data));

  *field += 188;
  g_assert_cmpint (fcntl (f->fd, F_ADD_SEALS, HEARTH_RING_SEALS), ==, 0);
  for (guint i = 0; i < 3; i++) {
    static const guint32 values[] = { 0xffffffff, HEARTH_RING_LAYOUT + 1, 0x80000000 };

    assert_refused (f->fd);
    *field = values[i];
  }
  assert_refused (f->fd);
}

/* What the header says after it was checked must not matter. */
static void
test_sizes_change_later (Fixture *f, gconstpointer data)
{
  g_autoptr (HearthRingReader) reader = seal_and_map (f);
  guint8 buffer[188 * 4];
  gsize n;

  f->header->payload_bytes = 1;
  f->header->payload_at = G_MAXUINT32;
  f->header->reserved = f->header->head = sizeof buffer;
  g_assert_cmpint (hearth_ring_reader_read (reader, buffer, sizeof buffer, &n), ==, HEARTH_RING_READ_OK);
  g_assert_cmpuint (n, ==, sizeof buffer);
}

typedef struct {
  guint64 base, bytes;
  guint32 n_spans;
} Span;

static const Span bad_spans[] = {
  { 0, PAYLOAD_BYTES, 0 },                                          /* none */
  { 0, PAYLOAD_BYTES, HEARTH_RING_SPANS + 1 },                      /* beyond the table */
  { 0, 188, 1 },                                                    /* too short */
  { 0, PAYLOAD_BYTES + 188, 1 },                                    /* longer than the memory */
  { 0, PAYLOAD_BYTES - 1, 1 },                                      /* packets cut */
  { 1, PAYLOAD_BYTES, 1 },                                          /* likewise */
  { HEARTH_RING_MAX_POSITION + 188 * 4, PAYLOAD_BYTES, 1 },         /* sums would overflow */
  { 188 * 400, PAYLOAD_BYTES, 1 },                                  /* begins behind the head */
};

static void
test_spans (Fixture *f, gconstpointer data)
{
  g_autoptr (HearthRingReader) reader = seal_and_map (f);
  const Span *bad = data;
  const guint8 *bytes;
  guint8 buffer[188];
  gsize n;

  f->header->reserved = f->header->head = 188 * 10;
  f->header->spans[0].base = bad->base;
  f->header->spans[0].bytes = bad->bytes;
  f->header->n_spans = bad->n_spans;
  g_assert_cmpint (hearth_ring_reader_read (reader, buffer, sizeof buffer, &n), ==, HEARTH_RING_READ_CORRUPT);
  g_assert_cmpint (hearth_ring_reader_peek (reader, &bytes, &n), ==, HEARTH_RING_READ_CORRUPT);
}

/* The span goes back to an earlier base: the writer's only goes on. */
static void
test_span_goes_back (Fixture *f, gconstpointer data)
{
  g_autoptr (HearthRingReader) reader = NULL;
  guint8 buffer[188];
  gsize n;

  f->header->reserved = f->header->head = 188 * 10;
  f->header->spans[0].base = 188 * 5;
  reader = seal_and_map (f);
  g_assert_cmpint (hearth_ring_reader_read (reader, buffer, sizeof buffer, &n), ==, HEARTH_RING_READ_OVERRUN);
  g_assert_cmpuint (hearth_ring_reader_get_position (reader), ==, 188 * 5);
  f->header->spans[0].base = 0;
  g_assert_cmpint (hearth_ring_reader_read (reader, buffer, sizeof buffer, &n), ==, HEARTH_RING_READ_CORRUPT);
}

typedef struct {
  guint64 reserved, head;
} Counters;

static const Counters bad_counters[] = {
  { 188, 187 },                    /* no whole packets */
  { 189, 188 },                    /* nor reserved */
  { 0, 188 },                      /* valid before it was reserved */
  { 188 * 5, (guint64) 188 << 50 },
  { G_MAXUINT64 / 188 * 188, 188 }, /* beyond what can be added to */
};

static void
test_counters (Fixture *f, gconstpointer data)
{
  const Counters *bad = data;
  g_autoptr (HearthRingReader) reader = seal_and_map (f);
  g_autoptr (HearthRingWaiter) waiter = hearth_ring_waiter_new (NULL);
  guint8 buffer[188 * 4];
  gsize n = 1;

  f->header->reserved = bad->reserved;
  f->header->head = bad->head;
  g_assert_cmpint (hearth_ring_reader_read (reader, buffer, sizeof buffer, &n), ==, HEARTH_RING_READ_CORRUPT);
  g_assert_cmpuint (n, ==, 0);
  g_assert_cmpuint (hearth_ring_reader_get_head (reader), ==, 0);
  g_assert_false (hearth_ring_reader_arm (reader, waiter, 188)); /* read again, and see */
  f->header->reserved = f->header->head = 188; /* never trusted again */
  g_assert_cmpint (hearth_ring_reader_read (reader, buffer, sizeof buffer, &n), ==, HEARTH_RING_READ_CORRUPT);
}

static void
test_head_goes_back (Fixture *f, gconstpointer data)
{
  g_autoptr (HearthRingReader) reader = seal_and_map (f);
  guint8 buffer[188 * 4];
  gsize n;

  f->header->reserved = f->header->head = sizeof buffer;
  g_assert_cmpint (hearth_ring_reader_read (reader, buffer, sizeof buffer, &n), ==, HEARTH_RING_READ_OK);
  f->header->head = 188;
  g_assert_cmpint (hearth_ring_reader_read (reader, buffer, sizeof buffer, &n), ==, HEARTH_RING_READ_CORRUPT);
}

static void
set_entry (Fixture *f, guint i, guint64 sequence, guint64 position)
{
  f->header->index[i].sequence = sequence;
  f->header->index[i].position = position;
}

static void
test_index (Fixture *f, gconstpointer data)
{
  g_autoptr (HearthRingReader) reader = seal_and_map (f);
  HearthRingRap rap;

  f->header->reserved = f->header->head = 188 * 1000;
  f->header->n_raps = 7;
  set_entry (f, 0, 2, 188 * 2);        /* good */
  set_entry (f, 1, 4, G_MAXUINT64);    /* beyond */
  set_entry (f, 2, 6, 188 * 3 + 1);    /* within a packet */
  set_entry (f, 3, 7, 188 * 4);        /* being written */
  set_entry (f, 4, 2, 188 * 5);        /* another's */
  set_entry (f, 5, 12, 188 * 1000);    /* not there yet */
  g_assert_true (hearth_ring_reader_get_newest_rap (reader, &rap));
  g_assert_cmpuint (rap.position, ==, 188 * 2);
  g_assert_true (hearth_ring_reader_get_oldest_rap (reader, &rap));
  g_assert_cmpuint (rap.position, ==, 188 * 2);

  f->header->n_raps = G_MAXUINT64; /* ends, finds nothing */
  g_assert_false (hearth_ring_reader_get_oldest_rap (reader, &rap));
}

static void
test_tables (Fixture *f, gconstpointer data)
{
  g_autoptr (HearthRingReader) reader = seal_and_map (f);
  guint8 pat[1024], pmt[1024];
  gsize n_pat, n_pmt;
  guint32 generation;

  f->header->tables.sequence = 1; /* its writer died just there */
  g_assert_false (hearth_ring_reader_get_tables (reader, pat, &n_pat, pmt, &n_pmt, &generation));
  f->header->tables.sequence = 2;
  f->header->tables.n_pat = 5000;
  f->header->tables.n_pmt = G_MAXUINT32;
  g_assert_true (hearth_ring_reader_get_tables (reader, pat, &n_pat, pmt, &n_pmt, &generation));
  g_assert_cmpuint (n_pat, ==, 1024);
  g_assert_cmpuint (n_pmt, ==, 1024);
}

/* Whoever gets the descriptor of a real ring can only read. */
static void
test_writer_is_alone (void)
{
  g_autoptr (HearthRingWriter) writer = hearth_ring_writer_new ("test", 0, NULL);
  int fd = hearth_ring_writer_get_fd (writer);

  g_assert_true (mmap (NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
  g_assert_cmpint (pwrite (fd, "x", 1, 0), ==, -1);
  g_assert_cmpint (ftruncate (fd, 0), ==, -1);
  g_assert_cmpint (fcntl (fd, F_ADD_SEALS, F_SEAL_WRITE), ==, -1);
}

static void
test_waiter_fds (void)
{
  g_autoptr (HearthRingWaiter) waiter = hearth_ring_waiter_new (NULL);
  g_autoptr (HearthRingWaiter) second = NULL;
  int page_fd = hearth_ring_waiter_get_page_fd (waiter), event_fd = hearth_ring_waiter_get_event_fd (waiter);
  int open_fd = memfd_create ("open", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (ftruncate (open_fd, 4096), ==, 0);
  g_assert_null (hearth_ring_waiter_new_for_fds (open_fd, event_fd, &error)); /* could shrink */
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT);
  g_clear_error (&error);
  g_assert_cmpint (fcntl (open_fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW), ==, 0);
  g_assert_null (hearth_ring_waiter_new_for_fds (open_fd, event_fd, &error)); /* no waiter's */
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT);
  g_clear_error (&error);
  g_assert_null (hearth_ring_waiter_new_for_fds (page_fd, page_fd, &error)); /* no event */
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT);
  second = hearth_ring_waiter_new_for_fds (page_fd, event_fd, NULL);
  g_assert_nonnull (second);
  close (open_fd);
}

int
main (int argc, char **argv)
{
  static const gsize fields[] = { G_STRUCT_OFFSET (HearthRingHeader, magic), G_STRUCT_OFFSET (HearthRingHeader, layout),
                                  G_STRUCT_OFFSET (HearthRingHeader, index_entries),
                                  G_STRUCT_OFFSET (HearthRingHeader, payload_at),
                                  G_STRUCT_OFFSET (HearthRingHeader, payload_bytes) + 4 };

  g_test_init (&argc, &argv, NULL);
#define ADD(path, data, func) g_test_add (path, Fixture, data, set_up, func, tear_down)
  ADD ("/ring/hostile/seals", NULL, test_seals);
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++) {
    g_autofree char *path = g_strdup_printf ("/ring/hostile/header/%u", i);

    ADD (path, GSIZE_TO_POINTER (fields[i]), test_header);
  }
  for (guint i = 0; i < G_N_ELEMENTS (bad_counters); i++) {
    g_autofree char *path = g_strdup_printf ("/ring/hostile/counters/%u", i);

    ADD (path, &bad_counters[i], test_counters);
  }
  for (guint i = 0; i < G_N_ELEMENTS (bad_spans); i++) {
    g_autofree char *path = g_strdup_printf ("/ring/hostile/spans/%u", i);

    ADD (path, &bad_spans[i], test_spans);
  }
  ADD ("/ring/hostile/span-goes-back", NULL, test_span_goes_back);
  ADD ("/ring/hostile/sizes-change-later", NULL, test_sizes_change_later);
  ADD ("/ring/hostile/head-goes-back", NULL, test_head_goes_back);
  ADD ("/ring/hostile/index", NULL, test_index);
  ADD ("/ring/hostile/tables", NULL, test_tables);
#undef ADD
  g_test_add_func ("/ring/hostile/sizes", test_sizes);
  g_test_add_func ("/ring/hostile/writer-is-alone", test_writer_is_alone);
  g_test_add_func ("/ring/hostile/waiter-fds", test_waiter_fds);
  return g_test_run ();
}
