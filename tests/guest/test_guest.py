#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What needs a kernel of its own: network-dvb on the kernel's DVB adapter (vidtv), scanned, listened to, its guide read; a power cut; a
clock that is set; screens (test_screen.py)."""

import datetime
import json
import os
import re
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, '..', 'system')]
import guest  # noqa: E402
from box import run  # noqa: E402
from guestmedia import find_prefix, read, write_media  # noqa: E402
from recordings import RAP, Folder, assert_part_of  # noqa: E402
from test_frame_buffer import test_frame_buffer  # noqa: E402
from test_screen import test_screens  # noqa: E402

VIDTV = r"""
load dvb-vidtv-tuner
load dvb-vidtv-demod
load dvb-vidtv-bridge
cat >/run/table <<'TABLE'
[CHANNEL]
	DELIVERY_SYSTEM = DVBC/ANNEX_A
	FREQUENCY = 474000000
	SYMBOL_RATE = 6940000
	INNER_FEC = NONE
	MODULATION = QAM/AUTO
	INVERSION = AUTO
TABLE
start_box
hearthctl network add cable dvb scan=table scan-table=/run/table systems=dvbc
await 90 has networks '"state" : "(ready|failed)"'
say channels channels
hearthctl open 1
await 60 has 'network streams' '"key-frames" : [1-9]'
await 60 has status '"state" *: *"playing"'
say streams network streams
say tuners network tuners
await 60 has 'guide now' 'Ludwig'
say guide guide now
log
"""


# Television from a file, recorded to the disk that stays. How far the recording is according to its file is told all the time.
RECORD = r"""
export HEARTH_STATE_DIR=/data/state HEARTH_RECORDINGS_DIR=/data/recordings
load ext4
mount -t ext4 /dev/vdb /data || echo "@failed no disk for recordings"
size() { stat -c %s /data/recordings/*/stream.ts; }
more() { [ "$(size)" -gt "$1" ]; }
printf '#EXTM3U\n#EXTINF:-1 tvg-chno="1",One\nfile:///media.ts\n' >/run/list.m3u
start_box
"""
BEFORE = RECORD + r"""
hearthctl network add line iptv location=/run/list.m3u
await 90 has networks '"state" : "(ready|failed)"'
hearthctl record 1
await 30 more 0 || { hearthctl --json recordings; hearthctl network streams; ls -la /data/recordings/*; log; exit; }
while :; do
  echo "@tick $(cut -d ' ' -f 1 /proc/uptime) $(size)"
  sleep 0.1
done
"""
AFTER = RECORD + r"""
beyond() { [ "$(hearthctl --json position | sed 's/[^0-9]*\([0-9]*\).*/\1/')" -gt @BEYOND@500000 ]; }
await 90 more $(($(size) + 2000000))
hearthctl recordings stop "$(basename /data/recordings/*)"
await 60 has recordings '"state" : "finished"'
sync
hearthctl recordings play last
await 120 has status '"state" *: *"playing"'
hearthctl seek @BEYOND@
await 120 beyond
log
"""

# Two multiplexes that agree about a time far from the system's.
CLOCK = r"""
set_to() { [ "$(date +%s)" -ge "$1" ]; }
start_box
hearthctl setting set system.broadcast-time true || echo "@failed no such setting"
hearthctl network add cable dvb virtual=/tuners.ini
await 120 has networks '"state" : "(ready|failed)"'
await 240 set_to @BEGIN@
await 60 has system '"offset" : -?[0-9]{1,7}[,}]'
await 60 has 'guide now' '"title"'
echo "@date $(date +%s) $(cut -d ' ' -f 1 /proc/uptime)"
echo "@system $(hearthctl --json system | tr -d '\n')"
# Nobody tells the time any more: that somebody sets the clock is heard all the same.
await 120 has 'guide status' '"state" : "idle"'
date -s "@$(($(date +%s) - 3600))" >/dev/null
await 60 has system '"offset" : 3[56][0-9]{8}[,}]'
grep -E 'clock' /run/log | sed 's/^/log: /'
"""
CLOCK_S = 240    # of files,
TUNERS = """
[tuners]
count=2
[multiplex 1]
frequency-khz=474000
symbol-rate=6875000
modulation=64qam
source=mux-1.ts
[multiplex 2]
frequency-khz=482000
symbol-rate=6875000
modulation=64qam
source=mux-2.ts
"""
RECORD_S = 8
LOST_S = 1.0     # at most the last second,
LATE_S = 0.5     # and what a machine of translated code and a tick of its console take


def test_vidtv(_programs):
    prefix = find_prefix()
    with tempfile.TemporaryDirectory(prefix='hearth-guest-') as folder:
        image = os.path.join(folder, 'box.img')
        guest.box_image(image, prefix, VIDTV)
        with guest.start(image) as machine:
            machine.wait('^@ended', 400)
            lines = machine.lines
    assert not [line for line in lines if line.startswith('@failed')], '\n'.join(lines[-80:])
    channels = read(lines, 'channels')['channels']
    assert [(c['name'], c['kind'], c['group']) for c in channels] == [('Beethoven', 'radio', 'LinuxTV.org')], channels
    stream, = read(lines, 'streams')['cable']
    assert stream['codec'] == 's302m' and stream['continuity-errors'] == 0 and stream['bit-rate'] > 1000000, stream
    tuner = read(lines, 'tuners')
    assert 'true' in json.dumps(tuner), tuner
    assert 'Für Elise' in json.dumps(read(lines, 'guide'), ensure_ascii=False), read(lines, 'guide')


def record_until_cut(image, data, enough_bytes):
    """(uptime in seconds, size of stream.ts) as the guest told them, until its power was cut."""
    def ticks(lines):
        return [(float(m[1]), int(m[2])) for m in (re.match(r'@tick (\S+) (\d+)$', line) for line in lines) if m]

    with guest.start(image, data) as machine:
        machine.wait(lambda line: line.startswith("@ended") or any(size >= enough_bytes for _, size in ticks([line])), 300)
        return ticks(machine.cut_power())


def test_power_cut(_programs):
    """Nothing but the last second is lost, the recording goes on in its folder, and plays beyond the cut."""
    prefix = find_prefix()
    with tempfile.TemporaryDirectory(prefix='hearth-guest-') as folder:
        image, data = os.path.join(folder, 'box.img'), os.path.join(folder, 'data.img')
        media, rate = write_media(prefix, folder, 40)
        files = [('/media.ts', os.path.join(folder, 'media.ts'))]
        guest.make_disk(data, guest.DATA_SIZE)
        guest.box_image(image, prefix, BEFORE, files)
        ticks = record_until_cut(image, data, RECORD_S * rate)
        guest.box_image(image, prefix, AFTER.replace('@BEYOND@', str(RECORD_S + 1)), files)
        with guest.start(image, data) as machine:
            machine.wait('^@ended', 300)
            lines = machine.lines
        assert not [line for line in lines if line.startswith('@failed')], '\n'.join(lines[-80:])
        kept = check_recording(data, folder, media)
        lost = ticks[-1][0] - max(uptime for uptime, size in ticks if size <= kept)
        print(f'# of {ticks[-1][1]} bytes {kept} were kept: {lost:.2f} s lost')
        assert lost <= LOST_S + LATE_S, (ticks[-20:], kept)


def check_recording(data, folder, media):
    """As it lies on the disk: both parts are bytes that were sent, and what is between them is told. The bytes of the first."""
    subprocess.run(['e2fsck', '-p', '-f', data], stdout=subprocess.DEVNULL, check=False)  # 1: it mended something
    subprocess.run(['debugfs', '-R', f'rdump /recordings {folder}', data], stderr=subprocess.DEVNULL, check=True)
    name, = [name for name in os.listdir(os.path.join(folder, 'recordings')) if not name.startswith('.')]
    recording = Folder(os.path.join(folder, 'recordings'), name)
    gap, = recording.manifest['gaps']
    assert recording.manifest['state'] == 'finished' and gap['cause'], recording.manifest
    before, after = recording.parts()
    assert_part_of(media, before, 'before the cut')
    assert_part_of(media, after, 'after the cut')
    raps = [entry[2] for entry in recording.index if entry[0] == RAP]
    assert any(at < gap['offset'] for at in raps) and any(at >= gap['offset'] for at in raps), raps
    return gap['offset']


def write_tables(prefix, folder, begin_s):
    """Of the first two multiplexes of the simulated cable network, as they are from @begin_s on: tables and clock references."""
    begin = datetime.datetime.fromtimestamp(begin_s, datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ')
    subprocess.run([os.path.join(prefix, 'bin', 'hearth-headend'), 'cable', '--write', folder, '--seconds', str(CLOCK_S), '--time', begin,
                    '--schedule-days', '1'], check=True, stdout=subprocess.DEVNULL)
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        with open(path, 'rb') as multiplex:
            data = multiplex.read() if name in ('mux-1.ts', 'mux-2.ts') else b''
        os.unlink(path)
        if data:
            with open(path, 'wb') as tables:
                tables.write(b''.join(packet for packet in (data[at:at + 188] for at in range(0, len(data), 188)) if is_wanted(packet)))


def is_wanted(packet):
    """Tables on their own PIDs, PMTs (the first of the sixteen PIDs of each service), and the first service's clock references."""
    pid = (packet[1] << 8 | packet[2]) & 0x1fff
    return pid < 0x20 or 0x100 <= pid < 0x200 and (pid % 16 == 0 or pid < 0x110 and packet[3] & 0x20 and packet[4] and packet[5] & 0x10)


def test_clock(_programs):
    """With the household's leave the system's clock is set to the time that two multiplexes tell, once, and the guide goes by it."""
    prefix = find_prefix()
    begin_s = int(time.time()) + 90 * 86400
    with tempfile.TemporaryDirectory(prefix='hearth-guest-') as folder:
        image, tuners = os.path.join(folder, 'box.img'), os.path.join(folder, 'tuners.ini')
        write_tables(prefix, folder, begin_s)
        with open(tuners, 'w', encoding='utf-8') as written:
            written.write(TUNERS)
        files = [(f'/{name}', os.path.join(folder, name)) for name in ('mux-1.ts', 'mux-2.ts', 'tuners.ini')]
        guest.box_image(image, prefix, CLOCK.replace('@BEGIN@', str(begin_s)), files)
        with guest.start(image) as machine:
            machine.wait('^@ended', 600)
            lines = machine.lines
        assert not [line for line in lines if line.startswith('@failed')], '\n'.join(lines[-80:])
        date, uptime = next(line.split()[1:] for line in lines if line.startswith('@date '))
        ahead = int(date) - begin_s - float(uptime) % CLOCK_S
        assert abs(ahead) < 10, (date, uptime, begin_s)
        told = read(lines, 'system')['broadcast-time']
        assert told['confidence'] == 'high' and abs(told['offset']) < 10000000, told


if __name__ == '__main__':
    run([test_vidtv, test_power_cut, test_clock, test_screens, test_frame_buffer])
