# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each process is killed while television plays; what a person would see is read from the frames' bar codes."""

import ctypes
import errno
import os
import random
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import box as boxes
from box import PATIENCE, ROOT, VIEW, Box, Skip, now_us
from gi.repository import GLib

CHANNEL = 1
BACK_US = 1_000_000 * PATIENCE   # the picture is back within a second
STUCK_US = 2_000_000 * PATIENCE  # a stuck process is found and replaced
KEY_FRAME_US = 300_000 * PATIENCE


def start(programs, **environment):
    box = Box(programs, environment=environment)
    box.start_television(channels='1,2,3')
    box.zap(CHANNEL)
    box.wait_frame(CHANNEL, 15, count=25)
    return box


def pid_of(box, role):
    if role == 'hearthd':
        return box.connection.call_sync('org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus', 'GetConnectionUnixProcessID',
                                        GLib.Variant('(s)', ('tv.hearth.Hearth1',)), None, 0, 5000, None).unpack()[0]
    instance = {'stream': 'headend'}.get(role, 'main')
    return box.wait(lambda: running(box, role, instance), 10, f'hearth-{role} running')


def running(box, role, instance):
    try:
        worker = box.worker(role, instance)
    except (GLib.Error, KeyError):
        return None
    return worker['pid'] if worker['state'] == 'running' else None


def kill(box, role, signal_number=signal.SIGKILL):
    pid = pid_of(box, role)
    at = now_us()
    os.kill(pid, signal_number)
    return at


def shown_since(box, at_us, count=1):
    """Frames of the channel shown after a time; a restarted screen has forgotten its log, and logs again by itself."""
    return box.wait_frame(CHANNEL, 12, after_us=at_us, count=count)


def longest_gap_us(frames):
    times = sorted(f[3] for f in frames)
    return max((b - a for a, b in zip(times, times[1:])), default=0)


def the_picture_outlives_hearthd(programs):
    box = start(programs)
    try:
        before = len(box.frames())
        at = kill(box, 'hearthd')
        box.wait(box.is_up, 10, 'hearthd again')
        box.wait(lambda: box.get(VIEW, 'Player1', 'Picture').get('codec') == 'h264', 10, 'the player, who says what the picture is')
        box.wait(lambda: running(box, 'shell', 'main') and running(box, 'play', 'main') and running(box, 'stream', 'headend'), 10,
                 'all workers adopted')
        assert all(w['adopted'] for w in box.call(ROOT, 'System1', 'GetWorkers') if w['role'] in ('play', 'shell', 'stream'))
        shown_since(box, at + 2_000_000, 10)
        frames = [f for f in box.frames() if f[3] > at - 500_000]
        assert len(box.frames()) > before and longest_gap_us(frames) < 120_000 * PATIENCE, longest_gap_us(frames)
        channel = box.get(VIEW, 'Player1', 'Channel')
        assert channel and box.get(VIEW, 'Player1', 'State') == 'playing'
        serial = box.zap(2)  # and it can still zap
        box.wait_frame(2, 10, serial=serial)
    finally:
        box.close()


def killed_player_and_screen_are_back_within_a_second(programs):
    box = start(programs)
    try:
        for role in ('play', 'shell', 'play'):
            at = kill(box, role)
            frame = shown_since(box, at + 100_000, 3)  # what was under way when it died does not count
            assert frame[3] - at < BACK_US, f'{role}: {(frame[3] - at) / 1000} ms'
    finally:
        box.close()


def standstill(frames):
    """The two frames between which the picture stood longest."""
    return max(zip(frames, frames[1:]), key=lambda pair: pair[1][3] - pair[0][3])


def a_killed_network_moves_on_with_the_next_key_frame(programs):
    box = start(programs)
    try:
        at = kill(box, 'stream')
        box.wait(lambda: running(box, 'stream', 'headend'), 5, 'hearth-stream again')
        shown_since(box, at + 1_500_000, 25)
        assert box.get(VIEW, 'Player1', 'State') == 'playing'
        _, moved = standstill([f for f in box.frames() if f[5] == CHANNEL and f[3] > at - 200_000])
        keys = [k['last_us'] for k in box.headend_get(f'/log?channel={CHANNEL}&since={at}&keys=1')['frames']]
        arrived = [k for k in keys if k < moved[3]]  # the newest one before it moved: what it moved with
        assert arrived and moved[3] - arrived[-1] < KEY_FRAME_US, (moved, keys)
        assert len(arrived) <= 2 * PATIENCE, f'{len(arrived)} key frames went by before the picture moved'
    finally:
        box.close()


