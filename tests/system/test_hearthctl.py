#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""hearthctl where something is wrong: names that nothing has, workers that stand still, screens of other views, readers that go."""

import json
import os
import signal
import stat
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import box as boxes  # noqa: E402
from box import Box  # noqa: E402

USAGE, NOT_FOUND, TIMED_OUT = 2, 3, 6
LONGEST_S = 35  # two calls of the longest limit, and a little

# words, exit status, what the error says
WRONG = [
    (('open', '77'), NOT_FOUND, 'no channel with the number'),
    (('open', 'x' * 100_000), NOT_FOUND, 'no channel with the number'),
    (('channel', 'show', '-5'), NOT_FOUND, 'no channel with the number'),
    (('guide', 'nobody'), NOT_FOUND, 'no channel with the number'),
    (('guide', 'show', 'nothing'), USAGE, 'nothing'),
    (('guide', 'collect', 'nobody'), NOT_FOUND, 'nobody'),
    (('record', '77'), NOT_FOUND, 'no channel with the number'),
    (('recordings', 'show', 'last'), NOT_FOUND, 'no recording yet'),
    (('recordings', 'delete', 'nothing'), NOT_FOUND, 'no recording with the id or title'),
    (('recordings', 'play', ''), NOT_FOUND, 'no recording with the id or title'),
    (('network', 'refresh', 'nobody'), NOT_FOUND, 'no network'),
    (('network', 'remove', 'nobody'), NOT_FOUND, 'nobody'),
    (('network', 'scan', 'nobody'), NOT_FOUND, 'no network'),
    (('network', 'tuners', 'nobody'), NOT_FOUND, 'no network'),
    (('network', 'streams', 'nobody'), NOT_FOUND, 'no network'),
    (('network', 'oddities', 'nobody'), NOT_FOUND, 'no network'),
    (('network', 'settings', 'nobody'), NOT_FOUND, 'no network'),
    (('network', 'add', 'Bad Name', 'iptv'), USAGE, 'Bad Name'),
    (('setting', 'get', 'nothing'), NOT_FOUND, 'nothing'),
    (('setting', 'set', 'nothing', '1'), NOT_FOUND, 'nothing'),
    (('setting', 'reset', 'nothing'), NOT_FOUND, 'nothing'),
    (('debug', 'nonsense:99'), USAGE, ''),
    (('display', 'mode', '1x1@1'), None, 'no mode'),
    (('view', 'remove', 'attic'), NOT_FOUND, 'no view attic'),
    (('--view', 'attic', 'status'), NOT_FOUND, 'no view attic'),
    (('--view', 'attic', 'screenshot', '-'), NOT_FOUND, 'no view attic'),
    (('--view', 'attic', 'banner'), NOT_FOUND, 'no view attic'),
    (('track', 'audio', '9999'), None, ''),
]


def ctl(box, *words, **more):
    return subprocess.run([box.programs.find('hearthctl'), *words], env=box.environment, capture_output=True, text=True,
                          timeout=LONGEST_S * boxes.PATIENCE, check=False, **more)


def check_wrong(box, words, status, said):
    plain, js = ctl(box, *words), ctl(box, *words, '--json')
    for done in (plain, js):
        assert done.returncode == status if status else 0 < done.returncode <= 8, (words[:2], done.returncode, done.stderr)
        assert done.stdout == '', (words[:2], done.stdout)
    assert said in plain.stderr and plain.stderr.startswith('hearthctl') and plain.stderr.count('\n') == 1, plain.stderr[:300]
    assert set(json.loads(js.stderr)) == {'error', 'message'}


