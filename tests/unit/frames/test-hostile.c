/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A stranger at the other end, who speaks the wire's language as badly as can be: each breach ends the link with CORRUPT. */
#include "frames-testing.h"
#include "frames/hearth-frames-wire.h"

#include <drm_fourcc.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define END_UNKNOWN -1
#define END_SILENT -2 /* closed without an error */

typedef struct {
  int peer; /* the stranger's end */
  HearthFramesConsumer *consumer;
  HearthFramesProducer *producer;
  int ended; /* END_UNKNOWN while open, else the error's code */
  guint n_frames, n_told;
  TestingPool memory;
} Fixture;

static void
note_end (Fixture *f, const GError *error)
{
  g_assert_cmpint (f->ended, ==, END_UNKNOWN); /* told once */
  f->ended = error == NULL ? END_SILENT : error->code;
  if (error != NULL)
    g_test_message ("%s", error->message);
}

/* ---- a hostile player ----------------------------------------------------------------- */

static gboolean
on_add_pool (HearthFramesConsumer *link, const HearthFramePool *pool, gpointer user_data, GError **error)
{
  return TRUE;
}

static void
on_drop_pool (HearthFramesConsumer *link, guint32 pool, gpointer user_data)
{
}

static void
on_frame (HearthFramesConsumer *link, const HearthFrame *frame, gpointer user_data)
{
  ((Fixture *) user_data)->n_frames++;
}

static void
on_flush (HearthFramesConsumer *link, guint32 serial, gpointer user_data)
{
}

static void
on_clear (HearthFramesConsumer *link, gpointer user_data)
{
}

static void
on_consumer_closed (HearthFramesConsumer *link, const GError *error, gpointer user_data)
{
  note_end (user_data, error);
}

static const HearthFramesConsumerFuncs consumer_funcs = { on_add_pool, on_drop_pool, on_frame, on_flush, on_clear,
                                                          on_consumer_closed };

static void
setup_consumer (Fixture *f, gconstpointer data)
{
  const HearthFramesCaps caps = { HEARTH_MEMORY_MEMFD, 1, { DRM_FORMAT_NV12 } };
  int fds[2];

  testing_pair (fds);
  f->ended = END_UNKNOWN;
  f->peer = fds[0];
  f->consumer = hearth_frames_consumer_new (fds[1], &caps, &consumer_funcs, f, NULL);
  testing_pool_init (&f->memory, 1, DRM_FORMAT_NV12, 64, 32, 3);
}

static void
teardown (Fixture *f, gconstpointer data)
{
  g_clear_pointer (&f->consumer, hearth_frames_consumer_free);
  g_clear_pointer (&f->producer, hearth_frames_producer_free);
  close (f->peer);
  testing_pool_clear (&f->memory);
}

static void
settle (Fixture *f)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
  if (f->producer != NULL)
    hearth_frames_producer_dispatch (f->producer);
}

static void
say (Fixture *f, FramesMessage *message, const int *fds, guint n_fds)
{
  g_autoptr (GError) error = NULL;

  frames_wire_send (f->peer, message, fds, n_fds, &error);
  g_assert_no_error (error);
  settle (f);
}

static void
say_pool (Fixture *f)
{
  FramesMessage message;

  frames_wire_put_pool (&message, &f->memory.pool);
  say (f, &message, f->memory.fds, 3);
  g_assert_cmpint (f->ended, ==, END_UNKNOWN);
}

static FramesMessage
frame_message (Fixture *f, guint index, guint64 sequence, guint32 serial)
{
  HearthFrame frame = testing_frame (&f->memory, index, sequence, serial);
  FramesMessage message;

  frames_wire_put_frame (&message, &frame);
  return message;
}

static void
assert_breach (Fixture *f)
{
  char byte;

  settle (f);
  g_assert_cmpint (f->ended, ==, HEARTH_ERROR_CORRUPT);
  while (recv (f->peer, &byte, 1, MSG_DONTWAIT) > 0) /* what it had been told before */
    ;
  g_assert_cmpint (recv (f->peer, &byte, 1, MSG_DONTWAIT), <=, 0);
}

/* Each changes one thing of a pool that would be good. */
static void
change_reserved (FramesPoolMessage *pool)
{
  pool->reserved = 1;
}

static void
change_size (FramesPoolMessage *pool)
{
  pool->buffer_bytes *= 2; /* more than the memfd has */
}

static void
change_huge_size (FramesPoolMessage *pool)
{
  pool->buffer_bytes = G_MAXUINT64;
}

