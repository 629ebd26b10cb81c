/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Which programme of a transport stream with several an entry means; 0: it does not say. @options: a{sv} of Stream1.Open; of its
 * "attributes" a(ss) those that VLC and Kodi know ("extvlcopt:program", "kodiprop:program",
 * "kodiprop:inputstream.ffmpegdirect.program_number"), else "program=N" in the query of an address that goes to no server (udp,
 * rtp, file). Foreign. */
guint16 hearth_programme_wish (const char *uri, GVariant *options);

G_END_DECLS
