# SPDX-License-Identifier: LGPL-2.1-or-later
# A target a parser of foreign bytes: tests/fuzz/fuzz-NAME.c with LLVMFuzzerTestOneInput, its corpus in tests/fuzz/corpus/NAME/.
# Without --enable-fuzz a target is linked with fuzz-replay.c and replays its corpus in `make check`. Each room lists its own in
# tests/fuzz/<room>.mk.
if FUZZ
FUZZ_MAIN =
FUZZ_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
else
FUZZ_MAIN = tests/fuzz/fuzz-replay.c
FUZZ_LDFLAGS = $(AM_LDFLAGS)
endif
FUZZ_TARGETS =

include tests/fuzz/ts.mk
include tests/fuzz/ring.mk
include tests/fuzz/frames.mk
include tests/fuzz/display.mk
include tests/fuzz/plugins.mk
include tests/fuzz/headend.mk
include tests/fuzz/base.mk
include tests/fuzz/stream.mk
include tests/fuzz/record.mk

check_PROGRAMS += $(FUZZ_TARGETS)
TESTS += $(FUZZ_TARGETS)
EXTRA_DIST += tests/fuzz/corpus tests/fuzz/run-fuzz
