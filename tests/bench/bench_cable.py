# SPDX-License-Identifier: LGPL-2.1-or-later
"""Broadcast networks: the multiplex router, the guide's store."""

import os
import resource
import shutil
import subprocess
import sys
import tempfile

from bench_programs import run

SERVICES = 10


def time_ffmpeg(programs):
    """GB a CPU second of ffmpeg that copies the ten pictures of the same multiplex to ten outputs; None where it cannot."""
    if not programs.peers or shutil.which('ffmpeg') is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'multiplex.ts')
        subprocess.run([os.path.join(programs.build, 'bench-route'), '--write', path], check=True, stdout=sys.stderr)
        outputs = []
        for service in range(1, SERVICES + 1):
            outputs += ['-map', f'0:p:{service}:v', '-c', 'copy', '-f', 'mpegts', '-y', '/dev/null']
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(['ffmpeg', '-hide_banner', '-loglevel', 'fatal', '-nostdin', '-f', 'mpegts', '-i', path, *outputs],
                              check=False, stdout=sys.stderr, timeout=120)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return os.path.getsize(path) / used / 1e9 if done.returncode == 0 else None


def measure_route(programs):
    for line in run(programs, 'bench-route'):
        if line['name'] == 'route-flat':
            ffmpeg = time_ffmpeg(programs)
            if ffmpeg is not None:
                line['beside']['ffmpeg'] = round(ffmpeg, 3)
        yield line


def measure_guide(programs):
    yield from run(programs, 'bench-guide')


MEASURES = {measure_route: ('route-core', 'route-flat'), measure_guide: ('eit-store',)}
