# SPDX-License-Identifier: LGPL-2.1-or-later
# Under the GPL with the library that it links: never installed, never linked by anything of ours.
EXTRA_DIST += tests/csa/README.md
if DVBCSA
check_PROGRAMS += ts-csa
endif
ts_csa_SOURCES = tests/csa/ts-csa.c
ts_csa_LDADD = -ldvbcsa
