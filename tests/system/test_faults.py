# SPDX-License-Identifier: LGPL-2.1-or-later
"""What goes wrong on real lines: the picture plays on, and stream health says what it was."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import box as boxes
from box import PATIENCE, VIEW, Box, now_us

CHANNEL = 1


def start(programs, *arguments, out=None):
    box = Box(programs)
    network = box.start_television(*arguments, channels='1,2', out=out)
    serial = box.zap(CHANNEL)
    box.wait_frame(CHANNEL, 20, serial=serial, count=25)
    return box, network, serial


def health(box, network):
    """Of the stream that is on."""
    channel = box.get(VIEW, 'Player1', 'Channel')
    found = [s for s in box.streams(network) if s['channel'] == channel]
    return found[0] if found else {}


def plays_on(box, after_us, seconds, longest_us=500_000):
    """Frames keep coming, none stands for longer than half a second."""
    wanted = int(seconds * 25 * 0.8)
    box.wait_frame(CHANNEL, seconds * 3 + 5, after_us=after_us, count=wanted)
    times = [f[3] for f in box.frames() if f[5] == CHANNEL and f[3] > after_us]
    longest = max((b - a for a, b in zip(times, times[1:])), default=10**9)
    assert longest < longest_us * PATIENCE, f'a picture stood for {longest / 1000} ms'
    assert box.get(VIEW, 'Player1', 'State') == 'playing'


def loss_is_counted_and_played_over(programs):
    for out, key in ((None, 'continuity-errors'), ('rtp', 'lost')):
        box, network, _ = start(programs, out=out)
        try:
            before = health(box, network)[key]
            box.fault(CHANNEL, 'loss', percent=1)
            at = now_us()
            box.wait(lambda: health(box, network)[key] >= before + 3, 20, f'{key} growing with {out or "udp"}')
            plays_on(box, at, 4)
        finally:
            box.close()


def rtp_puts_in_order_again(programs):
    box, network, _ = start(programs, out='rtp')
    try:
        box.fault(CHANNEL, 'reorder', percent=5, depth=3)
        at = now_us()
        box.wait(lambda: health(box, network)['reordered'] > 5, 20, 'reordered datagrams')
        plays_on(box, at, 4)
        found = health(box, network)
        assert found['continuity-errors'] == 0 and found['lost'] == 0, found
        box.fault(CHANNEL, 'clear')
        box.fault(CHANNEL, 'duplicate', percent=10)
        box.wait(lambda: health(box, network)['duplicate'] > 5, 20, 'duplicates')
        assert health(box, network)['continuity-errors'] == 0
    finally:
        box.close()


def a_stall_is_told_and_ends_by_itself(programs):
    box, network, _ = start(programs)
    try:
        at = now_us()
        box.fault(CHANNEL, 'stall', ms=4000)
        box.wait(lambda: box.get(VIEW, 'Player1', 'State') == 'no-signal', 4, 'no signal on the bus')
        assert now_us() - at < 3_500_000 * PATIENCE, (now_us() - at) / 1000
        assert box.get(VIEW, 'Player1', 'Reason') == 'NoPackets'
        box.wait(lambda: box.get(VIEW, 'Player1', 'State') == 'playing', 10, 'playing again')
        # What the sender skipped is lost, and with it the beginning of a group of a second: pictures go on with the next one.
        plays_on(box, now_us(), 2, longest_us=1_500_000)
    finally:
        box.close()


def times_wrap_and_jump(programs):
    box, network, _ = start(programs)
    try:
        box.fault(CHANNEL, 'wrap', seconds=3)
        box.wait_frame(CHANNEL, 15, after_us=now_us() + 1_500_000, count=10)
        at = now_us()
        plays_on(box, at, 6)  # over the wrap
        box.fault(CHANNEL, 'pcr-jump', seconds=100)
        box.wait_frame(CHANNEL, 15, after_us=now_us() + 2_000_000, count=25)
        box.wait(lambda: health(box, network)['pcr-jumps'] >= 1, 5, 'the jump in the health')
        box.fault(CHANNEL, 'restart')
        box.wait_frame(CHANNEL, 15, after_us=now_us() + 2_000_000, count=25)
        assert box.get(VIEW, 'Player1', 'State') == 'playing'
    finally:
        box.close()


def new_pids_and_a_changed_pmt_are_followed(programs):
    box, _, _ = start(programs)
    try:
        box.fault(CHANNEL, 'pids', first=500)
        box.wait_frame(CHANNEL, 15, after_us=now_us() + 2_000_000, count=25)
        tracks = len(box.call(VIEW, 'Player1', 'ListTracks', '(s)', 'audio'))
        box.fault(CHANNEL, 'audio', tracks=2)
        box.wait(lambda: len(box.call(VIEW, 'Player1', 'ListTracks', '(s)', 'audio')) != tracks, 10, 'another number of tracks')
        plays_on(box, now_us(), 3)
    finally:
        box.close()


def a_fast_sender_is_followed(programs):
    box, network, _ = start(programs, '--fault', '1:clock:ppm=200')
    try:
        at = now_us()
        plays_on(box, at, 15)
        box.wait(lambda: 100 < health(box, network)['clock-ppm'] < 300, 40, "the sender's clock seen to be 200 ppm fast")
    finally:
        box.close()


if __name__ == '__main__':
    boxes.run([loss_is_counted_and_played_over, rtp_puts_in_order_again, a_stall_is_told_and_ends_by_itself, times_wrap_and_jump,
               new_pids_and_a_changed_pmt_are_followed, a_fast_sender_is_followed])
