# SPDX-License-Identifier: LGPL-2.1-or-later
"""display-kms on a real kernel's screens: virtio-gpu, which QEMU shows from outside, and vkms, which has planes and vertical blanks."""

import os
import re
import subprocess
import tempfile
import zlib

import guest
from guestmedia import find_prefix, read, write_media
from pictures import Picture

SECONDS = 40  # of television, over and over

SIZE = (640, 360)    # of its picture, and few screens: each instruction is translated
FIRST, OTHER = (640, 480), (800, 600)

# The host looks at the screen when it is told @look, and says when it has looked.
JOB = r"""
look() { echo "@look $1"; read -r line; }
fresh() { await 60 has display '"commits" : [0-9]{2}'; }
dark() { hearthctl --json display | grep -q '"dark"'; }
light() { ! dark; }
lacks() { ! has "$@"; }
moves() { [ "$(hearthctl --json screenshot /run/shot.png | sed -n 's/.*"frame" : \([0-9]*\).*/\1/p')" != "$1" ]; }
printf '#EXTM3U\n#EXTINF:-1 tvg-chno="1",One\nfile:///media.ts?loop=1\n' >/run/list.m3u

export HEARTH_RECORDINGS_DIR=/data/recordings
load ext4
mount -t ext4 /dev/vdb /data || echo "@failed no disk for recordings and pictures"
load virtio-gpu
await 30 test -c /dev/dri/card0
start_box
hearthctl setting set display.mode 640x480@60
hearthctl setting set display.plugin kms
await 60 has display '"plugin" : "kms"'
hearthctl network add line iptv location=/run/list.m3u
await 90 has networks '"state" : "(ready|failed)"'
hearthctl open 1
await 90 has status '"state" *: *"playing"'
hearthctl banner --milliseconds=600000
fresh
look one
await 60 moves "$(hearthctl --json screenshot /run/shot.png | sed -n 's/.*"frame" : \([0-9]*\).*/\1/p')"
look two
say virtio display
hearthctl display mode 800x600@60
await 30 has display '"mode" : "800x600@'
fresh
look mode

# Somebody pulls the plug.
echo off >/sys/class/drm/card0-Virtual-1/status
echo change >/sys/class/drm/card0/uevent
await 30 dark
say unplugged display
echo on >/sys/class/drm/card0-Virtual-1/status
echo change >/sys/class/drm/card0/uevent
await 30 light
fresh
look plugged

kill -9 "$(pidof hearth-shell)"
fresh
look again

# Another screen, with planes and vertical blanks.
load vkms enable_overlay=1
await 30 test -c /dev/dri/card1
hearthctl setting set display.mode 640x480@60
hearthctl setting set display.device /dev/dri/card1
await 60 has display '"device" : "/dev/dri/card1"'
fresh
hearthctl banner --milliseconds=600000
await 60 has display '"on-screen"'
say vkms display

# What is on the glass, by the screen's own checksum and as the box tells it.
mount -t debugfs debug /sys/kernel/debug
checksum() {
  echo auto >/sys/kernel/debug/dri/1/crtc-0/crc/control
  echo "@checksum $1 $(head -n 4 /sys/kernel/debug/dri/1/crtc-0/crc/data | tail -n 1)"
}
hearthctl record 1
await 60 has recordings '"bytes" : [0-9]{7}'
hearthctl recordings stop "$(basename /data/recordings/*)"
hearthctl recordings play last
await 60 has status '"state" *: *"playing"'
fresh
hearthctl pause on
hearthctl banner --milliseconds=600000
await 60 has display '"on-screen"'
checksum banner
hearthctl banner --milliseconds=0
await 60 lacks display '"on-screen"'
checksum plain
hearthctl screenshot /data/plain.png
checksum still
sync
log
"""


def watch(image, data, names):
    """The pictures that the job asked for, and its lines."""
    pictures = {}
    with tempfile.TemporaryDirectory(prefix='hearth-shots-') as folder, guest.start(image, data) as machine:
        for name in names:
            machine.wait(f'^@look {name}$|^@ended', 400)
            path = os.path.join(folder, name + '.png')
            machine.screendump(path)
            pictures[name] = Picture(path)
            machine.say('seen')
        machine.wait('^@ended', 400)
        return pictures, machine.lines


