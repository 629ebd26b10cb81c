# SPDX-License-Identifier: LGPL-2.1-or-later
"""hearthctl ts on real streams: every name and number as ffprobe and a reading of our own (tsreading.py) have them. Needs no box."""

import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import box as boxes
from box import Skip
from tsreading import Reading, text

SAMPLES = ('test-012.ts', 'test-064.ts', 'test-101.ts', 'test-108.ts')
# What ffprobe calls the codecs; those of streams that it cannot tell without pictures or sound are by stream_type.
FFPROBE = {'mpeg2video': 'mpeg2', 'mp2': 'mpeg-audio', 'mp3': 'mpeg-audio', 'h264': 'h264', 'hevc': 'hevc', 'aac': 'aac',
           'dvb_teletext': 'teletext', 'arib_caption': 'arib-caption'}
KINDS = {1: 'tv', 2: 'radio', 0x1f: 'tv', 0x11: 'tv', 0x19: 'tv'}


def sample(programs, name):
    path = os.path.join(os.path.dirname(programs.source), 'shared', 'samples', 'ts', name)
    if not os.path.exists(path):
        raise Skip(f'no ../shared/samples/ts/{name}')
    return path


def analyse(programs, path, *options, **how):
    done = subprocess.run([programs.find('hearthctl'), 'ts', path, '--json', *options], capture_output=True, timeout=60, check=False, **how)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def read_both(programs, name):
    path = sample(programs, name)
    return analyse(programs, path), Reading(path)


def same(what, got, expected):
    assert got == expected, f'{what}: hearthctl says {repr(got)[:500]}, not {repr(expected)[:500]}'


# ---- a second reading -----------------------------------------------------------------------------------------


def compare_pids(found, reading):
    same('PIDs', {p['pid'] for p in found['pids']}, set(reading.packets))
    rate = reading.rate_bps()
    total = sum(reading.packets.values())
    for row in found['pids']:
        pid = row['pid']
        same(f'packets of {pid}', row['packets'], reading.packets[pid])
        same(f'breaks of {pid}', row['cc_errors'], reading.breaks[pid])
        same(f'scrambled of {pid}', row['scrambled'], reading.scrambled[pid])
        if rate is None:
            same(f'rate of {pid}', row['bitrate_bps'], None)
        else:
            expected = rate * reading.packets[pid] / total
            assert abs(row['bitrate_bps'] - expected) < 1 + expected * 1e-4, (pid, row['bitrate_bps'], expected)


def compare_streams(service, programme):
    same('PIDs of streams', [s['pid'] for s in service['streams']], [s['pid'] for s in programme['streams']])
    for mine, other in zip(service['streams'], programme['streams']):
        same('stream_type', mine['stream_type'], other['stream_type'])
        languages = list(dict.fromkeys(other['languages']))
        same(f'language of {mine["pid"]}', mine['language'] in languages if languages else mine['language'], bool(languages) or None)
        if len(languages) > 1:
            same('languages', sorted(mine['languages']), sorted(languages))


def compare_services(found, reading, name_of):
    here = {s['service_id']: s for s in found['services'] if s['actual']}
    same('services', set(here), set(reading.programmes) | set(reading.services))
    for number, programme in reading.programmes.items():
        service = here[number]
        same('pmt_pid', service['pmt_pid'], programme['pmt_pid'])
        if 'streams' in programme:
            same('pcr_pid', service['pcr_pid'], programme['pcr_pid'] if programme['pcr_pid'] != 0x1fff else None)
            compare_streams(service, programme)
        described = reading.services.get(number, {})
        same('name', service['name'], name_of(described.get('name')))
        same('provider', service['provider'], name_of(described.get('provider')))
        if 'type' in described:
            same('type', (service['service_type'], service['type']), (described['type'], KINDS[described['type']]))
        encrypted = described.get('free_ca', False) or programme.get('ca', False)
        encrypted |= any(reading.scrambled[s['pid']] for s in programme.get('streams', []))
        same(f'encrypted {number}', service['encrypted'], encrypted)
        same('transport stream', service['transport_stream_id'], reading.transport_stream_id)
        key = (service['original_network_id'], service['transport_stream_id'], number)
        same(f'number of {number}', service['lcn'], reading.numbers.get(key))
    others = {(s['original_network_id'], s['transport_stream_id'], s['service_id']): s for s in found['services'] if not s['actual']}
    same('other services', set(others), set(reading.other_services))
    for key, service in reading.other_services.items():
        same('name of other', others[key]['name'], service['name'])