static void
change_height (FramesPoolMessage *pool)
{
  pool->height = HEARTH_FRAMES_MAX_SIDE;
}

static void
change_offset (FramesPoolMessage *pool)
{
  pool->offset[1] = G_MAXUINT32 - 31;
}

static void
change_stride (FramesPoolMessage *pool)
{
  pool->stride[0] = 0x80000000u;
}

static void
change_n_buffers (FramesPoolMessage *pool)
{
  pool->n_buffers = 4; /* with 3 descriptors */
}

static void
change_n_buffers_to_many (FramesPoolMessage *pool)
{
  pool->n_buffers = G_MAXUINT32;
}

static void
change_memory (FramesPoolMessage *pool)
{
  pool->memory = HEARTH_MEMORY_TUNNEL; /* which has no descriptors */
}

static void
change_kind (FramesPoolMessage *pool)
{
  pool->memory = 3;
}

static void
test_pool_with_a_lie (gconstpointer change)
{
  Fixture f = { 0 };
  FramesMessage message;

  setup_consumer (&f, NULL);
  frames_wire_put_pool (&message, &f.memory.pool);
  ((void (*) (FramesPoolMessage *)) change) (&message.pool);
  say (&f, &message, f.memory.fds, 3);
  assert_breach (&f);
  teardown (&f, NULL);
}

static void
say_pool_of_fd (Fixture *f, int fd)
{
  const int fds[3] = { f->memory.fds[0], f->memory.fds[1], fd };
  FramesMessage message;

  frames_wire_put_pool (&message, &f->memory.pool);
  say (f, &message, fds, 3);
  close (fd);
}

static void
test_memory_without_seals (Fixture *f, gconstpointer data)
{
  int fd = memfd_create ("unsealed", MFD_CLOEXEC);

  g_assert_cmpint (ftruncate (fd, f->memory.pool.buffer_bytes), ==, 0);
  say_pool_of_fd (f, fd);
  assert_breach (f);
}

static void
test_memory_that_is_a_pipe (Fixture *f, gconstpointer data)
{
  int fds[2];

  g_assert_cmpint (pipe (fds), ==, 0);
  say_pool_of_fd (f, fds[0]);
  close (fds[1]);
  assert_breach (f);
}

static void
test_memory_too_short (Fixture *f, gconstpointer data)
{
  say_pool_of_fd (f, testing_memfd (f->memory.pool.buffer_bytes - 1, NULL));
  assert_breach (f);
}

static void
test_pool_twice (Fixture *f, gconstpointer data)
{
  FramesMessage message;

  say_pool (f);
  frames_wire_put_pool (&message, &f->memory.pool);
  say (f, &message, f->memory.fds, 3);
  assert_breach (f);
}

static void
test_too_many_pools (Fixture *f, gconstpointer data)
{
  FramesMessage message;

  for (guint i = 0; i <= HEARTH_FRAMES_MAX_POOLS; i++) {
    g_assert_cmpint (f->ended, ==, END_UNKNOWN);
    f->memory.pool.pool = i;
    frames_wire_put_pool (&message, &f->memory.pool);
    say (f, &message, f->memory.fds, 3);
  }
  assert_breach (f);
}

static void
test_no_pool_dropped (Fixture *f, gconstpointer data)
{
  FramesMessage message = { .number = { .header.type = FRAMES_DROP_POOL, .number = 1 } };

  say (f, &message, NULL, 0);
  assert_breach (f);
}

typedef struct {
  const char *name;
  gsize offset, n_bytes; /* of the field in the message */
  guint64 value;
} FrameLie;

#define LIE(field, value)                                                                                  \
  {                                                                                                        \
    #field "-" #value, G_STRUCT_OFFSET (FramesFrameMessage, field), sizeof (((FramesFrameMessage *) NULL)->field), value \
  }

static const FrameLie frame_lies[] = {
  LIE (pool, 2), LIE (index, 3), LIE (index, G_MAXUINT32), LIE (interlaced, 3), LIE (sar_num, 0), LIE (sar_den, 0),
  LIE (sar_num, G_MAXUINT32), LIE (crop_x, (guint32) -1), LIE (crop_x, 1), LIE (crop_width, 0), LIE (crop_width, (guint32) -4),
  LIE (crop_width, G_MAXINT32), LIE (crop_height, 33), LIE (present_us, (guint64) -1), LIE (present_us, G_MAXINT64),
  LIE (sequence, 1), LIE (sequence, 0), LIE (serial, 4),
};

