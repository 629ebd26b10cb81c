# SPDX-License-Identifier: LGPL-2.1-or-later
"""An X server without a screen: its picture from its memory, keys by XTEST as from a keyboard."""

import mmap
import os
import shutil
import struct
import subprocess
import tempfile

import box
import boxprocess
from pictures import Picture

HEADER_WORDS = 25  # of an XWD file (X11/XWDFile.h), big-endian
HEADER_SIZE, WIDTH, HEIGHT, BYTES_PER_LINE, COLOURS = 0, 4, 5, 12, 19
COLOUR_BYTES = 12


class Look(Picture):
    """What stood on the screen at one moment."""

    def __init__(self, width, height, stride, rows):  # pylint: disable=super-init-not-called
        self.width, self.height, self.stride, self.rows = width, height, stride, rows

    def pixel(self, x, y):
        blue, green, red = self.rows[y * self.stride + x * 4:y * self.stride + x * 4 + 3]
        return red, green, blue


class XScreen:
    def __init__(self, width=1280, height=720):
        for program, package in (('Xvfb', 'xvfb'), ('xdotool', 'xdotool')):
            if not shutil.which(program):
                raise box.Skip(f'{program} is missing (Debian: {package})')
        self.folder = tempfile.mkdtemp(prefix='hearth-x-')
        told, tell = os.pipe()
        self.process = subprocess.Popen(['Xvfb', '-displayfd', str(tell), '-screen', '0', f'{width}x{height}x24', '-noreset', '-nolisten', 'tcp',
                                         '-fbdir', self.folder], pass_fds=[tell], stderr=subprocess.DEVNULL)
        os.close(tell)
        with os.fdopen(told, encoding='ascii') as number:
            self.display = ':' + number.readline().strip()
        with open(os.path.join(self.folder, 'Xvfb_screen0'), 'rb') as screen:
            self.memory = mmap.mmap(screen.fileno(), 0, prot=mmap.PROT_READ)
        words = struct.unpack(f'>{HEADER_WORDS}I', self.memory[:HEADER_WORDS * 4])
        self.begin = words[HEADER_SIZE] + words[COLOURS] * COLOUR_BYTES
        self.width, self.height, self.stride = words[WIDTH], words[HEIGHT], words[BYTES_PER_LINE]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        boxprocess.end(self.process)
        self.memory.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def look(self):
        return Look(self.width, self.height, self.stride, self.memory[self.begin:self.begin + self.stride * self.height])

    def press(self, *keys):
        """By their names in X: Up, Page_Up, 3."""
        subprocess.run(['xdotool', 'key', *keys], env=dict(os.environ, DISPLAY=self.display), check=True, timeout=10)
