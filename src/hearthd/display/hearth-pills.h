/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* "1080p", "SD 576i", "2160p · HLG", of what Player1.Picture tells; NULL: not known yet. */
char *hearth_pills_dup_picture (GVariant *picture);

G_END_DECLS