static void
test_frame_with_a_lie (gconstpointer data)
{
  const FrameLie *lie = data;
  Fixture f = { 0 };
  FramesMessage message;

  setup_consumer (&f, NULL);
  say_pool (&f);
  message = frame_message (&f, 0, 1, 5);
  say (&f, &message, NULL, 0);
  g_assert_cmpuint (f.n_frames, ==, 1);
  message = frame_message (&f, 1, 2, 5);
  memcpy ((guint8 *) &message + lie->offset, &lie->value, lie->n_bytes); /* little-endian hosts only use the low part */
  say (&f, &message, NULL, 0);
  g_assert_cmpuint (f.n_frames, ==, 1);
  assert_breach (&f);
  teardown (&f, NULL);
}

static void
test_buffer_sent_twice (Fixture *f, gconstpointer data)
{
  FramesMessage message;

  say_pool (f);
  message = frame_message (f, 0, 1, 1);
  say (f, &message, NULL, 0);
  message = frame_message (f, 0, 2, 1);
  say (f, &message, NULL, 0);
  assert_breach (f);
}

static void
test_frame_of_dropped_pool (Fixture *f, gconstpointer data)
{
  FramesMessage drop = { .number = { .header.type = FRAMES_DROP_POOL, .number = 1 } };
  FramesMessage message;

  say_pool (f);
  message = frame_message (f, 0, 1, 1);
  say (f, &message, NULL, 0);
  say (f, &drop, NULL, 0);
  g_assert_cmpint (f->ended, ==, END_UNKNOWN);
  message = frame_message (f, 1, 2, 1);
  say (f, &message, NULL, 0);
  assert_breach (f);
}

static void
test_flush_backwards (Fixture *f, gconstpointer data)
{
  FramesMessage message = { .number = { .header.type = FRAMES_FLUSH, .number = 5 } };

  say (f, &message, NULL, 0);
  message.number.number = 4;
  say (f, &message, NULL, 0);
  assert_breach (f);
}

static void
test_wrong_side (Fixture *f, gconstpointer data)
{
  FramesMessage message = { .number = { .header.type = FRAMES_FREED } };

  say (f, &message, NULL, 0);
  assert_breach (f);
}

static void
test_no_message_at_all (Fixture *f, gconstpointer data)
{
  g_assert_cmpint (send (f->peer, "GET / HTTP/1.0\r\n", 16, 0), ==, 16);
  assert_breach (f);
}

static void
test_message_too_long (Fixture *f, gconstpointer data)
{
  const char much[4096] = { FRAMES_CLEAR };

  g_assert_cmpint (send (f->peer, much, sizeof much, 0), ==, sizeof much);
  assert_breach (f);
}

static void
test_descriptors_where_none_belong (Fixture *f, gconstpointer data)
{
  FramesMessage message = { .number = { .header.type = FRAMES_CLEAR } };

  say (f, &message, f->memory.fds, 3);
  assert_breach (f);
}

static void
test_flood (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 20000 && f->ended == END_UNKNOWN; i++) {
    FramesMessage message = { .number = { .header.type = FRAMES_CLEAR } };

    frames_wire_send (f->peer, &message, NULL, 0, NULL);
    g_main_context_iteration (NULL, FALSE);
  }
  assert_breach (f);
}

/* Takes frames back and never reads that it may: the shell's memory must not grow. */
static void
test_player_that_does_not_read (Fixture *f, gconstpointer data)
{
  guint64 sequence = 1;

  say_pool (f);
  while (f->ended == END_UNKNOWN && sequence < 100000) {
    FramesMessage message = frame_message (f, 0, sequence++, 1);
    HearthFrame frame = testing_frame (&f->memory, 0, sequence - 1, 1);

    frames_wire_send (f->peer, &message, NULL, 0, NULL);
    settle (f);
    if (f->ended != END_UNKNOWN)
      break;
    hearth_frames_consumer_dropped (f->consumer, &frame);
    hearth_frames_consumer_release (f->consumer, 1, 0);
  }
  assert_breach (f);
}

/* ---- a hostile shell ------------------------------------------------------------------- */

static void
on_caps (HearthFramesProducer *link, const HearthFramesCaps *caps, gpointer user_data)
{
  ((Fixture *) user_data)->n_told++;
}

static void
on_answer (HearthFramesProducer *link, guint64 sequence, guint32 serial, gint64 shown_us, gpointer user_data)
{
  ((Fixture *) user_data)->n_told++;
}

static void
on_dropped (HearthFramesProducer *link, guint64 sequence, guint32 serial, gpointer user_data)
{
  ((Fixture *) user_data)->n_told++;
}

