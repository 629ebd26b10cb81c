# SPDX-License-Identifier: LGPL-2.1-or-later
"""A second reading of transport streams, from the standards and apart from src/ts: what hearthctl ts is compared with.

ISO/IEC 13818-1 and EN 300 468. Plain and slow on purpose: whole files in memory, bytes by slices, texts by Python's codecs."""

import collections
import datetime


def u16(data, at):
    return int.from_bytes(data[at:at + 2], 'big')


def crc_is_right(section):
    crc = 0xffffffff
    for byte in section:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ 0x04c11db7 if crc & 0x80000000 else crc << 1) & 0xffffffff
    return crc == 0


def descriptors(data):
    at = 0
    while at + 2 <= len(data):
        yield data[at], data[at + 2:at + 2 + data[at + 1]]
        at += 2 + data[at + 1]


def text(data):
    """Annex A with Python's codecs; of ISO 6937 only what is ASCII."""
    if not data:
        return ''
    codecs = {0x11: 'utf-16-be', 0x12: 'cp949', 0x13: 'gb18030', 0x15: 'utf-8'}
    first = data[0]
    if first == 0x10:
        read = data[3:].decode(f'iso8859-{data[2]}')
    elif first in codecs:
        read = data[1:].decode(codecs[first])
    elif 0 < first < 0x0c:
        read = data[1:].decode(f'iso8859-{first + 4}')
    else:
        read = data.replace(b'\x8a', b'\n').replace(b'\x86', b'').replace(b'\x87', b'').decode('ascii')
    return read.replace('\x8a', '\n').replace('\x86', '').replace('\x87', '').strip()


def bcd(value):
    return (value >> 4) * 10 + (value & 15)


