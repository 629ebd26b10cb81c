/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/tuner.h>

G_BEGIN_DECLS

/* The services of a broadcast network as a scan found them: numbers without conflicts, and what is new since the last one.
 * Pure but for memory. */

typedef struct {
  guint16 original_network_id, transport_stream_id, service_id;
  char *name, *provider; /* UTF-8; (nullable) */
  guint number;          /* 0: none */
  gboolean hd_number;    /* told as that of an HD service: goes before its SD twin */
  gboolean hidden;       /* the network says: not to be shown */
  gboolean encrypted;
  HearthServiceKind kind;
  guint8 type;           /* EN 300 468, table 87 */
  HearthTunerParams params;
} HearthLineupService;

typedef struct {
  GPtrArray *services; /* HearthLineupService, sorted by triplet once finished */
  char *network_name;  /* (nullable) */
} HearthLineup;

HearthLineup *hearth_lineup_new (void);
void hearth_lineup_free (HearthLineup *self);
/* (transfer none); the caller fills it in. Of a triplet that is there already, that one is returned, empty again. */
HearthLineupService *hearth_lineup_add (HearthLineup *self, guint16 original_network_id, guint16 transport_stream_id, guint16 service_id);
HearthLineupService *hearth_lineup_find (HearthLineup *self, guint16 original_network_id, guint16 transport_stream_id, guint16 service_id);
/* Sorts, and gives numbers: of several who want the same one the first wins by being HD by number, television, clear, then by its
 * triplet; the others get the first free ones from 800 on (as NorDig and the D-Book have it), those without any from 1000 on, or
 * from 1 on where nobody has one: television, then radio. Data services and hidden ones get none. Returns how many conflicts there were. */
guint hearth_lineup_finish (HearthLineup *self);

typedef enum {
  HEARTH_LINEUP_CAME,
  HEARTH_LINEUP_WENT,
  HEARTH_LINEUP_MOVED,   /* to another multiplex, or its multiplex elsewhere */
  HEARTH_LINEUP_RENAMED,
} HearthLineupChange;

/* What @now has that @before had not, and so on; @service: of @before for WENT, else of @now. */
void hearth_lineup_compare (HearthLineup *before, HearthLineup *now,
                            void (*tell) (HearthLineupChange change, const HearthLineupService *service, gpointer user_data), gpointer user_data);

/* "dvb://1.2.3"; (transfer full) */
char *hearth_lineup_dup_uri (const HearthLineupService *service);
gboolean hearth_lineup_parse_uri (const char *uri, guint16 *original_network_id, guint16 *transport_stream_id, guint16 *service_id);
/* Tells it all to @host: begin, services, end. */
void hearth_lineup_tell (HearthLineup *self, HearthNetworkHost *host);
/* One entry of a list as it was told; FALSE for one that is not of ours. */
gboolean hearth_lineup_take (HearthLineup *self, const char *uri, const char *name, const char *number, HearthServiceKind kind, GVariant *attributes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthLineup, hearth_lineup_free)

G_END_DECLS
