# SPDX-License-Identifier: LGPL-2.1-or-later
"""Figures that a C program of this folder measures: it prints the lines itself."""

import json
import os
import subprocess

from measuring import make


def run(programs, name, *arguments):
    path = os.path.join(programs.build, name)
    make(programs, name)
    environment = dict(os.environ, G_TEST_BUILDDIR=programs.build, HEARTH_PLUGIN_DIR=os.path.join(programs.build, '.libs'))
    done = subprocess.run([path, *arguments], capture_output=True, text=True, timeout=300, env=environment)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip() or f'{name} ended with {done.returncode}')
    for line in done.stdout.splitlines():
        if line.startswith('{'):
            yield json.loads(line)


def measure_ingest(programs):
    yield from run(programs, 'bench-ingest')


def measure_ring(programs):
    yield from run(programs, 'bench-ring')


MEASURES = {measure_ring: ('ring-write', 'ring-overruns'), measure_ingest: ('ingest-cores', 'ingest-lost')}
