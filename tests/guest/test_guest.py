#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""network-dvb on a kernel's own DVB adapter (vidtv): scanned, listened to, its guide read."""

import json
import os
import re
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, '..', 'system')]
import guest  # noqa: E402
from box import Skip, run  # noqa: E402

JOB = r"""
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
say() { echo "@$1 $(hearthctl --json $2 | tr -d '\n')"; }
has() { hearthctl --json $1 | tr -d '\n' | grep -qE "$2"; }

start_box
hearthctl network add cable dvb scan=table scan-table=/run/table systems=dvbc
await 90 has networks '"state" : "(ready|failed)"'
say channels channels
hearthctl open 1
await 60 has 'network streams' '"key-frames" : [1-9]'
await 60 has status '"state" *: *"playing"'
say streams 'network streams'
say tuners 'network tuners'
await 60 has 'guide now' 'Ludwig'
say guide 'guide now'
sed 's/^/log: /' /run/log | tail -n 40
"""


def read(lines, word):
    for line in lines:
        match = re.match(f'@{word} (.*)', line)
        if match:
            return json.loads(match[1])
    raise AssertionError(f'the guest did not say @{word}:\n' + '\n'.join(lines[-80:]))


def test_vidtv(_programs):
    missing = guest.find_missing()
    if missing:
        raise Skip(missing)
    prefix = os.environ['HEARTH_PREFIX']
    with tempfile.TemporaryDirectory(prefix='hearth-guest-') as folder:
        image = os.path.join(folder, 'box.img')
        guest.box_image(image, prefix, JOB)
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


if __name__ == '__main__':
    run([test_vidtv])
