# SPDX-License-Identifier: LGPL-2.1-or-later
"""Zapping over multicast: the excess over each zap's own floor, how the picture goes on, when the sound comes."""

import os
import random
import struct

from gi.repository import GLib

import bench_peers
from bench_box import first_key_frame, wait_quietly
from box import VIEW, Box, now_us
from measuring import figure, median, percentile

ZAPS = 40
PERIOD_US = {1: 40000, 2: 40000, 3: 20000}  # of the head-end's channels with a GOP of 1 s and B-frames
BEEP_LEVEL = 0.1  # of full scale: the beep has 0.5, the tone 0.03, before the volume


def frames_of(box, serial):
    return [f for f in box.frames() if f[2] == serial]


def one_zap(box, channel, seconds, open_channel=None):
    """Zaps, lets it play; what was seen. `open_channel`: another way to zap; answers the serial."""
    command = now_us()
    serial = open_channel() if open_channel else box.zap(channel)
    box.wait_frame(channel, 15, serial=serial)
    wait_quietly(seconds)
    frames = [f for f in frames_of(box, serial) if f[5] == channel]
    stages = box.call(VIEW, 'Player1', 'GetZap', '(u)', serial)
    return {'command': command, 'channel': channel, 'frames': frames, 'stages': stages, 'first': frames[0][3]}


def distinct(frames):
    """Times at which another picture came on glass."""
    times, last = [], None
    for frame in frames:
        if frame[6] != last:
            times.append(frame[3])
            last = frame[6]
    return times


def longest_stand(zap, seconds=3):
    """In frame periods, over the first seconds."""
    times = [t for t in distinct(zap['frames']) if t - zap['first'] < seconds * 1_000_000]
    return max((b - a for a, b in zip(times, times[1:])), default=seconds * 1_000_000) / PERIOD_US[zap['channel']]


# ---- sound, by the player's record of it (HEARTH_AUDIO_DUMP; src/play says what it holds) ----

RECORD = struct.Struct('<qIII')  # heard at (µs, CLOCK_MONOTONIC), rate, channels, frames; then S16 samples


def beeps(path):
    """When each beep's first sample is heard."""
    found, loud_until = [], 0
    with open(path, 'rb') as dump:
        data = dump.read()
    at = 0
    while at + RECORD.size <= len(data):
        heard, rate, channels, count = RECORD.unpack_from(data, at)
        at += RECORD.size
        samples = memoryview(data)[at:at + count * channels * 2].cast('h')
        at += count * channels * 2
        for i in range(0, len(samples), channels):
            if abs(samples[i]) > BEEP_LEVEL * 32768:
                time = heard + i // channels * 1_000_000 // rate
                if time > loud_until:
                    found.append(time)
                loud_until = time + 50_000
    return found


def sync_errors(zap, heard):
    """By how many ms each beep is heard after its frame (the one whose number is a multiple of the frame rate) is on glass, after 3 s;
    negative: before. A picture waits for the screen's next refresh, so that sound in time is up to one refresh before it."""
    rate = 1_000_000 // PERIOD_US[zap['channel']]
    errors = []
    for frame in zap['frames']:
        if frame[6] % rate or frame[3] < zap['first'] + 3_000_000:
            continue
        nearest = min(heard, key=lambda t: abs(t - frame[3]), default=None)
        if nearest is not None and abs(nearest - frame[3]) < 400_000:
            errors.append((nearest - frame[3]) / 1000)
    return errors


def beside(peers, what, choose):
    """One figure of each peer that has it."""
    return {name: choose(values[what]) for name, values in peers.items() if values[what]}


# ---- the measures -------------------------------------------------------------------------------------------


def zaps_without_prefetch(box):
    box.set_setting('player.prefetch', GLib.Variant('b', False))
    dice, zaps, channel = random.Random(7), [], 1
    box.wait_frame(one_zap(box, 1, 1)['channel'], 10)
    for _ in range(ZAPS):
        channel = dice.choice([c for c in PERIOD_US if c != channel])
        wait_quietly(dice.random())  # another phase of the GOP each time
        zap = one_zap(box, channel, 3.2)
        key = first_key_frame(box, channel, zap['command'])
        zap['excess'] = (zap['first'] - key) / 1000
        zaps.append(zap)
    return zaps


def measure_zap(programs):
    dump = '/tmp/hearth-bench-sound-%d' % os.getpid()
    box = Box(programs, environment={'HEARTH_AUDIO_DUMP': dump})
    try:
        box.start_television(channels='1,2,3')
        zaps = zaps_without_prefetch(box)
        excess = [z['excess'] for z in zaps]
        box.call(VIEW, 'Player1', 'Stop', '(a{sv})', {})
        peers = bench_peers.measure_zaps(programs, box) if programs.peers else {}
        yield figure('zap-first-p50', percentile(excess, 50), 'ms over the floor', 40, **beside(peers, 'excess', median))
        yield figure('zap-first-p95', percentile(excess, 95), 'ms over the floor', 80,
                     **beside(peers, 'excess', lambda values: percentile(values, 95)))
        moving = [(distinct(z['frames'])[1] - z['first']) / 1000 for z in zaps if len(distinct(z['frames'])) > 1]
        yield figure('zap-moving-p50', percentile(moving, 50), 'ms after the first', 60, **beside(peers, 'moving', median))
        yield figure('zap-freeze-max', max(longest_stand(z) for z in zaps), 'frame periods', 2, **beside(peers, 'freeze', max))
        sound = [(z['stages']['sound'] - z['stages']['first-shown']) / 1000 for z in zaps if 'sound' in z['stages']]
        if sound:
            yield figure('zap-sound-p50', percentile(sound, 50), 'ms after the picture', 150)
        zap = one_zap(box, 1 if zaps[-1]['channel'] != 1 else 3, 12)
        errors = sync_errors(zap, beeps(dump))
        if errors:
            yield figure('zap-avsync', max(abs(e) for e in errors), 'ms off after 3 s (worst)', 40,
                         **{'sound-after-picture-p50': median(errors), 'beeps': len(errors)})
    finally:
        box.close()
        if os.path.exists(dump):
            os.unlink(dump)


def measure_prefetched(programs):
    box = Box(programs)
    times = []
    try:
        network = box.start_television(channels='1,2,3')
        box.zap(1)
        for _ in range(ZAPS // 2):
            wait_quietly(0.5)
            box.wait(lambda: len([s for s in box.streams(network) if s['key-frames'] > 0]) == 3, 10, 'the neighbours')
            command = now_us()
            serial = box.call(VIEW, 'Player1', 'Zap', '(ia{sv})', 1, {})
            first = box.wait(lambda: frames_of(box, serial), 10, 'the neighbour')[0]
            times.append((first[3] - command) / 1000)
        peers = {'mpv_http_from_key': {'times': bench_peers.mpv_from_key(box)}} if programs.peers else {}
        yield figure('zap-prefetched-p50', percentile(times, 50), 'ms', 50, **beside(peers, 'times', median))
        yield figure('zap-prefetched-p95', percentile(times, 95), 'ms', 100,
                     **beside(peers, 'times', lambda values: percentile(values, 95)))
    finally:
        box.close()


MEASURES = {
    measure_zap: ('zap-first-p50', 'zap-first-p95', 'zap-moving-p50', 'zap-freeze-max', 'zap-sound-p50', 'zap-avsync'),
    measure_prefetched: ('zap-prefetched-p50', 'zap-prefetched-p95'),
}