def compare_events(found, reading):
    mine = {(e['original_network_id'], e['transport_stream_id'], e['service_id'], e['event_id']): e for e in found['events']}
    same('events', set(mine), set(reading.events))
    for key, event in reading.events.items():
        same('start', mine[key]['start'], event['start'])
        same('duration', mine[key]['duration_s'], event['duration_s'])
        same('rating', mine[key]['rating'], event['rating'])
        language, title, short = event['texts'][0]
        same('language', mine[key]['language'], language)
        same('title', mine[key]['title'], text(title))
        for part in (text(short).rstrip('. …'), text(event['extended'])):  # some short texts are the beginning of the long one
            assert part in mine[key]['text'], (mine[key]['text'], part)


def compare_tables(found, reading):
    rows = {(t['pid'], t['table_id'], t['extension'], t.get('transport_stream_id', 0)): t for t in found['tables']}
    assert len(rows) == len(found['tables'])
    versions = {}  # the last one that came, and how many sections of it
    for pid in (0, 0x10, 0x11, 0x12, *[p['pmt_pid'] for p in reading.programmes.values()]):
        for section in reading.of(pid, *range(0x70)):
            extension = int.from_bytes(section[3:5], 'big')
            stream = int.from_bytes(section[8:10], 'big') if pid == 0x12 else extension if pid == 0x11 else 0
            version, numbers = versions.get((pid, section[0], extension, stream), (None, set()))
            numbers = (numbers if version == section[5] >> 1 & 31 else set()) | {section[6]}
            versions[(pid, section[0], extension, stream)] = section[5] >> 1 & 31, numbers
    for key, (version, numbers) in versions.items():
        same('version and sections', (rows[key]['version'], rows[key]['sections_seen']), (version, len(numbers)))
        assert rows[key]['sections_seen'] <= rows[key]['sections_wanted'] and rows[key]['crc_errors'] == 0, rows[key]


def a_second_reading_agrees(programs):
    for name in SAMPLES:
        if name == 'test-101.ts':
            continue
        found, reading = read_both(programs, name)
        compare_pids(found, reading)
        compare_services(found, reading, lambda name: name or None)
        compare_events(found, reading)
        compare_tables(found, reading)


def japan_is_named_and_not_misread(programs):
    found, reading = read_both(programs, 'test-101.ts')
    compare_pids(found, reading)
    compare_services(found, reading, lambda name: name and '[ARIB text]')
    compare_tables(found, reading)
    same('standard', found['network']['standard'], 'arib')
    same('network', (found['network']['network_id'], found['network']['name']), (reading.network[0], '[ARIB text]'))
    same('events', {e['event_id'] for e in found['events']}, {key[3] for key in reading.events})
    same('titles', {e['title'] for e in found['events']}, {'[ARIB text]'})
    for event in found['events']:  # nine hours before what is sent
        sent = next(e['start'] for key, e in reading.events.items() if key[2:] == (event['service_id'], event['event_id']))
        assert (int(sent[11:13]) - int(event['start'][11:13])) % 24 == 9, (sent, event['start'])


# ---- ffprobe -----------------------------------------------------------------------------------------------------


