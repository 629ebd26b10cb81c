# SPDX-License-Identifier: LGPL-2.1-or-later
"""Other players on the same multicast. Their pictures are read from the frame buffer of a virtual X screen, as ours are from the display:
a picture counts when its bar code is there."""

import json
import os
import random
import select
import shutil
import socket
import subprocess
import sys
import threading

import boxprocess
from bench_box import first_key_frame, wait_quietly
from box import now_us
from measuring import make

ZAPS = 12
WATCH_SECONDS = 3.2
CHANNELS = (1, 2)  # both 1920x1080 at 25 frames a second: they fill the screen without scaling
PERIOD_US = 40000
DISPLAY = ':78'
ENVIRONMENT = dict(os.environ, DISPLAY=DISPLAY)


class Screen:
    """A virtual X screen, and what its bar code says when: (time, channel, frame)."""

    def __init__(self, programs, box):
        folder = os.path.join(box.folder, 'screen')
        os.mkdir(folder)
        ready, told = os.pipe()
        self.server = subprocess.Popen(['Xvfb', DISPLAY, '-screen', '0', '1920x1080x24', '-fbdir', folder, '-nolisten', 'tcp', '-ac',
                                        '-displayfd', str(told)], pass_fds=[told], stdout=box.log, stderr=box.log)
        os.close(told)
        with open(ready, encoding='ascii') as number:
            if not select.select([number], [], [], 15)[0] or not number.readline():
                raise RuntimeError(f'Xvfb did not start on {DISPLAY}')
        make(programs, 'bench-watch')
        self.watch = subprocess.Popen([os.path.join(programs.build, 'bench-watch'), os.path.join(folder, 'Xvfb_screen0')],
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.seen = []
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.watch.stdout:
            self.seen.append(tuple(map(int, line.split())))

    def times(self, channel, since_us):
        """When another picture of the channel came on the screen."""
        return [time for time, shown, _ in list(self.seen) if shown == channel and time > since_us]

    def close(self):
        self.watch.stdin.close()
        boxprocess.end(self.watch)
        boxprocess.end(self.server)


class Mpv:
    """With a window; or without one, by its own word for the first picture."""

    def __init__(self, box, video=('--vo=x11', '--geometry=1920x1080+0+0', '--border=no')):
        path = os.path.join(box.folder, f'mpv-{len(video)}')
        self.process = subprocess.Popen(['mpv', '--no-config', '--idle', '--ao=null', '--really-quiet', '--profile=low-latency', '--untimed=no',
                                         '--osc=no', '--hwdec=no', f'--input-ipc-server={path}', *video], stdin=subprocess.DEVNULL,
                                        stdout=box.log, stderr=box.log, env=ENVIRONMENT)
        box.wait(lambda: os.path.exists(path), 10, "mpv's socket")
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.lines = self.socket.makefile('r')

    def load(self, url):
        self.socket.sendall(json.dumps({'command': ['loadfile', url]}).encode() + b'\n')

    def wait_restart(self):
        self.socket.settimeout(15)
        for line in self.lines:
            if json.loads(line).get('event') == 'playback-restart':
                return now_us()
        raise RuntimeError('mpv went away')

    def close(self):
        self.socket.close()
        boxprocess.end(self.process)


class Vlc:
    def __init__(self, box):
        nobody = ['setpriv', '--reuid=nobody', '--regid=nogroup', '--clear-groups'] if os.geteuid() == 0 else []
        self.process = subprocess.Popen([*nobody, 'vlc', '--intf=rc', '--rc-fake-tty', '--no-video-title-show', '--vout=xcb_x11', '--aout=adummy',
                                         '--no-embedded-video', '--no-video-deco', '--video-x=0', '--video-y=0', '--quiet'],
                                        stdin=subprocess.PIPE, stdout=box.log, stderr=box.log, text=True,
                                        env=dict(ENVIRONMENT, HOME='/nonexistent'))

    def load(self, url):
        self.process.stdin.write(f'clear\nadd {url}\n')
        self.process.stdin.flush()

    def close(self):
        boxprocess.end(self.process)


class Playbin:
    """GStreamer's playbin3, driven by a small program: an address a line."""

    PROGRAM = '''
import sys, gi
gi.require_version('Gst', '1.0')
from gi.repository import Gst
Gst.init(None)
bin = Gst.ElementFactory.make('playbin3')
bin.set_property('video-sink', Gst.ElementFactory.make('ximagesink'))
sink = Gst.ElementFactory.make('fakesink')
sink.set_property('sync', True)
bin.set_property('audio-sink', sink)
for line in sys.stdin:
    bin.set_state(Gst.State.READY)
    bin.set_property('uri', line.strip())
    bin.set_state(Gst.State.PLAYING)
bin.set_state(Gst.State.NULL)
'''

    def __init__(self, box):
        self.process = subprocess.Popen([sys.executable, '-c', self.PROGRAM], stdin=subprocess.PIPE, stdout=box.log, stderr=box.log, text=True,
                                        env=ENVIRONMENT)

    def load(self, url):
        self.process.stdin.write(url + '\n')
        self.process.stdin.flush()

    def close(self):
        self.process.stdin.close()
        boxprocess.end(self.process)


def zaps_of(player, box, screen):
    """What one player does: excess over each zap's own floor, first to second picture (ms), longest stand (frame periods)."""
    dice, found = random.Random(7), {'excess': [], 'moving': [], 'freeze': []}
    addresses = {c['number']: c['udp'] for c in box.headend['channels']}
    player.load(addresses[CHANNELS[1]])
    start = now_us()
    box.wait(lambda: screen.times(CHANNELS[1], start), 20, 'its first picture')
    for i in range(ZAPS):
        channel = CHANNELS[i % 2]
        wait_quietly(0.5 + dice.random())
        command = now_us()
        player.load(addresses[channel])
        box.wait(lambda: screen.times(channel, command), 20, 'its picture')  # pylint: disable=cell-var-from-loop
        wait_quietly(WATCH_SECONDS)
        times = screen.times(channel, command)
        found['excess'].append((times[0] - first_key_frame(box, channel, command)) / 1000)
        if len(times) > 1:
            found['moving'].append((times[1] - times[0]) / 1000)
            found['freeze'].append(max(b - a for a, b in zip(times, times[1:])) / PERIOD_US)
    return found


PLAYERS = {'mpv': (Mpv, 'mpv'), 'vlc': (Vlc, 'vlc'), 'playbin3': (Playbin, 'gst-launch-1.0')}


def measure_zaps(programs, box):
    """{peer: {'excess', 'moving', 'freeze'}} of the players that are here."""
    found = {}
    if not shutil.which('Xvfb'):
        return found
    screen = Screen(programs, box)
    try:
        for name, (kind, program) in PLAYERS.items():
            if not shutil.which(program):
                continue
            player = kind(box)
            try:
                found[name] = zaps_of(player, box, screen)
            except (RuntimeError, AssertionError, OSError) as error:
                print(f'{name} could not be measured: {error}', file=sys.stderr, flush=True)
            finally:
                player.close()
    finally:
        screen.close()
    return found


def mpv_from_key(box):
    """From a server that starts at its last key frame, as a prefetched ring does."""
    player, times = Mpv(box, ('--vo=null',)), []
    try:
        for i in range(ZAPS):
            wait_quietly(0.5)
            command = now_us()
            player.load(f"{box.headend['http']}/ts/{1 + i % 3}?from=key")
            times.append((player.wait_restart() - command) / 1000)
    finally:
        player.close()
    return times
