/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "iptv-attributes.h"

G_BEGIN_DECLS

/* What a list says of itself in #EXTM3U, and what of it holds for each entry. Pure. @header: of HearthAttribute. */

/* The header's attributes, s each; "guide-urls" as; "name" s. (transfer floating) */
GVariant *iptv_header_make_details (const GArray *header, const char *name);

/* Of @header those that are defaults for entries that say nothing themselves: Kodi's IPTV Simple knows tvg-shift and the
 * catchup ones, other players also headers of requests. (transfer full) */
GArray *iptv_header_find_defaults (const GArray *header);

/* Appends to @attributes the defaults whose keys are not there. */
void iptv_header_inherit (GArray *attributes, const GArray *defaults);

G_END_DECLS
