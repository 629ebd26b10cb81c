/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ring/hearth-ring-layout.h"

#include <errno.h>
#include <hearth/error.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#ifdef __SANITIZE_THREAD__
_Atomic int hearth_ring_tsan_fence;
#endif

/* The event is a datagram socket that is connected to itself, not an eventfd: whoever holds an eventfd can take O_NONBLOCK off
 * it for all and fill it, and the writer would wait in write(). MSG_DONTWAIT belongs to the call. */
static int
make_event (GError **error)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  socklen_t length = sizeof address;
  int fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  /* Bound with no more than a family, it gets a free name of the kernel's choice: unix(7), "Autobind feature". */
  if (fd >= 0 && bind (fd, (struct sockaddr *) &address, sizeof (sa_family_t)) == 0 &&
      getsockname (fd, (struct sockaddr *) &address, &length) == 0 &&
      connect (fd, (struct sockaddr *) &address, length) == 0)
    return fd;
  hearth_error_set_errno (error, errno, "making the event of a ring's waiter");
  if (fd >= 0)
    close (fd);
  return -1;
}

static int
make_page (GError **error)
{
  const HearthRingWaiterPage page = { .magic = HEARTH_RING_WAITER_MAGIC, .threshold = HEARTH_RING_NOT_ARMED };
  int fd = memfd_create ("hearth-ring-waiter", MFD_CLOEXEC | MFD_ALLOW_SEALING);

  if (fd >= 0 && ftruncate (fd, HEARTH_RING_WAITER_BYTES) == 0 && pwrite (fd, &page, sizeof page, 0) == sizeof page &&
      fcntl (fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
    return fd;
  hearth_error_set_errno (error, errno, "making the page of a ring's waiter");
  if (fd >= 0)
    close (fd);
  return -1;
}

static void
close_fd (int *fd)
{
  if (*fd >= 0)
    close (*fd);
}

HearthRingWaiter *
hearth_ring_waiter_new (GError **error)
{
  __attribute__ ((cleanup (close_fd))) int page_fd = make_page (error);
  __attribute__ ((cleanup (close_fd))) int event_fd = page_fd >= 0 ? make_event (error) : -1;

  return event_fd >= 0 ? hearth_ring_waiter_new_for_fds (page_fd, event_fd, error) : NULL;
}

static gboolean
check_page (int fd, GError **error)
{
  struct stat status;
  int seals = fcntl (fd, F_GET_SEALS);

  if (seals >= 0 && (seals & F_SEAL_SHRINK) != 0 && fstat (fd, &status) == 0 && status.st_size == HEARTH_RING_WAITER_BYTES)
    return TRUE;
  g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT,
                       "the page of a ring's waiter is no memory of one page that is sealed against shrinking");
  return FALSE;
}

static gboolean
check_event (int fd, GError **error)
{
  int domain = 0, type = 0;
  socklen_t length = sizeof domain;

  if (getsockopt (fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) == 0 && domain == AF_UNIX &&
      getsockopt (fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && type == SOCK_DGRAM)
    return TRUE;
  g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT,
                       "the event of a ring's waiter was not made by hearth_ring_waiter_new()");
  return FALSE;
}

HearthRingWaiter *
hearth_ring_waiter_new_for_fds (int page_fd, int event_fd, GError **error)
{
  g_autoptr (HearthRingWaiter) self = NULL;

  if (!check_page (page_fd, error) || !check_event (event_fd, error))
    return NULL;
  self = g_new0 (HearthRingWaiter, 1);
  self->page_fd = fcntl (page_fd, F_DUPFD_CLOEXEC, 3);
  self->event_fd = fcntl (event_fd, F_DUPFD_CLOEXEC, 3);
  self->page = mmap (NULL, HEARTH_RING_WAITER_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, page_fd, 0);
  if (self->page_fd < 0 || self->event_fd < 0 || self->page == MAP_FAILED) {
    hearth_error_set_errno (error, errno, "mapping the page of a ring's waiter");
    return NULL;
  }
  if (self->page->magic != HEARTH_RING_WAITER_MAGIC) {
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT, "the page of a ring's waiter is none");
    return NULL;
  }
  return g_steal_pointer (&self);
}

void
hearth_ring_waiter_free (HearthRingWaiter *self)
{
  if (self->page != NULL && self->page != MAP_FAILED)
    munmap (self->page, HEARTH_RING_WAITER_BYTES);
  close_fd (&self->page_fd);
  close_fd (&self->event_fd);
  g_free (self);
}

int
hearth_ring_waiter_get_page_fd (HearthRingWaiter *self)
{
  return self->page_fd;
}

int
hearth_ring_waiter_get_event_fd (HearthRingWaiter *self)
{
  return self->event_fd;
}

void
hearth_ring_waiter_kick (HearthRingWaiter *self)
{
  /* When it is full, it is readable already. */
  while (send (self->event_fd, "", 0, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && errno == EINTR)
    ;
}

void
hearth_ring_waiter_clear (HearthRingWaiter *self)
{
  char byte;

  /* Bounded: who writes without end must not hold the reader here. */
  for (guint i = 0; i < 1024; i++)
    if (recv (self->event_fd, &byte, sizeof byte, MSG_DONTWAIT) < 0 && errno != EINTR)
      return;
}

void
hearth_ring_waiter_wake_at (HearthRingWaiter *self, guint64 head)
{
  guint64 threshold = atomic_load_explicit (&self->page->threshold, memory_order_relaxed);

  /* Once for each arming; when the reader armed anew meanwhile, look again. Bounded, as the page is the reader's. */
  for (guint i = 0; i < 8 && threshold <= head; i++)
    if (atomic_compare_exchange_strong (&self->page->threshold, &threshold, HEARTH_RING_NOT_ARMED)) {
      hearth_ring_waiter_kick (self);
      return;
    }
}
