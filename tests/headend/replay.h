/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* `hearth-headend replay FILE URL`; argv[0] is the program, argv[1] "replay". Returns the exit status. */
int headend_replay (int argc, char **argv);
