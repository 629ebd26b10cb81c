/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A module that is no plug-in: it has no HEARTH_PLUGIN_DEFINE. */
#include <hearth/plugin.h>

extern const char hearth_test_word[];
const char hearth_test_word[] = "not a plug-in";
