# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests in the virtual machine share: television for it, and reading what it says."""

import json
import os
import re
import subprocess

import guest
from box import Skip


def read(lines, word):
    for line in lines:
        match = re.match(f'@{word} (.*)', line)
        if match:
            return json.loads(match[1])
    raise AssertionError(f'the guest did not say @{word}:\n' + '\n'.join(lines[-80:]))


def find_prefix():
    missing = guest.find_missing()
    if missing:
        raise Skip(missing)
    return os.environ['HEARTH_PREFIX']


def write_media(prefix, folder, seconds):
    """One service of the simulated cable network, as a file; its bytes and how many come in a second."""
    subprocess.run([os.path.join(prefix, 'bin', 'hearth-headend'), 'cable', '--write', folder, '--seconds', str(seconds)], check=True,
                   stdout=subprocess.DEVNULL)
    with open(os.path.join(folder, 'mux-1.ts'), 'rb') as multiplex:
        data = multiplex.read()
    for name in os.listdir(folder):
        os.unlink(os.path.join(folder, name))
    wanted = {0, *range(256, 272)}  # its tables, and all that the first service has
    packets = (data[at:at + 188] for at in range(0, len(data), 188))
    media = b''.join(packet for packet in packets if (packet[1] << 8 | packet[2]) & 0x1fff in wanted)
    with open(os.path.join(folder, 'media.ts'), 'wb') as written:
        written.write(media)
    return media, len(media) / seconds
