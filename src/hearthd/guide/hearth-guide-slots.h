/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the guide's writer remembers of the events of one service. Private to it. */
typedef struct {
  guint32 number;
  guint32 duration_s;
  gint64 start_s;
  guint64 hash;
  guint16 place;    /* table << 8 | section of the schedule that told it; 0: none did */
  guint8 running;
  gboolean present; /* told by present/following, which knows better */
} HearthGuideSlot;

typedef struct {
  gint64 id;      /* of the row in services */
  char *key;      /* "network MARK address" */
  GArray *slots;  /* HearthGuideSlot, in no order; NULL: not loaded */
} HearthGuideService;

void hearth_guide_service_free (gpointer service);
HearthGuideSlot *hearth_guide_service_find (HearthGuideService *self, guint32 number); /* (nullable); valid until the next change */
void hearth_guide_service_remove (HearthGuideService *self, guint32 number);

typedef enum {
  HEARTH_GUIDE_FITS,     /* nothing is in its way */
  HEARTH_GUIDE_DISPLACES, /* takes the place of @other */
  HEARTH_GUIDE_YIELDS,   /* what is there knows better */
} HearthGuideFit;

/* Events that lie over each other by more than half of the shorter one cannot both be: the newer word is right, but a schedule's word
 * is not newer than that of present/following. What overlaps by less is a programme that takes a little longer. */
HearthGuideFit hearth_guide_service_fit (HearthGuideService *self, const HearthGuideSlot *slot, guint32 *other);

G_END_DECLS
