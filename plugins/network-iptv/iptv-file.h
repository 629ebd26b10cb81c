/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "iptv-io.h"

G_BEGIN_DECLS

/**
 * SECTION:iptv-file
 *
 * A transport stream from a file, at the speed of its PCR; with "?loop=1" over
 * and over.
 */
typedef struct _IptvFile IptvFile;

/* @uri: file://. Errors: INVALID_ARGUMENT. */
IptvFile *iptv_file_open (IptvIo *io, const char *uri, HearthStreamSink *sink, GError **error);
void iptv_file_close (IptvFile *self);

G_END_DECLS