def write_light(folder):
    """The same television, small and in a codec that costs little."""
    subprocess.run(['ffmpeg', '-v', 'fatal', '-i', os.path.join(folder, 'media.ts'), '-map', '0:v', '-vf', f'scale={SIZE[0]}:{SIZE[1]}',
                    '-c:v', 'mpeg2video', '-q:v', '4', '-g', '12', '-bf', '0', os.path.join(folder, 'light.ts')], check=True)


def read_code(picture):
    """As wide as the screen, in the middle."""
    height = picture.width * 9 // 16
    return picture.read_code(0, (picture.height - height) // 2, picture.width, height)


def test_screens(_programs):
    """Television with the banner over it, on a screen seen from outside and on one with planes; another mode, another screen, no screen."""
    prefix = find_prefix()
    with tempfile.TemporaryDirectory(prefix='hearth-guest-') as folder:
        image, data = os.path.join(folder, 'box.img'), os.path.join(folder, 'data.img')
        write_media(prefix, folder, SECONDS)
        write_light(folder)
        guest.make_disk(data, guest.DATA_SIZE)
        guest.box_image(image, prefix, JOB, [('/media.ts', os.path.join(folder, 'light.ts'))])
        pictures, lines = watch(image, data, ('one', 'two', 'mode', 'plugged', 'again'))
        subprocess.run(['e2fsck', '-p', '-f', data], stdout=subprocess.DEVNULL, check=False)  # 1: it mended something
        subprocess.run(['debugfs', '-R', f'dump /plain.png {folder}/plain.png', data], stderr=subprocess.DEVNULL, check=True)
        plain = Picture(os.path.join(folder, 'plain.png'))
    assert not [line for line in lines if line.startswith('@failed')], '\n'.join(lines[-80:])
    codes = {name: read_code(picture) for name, picture in pictures.items()}
    assert all(code and code[0] == 1 for code in codes.values()) and codes['one'] != codes['two'], codes
    sizes = {name: (picture.width, picture.height) for name, picture in pictures.items()}
    assert sizes == {'one': FIRST, 'two': FIRST, 'mode': OTHER, 'plugged': OTHER, 'again': FIRST}, sizes
    check_banner(pictures['two'])
    virtio, vkms = read(lines, 'virtio'), read(lines, 'vkms')
    (what, plane, how), (above, same_plane, _) = virtio['layers']
    assert (what, above) == ('video', 'on-screen') and plane == same_plane and 'CPU' in how, virtio
    assert virtio['connector'] == 'Virtual-1' and not virtio['hardware-timing'], virtio
    assert virtio['screen']['name'] == 'QEMU Monitor' and virtio['screen']['vendor'] == 'RHT', virtio
    assert 'no screen is connected' in read(lines, 'unplugged')['dark'], lines
    (_, plane, how), (_, other_plane, of_its_own) = vkms['layers']
    assert plane != other_plane and 'CPU' in how and 'plane of its own' in of_its_own, vkms
    checksums = dict(re.match(r'@checksum (\S+) \S+ (\S+)', line).groups() for line in lines if line.startswith('@checksum'))
    assert int(checksums['plain'], 16) == vkms_checksum(plain) == int(checksums['still'], 16) != int(checksums['banner'], 16), checksums
    assert vkms['hardware-timing'] and [kind for _, kind, _, _ in vkms['planes']].count('overlay') >= 8, vkms


def vkms_checksum(picture):
    """As vkms makes it of its lines: CRC-32 (Ethernet's, from zero, not inverted) over alpha, red, green and blue of sixteen bits each."""
    words = bytearray(picture.width * picture.height * 8)
    words[0::8] = words[1::8] = b'\xff' * (len(words) // 8)
    for channel in range(3):
        words[2 + 2 * channel::8] = words[3 + 2 * channel::8] = picture.bytes[channel::3]
    return zlib.crc32(bytes(words), 0xffffffff) ^ 0xffffffff


def check_banner(picture):
    """The number at the left below, white on the dark of the banner."""
    left = [picture.pixel(x, y) for x in range(picture.width // 22, picture.width // 11)
            for y in range(picture.height * 85 // 100, picture.height * 94 // 100)]
    assert sum(min(pixel) > 200 for pixel in left) > len(left) // 20, 'no number on the banner'
    assert sum(max(pixel) < 60 for pixel in left) > len(left) // 3, 'no banner'
