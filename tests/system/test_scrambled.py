#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Television under real scrambling, with control words that change: said on the bus, recorded as it comes, and right again with the words.

A separate program (tests/csa) does the scrambling; Hearth links none of it."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import box as boxes
from box import PATIENCE, ROOT, VIEW, Box, Skip
from gi.repository import GLib
from recordings import PACKET, Folder

GROUP, PORT = '239.255.77.9', 5997
BYTES = 40000 * PACKET  # some ten seconds of the channel
WORDS = ['0123456789abcdef', 'fedcba9876543210', '00112233445566aa', '8877665544332211', 'a1b2c3d4e5f60718', '19283746556473ff']
PERIOD = 700  # packets a word is used for: a fraction of a second, where broadcasters take ten


def run_csa(programs, data, *arguments):
    try:
        program = programs.find('ts-csa')
    except FileNotFoundError:
        raise Skip('ts-csa was not built: libdvbcsa-dev is not installed, or this is an installed tree')
    return subprocess.run([program, *arguments], input=data, stdout=subprocess.PIPE, check=True, timeout=60 * PATIENCE).stdout


def packets_of(data, pid):
    found = (data[at:at + PACKET] for at in range(0, len(data), PACKET))
    return [p for p in found if (p[1] & 0x1f) << 8 | p[2] == pid]


def video_pid(data):
    """That with the most packets."""
    counts = {}
    for at in range(0, len(data), PACKET):
        pid = (data[at + 1] & 0x1f) << 8 | data[at + 2]
        if pid != 0x1fff:
            counts[pid] = counts.get(pid, 0) + 1
    return max(counts, key=counts.get)


class Sender:
    """Sends a stream to a multicast group again and again, at its rate."""

    def __init__(self, data):
        self.data, self.open = data, True
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        out.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton('127.0.0.1'))
        out.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 0)
        begun, sent = time.monotonic(), 0
        while self.open:
            at = sent * 7 * PACKET % len(self.data)
            out.sendto((self.data[at:] + self.data[:7 * PACKET])[:7 * PACKET], (GROUP, PORT))
            sent += 1
            time.sleep(max(0, begun + sent * 7 * PACKET / 750_000 - time.monotonic()))  # the sender's pace
        out.close()

    def close(self):
        self.open = False
        self.thread.join()


def cut(data, pid):
    """From the first PES packet on, so that the words' place is known from the first byte; and as much as uses all words the same number
    of times, so that they go on in their turn when it is sent anew."""
    data = data[next(at for at in range(0, len(data), PACKET) if data[at + 1] & 0x40 and (data[at + 1] & 0x1f) << 8 | data[at + 2] == pid):]
    left = len(packets_of(data, pid)) // (PERIOD * len(WORDS)) * PERIOD * len(WORDS)
    for at in range(0, len(data), PACKET):
        left -= (data[at + 1] & 0x1f) << 8 | data[at + 2] == pid
        if left < 0:
            return data[:at]
    return data


def clear_stream(box):
    """What the head-end sends of channel 1."""
    headend = box.start_headend('--channels', '1')
    with urllib.request.urlopen(next(c['http'] for c in headend['channels'] if c['number'] == 1), timeout=30 * PATIENCE) as answer:
        return answer.read(BYTES)


def scrambled_television_is_recorded_and_clear_again_with_its_words(programs):
    with Box(programs) as box:
        box.start()
        clear = clear_stream(box)
        pid = video_pid(clear)
        clear = cut(clear, pid)
        scrambled = run_csa(programs, clear, 'scramble', hex(pid), ','.join(WORDS), str(PERIOD))
        ours = packets_of(scrambled, pid)
        assert {p[3] >> 6 for p in ours if p[3] & 0x10} == {2, 3}, 'both parities'
        assert not any(a[4:] == b[4:] for a, b in zip(ours, packets_of(clear, pid)) if a[3] & 0x30 == 0x10)
        assert run_csa(programs, scrambled, 'descramble', hex(pid), ','.join(WORDS)) == clear

        playlist = os.path.join(box.folder, 'scrambled.m3u')
        with open(playlist, 'w', encoding='utf-8') as file:
            file.write(f'#EXTM3U\n#EXTINF:-1,Scrambled\nudp://@{GROUP}:{PORT}\n')
        os.chmod(playlist, 0o644)
        network = box.add_network('scrambled', location=playlist)
        sender = Sender(scrambled)
        try:
            box.zap(1)
            box.wait(lambda: box.get(VIEW, 'Player1', 'Reason') == 'NoKeyFrame', 10, 'no key frame')
            box.wait(lambda: 'scrambled' in box.get(VIEW, 'Player1', 'ReasonText'), 10, 'why')
            box.wait(lambda: [s for s in box.streams(network) if s['scrambled'] > 100], 10, 'scrambled packets in the health')
            recording = json.loads(box.ctl('record', '1', '--json'))['id']
            stream = os.path.join(box.state, 'recordings', recording, 'stream.ts')
            box.wait(lambda: os.path.exists(stream) and os.path.getsize(stream) > 4_000_000, 60, 'a recording of what comes')
            box.ctl('recordings', 'stop', recording)
            box.wait(lambda: box.call(ROOT, 'Recordings1', 'Get', '(s)', recording)['state'] == 'finished', 20, 'its end')
        finally:
            sender.close()
        recorded = packets_of(Folder(os.path.join(box.state, 'recordings'), recording).stream, pid)
        assert any(p[3] & 0x80 for p in recorded), 'recorded as it came'
        opened = packets_of(run_csa(programs, b''.join(recorded), 'descramble', hex(pid), ','.join(WORDS)), pid)
        first = next(i for i, p in enumerate(opened) if p[1] & 0x40)  # the words' place was found there
        originals = packets_of(clear, pid) * 3  # the sender went round
        begin = originals.index(opened[first])
        n = len(opened) - first
        assert n > 4 * PERIOD and opened[first:] == originals[begin:begin + n], 'every byte under four words and more'
        wrong = run_csa(programs, b''.join(recorded), 'descramble', hex(pid), ','.join(WORDS[2:] + WORDS[:2][::-1]))
        assert packets_of(wrong, pid) != opened, 'the words matter'


if __name__ == '__main__':
    boxes.run([scrambled_television_is_recorded_and_clear_again_with_its_words])
