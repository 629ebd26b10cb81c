/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hearth-db.h"
#include "hearthd/channels/hearth-service-list.h"

G_BEGIN_DECLS

/**
 * SECTION:identities
 *
 * Who is who: which service of which network was which channel the last time.
 * A service is known again by its address without tokens, else by guide id and
 * name, else by name alone; a service of another network becomes a leg of the
 * channel that has its guide id and name, else its name. What went keeps its
 * place for a year, so that it comes back as itself. Main thread; the database is written
 * behind.
 */
typedef struct _HearthIdentities HearthIdentities;

HearthIdentities *hearth_identities_new (HearthDb *db);
void hearth_identities_free (HearthIdentities *identities);
/* The ids (borrowed, 16 characters) of @entries in their order; no two of one network share one. */
GPtrArray *hearth_identities_match (HearthIdentities *identities, const char *network, const HearthServiceEntry *entries, guint n);
const char *hearth_identities_get_number (HearthIdentities *identities, const char *id); /* (nullable) */
void hearth_identities_set_number (HearthIdentities *identities, const char *id, const char *number);
/* The list is made: what changed goes to the database. */
void hearth_identities_end (HearthIdentities *identities);
/* Forgets services that no list has had for a year, and beyond 100,000 of those that went the ones that went first, with the
 * channels that have no other; but none of @pointed (a set of ids). Returns how many services. */
guint hearth_identities_forget (HearthIdentities *identities, GHashTable *pointed);

G_END_DECLS