def check_devices(box):
    """A screenshot into a pipe, or over a link, leaves both what they are."""
    pipe, link, target = (os.path.join(box.folder, name) for name in ('pipe', 'link.png', 'target.png'))
    os.mkfifo(pipe)
    os.symlink(target, link)
    with open(target, 'wb') as made:
        made.write(b'before')
    with subprocess.Popen(['cat', pipe], stdout=subprocess.PIPE) as reader:
        assert ctl(box, 'screenshot', pipe).returncode == 0
        assert reader.stdout.read().startswith(b'\x89PNG')
    assert stat.S_ISFIFO(os.stat(pipe).st_mode)
    assert ctl(box, 'screenshot', link).returncode == 0 and os.path.islink(link)
    with open(target, 'rb') as written:
        assert written.read(4) == b'\x89PNG'
    done = ctl(box, 'screenshot', '/dev/full')
    assert done.returncode == 1 and 'No space left' in done.stderr, done
    assert stat.S_ISCHR(os.stat('/dev/full').st_mode)
    assert ctl(box, 'screenshot', box.folder).returncode == 1
    done = ctl(box, 'screenshot', '--json', '\udcff.png', cwd=box.folder)  # a byte that is no UTF-8
    assert done.returncode == 0 and json.loads(done.stdout)['width'], done.stderr


def check_reader_gone(box):
    """monitor | head -1 ends with the next news, as any tool does; to a full disk it says so."""
    for end, ignored in ((signal.SIGPIPE, False), (1, True)):
        line = ('trap "" PIPE; ' if ignored else '') + 'exec "$0" monitor'
        with subprocess.Popen(['sh', '-c', line, box.programs.find('hearthctl')], env=box.environment, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True) as monitor:
            try:
                assert 'owner' in monitor.stdout.readline()
                monitor.stdout.close()
                box.wait(lambda: ctl(box, 'volume', str(time.monotonic_ns() % 100)) and monitor.poll() is not None, 10, 'the end of monitor')
            finally:
                monitor.kill()
            assert monitor.returncode == (-end if end == signal.SIGPIPE else end), monitor.returncode
            assert ('cannot be written' in monitor.stderr.read()) == ignored
    with open('/dev/full', 'w', encoding='ascii') as full:
        done = subprocess.run([box.programs.find('hearthctl'), 'channels', '--all', '--json'], env=box.environment, stdout=full,
                              stderr=subprocess.PIPE, text=True, timeout=30, check=False)
    assert done.returncode == 1 and json.loads(done.stderr)['error'] == 'IO', done


def bounded(box, *words):
    """What a command says while somebody does not answer; it ends, and says why when it fails."""
    began = time.monotonic()
    done = ctl(box, *words)
    took = time.monotonic() - began
    assert took < LONGEST_S * boxes.PATIENCE
    assert done.returncode in (0, 6, 7) or done.stderr.startswith('hearthctl'), (words, done)
    assert (done.returncode == 0) == (done.stderr == ''), (words, done)
    return done


def check_standing_still(box, pid):
    """hearthd itself stands still: each command ends; a Tab is answered soon."""
    os.kill(pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        assert ctl(box, 'complete', '--', 'open', '').returncode == 0
        assert time.monotonic() - began < 5 * boxes.PATIENCE
    finally:
        os.kill(pid, signal.SIGCONT)


def wrong_names(programs):
    with Box(programs) as box:
        box.start_television(channels='1')
        for words, status, said in WRONG:
            check_wrong(box, words, status, said)
        check_devices(box)
        check_reader_gone(box)
        for role, words in (('play', ('statistics',)), ('play', ('tracks',)), ('stream', ('network', 'streams', '--json'))):
            pid = box.worker(role)['pid']
            os.kill(pid, signal.SIGSTOP)
            try:
                done = bounded(box, *words)
                if done.returncode and '--json' in words:
                    assert isinstance(json.loads(done.stdout), dict)
            finally:
                try:
                    os.kill(pid, signal.SIGCONT)
                except ProcessLookupError:  # hearthd had replaced it
                    pass
        check_standing_still(box, hearthd_pid(box))


def hearthd_pid(box):
    return box.connection.call_sync('org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus', 'GetConnectionUnixProcessID',
                                    boxes.GLib.Variant('(s)', ('tv.hearth.Hearth1',)), None, 0, 5000, None).unpack()[0]


if __name__ == '__main__':
    boxes.run([wrong_names])
