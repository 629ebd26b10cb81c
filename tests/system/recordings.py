# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reading recordings from their folders, and the stream from the line, so that bytes can be compared."""

import json
import os
import socket
import struct
import threading

PACKET = 188
SO_RCVBUFFORCE = 33  # Linux, socket(7); Python has no name for it
ENTRY = struct.Struct('<IHHQqqqqqQ')
BEGIN, SPLICE, RAP = 1, 2, 3


def crc32(data):
    """ISO/IEC 13818-1, annex A."""
    crc = 0xffffffff
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ 0x04c11db7 if crc & 0x80000000 else crc << 1) & 0xffffffff
    return crc


class Folder:
    """A recording's folder; read anew at each use."""

    def __init__(self, root, name):
        self.path = os.path.join(root, name)

    def read(self, name):
        with open(os.path.join(self.path, name), 'rb') as opened:
            return opened.read()

    @property
    def stream(self):
        return self.read('stream.ts')

    @property
    def manifest(self):
        return json.loads(self.read('manifest.json'))

    @property
    def index(self):
        """(type, kind, offset, first, second, utc_us, boottime_us, media_us) of each entry, checked."""
        data, entries = self.read('index.bin'), []
        assert len(data) % ENTRY.size == 0, len(data)
        for at in range(0, len(data), ENTRY.size):
            values = ENTRY.unpack_from(data, at)
            assert values[0] == crc32(data[at + 4:at + ENTRY.size]), f'the checksum of entry {at // ENTRY.size}'
            entries.append(values[1:9])
        assert entries[0][0] == BEGIN and entries[0][1] == 1
        return entries[1:]

    def parts(self):
        """The stretches between its gaps."""
        stream = self.stream
        cuts = sorted({gap['offset'] for gap in self.manifest['gaps']} | {0, len(stream)})
        return [stream[a:b] for a, b in zip(cuts, cuts[1:])]


class Capture:
    """Everything that comes on a multicast address, in order, until it is closed."""

    def __init__(self, uri):
        group, port = uri.split('@')[-1].split('/')[-1].split(':')
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)  # a busy machine's rmem_max would hold 0.2 s
        self.socket.bind((group, int(port)))
        self.socket.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(group) + socket.inet_aton('127.0.0.1'))
        self.socket.settimeout(0.2)
        self.bytes = bytearray()
        self.open = True
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while self.open:
            try:
                self.bytes += self.socket.recv(65536)
            except TimeoutError:
                pass

    def close(self):
        self.open = False
        self.thread.join()
        self.socket.close()
        return bytes(self.bytes)


def assert_part_of(sent, recorded, what):
    """The recorded bytes stand in what was sent, without a hole."""
    assert recorded and len(recorded) % PACKET == 0, f'{what}: {len(recorded)} bytes'
    at = last = sent.find(recorded[:PACKET * 40])
    assert at >= 0, f'{what}: does not begin with anything that was sent'
    while at >= 0:  # stuffing and the like stand in many places
        if sent[at:at + len(recorded)] == recorded:
            return
        last, at = at, sent.find(recorded[:PACKET * 40], at + 1)
    same = next(i for i in range(0, len(recorded), PACKET) if sent[last + i:last + i + PACKET] != recorded[i:i + PACKET])
    further = sent.find(recorded[same:same + PACKET * 40], last) - last - same
    raise AssertionError(f'{what}: differs from what was sent from byte {same} of {len(recorded)} on, ' +
                         (f'where {further} bytes are missing' if further > 0 else 'which was never sent'))
