# SPDX-License-Identifier: LGPL-2.1-or-later
"""Recordings: many services at once, to the disk that the build is on."""

import os
import resource
import shutil
import subprocess
import sys
import tempfile

from bench_programs import run

BYTES_A_SECOND = 200e6  # 200 services of 8 Mbit/s


def copy_cores(command, path, output):
    """Cores that a program needs to copy as much a second as the recorder does, from its cost for one file; None where it cannot."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([*command, output], check=False, stdout=sys.stderr, timeout=120)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return used / os.path.getsize(path) * BYTES_A_SECOND if done.returncode == 0 else None


def measure_peers(programs):
    """ffmpeg that copies a multiplex of ten services packet by packet, and dd, which looks at nothing."""
    with tempfile.TemporaryDirectory(dir=programs.build) as folder:
        path, output = os.path.join(folder, 'in.ts'), os.path.join(folder, 'out.ts')
        subprocess.run(['make', '-s', '-C', programs.build, 'bench-route'], check=True, stdout=sys.stderr)
        subprocess.run([os.path.join(programs.build, 'bench-route'), '--write', path], check=True, stdout=sys.stderr)
        peers = {'dd': copy_cores(['dd', 'bs=64k', 'conv=fdatasync', 'status=none', 'if=' + path], path, 'of=' + output)}
        if shutil.which('ffmpeg'):
            peers['ffmpeg'] = copy_cores(['ffmpeg', '-hide_banner', '-loglevel', 'fatal', '-nostdin', '-f', 'mpegts', '-i', path,
                                          '-map', '0:v', '-c', 'copy', '-f', 'mpegts', '-y'], path, output)
        return {peer: round(cores, 3) for peer, cores in peers.items() if cores is not None}


def measure_record(programs):
    for line in run(programs, 'bench-record', '--folder', programs.build):
        if line['name'] == 'record-cores' and programs.peers:
            line['beside'].update(measure_peers(programs))
        yield line


MEASURES = {measure_record: ('record-cores', 'record-lost')}
