# SPDX-License-Identifier: LGPL-2.1-or-later
"""display-directfb on a real kernel's frame buffer, which QEMU shows from outside."""

import os
import tempfile

import guest
from guestmedia import find_prefix, read, write_media
from test_screen import check_banner, read_code, watch, write_light

SECONDS = 40  # of television, over and over

JOB = r"""
look() { echo "@look $1"; read -r line; }
printf '#EXTM3U\n#EXTINF:-1 tvg-chno="1",One\nfile:///media.ts?loop=1\n' >/run/list.m3u

load virtio-gpu
await 30 test -c /dev/fb0
echo 0 >/sys/class/vtconsole/vtcon1/bind # the kernel's own words stay away
start_box
hearthctl setting set display.mode 640x480@60
hearthctl setting set display.plugin directfb
await 60 has display '"plugin" : "directfb"'
hearthctl network add line iptv location=/run/list.m3u
await 90 has networks '"state" : "(ready|failed)"'
hearthctl open 1
await 90 has status '"state" *: *"playing"'
hearthctl banner --milliseconds=600000
await 60 has display '"on-screen"'
await 60 has display '"commits" : [0-9]{2}'
look one
kill -9 "$(pidof hearth-shell)"
await 60 has display '"commits" : [0-9]{2}'
hearthctl banner --milliseconds=600000
await 60 has display '"on-screen"'
look again
say display display
log
"""


def test_frame_buffer(_programs):
    """Television with the banner over it, on the frame buffer of a driver that has one; and again when the shell was killed."""
    prefix = find_prefix()
    with tempfile.TemporaryDirectory(prefix='hearth-guest-') as folder:
        image, data = os.path.join(folder, 'box.img'), os.path.join(folder, 'data.img')
        write_media(prefix, folder, SECONDS)
        write_light(folder)
        guest.make_disk(data, guest.DATA_SIZE)
        guest.box_image(image, prefix, JOB, [('/media.ts', os.path.join(folder, 'light.ts'))])
        pictures, lines = watch(image, data, ('one', 'again'))
    assert not [line for line in lines if line.startswith('@failed')], '\n'.join(lines[-80:])
    codes = {name: read_code(picture) for name, picture in pictures.items()}
    assert all(code and code[0] == 1 for code in codes.values()), codes
    check_banner(pictures['one'])
    said = read(lines, 'display')
    assert said['mode'].startswith(f'{pictures["one"].width}x{pictures["one"].height}@60'), said  # no other mode: as large as it is
    assert said['device'] == 'fbdev /dev/fb0', said
    assert all('CPU' in how for _, _, how in said['layers']), said
