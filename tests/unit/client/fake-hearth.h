/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A private bus with a make-believe hearthd on it, for tests of what talks to hearthd: the program fake-hearth, whose channels,
 * networks and zaps are fixed (fake-hearth.c says how). Sets HEARTH_BUS. */
typedef struct {
  GTestDBus *bus;
  GSubprocess *hearth; /* NULL while it does not run */
} FakeHearth;

void fake_hearth_up (FakeHearth *fake, const char *n_channels); /* NULL: 5 channels */
void fake_hearth_down (FakeHearth *fake);
/* Hearth alone; returns when the bus has its name, or has it no more. */
void fake_hearth_start (FakeHearth *fake, const char *n_channels);
void fake_hearth_stop (FakeHearth *fake);

/* What fake-hearth gives as a picture. */
#define FAKE_JPEG "\xff\xd8\xff\xe0 fake picture \xff\xd9"
#define FAKE_PNG "\x89PNG\r\n\x1a\n fake picture"

G_END_DECLS
