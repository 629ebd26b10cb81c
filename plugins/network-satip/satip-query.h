/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/tuner.h>

G_BEGIN_DECLS

/**
 * SECTION:satip-query
 *
 * What is wanted of a server, as it is written behind the question mark of a
 * request (SAT>IP 1.2.2, 3.5.11). Pure.
 */
#define SATIP_ALL_PIDS HEARTH_TUNER_ALL_PIDS

/* Appends "src=1&freq=11778&pol=v&msys=dvbs2&..."; @front_end: 0 leaves the choice to the server. What is automatic is left out.
 * FALSE with @error (NOT_SUPPORTED, INVALID_ARGUMENT) for what cannot be said so. */
gboolean satip_query_append_params (GString *query, const HearthTunerParams *params, guint front_end, GError **error);
/* Appends "&pids=0,16,17", "&pids=all" or "&pids=none". @pids: guint16, ascending. */
void satip_query_append_pids (GString *query, const GArray *pids);
/* Appends what leads from one list to the other: "addpids=100,101&delpids=7"; the whole list where that is shorter or "all" is in it.
 * FALSE: they are the same. */
gboolean satip_query_append_change (GString *query, const GArray *from, const GArray *to);
gboolean satip_query_is_all (const GArray *pids);

G_END_DECLS
