# SPDX-License-Identifier: LGPL-2.1-or-later
"""Streams that carry several programmes, sound alone, a picture alone, or what this box cannot decode."""

import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import box as boxes
from box import PATIENCE, VIEW, Box, Skip, now_us

PICTURE = ['-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=25']
SOUND = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000']
H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '25', '-pix_fmt', 'yuv420p']
MP2 = ['-c:a', 'mp2', '-b:a', '128k']
MPEGTS = ['-f', 'mpegts']


def make(box, name, *arguments):
    """A file that ffmpeg makes, which any user may read."""
    path = os.path.join(box.folder, name)
    subprocess.run(['ffmpeg', '-v', 'error', '-y', *arguments, path], check=True, stdin=subprocess.DEVNULL, timeout=60)
    os.chmod(path, 0o644)
    return path


def show(box, entries):
    """A network of these entries: lines of options and an address each."""
    playlist = os.path.join(box.folder, 'list.m3u')
    with open(playlist, 'w', encoding='utf-8') as file:
        file.write('#EXTM3U\n')
        for number, lines in enumerate(entries, 1):
            file.write('\n'.join([f'#EXTINF:-1 tvg-chno="{number}",Entry {number}', *lines]) + '\n')
    os.chmod(playlist, 0o644)
    box.add_network('list', location=playlist)
    box.wait(box.try_log_frames, 15, 'the screen')


def plays(box, number, count=25, seconds=15):
    serial = box.zap(number)
    box.wait(lambda: len([f for f in box.frames() if f[2] == serial]) >= count, seconds, f'pictures of entry {number}')
    return serial


def audio_pids(box):
    return [track['id'] for track in box.call(VIEW, 'Player1', 'ListTracks', '(s)', 'audio')]


def a_real_multiplex_gives_the_programme_that_is_named(programs):
    sample = os.path.join(os.path.dirname(programs.source), 'shared', 'samples', 'ts', 'test-108.ts')
    if not os.path.exists(sample):
        raise Skip('the sample ts/test-108.ts is not here')
    found = subprocess.run(['ffprobe', '-v', 'quiet', '-show_entries', 'program=program_id:program_stream=id,codec_type', '-of', 'compact=p=0:nk=1', sample],
                           check=True, capture_output=True, text=True).stdout
    with Box(programs) as box:
        box.start()
        address = f'file://{sample}?loop=1'
        show(box, [[address], ['#EXTVLCOPT:program=3402', address], ['#KODIPROP:inputstream.ffmpegdirect.program_number=3403', address],
                   [address + '&program=3402']])
        sound = {}
        for number in (1, 2, 3, 4):
            plays(box, number, count=10)
            sound[number] = box.wait(lambda: audio_pids(box), 5, 'its tracks')
        assert sound[2] == sound[4] and sound[1] != sound[2] != sound[3] != sound[1], (sound, found[:300])


def radio_comes_before_television_in_the_multiplex(programs):
    """Nobody said which programme: the first with a picture, not the first of the table."""
    with Box(programs) as box:
        path = make(box, 'mux.ts', *PICTURE, *SOUND, '-t', '4', '-map', '1:a', '-map', '0:v', '-map', '1:a', *H264, *MP2,
                    '-program', 'program_num=1:st=0', '-program', 'program_num=2:st=1:st=2', *MPEGTS)
        box.start()
        show(box, [[f'file://{path}?loop=1'], ['#EXTVLCOPT:program=1', f'file://{path}?loop=1&two']])
        plays(box, 1)
        serial = box.zap(2)
        box.wait(lambda: 'sound' in box.call(VIEW, 'Player1', 'GetZap', '(u)', serial), 6, "the radio's sound")


def playing_without_frames(box, serial):
    return box.get(VIEW, 'Player1', 'State') == 'playing' and not [f for f in box.frames() if f[2] == serial]


