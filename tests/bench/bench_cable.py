# SPDX-License-Identifier: LGPL-2.1-or-later
"""Broadcast networks: the multiplex router, the guide's store."""

import contextlib
import os
import random
import resource
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from gi.repository import GLib

from bench_box import first_key_frame, wait_quietly
from bench_programs import run
from bench_zap import ZAPS, one_zap
from box import VIEW, Box
from cable import by_name, find_channel, names_on, start_cable
from measuring import cpu_seconds, figure, make, percentile

SERVICES = 10
DATAGRAM = 7 * 188
BLAST_GROUP = ('239.77.9.9', 5500)


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


def write_multiplex(programs, folder, seconds):
    """The first multiplex of the simulated cable network: ten services, and the schedule of all forty for eight days. Its path and rate."""
    subprocess.run([programs.find('hearth-headend'), 'cable', '--write', folder, '--seconds', str(seconds)], check=True,
                   stdout=subprocess.DEVNULL)
    path = os.path.join(folder, 'mux-1.ts')
    return path, os.path.getsize(path) * 8 / seconds / 1e6


def send_paced(data, group, mbits, receivers):
    """As UDP, 20 ms at a time; what the receivers got, in bytes."""
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton('127.0.0.1'))
    step = int(mbits * 1e6 / 8 / DATAGRAM / 50) * DATAGRAM
    began, got = time.monotonic(), 0
    for n, at in enumerate(range(0, len(data) - step, step)):
        for offset in range(at, at + step, DATAGRAM):
            sender.sendto(data[offset:offset + DATAGRAM], group)
        for receiver in receivers:
            while select.select([receiver], [], [], 0)[0]:
                got += len(receiver.recv(2048))
        time.sleep(max(0, began + (n + 1) * 0.02 - time.monotonic()))
    sender.close()
    return got


def time_dvblast(programs):
    """Percent of a core of dvblast that sends each service of a multiplex on, its sockets counted in; None where it is not there."""
    if not programs.peers or shutil.which('dvblast') is None:
        return None
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        path, mbits = write_multiplex(programs, folder, 10)
        receivers = [stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(SERVICES)]
        with open(os.path.join(folder, 'outputs'), 'w', encoding='utf-8') as outputs:
            for number, receiver in enumerate(receivers):
                receiver.bind(('127.0.0.1', 0))
                outputs.write(f'127.0.0.1:{receiver.getsockname()[1]}/udp 1 {101 + number}\n')
        blast = subprocess.Popen(['dvblast', '-q', '-U', '-c', outputs.name, '-D', '@%s:%d/udp/ifaddr=127.0.0.1' % BLAST_GROUP],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            with open(path, 'rb') as multiplex:
                data = multiplex.read()
            before, began = cpu_seconds([blast.pid]), time.monotonic()
            got = send_paced(data, BLAST_GROUP, mbits, receivers)
            used, took = cpu_seconds([blast.pid]) - before, time.monotonic() - began
        finally:
            blast.kill()
            blast.wait()
        return round(100 * used / took, 3) if got > len(data) / 4 else None


def measure_route(programs):
    for line in run(programs, 'bench-route'):
        if line['name'] == 'route-core':
            blast = time_dvblast(programs)
            if blast is not None:
                line['beside']['dvblast_with_its_sockets'] = blast
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
    with tempfile.TemporaryDirectory() as folder:
        path, mbits = write_multiplex(programs, folder, 10)
        for line in run(programs, 'bench-si', path, str(mbits)):
            if programs.peers:
                peer = time_dvbpsi(programs, path, str(mbits))
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
