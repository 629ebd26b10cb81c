/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Private to the reader of multiplexes. */

#include "ts/hearth-si-multiplex.h"

G_BEGIN_DECLS

void hearth_si_stream_read (HearthSiStream *stream, const HearthTsStream *ts, const HearthSiLoop *descriptors);

G_END_DECLS