def sound_alone_picture_alone_and_a_late_picture_play(programs):
    with Box(programs) as box:
        radio = make(box, 'radio.ts', *SOUND, '-t', '6', *MP2, *MPEGTS)
        silent = make(box, 'silent.ts', *PICTURE, '-t', '4', *H264, *MPEGTS)
        late = make(box, 'late.ts', '-itsoffset', '2.5', *PICTURE, *SOUND, '-t', '8', '-map', '0:v', '-map', '1:a', *H264, *MP2, *MPEGTS)
        box.start()
        show(box, [[f'file://{path}?loop=1'] for path in (radio, silent, late)])
        for _ in range(2):
            serial = box.zap(1)
            box.wait(lambda: 'sound' in box.call(VIEW, 'Player1', 'GetZap', '(u)', serial), 5, 'sound alone')
            box.wait(lambda: playing_without_frames(box, serial), 3, 'radio that plays')
            plays(box, 2)
            box.wait(lambda: box.get(VIEW, 'Player1', 'State') == 'playing', 3, 'a picture alone that plays')
            since_us = now_us()
            serial = plays(box, 3, count=10)
            first_us = min(f[3] for f in box.frames() if f[2] == serial)
            stages = box.call(VIEW, 'Player1', 'GetZap', '(u)', serial)
            box.wait(lambda: 'sound' in box.call(VIEW, 'Player1', 'GetZap', '(u)', serial), 3, 'its sound')
            assert first_us - since_us < 9_000_000 * PATIENCE and stages['first-shown'] > 0
            box.wait(lambda: box.get(VIEW, 'Player1', 'State') == 'playing', 3, 'playing')


def what_cannot_be_decoded_is_named(programs):
    """A transport stream that says AVS3 (and a picture of another kind, which nobody must try)."""
    with Box(programs) as box:
        path = make(box, 'h264.ts', *PICTURE, *SOUND, '-t', '4', *H264, *MP2, *MPEGTS)
        with open(path, 'rb') as file:
            stream = bytearray(file.read())
        retype(stream, 0x1b, 0xd4)
        with open(path, 'wb') as file:
            file.write(stream)
        box.start()
        show(box, [[f'file://{path}?loop=1']])
        since_us = now_us()
        box.zap(1)
        box.wait(lambda: box.get(VIEW, 'Player1', 'Reason') == 'CannotDecode', 5, 'CannotDecode')
        assert now_us() - since_us < 2_000_000 * PATIENCE, (now_us() - since_us) / 1000
        assert 'avs3' in box.get(VIEW, 'Player1', 'ReasonText').lower(), box.get(VIEW, 'Player1', 'ReasonText')


def crc32(data):
    crc = 0xffffffff
    for byte in data:
        for bit in range(7, -1, -1):
            crc = (crc << 1 ^ (0x04c11db7 if (crc >> 31 ^ byte >> bit) & 1 else 0)) & 0xffffffff
    return crc


def retype(stream, old, new):
    """Another stream_type in every PMT of ffmpeg's: one packet, PID 0x1000."""
    for at in range(0, len(stream), 188):
        if (stream[at + 1] & 0x1f) << 8 | stream[at + 2] != 0x1000:
            continue
        section = at + 5
        end = section + 3 + ((stream[section + 1] & 0x0f) << 8 | stream[section + 2])
        entry = section + 12 + ((stream[section + 10] & 0x0f) << 8 | stream[section + 11])
        while entry < end - 4:
            if stream[entry] == old:
                stream[entry] = new
            entry += 5 + ((stream[entry + 3] & 0x0f) << 8 | stream[entry + 4])
        stream[end - 4:end] = crc32(stream[section:end - 4]).to_bytes(4, 'big')


if __name__ == '__main__':
    boxes.run([a_real_multiplex_gives_the_programme_that_is_named, radio_comes_before_television_in_the_multiplex,
               sound_alone_picture_alone_and_a_late_picture_play, what_cannot_be_decoded_is_named])
