/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* `hearth-headend cable`: its command line, its HTTP pages, its life. Returns the exit status. */
int headend_cable (int argc, char **argv);