static void
on_freed (HearthFramesProducer *link, guint32 pool, guint32 index, gpointer user_data)
{
  ((Fixture *) user_data)->n_told++;
}

static void
on_refused (HearthFramesProducer *link, guint32 pool, const char *reason, gpointer user_data)
{
  ((Fixture *) user_data)->n_told++;
}

static void
on_producer_closed (HearthFramesProducer *link, const GError *error, gpointer user_data)
{
  note_end (user_data, error);
}

static const HearthFramesProducerFuncs producer_funcs = { on_caps, on_answer, on_dropped, on_freed, on_refused,
                                                          on_producer_closed };

/* Frame 1 of serial 5 in buffer 0 is out. */
static void
setup_producer (Fixture *f, gconstpointer data)
{
  HearthFrame frame;
  int fds[2];

  testing_pair (fds);
  f->ended = END_UNKNOWN;
  f->peer = fds[0];
  f->producer = hearth_frames_producer_new (fds[1], &producer_funcs, f, NULL);
  testing_pool_init (&f->memory, 1, DRM_FORMAT_NV12, 64, 32, 3);
  frame = testing_frame (&f->memory, 0, 1, 5);
  g_assert_true (hearth_frames_producer_add_pool (f->producer, &f->memory.pool, NULL));
  g_assert_true (hearth_frames_producer_send (f->producer, &frame, NULL));
}

static void
assert_lie (Fixture *f, FramesMessage message)
{
  guint told = f->n_told;

  say (f, &message, NULL, 0);
  g_assert_cmpint (f->ended, ==, HEARTH_ERROR_CORRUPT);
  g_assert_cmpuint (f->n_told, ==, told);
  g_assert_false (hearth_frames_producer_clear (f->producer, NULL));
}

static FramesMessage
answer_message (FramesType type, guint64 sequence, guint32 serial, gint64 shown_us)
{
  return (FramesMessage){ .answer = { .header.type = type, .sequence = sequence, .serial = serial, .shown_us = shown_us } };
}

static FramesMessage
freed_message (guint32 pool, guint32 index)
{
  return (FramesMessage){ .number = { .header.type = FRAMES_FREED, .number = pool, .index = index } };
}

typedef struct {
  const char *name;
  FramesMessage message;
} ShellLie;

static const ShellLie shell_lies[] = {
  { "caps-version", { .caps = { .header.type = FRAMES_CAPS, .protocol = 99 } } },
  { "caps-number", { .caps = { .header.type = FRAMES_CAPS, .protocol = FRAMES_PROTOCOL, .n_fourccs = 33 } } },
  { "shown-unknown", { .answer = { .header.type = FRAMES_SHOWN, .sequence = 2, .serial = 5, .shown_us = 1 } } },
  { "shown-serial", { .answer = { .header.type = FRAMES_SHOWN, .sequence = 1, .serial = 6, .shown_us = 1 } } },
  { "shown-never", { .answer = { .header.type = FRAMES_SHOWN, .sequence = 1, .serial = 5, .shown_us = -1 } } },
  { "dropped-at", { .answer = { .header.type = FRAMES_DROPPED, .sequence = 1, .serial = 5, .shown_us = 1 } } },
  { "freed-pool", { .number = { .header.type = FRAMES_FREED, .number = 2, .index = 0 } } },
  { "freed-index", { .number = { .header.type = FRAMES_FREED, .number = 1, .index = G_MAXUINT32 } } },
  { "freed-not-out", { .number = { .header.type = FRAMES_FREED, .number = 1, .index = 1 } } },
  { "refused-unknown", { .refused = { .header.type = FRAMES_REFUSED, .pool = 9 } } },
  { "refused-no-text", { .refused = { .header.type = FRAMES_REFUSED, .pool = 1, .reason = "\xff" } } },
  { "players-word", { .number = { .header.type = FRAMES_CLEAR } } },
};

static void
test_shell_lies (gconstpointer data)
{
  const ShellLie *lie = data;
  Fixture f = { 0 };

  setup_producer (&f, NULL);
  assert_lie (&f, lie->message);
  teardown (&f, NULL);
}

static void
test_refusal_without_end (Fixture *f, gconstpointer data)
{
  FramesMessage message = { .refused = { .header.type = FRAMES_REFUSED, .pool = 1 } };

  memset (message.refused.reason, 'x', sizeof message.refused.reason);
  assert_lie (f, message);
}

