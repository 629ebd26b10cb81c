# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pictures as a person sees them: pixels of a PNG, and the simulated head-end's bar code in them (tests/headend/README.md)."""

import json
import subprocess

COLUMNS, ROWS = 64, 32
FIRST_COLUMN, TOP_ROW, END_ROW = 12, 2, 4
CELLS = 40


def crc8(bits):
    crc = 0xff
    for bit in bits:
        crc = crc << 1 & 0xff ^ (0x07 if (crc >> 7 ^ bit) else 0)
    return crc


def number(bits):
    return int(''.join(map(str, bits)), 2)


class Picture:
    """Read by ffmpeg."""

    def __init__(self, path):
        probed = subprocess.run(['ffprobe', '-v', 'error', '-show_streams', '-of', 'json', path], check=True, capture_output=True)
        stream = json.loads(probed.stdout)['streams'][0]
        self.width, self.height = stream['width'], stream['height']
        self.bytes = subprocess.run(['ffmpeg', '-v', 'error', '-i', path, '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'], check=True,
                                    capture_output=True).stdout

    def pixel(self, x, y):
        at = (y * self.width + x) * 3
        return tuple(self.bytes[at:at + 3])

    def read_code(self, left=0, top=0, width=None, height=None):
        """(channel, frame) of the picture that stands in this rectangle, None where there is none."""
        width, height = width or self.width, height or self.height
        y = top + height * (TOP_ROW + END_ROW) // 2 // ROWS
        cells = [self.pixel(left + width * (2 * (FIRST_COLUMN + cell) + 1) // (2 * COLUMNS), y)[1] for cell in range(CELLS)]
        bits = [int(cell > 126) for cell in cells]
        if bits[:4] != [1, 0, 1, 0] or min(cells[0], cells[2]) - max(cells[1], cells[3]) < 60:
            return None
        return (number(bits[4:12]), number(bits[12:32])) if crc8(bits[4:32]) == number(bits[32:]) else None
