# SPDX-License-Identifier: LGPL-2.1-or-later
"""The whole box: its cold start, its memory, how often it wakes."""

import signal
import subprocess
import time

from gi.repository import GLib

import boxprocess
from box import VIEW, Box, now_us
from measuring import context_switches, figure, median, pss_mb

COLD_STARTS = 5
WAKE_SECONDS = 60


def box_pids(box):
    """All of Hearth's processes: the supervisor's descendants, without the supervisor, the bus and the head-end."""
    return [pid for pid in boxprocess.descendants(box.supervisor.pid) if pid != box.supervisor.pid]


def measure_cold(programs):
    """exec of hearthd to the join, and to the first picture after the first key frame sent since that join."""
    box = Box(programs)
    joins, firsts = [], []
    try:
        box.start_television(channels='1')
        box.zap(1)
        box.wait_frame(1, 20, count=10)
        for _ in range(COLD_STARTS):
            box.stop()
            began = now_us()
            boxprocess.Box.start(box)
            box.wait(box.is_up, 20, 'hearthd')
            box.wait(box.try_log_frames, 10, 'the screen')
            zap = box.wait(lambda: first_zap(box), 15, 'the first picture')
            joins.append((zap['join'] - began) / 1000)
            key = first_key_frame(box, 1, zap['join'])
            firsts.append((zap['first-shown'] - key) / 1000)
        yield figure('cold-join', median(joins), 'ms', 250)
        yield figure('cold-first', median(firsts), 'ms', 100)
    finally:
        box.close()


def first_zap(box):
    try:
        zap = box.call(VIEW, 'Player1', 'GetZap', '(u)', 1)
    except GLib.Error:
        return None
    return zap if 'first-shown' in zap and 'join' in zap else None


def first_key_frame(box, channel, after_us, of='channel'):
    """When the first key frame whose first byte left after a time was wholly sent. `of`: what the head-end's log counts by."""
    def look():
        frames = box.headend_get(f'/log?{of}={channel}&since={after_us}')['frames']
        found = [f['last_us'] for f in frames if f['key'] and f['first_us'] >= after_us]
        return found[0] if found else None
    return box.wait(look, 10, f'a key frame of channel {channel}')


def wait_quietly(seconds):
    """A measuring interval, not a wait for an event."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        signal.sigtimedwait([], deadline - time.monotonic())


def measure_playing(programs):
    box = Box(programs)
    try:
        box.start_television(channels='1,2,3')
        box.set_setting('player.prefetch', GLib.Variant('b', False))
        box.set_setting('screen.banner-seconds', GLib.Variant('u', 60))
        box.zap(1)
        box.wait_frame(1, 20, count=100)
        box.log_frames(False)
        yield figure('stack-pss', pss_mb(box_pids(box) + [box.bus.pid], without=('hearth-ring', 'memfd:hearth-ring')),
                     'MB (rings not counted)', 130, **memory_peers(programs, box))
        box.set_setting('screen.banner-seconds', GLib.Variant('u', 5))
        box.wait(lambda: box.get(VIEW, 'Player1', 'State') == 'playing', 5, 'playing')
        wait_quietly(8)
        pids = box_pids(box) + [box.bus.pid]
        before, at = context_switches(pids), time.monotonic()
        wait_quietly(WAKE_SECONDS)
        playing = (context_switches(pids) - before) / (time.monotonic() - at)
        yield figure('playing-wakeups', playing, 'context switches/s', 400, **wake_peers(programs, box))
        box.call(VIEW, 'Player1', 'Stop', '(a{sv})', {})
        wait_quietly(5)
        before, at = context_switches(pids), time.monotonic()
        wait_quietly(WAKE_SECONDS)
        yield figure('idle-wakeups', (context_switches(pids) - before) / (time.monotonic() - at), 'context switches/s', 5)
    finally:
        box.close()


class Player:
    """mpv on the same multicast, as somebody would start it, without a window."""

    def __init__(self, box):
        group = box.headend['channels'][0]['udp']
        self.process = subprocess.Popen(['mpv', '--no-config', '--vo=null', '--ao=null', '--really-quiet', group], stdin=subprocess.DEVNULL,
                                        stdout=box.log, stderr=box.log)

    def __enter__(self):
        wait_quietly(6)
        return self.process.pid

    def __exit__(self, *_):
        boxprocess.end(self.process)


def memory_peers(programs, box):
    if not programs.peers:
        return {}
    with Player(box) as pid:
        return {'mpv': pss_mb(boxprocess.descendants(pid))}


def wake_peers(programs, box):
    if not programs.peers:
        return {}
    with Player(box) as pid:
        before, at = context_switches(boxprocess.descendants(pid)), time.monotonic()
        wait_quietly(20)
        return {'mpv': (context_switches(boxprocess.descendants(pid)) - before) / (time.monotonic() - at)}


MEASURES = {measure_cold: ('cold-join', 'cold-first'), measure_playing: ('stack-pss', 'playing-wakeups', 'idle-wakeups')}
