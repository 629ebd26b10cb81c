#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The state folder's disk is full: the box goes on, says so, and keeps what changed once there is room."""

import ctypes
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import box as boxes
from box import ROOT, VIEW, Box, Skip, now_us
from gi.repository import GLib

CLONE_NEWNS = 0x00020000
SIZE_KIB = 8192


def mount_small(folder):
    """A disk of our own, seen by us and our children only: it goes with us."""
    if os.getuid() != 0:
        raise Skip('only root can mount')
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS) != 0:
        raise Skip('this machine has no mount namespaces for us: ' + os.strerror(ctypes.get_errno()))
    subprocess.run(['mount', '--make-rprivate', '/'], check=True)
    os.makedirs(folder, exist_ok=True)
    subprocess.run(['mount', '-t', 'tmpfs', '-o', f'size={SIZE_KIB}k', 'none', folder], check=True)


def trouble(box):
    return box.get(ROOT, 'System1', 'StorageTrouble')


def volume(box):
    return box.call(ROOT, 'Settings1', 'Get', '(s)', 'player.volume')


def fill(folder):
    with open(os.path.join(folder, 'filler'), 'ab', buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            pass


def fill_until_it_is_told(box, folder, values):
    """Again and again: what the database can free, it uses first."""
    for value in values:
        fill(folder)
        box.set_setting('player.volume', GLib.Variant('d', value))
        assert volume(box) == value
    box.wait(lambda: fill(folder) or trouble(box), 10, 'the trouble told')


def what_finds_no_room_waits_for_it(programs):
    box = Box(programs)
    folder = box.environment['HEARTH_STATE_DIR']
    mount_small(folder)
    with box:
        headend = box.start_headend('--channels', '1,2')
        box.start()
        box.add_network('test', location=headend['playlist'])
        box.wait(box.try_log_frames, 15, 'the screen')
        box.set_setting('player.volume', GLib.Variant('d', 0.125))
        assert trouble(box) == ''
        values = [(number + 1) / 1000 for number in range(500)]
        fill_until_it_is_told(box, folder, values)
        text = trouble(box)
        assert 'full' in text and 'free' in text, text
        assert json.loads(box.ctl('system', '--json'))['storage-trouble'] == text
        serial = box.zap(2)
        box.wait_frame(2, 15, serial=serial, after_us=now_us(), count=10)
        box.set_setting('screen.language', GLib.Variant('s', 'en'))
        with open(box.log_path, encoding='utf-8', errors='replace') as log:
            assert len([line for line in log if 'until there is room' in line]) == 1
        os.unlink(os.path.join(folder, 'filler'))
        box.wait(lambda: trouble(box) == '', 10, 'room again')
        channel = box.get(VIEW, 'Player1', 'Channel')
        box.stop()
        box.start()
        assert volume(box) == values[-1], volume(box)
        assert box.call(ROOT, 'Settings1', 'Get', '(s)', 'screen.language') == 'en'
        box.wait(lambda: box.get(VIEW, 'Player1', 'Channel') == channel, 10, 'the channel that was on')
        box.stop()
        subprocess.run(['umount', folder], check=True)


def what_waits_at_the_end_is_kept(programs):
    """The box is switched off while its disk is full: what changed last is there all the same when it is switched on again."""
    box = Box(programs)
    folder = box.environment['HEARTH_STATE_DIR']
    mount_small(folder)
    with box:
        box.start()
        fill_until_it_is_told(box, folder, [(number + 1) / 1000 for number in range(500)])
        box.set_setting('player.volume', GLib.Variant('d', 0.625))
        fill(folder)
        box.stop()
        with open(box.log_path, encoding='utf-8', errors='replace') as log:
            assert not [line for line in log if 'is lost' in line]
        os.unlink(os.path.join(folder, 'filler'))
        box.start()
        assert volume(box) == 0.625, volume(box)
        box.stop()
        subprocess.run(['umount', folder], check=True)


if __name__ == '__main__':
    boxes.run([what_finds_no_room_waits_for_it, what_waits_at_the_end_is_kept])
