# SPDX-License-Identifier: LGPL-2.1-or-later
"""Big playlists and the bus."""

import json
import os
import subprocess
import time

from gi.repository import GLib

from box import ROOT, Box
from measuring import figure, make

CHANNELS = 100000
BUS_CALLS = 5000


def write_playlist(path):
    with open(path, 'w', encoding='utf-8') as playlist:
        playlist.write('#EXTM3U x-tvg-url="http://127.0.0.1/guide.xml.gz"\n')
        for i in range(CHANNELS):
            playlist.write(f'#EXTINF:-1 tvg-id="ch{i}.example" tvg-name="Channel {i}" tvg-chno="{i + 1}" '
                           f'tvg-logo="http://127.0.0.1/logos/{i}.png" group-title="Group {i % 500}" catchup="default" '
                           f'catchup-days="7",频道 {i} Channel {i}\n'
                           f'http://127.0.0.1:8080/live/{i}/stream.ts?token=abcdef0123456789\n')


def calls(programs, box, kind, count):
    """A program in C calls, so that Python's own time is not measured."""
    make(programs, 'bench-bus')
    done = subprocess.run([os.path.join(programs.build, 'bench-bus'), kind, str(count)], check=True, capture_output=True, text=True,
                          env=dict(os.environ, HEARTH_BUS=box.environment['HEARTH_BUS']), timeout=120)
    return json.loads(done.stdout)


def measure_playlist(programs):
    box = Box(programs)
    try:
        box.start()
        path = os.path.join(box.folder, 'big.m3u')
        write_playlist(path)
        began = time.monotonic()
        box.call(ROOT, 'Networks1', 'Add', '(ssa{sv})', 'big', 'iptv', {'location': GLib.Variant('s', path)})
        box.wait(lambda: [s for s in box.signals if s[3] == 'Changed' and s[2] == 'tv.hearth.Channels1'], 60, '100,000 channels')
        told = [s for s in box.signals if s[3] == 'Changed'][-1]
        imported = told[0] / 1e6 - began
        assert box.get(ROOT, 'Channels1', 'Count') == CHANNELS
        page = calls(programs, box, 'page', 200)
        yield figure('playlist-import', imported, 's (100,000 channels)', 1)
        yield figure('playlist-page', page['p50_us'] / 1000, 'ms (50 channels)', 5)
    finally:
        box.close()


def measure_bus(programs):
    box = Box(programs)
    try:
        box.start()
        hearth = calls(programs, box, 'hearth', BUS_CALLS)
        peers = {'dbus_daemon_itself': calls(programs, box, 'daemon', BUS_CALLS)['p99_us'] / 1000} if programs.peers else {}
        yield figure('bus-p99', hearth['p99_us'] / 1000, 'ms', 1, **peers)
    finally:
        box.close()


MEASURES = {measure_playlist: ('playlist-import', 'playlist-page'), measure_bus: ('bus-p99',)}
