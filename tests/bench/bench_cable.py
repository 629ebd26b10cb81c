# SPDX-License-Identifier: LGPL-2.1-or-later
"""Broadcast networks: the multiplex router, the guide's store."""

import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile

from gi.repository import GLib

from bench_box import first_key_frame, wait_quietly
from bench_programs import run
from bench_zap import ZAPS, one_zap
from box import VIEW, Box
from cable import by_name, find_channel, names_on, start_cable
from measuring import figure, make, percentile

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


def time_dvbpsi(programs, path, mbits):
    """Percent of a core of libdvbpsi at the same tables; None where it is not there."""
    try:
        make(programs, 'bench-dvbpsi')
    except (RuntimeError, subprocess.CalledProcessError):
        return None
    done = subprocess.run([os.path.join(programs.build, 'bench-dvbpsi'), path, mbits], capture_output=True, text=True, check=True, timeout=120)
    return float(done.stdout)


def measure_si(programs):
    """A multiplex of the simulated cable network: ten services, and the schedule of all forty for eight days."""
    seconds = 10
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([programs.find('hearth-headend'), 'cable', '--write', folder, '--seconds', str(seconds)], check=True,
                       stdout=subprocess.DEVNULL)
        path = os.path.join(folder, 'mux-1.ts')
        mbits = str(os.path.getsize(path) * 8 / seconds / 1e6)
        for line in run(programs, 'bench-si', path, mbits):
            if programs.peers:
                peer = time_dvbpsi(programs, path, mbits)
                if peer is not None:
                    line['beside']['libdvbpsi'] = peer
            yield line


def measure_guide(programs):
    yield from run(programs, 'bench-guide')


def measure_zap_mux(programs):
    """Zaps between services of a multiplex that stays tuned: command to first picture, over the next key frame on the line."""
    box = Box(programs)
    excess = []
    try:
        headend, _, _ = start_cable(box, count=1)
        box.wait(box.try_log_frames, 15, 'the screen')
        box.set_setting('player.prefetch', GLib.Variant('b', False))
        services = [by_name(headend, name) for name in names_on(headend, 1)]
        ids = {s['service_id']: find_channel(box, s['name'])['id'] for s in services}
        dice, on = random.Random(7), None
        for _ in range(ZAPS + 1):  # the first one tunes
            on = dice.choice([s for s in services if s is not on])
            wait_quietly(dice.random())  # another phase of the GOP each time
            zap = one_zap(box, on['content'], 0.5,
                          lambda: box.call(VIEW, 'Player1', 'Open', '(sa{sv})', ids[on['service_id']], {}))
            excess.append((zap['first'] - first_key_frame(box, on['service_id'], zap['command'], of='service')) / 1000)
        yield figure('zap-mux-p50', percentile(excess[1:], 50), 'ms over the floor', 40)
        yield figure('zap-mux-p95', percentile(excess[1:], 95), 'ms over the floor', 80)
    finally:
        box.close()


MEASURES = {measure_zap_mux: ('zap-mux-p50', 'zap-mux-p95'), measure_route: ('route-core', 'route-flat'), measure_si: ('si-core',), measure_guide: ('eit-store',)}