def ffprobe_agrees(programs):
    for name in SAMPLES:
        path = sample(programs, name)
        try:
            done = subprocess.run(['ffprobe', '-v', 'quiet', '-of', 'json', '-show_programs', path], capture_output=True, timeout=60, check=True)
        except FileNotFoundError as error:
            raise Skip('ffprobe is not installed') from error
        services = {s['service_id']: s for s in analyse(programs, path)['services'] if s['actual']}
        for programme in json.loads(done.stdout)['programs']:
            service = services[programme['program_num']]
            tags = programme.get('tags', {})
            same('pmt_pid', service['pmt_pid'], programme['pmt_pid'])
            if programme['pcr_pid']:
                same('pcr_pid', service['pcr_pid'], programme['pcr_pid'])
            if service['name'] != '[ARIB text]':
                same('name', service['name'], tags.get('service_name'))
                same('provider', service['provider'], tags.get('service_provider'))
            mine = {s['pid']: s for s in service['streams']}
            for stream in programme['streams']:
                own = mine[int(stream['id'], 16)]
                if stream.get('codec_name', 'unknown') in FFPROBE:
                    same(f'codec of {own["pid"]}', own['codec'], FFPROBE[stream['codec_name']])
                language = stream.get('tags', {}).get('language')
                if language:
                    assert own['language'] in language.lower().split(','), (own, language)


# ---- damage and containers ---------------------------------------------------------------------------------------------


def without_file(found):
    return {key: value for key, value in found.items() if key not in ('file', 'health')}


def packet_sizes_and_rubbish_make_no_difference(programs):
    path = sample(programs, 'test-108.ts')
    expected = without_file(analyse(programs, path))
    with open(path, 'rb') as stream:
        data = stream.read()
    packets = [data[at:at + 188] for at in range(0, len(data), 188)]
    variants = {
        192: b''.join(b'\x12\x34\x56\x78' + p for p in packets),
        204: b''.join(p + bytes(16) for p in packets),
        188: b'G\x00z' * 77 + data,  # sync bytes everywhere but where a packet would begin
    }
    with tempfile.TemporaryDirectory() as folder:
        for size, made in variants.items():
            other = os.path.join(folder, f'{size}.ts')
            with open(other, 'wb') as stream:
                stream.write(made)
            found = analyse(programs, other)
            same('packet size', found['health']['packet_size'], size)
            for key, value in expected.items():
                same(f'{key} from packets of {size}', found[key], value)
    with open(path, 'rb') as stream:
        same('standard input', without_file(analyse(programs, '-', stdin=stream)), expected)


def damage_is_told_and_harms_nothing(programs):
    path = sample(programs, 'test-108.ts')
    with open(path, 'rb') as stream:
        data = bytearray(stream.read())
    state = 1
    for _ in range(20000):  # one byte in 188, anywhere
        state = state * 6364136223846793005 + 1442695040888963407 & (1 << 64) - 1
        data[(state >> 33) % len(data)] ^= state >> 20 & 255
    with tempfile.TemporaryDirectory() as folder:
        other = os.path.join(folder, 'damaged.ts')
        with open(other, 'wb') as stream:
            stream.write(data[:len(data) - 77])
        found = analyse(programs, other)
        health = found['health']
        assert health['cc_errors'] > 100 and health['crc_errors'] > 0 and health['lost_bytes'] > 0, health
        names = {s['service_id']: s['name'] for s in found['services'] if s['actual']}
        same('a name', names.get(3401), 'Rai 1')
        plain = subprocess.run([programs.find('hearthctl'), 'ts', other], capture_output=True, timeout=60, check=False)
        assert plain.returncode == 0 and 'Rai 1' in plain.stdout.decode('utf-8'), plain


def what_is_no_stream_is_refused(programs):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'text')
        with open(path, 'wb') as stream:
            stream.write(b'no packets here, not even a G' * 100)
        for arguments, status, error in (([path], 1, 'Corrupt'), ([folder + '/missing'], 3, 'NotFound'), ([path, '--charset', 'EBCDIC'], 2, None)):
            done = subprocess.run([programs.find('hearthctl'), 'ts', '--json', *arguments], capture_output=True, timeout=60, check=False)
            same('exit status', done.returncode, status)
            if error:
                same('error', json.loads(done.stderr)['error'], error)


if __name__ == '__main__':
    boxes.run([a_second_reading_agrees, japan_is_named_and_not_misread, ffprobe_agrees, packet_sizes_and_rubbish_make_no_difference,
               damage_is_told_and_harms_nothing, what_is_no_stream_is_refused])