static void
test_answered_twice (Fixture *f, gconstpointer data)
{
  FramesMessage message = answer_message (FRAMES_SHOWN, 1, 5, 77);

  say (f, &message, NULL, 0);
  g_assert_cmpuint (f->n_told, ==, 1);
  assert_lie (f, answer_message (FRAMES_DROPPED, 1, 5, 0));
}

static void
test_freed_twice (Fixture *f, gconstpointer data)
{
  FramesMessage message = freed_message (1, 0);

  say (f, &message, NULL, 0);
  g_assert_cmpuint (f->n_told, ==, 1);
  assert_lie (f, freed_message (1, 0));
}

static void
test_refused_for_ever (Fixture *f, gconstpointer data)
{
  FramesMessage freed = freed_message (1, 0);
  FramesMessage refused = { .refused = { .header.type = FRAMES_REFUSED, .pool = 1 } };

  say (f, &freed, NULL, 0);
  g_assert_true (hearth_frames_producer_drop_pool (f->producer, 1, NULL));
  say (f, &refused, NULL, 0); /* may have crossed */
  g_assert_cmpint (f->ended, ==, END_UNKNOWN);
  assert_lie (f, refused);
}

static void
test_shell_sends_descriptors (Fixture *f, gconstpointer data)
{
  FramesMessage message;

  frames_wire_put_pool (&message, &f->memory.pool);
  say (f, &message, f->memory.fds, 3);
  g_assert_cmpint (f->ended, ==, HEARTH_ERROR_CORRUPT);
}

/* ---- */

static void
add_tables (void)
{
  static const struct {
    const char *name;
    void (*change) (FramesPoolMessage *);
  } changes[] = {
    { "reserved", change_reserved }, { "size", change_size },     { "huge-size", change_huge_size },
    { "height", change_height },     { "offset", change_offset }, { "stride", change_stride },
    { "n-buffers", change_n_buffers }, { "n-buffers-many", change_n_buffers_to_many },
    { "memory", change_memory },     { "kind", change_kind },
  };

  for (guint i = 0; i < G_N_ELEMENTS (changes); i++) {
    g_autofree char *path = g_strconcat ("/frames/hostile-player/pool/", changes[i].name, NULL);

    g_test_add_data_func (path, (gconstpointer) changes[i].change, test_pool_with_a_lie);
  }
  for (guint i = 0; i < G_N_ELEMENTS (frame_lies); i++) {
    g_autofree char *path = g_strdup_printf ("/frames/hostile-player/frame/%u-%s", i, frame_lies[i].name);

    g_test_add_data_func (path, &frame_lies[i], test_frame_with_a_lie);
  }
  for (guint i = 0; i < G_N_ELEMENTS (shell_lies); i++) {
    g_autofree char *path = g_strconcat ("/frames/hostile-shell/", shell_lies[i].name, NULL);

    g_test_add_data_func (path, &shell_lies[i], test_shell_lies);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_tables ();
#define PLAYER(name, func) g_test_add ("/frames/hostile-player/" name, Fixture, NULL, setup_consumer, func, teardown)
  PLAYER ("memory-without-seals", test_memory_without_seals);
  PLAYER ("memory-that-is-a-pipe", test_memory_that_is_a_pipe);
  PLAYER ("memory-too-short", test_memory_too_short);
  PLAYER ("pool-twice", test_pool_twice);
  PLAYER ("too-many-pools", test_too_many_pools);
  PLAYER ("no-pool-dropped", test_no_pool_dropped);
  PLAYER ("buffer-sent-twice", test_buffer_sent_twice);
  PLAYER ("frame-of-dropped-pool", test_frame_of_dropped_pool);
  PLAYER ("flush-backwards", test_flush_backwards);
  PLAYER ("wrong-side", test_wrong_side);
  PLAYER ("no-message-at-all", test_no_message_at_all);
  PLAYER ("message-too-long", test_message_too_long);
  PLAYER ("descriptors-where-none-belong", test_descriptors_where_none_belong);
  PLAYER ("flood", test_flood);
  PLAYER ("player-that-does-not-read", test_player_that_does_not_read);
#define SHELL(name, func) g_test_add ("/frames/hostile-shell/" name, Fixture, NULL, setup_producer, func, teardown)
  SHELL ("refusal-without-end", test_refusal_without_end);
  SHELL ("answered-twice", test_answered_twice);
  SHELL ("freed-twice", test_freed_twice);
  SHELL ("refused-for-ever", test_refused_for_ever);
  SHELL ("sends-descriptors", test_shell_sends_descriptors);
  return g_test_run ();
}