def a_stuck_process_is_replaced(programs):
    box = start(programs)
    try:
        for role in ('play', 'stream'):
            pid = pid_of(box, role)
            at = now_us()
            os.kill(pid, signal.SIGSTOP)
            instance = 'headend' if role == 'stream' else 'main'
            box.wait(lambda: running(box, role, instance) not in (None, pid), 6, f'another hearth-{role}')
            assert now_us() - at < STUCK_US, f'{role}: {(now_us() - at) / 1000} ms'
            shown_since(box, now_us(), 5)
    finally:
        box.close()


class HeldThread:
    """One thread of a process stopped, as if it hung, while the others go on; only a tracer can do that."""
    SEIZE, INTERRUPT, ANY_CHILD = 0x4206, 0x4207, 0x40000000

    def __init__(self, pid, name):
        threads = {}
        for thread in os.listdir(f'/proc/{pid}/task'):
            with open(f'/proc/{pid}/task/{thread}/comm', encoding='utf-8') as comm:
                threads[comm.read().strip()] = int(thread)
        assert name in threads, threads
        self.id = threads[name]
        self.trace(self.SEIZE)
        self.trace(self.INTERRUPT)

    def trace(self, request):
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.ptrace(request, self.id, None, None) != 0:
            if ctypes.get_errno() == errno.EPERM:
                raise Skip('this user may not trace another process: one thread alone cannot be stopped')
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), f'ptrace {request:#x}')

    def reap(self):
        """Its tracer must be told of its end, or the process does not end."""
        try:
            os.waitpid(self.id, os.WNOHANG | self.ANY_CHILD)
        except ChildProcessError:
            pass  # was told already


def a_stuck_thread_is_found(programs):
    """The process answers every question, only the one thread that matters stands: by the plug-in's, by a decoder's."""
    box = start(programs, HEARTH_DUMPABLE='1')
    try:
        for role, name in (('stream', 'iptv-ingest'), ('play', 'hearthringsrc:v'), ('play', 'hearthringsrc:a')):
            pid = pid_of(box, role)
            held = HeldThread(pid, name)
            at = now_us()
            instance = 'headend' if role == 'stream' else 'main'
            box.wait(lambda: held.reap() or running(box, role, instance) not in (None, pid), 6, f'another hearth-{role}')
            assert now_us() - at < STUCK_US, f'{role}: {(now_us() - at) / 1000} ms'
            shown_since(box, now_us(), 5)
    finally:
        box.close()


def a_machine_that_stood_still_blames_nobody(programs):
    """Suspended, or its processors taken by others, for longer than a stuck process is given."""
    box = start(programs)
    try:
        everybody = {role: pid_of(box, role) for role in ('hearthd', 'shell', 'play', 'stream')}  # hearthd wakes first
        for pid in everybody.values():
            os.kill(pid, signal.SIGSTOP)
        time.sleep(1.7)  # is what happens
        at = now_us()
        for pid in everybody.values():
            os.kill(pid, signal.SIGCONT)
        shown_since(box, at, 60)
        assert {role: pid_of(box, role) for role in everybody} == everybody
    finally:
        box.close()


def twenty_deaths_in_random_order(programs):
    box = start(programs)
    dice = random.Random(20)
    slow = []
    try:
        for _ in range(20):
            role = dice.choice(('hearthd', 'play', 'shell', 'stream'))
            at = kill(box, role)
            box.wait(box.is_up, 10, 'hearthd')
            box.wait(box.try_log_frames, 10, 'the screen')  # a new hearthd does not know that frames are logged
            frame = shown_since(box, at + 100_000, 3)
            limit = 4_000_000 * PATIENCE if role == 'stream' else BACK_US
            if frame[3] - at > limit:
                slow.append((role, (frame[3] - at) // 1000))
            box.wait(lambda: box.get(VIEW, 'Player1', 'State') == 'playing', 10, 'playing')
        assert not slow, slow
    finally:
        box.close()


if __name__ == '__main__':
    boxes.run([the_picture_outlives_hearthd, killed_player_and_screen_are_back_within_a_second,
               a_killed_network_moves_on_with_the_next_key_frame, a_stuck_process_is_replaced, a_stuck_thread_is_found,
               a_machine_that_stood_still_blames_nobody, twenty_deaths_in_random_order])
