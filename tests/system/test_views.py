# SPDX-License-Identifier: LGPL-2.1-or-later
"""Several people watch: each view has its own channel, screen and processes, and all share what is received."""

import json
import os
import signal
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import box as boxes
from box import ROOT, Box, now_us
from gi.repository import GLib

KITCHEN = ROOT + '/view/kitchen'


def start(programs):
    """Channel 1 in the main view, channel 2 in the kitchen."""
    box = Box(programs)
    network = box.start_television(channels='1,2,3')
    box.set_setting('player.prefetch', GLib.Variant('b', False))
    box.wait_frame(1, 20, serial=box.zap(1))
    box.ctl('view', 'add', 'kitchen')
    box.wait(lambda: box.try_log_frames('kitchen'), 15, 'the screen in the kitchen')
    box.wait_frame(2, 20, serial=box.zap(2, view='kitchen'), view='kitchen')
    return box, network


def longest_us(frames, after_us):
    times = [f[3] for f in frames if f[3] > after_us]
    return max(b - a for a, b in zip(times, times[1:]))


def two_watch_two_channels(programs):
    box, network = start(programs)
    try:
        at = now_us()
        box.wait_frame(1, 20, after_us=at, count=50)
        box.wait_frame(2, 20, after_us=at, count=50, view='kitchen')
        assert {f[5] for f in box.frames() if f[3] > at} == {1}
        assert {f[5] for f in box.frames(view='kitchen') if f[3] > at} == {2}
        assert len(box.streams(network)) == 2
        box.wait_frame(1, 20, serial=box.zap(1, view='kitchen'), view='kitchen', count=5)
        box.wait(lambda: len(box.streams(network)) == 1, 10, 'one stream for both')
        at = now_us()
        box.ctl('stop')  # the main view: the kitchen watches on
        box.wait_frame(1, 20, after_us=at, count=50, view='kitchen')
        assert longest_us(box.frames(view='kitchen'), at) < 500_000 * boxes.PATIENCE
        assert box.get(KITCHEN, 'Player1', 'State') == 'playing' and box.get(boxes.VIEW, 'Player1', 'State') == 'stopped'
    finally:
        box.close()


def hearthctl_speaks_to_each(programs):
    box, _ = start(programs)
    try:
        views = {v['name']: v for v in json.loads(box.ctl('views', '--json'))['views']}
        assert list(views) == ['main', 'kitchen'] and views['kitchen']['mute'] and not views['main']['mute'], views
        box.ctl('--view', 'kitchen', 'open', '3')
        box.wait_frame(3, 20, view='kitchen')
        box.ctl('volume', '40', '--view=kitchen')
        assert box.get(KITCHEN, 'Player1', 'Volume') == 0.4 and box.get(boxes.VIEW, 'Player1', 'Volume') != 0.4
        assert json.loads(box.ctl('status', '--json', '--view', 'kitchen'))
        for words, said in ((('view', 'add', 'kitchen'), 'already'), (('view', 'add', 'Bad Room'), 'cannot name a view'),
                            (('view', 'remove', 'main'), 'stays'), (('view', 'remove', 'attic'), 'no view attic'),
                            (('--view', 'attic', 'open', '1'), 'no view attic'), (('--view', '../x', 'stop'), 'names no view')):
            try:
                box.ctl(*words)
            except RuntimeError as error:
                assert said in str(error), (words, str(error))
            else:
                raise AssertionError(f'{words} should have failed')
    finally:
        box.close()


def one_falls_and_the_other_does_not_notice(programs):
    box, _ = start(programs)
    try:
        for role in ('play', 'shell'):
            at = now_us()
            os.kill(box.worker(role, 'kitchen')['pid'], signal.SIGKILL)
            box.wait_frame(2, 20, after_us=at + 200_000, count=25, view='kitchen')
            box.wait_frame(1, 20, after_us=at, count=50)
            assert longest_us(box.frames(), at) < 500_000 * boxes.PATIENCE, f'hearth-{role} of the kitchen was seen in the main view'
        at = now_us()
        pid = box.connection.call_sync('org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus', 'GetConnectionUnixProcessID',
                                       GLib.Variant('(s)', ('tv.hearth.Hearth1',)), None, 0, 5000, None).unpack()[0]
        os.kill(pid, signal.SIGKILL)
        box.wait(box.is_up, 10, 'hearthd')
        for view, channel in (('main', 1), ('kitchen', 2)):
            box.wait(lambda: box.try_log_frames(view), 10, 'the screen')
            box.wait_frame(channel, 20, after_us=at, count=75, view=view)
            assert longest_us(box.frames(view=view), at) < 500_000 * boxes.PATIENCE, f'hearthd was missed in {view}'
    finally:
        box.close()


def a_view_is_remembered_and_forgotten(programs):
    box, network = start(programs)
    try:
        at = now_us()
        box.stop()
        box.start()
        for view, channel in (('main', 1), ('kitchen', 2)):
            box.wait(lambda: box.try_log_frames(view), 15, 'the screen')
            box.wait_frame(channel, 20, after_us=at, count=5, view=view)
        assert box.get(KITCHEN, 'Player1', 'Mute')
        gone = [w['pid'] for w in box.call(ROOT, 'System1', 'GetWorkers') if w['instance'].startswith('kitchen')]
        box.ctl('view', 'remove', 'kitchen')
        box.wait(lambda: not any(os.path.exists(f'/proc/{pid}') for pid in gone), 10, 'the end of its processes')
        box.wait(lambda: len(box.streams(network)) == 1, 10, 'its stream let go of')
        assert [v['name'] for v in json.loads(box.ctl('views', '--json'))['views']] == ['main']
        at = now_us()
        box.wait_frame(1, 20, after_us=at, count=25)
    finally:
        box.close()


if __name__ == '__main__':
    boxes.run([two_watch_two_channels, hearthctl_speaks_to_each, one_falls_and_the_other_does_not_notice,
               a_view_is_remembered_and_forgotten])
