# SPDX-License-Identifier: LGPL-2.1-or-later
hearthlibexec_PROGRAMS += hearth-supervise
hearth_supervise_SOURCES = src/supervise/hearth-supervise.c
