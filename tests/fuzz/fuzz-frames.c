/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A hostile peer on a frame link. The first byte says at which end; then come records: which message to begin with, how many
 * descriptors and which, where to write over the message, how many bytes, and these bytes. So the fuzzer has good messages to
 * spoil and need not guess them. */
#include "frames/hearth-frames-wire.h"

#include <drm_fourcc.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

#define MAX_RECORDS 64
#define BUFFER_BYTES 4096 /* a 32 by 32 picture, NV12, is in it */

typedef struct {
  const uint8_t *data;
  size_t size;
} Input;

typedef struct {
  HearthFramesConsumer *consumer;
  HearthFrame held[8];
  const HearthFramePool *pools[8];
  guint n_held;
  volatile guint sum;
  gboolean closed;
} Shell;

static int good_memory, bad_memory;

static guint8
take_byte (Input *input)
{
  if (input->size == 0)
    return 0;
  input->size--;
  return *input->data++;
}

static void
make_memory (void)
{
  if (good_memory != 0)
    return;
  good_memory = memfd_create ("good", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  bad_memory = memfd_create ("bad", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (ftruncate (good_memory, BUFFER_BYTES) < 0 || ftruncate (bad_memory, BUFFER_BYTES) < 0 ||
      fcntl (good_memory, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) < 0)
    g_error ("no memfd");
}

static void
fill_pool (FramesMessage *message, guint32 number)
{
  const HearthFramePool pool = { .pool = number, .fourcc = DRM_FORMAT_NV12, .memory = HEARTH_MEMORY_MEMFD, .width = 32,
                                 .height = 32, .n_planes = 2, .offset = { 0, 1024 }, .stride = { 32, 32 }, .n_buffers = 2,
                                 .buffer_bytes = BUFFER_BYTES };

  frames_wire_put_pool (message, &pool);
}

static void
fill_frame (FramesMessage *message, guint8 choice, guint64 sequence)
{
  const HearthFrame frame = { .pool = 1, .index = choice & 1, .sequence = sequence, .serial = 1, .crop = { 0, 0, 32, 32 },
                              .sar_num = 1, .sar_den = 1 };

  frames_wire_put_frame (message, &frame);
}

static void
fill_message (FramesMessage *message, guint8 kind, guint64 sequence)
{
  memset (message, 0, sizeof *message);
  message->header.type = (guint32[]){ FRAMES_CAPS, FRAMES_SHOWN, FRAMES_DROPPED, FRAMES_FREED, FRAMES_REFUSED, FRAMES_POOL,
                                      FRAMES_DROP_POOL, FRAMES_FRAME, FRAMES_FLUSH, FRAMES_CLEAR }[kind % 10];
  if (message->header.type == FRAMES_POOL)
    fill_pool (message, 1);
  else if (message->header.type == FRAMES_FRAME)
    fill_frame (message, kind / 10, sequence);
  else if (message->header.type == FRAMES_CAPS)
    message->caps.protocol = FRAMES_PROTOCOL;
  else if (message->header.type == FRAMES_SHOWN || message->header.type == FRAMES_DROPPED)
    message->answer = (FramesAnswerMessage){ message->header, sequence, message->header.type == FRAMES_SHOWN, 1, 0 };
  else if (message->header.type == FRAMES_FREED)
    message->number = (FramesNumberMessage){ message->header, 1, (kind / 10) & 1 };
  else if (message->header.type == FRAMES_REFUSED || message->header.type == FRAMES_DROP_POOL)
    message->number.number = 1;
}

/* Sends one record over @peer. */
static void
say_record (int peer, Input *input, guint64 sequence)
{
  FramesMessage message;
  guint8 kind = take_byte (input), descriptors = take_byte (input), offset = take_byte (input), n = take_byte (input);
  int fds[4];

  fill_message (&message, kind, sequence);
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    fds[i] = (descriptors >> (4 + i)) & 1 ? bad_memory : good_memory;
  for (guint i = 0; i < n && input->size > 0; i++) {
    guint8 byte = take_byte (input);

    if (sizeof (FramesHeader) + offset + i < sizeof message) /* the kind stays: what is no message is tested apart */
      ((guint8 *) &message)[sizeof (FramesHeader) + offset + i] = byte;
  }
  frames_wire_send (peer, &message, fds, descriptors % 5, NULL);
}

/* ---- the shell's end ------------------------------------------------------------------- */

static gboolean
on_add_pool (HearthFramesConsumer *link, const HearthFramePool *pool, gpointer user_data, GError **error)
{
  return pool->width % 3 != 0; /* some are refused */
}

static void
on_drop_pool (HearthFramesConsumer *link, guint32 pool, gpointer user_data)
{
}

static void
release_oldest (Shell *shell)
{
  HearthFrame frame = shell->held[0];

  memmove (shell->held, shell->held + 1, --shell->n_held * sizeof frame);
  hearth_frames_consumer_shown (shell->consumer, &frame, 1);
  hearth_frames_consumer_release (shell->consumer, frame.pool, frame.index);
}

static void
on_frame (HearthFramesConsumer *link, const HearthFrame *frame, gpointer user_data)
{
  Shell *shell = user_data;

  if (shell->n_held == G_N_ELEMENTS (shell->held))
    release_oldest (shell);
  shell->held[shell->n_held++] = *frame;
}

static void
on_flush (HearthFramesConsumer *link, guint32 serial, gpointer user_data)
{
  Shell *shell = user_data;

  if (shell->n_held > 0)
    release_oldest (shell);
}

static void
on_clear (HearthFramesConsumer *link, gpointer user_data)
{
  Shell *shell = user_data;

  while (shell->n_held > 0)
    release_oldest (shell);
}

static void
on_consumer_closed (HearthFramesConsumer *link, const GError *error, gpointer user_data)
{
  g_assert (!((Shell *) user_data)->closed);
  ((Shell *) user_data)->closed = TRUE;
}

static const HearthFramesConsumerFuncs consumer_funcs = { on_add_pool, on_drop_pool, on_frame, on_flush, on_clear,
                                                          on_consumer_closed };

static void
attack_shell (int fds[2], Input *input)
{
  const HearthFramesCaps caps = { HEARTH_MEMORY_MEMFD, 1, { DRM_FORMAT_NV12 } };
  Shell shell = { 0 };

  shell.consumer = hearth_frames_consumer_new (fds[0], &caps, &consumer_funcs, &shell, NULL);
  for (guint i = 0; i < MAX_RECORDS && input->size > 0 && !shell.closed; i++) {
    say_record (fds[1], input, i + 1);
    while (g_main_context_iteration (NULL, FALSE))
      ;
  }
  close (fds[1]);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert (shell.closed);
  on_clear (shell.consumer, &shell);
  hearth_frames_consumer_free (shell.consumer);
}

/* ---- the player's end -------------------------------------------------------------------- */

static void
on_caps (HearthFramesProducer *link, const HearthFramesCaps *caps, gpointer user_data)
{
}

static void
on_shown (HearthFramesProducer *link, guint64 sequence, guint32 serial, gint64 shown_us, gpointer user_data)
{
}

static void
on_dropped (HearthFramesProducer *link, guint64 sequence, guint32 serial, gpointer user_data)
{
}

static void
on_freed (HearthFramesProducer *link, guint32 pool, guint32 index, gpointer user_data)
{
}

static void
on_refused (HearthFramesProducer *link, guint32 pool, const char *reason, gpointer user_data)
{
  hearth_frames_producer_drop_pool (link, pool, NULL);
}

static void
on_producer_closed (HearthFramesProducer *link, const GError *error, gpointer user_data)
{
}

static const HearthFramesProducerFuncs producer_funcs = { on_caps, on_shown, on_dropped, on_freed, on_refused,
                                                          on_producer_closed };

static void
attack_player (int fds[2], Input *input)
{
  HearthFramesProducer *producer = hearth_frames_producer_new (fds[0], &producer_funcs, NULL, NULL);
  const int memory[2] = { good_memory, good_memory };
  FramesMessage message;
  HearthFramePool pool;
  gboolean open = TRUE;

  fill_pool (&message, 1);
  frames_wire_get_pool (&message, &pool);
  pool.fds = memory;
  hearth_frames_producer_add_pool (producer, &pool, NULL);
  for (guint i = 0; i < MAX_RECORDS && input->size > 0 && open; i++) {
    HearthFrame frame;

    fill_frame (&message, i, i + 1);
    frames_wire_get_frame (&message, &frame);
    hearth_frames_producer_send (producer, &frame, NULL);
    say_record (fds[1], input, i + 1);
    open = hearth_frames_producer_dispatch (producer);
  }
  close (fds[1]);
  g_assert (!hearth_frames_producer_dispatch (producer));
  hearth_frames_producer_free (producer);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  Input input = { data, size };
  int fds[2];

  make_memory ();
  if (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
    return 0;
  if (take_byte (&input) & 1)
    attack_player (fds, &input);
  else
    attack_shell (fds, &input);
  return 0;
}