class Reading:
    """Everything of one file, in dictionaries."""

    def __init__(self, path):
        with open(path, 'rb') as stream:
            self.data = stream.read()
        self.packets = collections.Counter()
        self.scrambled = collections.Counter()
        self.breaks = collections.Counter()
        self.sections = collections.defaultdict(dict)  # pid -> bytes of a section -> how often
        self.pcrs = collections.defaultdict(list)
        self._read_packets()
        self._read_tables()

    def _read_packets(self):
        last, parts = {}, {}
        for at in range(0, len(self.data) - 187, 188):
            p = self.data[at:at + 188]
            assert p[0] == 0x47
            pid = u16(p, 1) & 0x1fff
            self.packets[pid] += 1
            if pid == 0x1fff:
                continue
            self.scrambled[pid] += p[3] >> 6 != 0
            has_payload, has_field = bool(p[3] & 0x10), bool(p[3] & 0x20)
            counter = p[3] & 15
            flagged = has_field and p[4] > 0 and bool(p[5] & 0x80)
            if pid in last and not flagged:
                due = (last[pid] + 1) % 16 if has_payload else last[pid]
                self.breaks[pid] += counter != due and not (has_payload and counter == last[pid])
            last[pid] = counter
            if has_field and p[4] >= 7 and p[5] & 0x10:
                base = int.from_bytes(p[6:11], 'big') >> 7
                self.pcrs[pid].append((at // 188, base * 300 + (u16(p, 10) & 0x1ff)))
            if has_payload and p[3] >> 6 == 0:
                self._read_payload(parts, pid, bool(p[1] & 0x40), p[5 + p[4]:] if has_field else p[4:])

    def _read_payload(self, parts, pid, starts, payload):
        if starts and payload:
            if pid in parts:
                self._cut(parts, pid, payload[1:1 + payload[0]])
            parts[pid] = b''
            self._cut(parts, pid, payload[1 + payload[0]:])
        elif pid in parts:
            self._cut(parts, pid, payload)

    def _cut(self, parts, pid, payload):
        data = parts[pid] + payload
        while len(data) >= 3 and data[0] != 0xff:
            length = 3 + (u16(data, 1) & 0xfff)
            if len(data) < length:
                break
            self.sections[pid][data[:length]] = self.sections[pid].get(data[:length], 0) + 1
            data = data[length:]
        parts[pid] = data

    def of(self, pid, *table_ids):
        """Sections of a PID with a right CRC, in the order in which they came first."""
        return [s for s in self.sections[pid] if s[0] in table_ids and crc_is_right(s)]

    # ---- tables

    def _read_tables(self):
        self.programmes, self.services, self.other_services, self.events, self.numbers = {}, {}, {}, {}, {}
        self.network = None
        for s in self.of(0, 0):
            self.transport_stream_id = u16(s, 3)
            for at in range(8, len(s) - 4, 4):
                if u16(s, at):
                    self.programmes[u16(s, at)] = {'pmt_pid': u16(s, at + 2) & 0x1fff}
        for number, programme in self.programmes.items():
            for s in self.of(programme['pmt_pid'], 2):
                if u16(s, 3) == number:
                    self._read_pmt(programme, s)
        for s in self.of(0x11, 0x42, 0x46):
            self._read_sdt(s)
        for s in self.of(0x10, 0x40):
            self._read_nit(s)
        for s in self.of(0x12, *range(0x4e, 0x70)):
            self._read_eit(s)

    def _read_pmt(self, programme, s):
        programme['pcr_pid'] = u16(s, 8) & 0x1fff
        at = 12 + (u16(s, 10) & 0xfff)
        programme['ca'] = any(tag == 9 for tag, _ in descriptors(s[12:at]))
        programme['streams'] = []
        while at < len(s) - 4:
            end = at + 5 + (u16(s, at + 3) & 0xfff)
            found = list(descriptors(s[at + 5:end]))
            programme['ca'] |= any(tag == 9 for tag, _ in found)
            programme['streams'].append({'stream_type': s[at], 'pid': u16(s, at + 1) & 0x1fff,
                                         'languages': [d[i:i + 3].decode('latin1').lower() for tag, d in found if tag in (0x0a, 0x56, 0x59)
                                                       for i in range(0, len(d), {0x0a: 4, 0x56: 5, 0x59: 8}[tag])]})
            at = end

    def _read_sdt(self, s):
        at = 11
        if s[0] == 0x42:
            self.original_network_id = u16(s, 8)
        while at < len(s) - 4:
            end = at + 5 + (u16(s, at + 3) & 0xfff)
            service = {'free_ca': bool(s[at + 3] & 0x10), 'running': s[at + 3] >> 5}
            for tag, d in descriptors(s[at + 5:end]):
                if tag == 0x48:
                    service['type'] = d[0]
                    service['provider'] = text(d[2:2 + d[1]])
                    service['name'] = text(d[3 + d[1]:3 + d[1] + d[2 + d[1]]])
            if s[0] == 0x42:
                self.services[u16(s, at)] = service
            else:
                self.other_services[(u16(s, 8), u16(s, 3), u16(s, at))] = service
            at = end

    def _read_nit(self, s):
        end = 10 + (u16(s, 8) & 0xfff)
        names = [d for tag, d in descriptors(s[10:end]) if tag == 0x40]
        self.network = u16(s, 3), names[0] if names else None
        at = end + 2
        while at < len(s) - 4:
            stop = at + 6 + (u16(s, at + 4) & 0xfff)
            for tag, d in descriptors(s[at + 6:stop]):
                if tag == 0x83:  # EACEM's form, which these samples have
                    for i in range(0, len(d) - 3, 4):
                        self.numbers[(u16(s, at + 2), u16(s, at), u16(d, i))] = u16(d, i + 2) & 0x3ff
            at = stop

    def _read_eit(self, s):
        at = 14
        while at < len(s) - 4:
            end = at + 12 + (u16(s, at + 10) & 0xfff)
            day = datetime.date(1858, 11, 17) + datetime.timedelta(u16(s, at + 2))
            event = {'start': f'{day}T{bcd(s[at + 4]):02}:{bcd(s[at + 5]):02}:{bcd(s[at + 6]):02}Z',
                     'duration_s': bcd(s[at + 7]) * 3600 + bcd(s[at + 8]) * 60 + bcd(s[at + 9]), 'texts': [], 'extended': b'', 'rating': None}
            for tag, d in descriptors(s[at + 12:end]):
                if tag == 0x4d:
                    event['texts'].append((d[:3].decode('latin1').lower(), d[4:4 + d[3]], d[5 + d[3]:5 + d[3] + d[4 + d[3]]]))
                elif tag == 0x4e:
                    items = d[4]
                    event['extended'] += d[6 + items:6 + items + d[5 + items]]
                elif tag == 0x55 and 0 < d[3] < 16:
                    event['rating'] = d[3] + 3
            self.events[(u16(s, 10), u16(s, 8), u16(s, 3), u16(s, at))] = event
            at = end

    # ---- rates

    def rate_bps(self):
        """Of the PID whose PCRs span the longest time; None without two of them."""
        best = None
        for points in self.pcrs.values():
            span = points[-1][1] - points[0][1]
            if span > 0 and (best is None or span > best[0]):
                best = span, points[-1][0] - points[0][0]
        return best[1] * 188 * 8 * 27e6 / best[0] if best else None
