# SPDX-License-Identifier: LGPL-2.1-or-later
"""Big playlists and the bus."""

import os
import time

from gi.repository import GLib

from box import ROOT, Box, now_us
from measuring import figure, median, percentile

CHANNELS = 100000


def write_playlist(path):
    with open(path, 'w', encoding='utf-8') as playlist:
        playlist.write('#EXTM3U x-tvg-url="http://127.0.0.1/guide.xml.gz"\n')
        for i in range(CHANNELS):
            playlist.write(f'#EXTINF:-1 tvg-id="ch{i}.example" tvg-name="Channel {i}" tvg-chno="{i + 1}" '
                           f'tvg-logo="http://127.0.0.1/logos/{i}.png" group-title="Group {i % 500}" catchup="default" '
                           f'catchup-days="7",频道 {i} Channel {i}\n'
                           f'http://127.0.0.1:8080/live/{i}/stream.ts?token=abcdef0123456789\n')


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
        pages = []
        for _ in range(50):
            at = now_us()
            page, _ = box.call(ROOT, 'Channels1', 'List', '(sua{sv})', '', 50, {})
            pages.append((now_us() - at) / 1000)
            assert len(page) == 50
        yield figure('playlist-import', imported, 's (100,000 channels)', 1)
        yield figure('playlist-page', median(pages), 'ms (50 channels)', 5)
    finally:
        box.close()


def measure_bus(programs):
    box = Box(programs)
    try:
        box.start()
        times = []
        for _ in range(2000):
            at = now_us()
            box.get(ROOT, 'System1', 'Version')
            times.append((now_us() - at) / 1000)
        peers = {}
        if programs.peers:
            daemon = []
            for _ in range(2000):
                at = now_us()
                box.connection.call_sync('org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus', 'GetId', None, None, 0,
                                         1000, None)
                daemon.append((now_us() - at) / 1000)
            peers['dbus_daemon_itself'] = percentile(daemon, 99)
        yield figure('bus-p99', percentile(times, 99), 'ms', 1, **peers)
    finally:
        box.close()


MEASURES = {measure_playlist: ('playlist-import', 'playlist-page'), measure_bus: ('bus-p99',)}
