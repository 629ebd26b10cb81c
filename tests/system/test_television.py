# SPDX-License-Identifier: LGPL-2.1-or-later
"""From a playlist to a picture, through the real processes."""

import os
import signal
import struct
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import box as boxes
from box import OUTPUT, PATIENCE, ROOT, VIEW, Box, Skip, now_us
from gi.repository import GLib

ALL = [str(n) for n in range(1, 11)]
FLASH_DOTS = 300  # the head-end's flash alone makes 220 dots bright where a banner's words would be, with the banner 410


def samples(programs, name):
    path = os.path.join(os.path.dirname(programs.source), 'shared', 'samples', name)
    if not os.path.exists(path):
        raise Skip(f'the sample {name} is not here')
    return path


def in_order(frames, loop):
    """Frame numbers go up one by one, round the loop's end; how many steps did not."""
    numbers = [f[6] for f in frames]
    return sum(1 for a, b in zip(numbers, numbers[1:]) if (a + 1) % loop != b % loop)


def all_ten_channels_show_their_own_picture(programs):
    with Box(programs) as box:
        box.start_television()
        assert [c['number'] for c in box.channels()] == ALL
        for number in ALL:
            serial = box.zap(number)
            box.wait_frame(int(number), 15, serial=serial, count=15)
            box.wait(lambda: box.get(VIEW, 'Player1', 'State') == 'playing', 5, 'playing')
            stages = box.call(VIEW, 'Player1', 'GetZap', '(u)', serial)
            assert stages['first-shown'] >= stages['first-decoded'] > stages['command']


def pictures_go_on_in_order(programs):
    with Box(programs) as box:
        box.start_television(channels='1,2')
        serial = box.zap(1)
        box.wait_frame(1, 15, serial=serial, count=250)
        frames = [f for f in box.frames() if f[2] == serial]
        assert in_order(frames, 240) <= 2 * PATIENCE, [f[6] for f in frames]


def the_screenshot_shows_picture_and_banner(programs):
    with Box(programs) as box:
        box.start_television(channels='1,2')
        serial = box.zap(2)
        box.wait_frame(2, 15, serial=serial, count=10)
        png, info = box.screenshot(format=('s', 'png'))
        assert png.startswith(b'\x89PNG') and (info['width'], info['height']) == (1920, 1080)
        assert info['channel'] == 2
        bright = bright_dots(png)
        assert bright > FLASH_DOTS, f'no banner: {bright} bright dots where its words are'


def a_screen_that_came_back_shows_the_banner_again(programs):
    with Box(programs) as box:
        box.start_television(channels='1,2')
        serial = box.zap(2)
        box.wait_frame(2, 15, serial=serial, count=10)
        box.call(OUTPUT, 'Display1', 'ShowBanner', '(a{sv})', {'milliseconds': GLib.Variant('u', 60000)})
        pid = box.worker('shell', 'main')['pid']
        os.kill(pid, signal.SIGKILL)
        box.wait(lambda: is_anew(box.worker('shell', 'main'), pid), 10, 'the shell')
        box.wait(lambda: bright_dots(box.screenshot(format=('s', 'png'))[0]) > FLASH_DOTS, 10, 'the banner')


def is_anew(worker, pid):
    return worker['state'] == 'running' and worker['pid'] not in (0, pid)


def bright_dots(png):
    """How many of the dots where a banner's words are are nearly white."""
    width, height, rows = read_png(png)
    return sum(1 for y in range(int(height * .78), int(height * .95), 3) for x in range(int(width * .04), int(width * .3), 3)
               if min(rows[y][x * 3:x * 3 + 3]) > 200)


def read_png(data):
    """Width, height, rows of RGB bytes."""
    width, height = struct.unpack('>II', data[16:24])
    raw = subprocess.run(['ffmpeg', '-v', 'error', '-f', 'png_pipe', '-i', 'pipe:0', '-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1'], input=data,
                         stdout=subprocess.PIPE, check=True, timeout=30 * PATIENCE).stdout
    assert len(raw) == width * height * 3, (width, height, len(raw))
    return width, height, [raw[y * width * 3:(y + 1) * width * 3] for y in range(height)]


def every_way_out_of_the_head_end_shows(programs):
    for out in ('rtp', 'http', 'hls'):
        box = Box(programs)
        try:
            box.start_television(channels='1,3', out=out)
            serial = box.zap(3)
            box.wait_frame(3, 25, serial=serial, count=25)
        finally:
            box.close()


def a_neighbour_is_there_at_once(programs):
    with Box(programs) as box:
        network = box.start_television(channels='1,2,3')
        box.zap(1)
        box.wait_frame(1, 15, count=5)
        box.wait(lambda: len([s for s in box.streams(network) if s['key-frames'] > 0]) == 3, 10, 'both neighbours in their rings')
        at = now_us()
        serial = box.call(VIEW, 'Player1', 'Zap', '(ia{sv})', 1, {})
        frame = box.wait_frame(2, 5, serial=serial)
        assert box.call(VIEW, 'Player1', 'GetZap', '(u)', serial)['prefetched'] is True
        assert frame[3] - at < 1_000_000 * PATIENCE, (frame[3] - at) / 1000  # its figure is the bench's; here: not a key frame's wait twice


def no_signal_is_told_with_its_reason(programs):
    with Box(programs) as box:
        box.start()
        playlist = os.path.join(box.folder, 'nothing.m3u')
        with open(playlist, 'w', encoding='utf-8') as file:
            file.write('#EXTM3U\n#EXTINF:-1,Silent\nudp://@239.255.77.1:5999\n'
                       '#EXTINF:-1,Nowhere\nhttp://no.such.host.invalid/x.ts\n#EXTINF:-1,Refused\nhttp://127.0.0.1:9/x.ts\n')
        os.chmod(playlist, 0o644)
        box.add_network('nothing', location=playlist)
        for number, reasons in (('1', ('NoPackets',)), ('2', ('NoAddress',)), ('3', ('NoSignal', 'NoAddress'))):
            at = now_us()
            box.zap(number)
            box.wait(lambda: box.get(VIEW, 'Player1', 'State') == 'no-signal' and box.get(VIEW, 'Player1', 'Reason') in reasons, 5,
                     f'{reasons} for channel {number}')
            assert now_us() - at < 2_000_000 * PATIENCE or number == '2', (number, now_us() - at)  # a resolver may take its time
            assert box.get(VIEW, 'Player1', 'ReasonText')


def notice_dots(box):
    """Bright dots in the middle of the screen, where nothing but a notice or a picture is."""
    width, height, rows = read_png(box.screenshot(format=('s', 'png'))[0])
    return sum(min(row[x:x + 3]) > 200 for row in rows[height // 3:height * 2 // 3:2] for x in range(width // 4 * 3, width // 4 * 9, 6))


def no_key_frame_is_told_on_the_screen_too(programs):
    """Television without key frames: within two seconds the bus says so and the screen has a notice; then the picture comes."""
    with Box(programs) as box:
        box.start_television('--fault', '1:keyless', channels='1')
        assert notice_dots(box) == 0
        began_us = now_us()
        serial = box.zap(1)

        def first_seen_us():
            at_us = now_us()
            return at_us if notice_dots(box) > 50 else None
        noticed_us = box.wait(first_seen_us, 10, 'a notice')
        assert box.get(VIEW, 'Player1', 'State') == 'no-signal'
        assert box.get(VIEW, 'Player1', 'Reason') == 'NoKeyFrame', box.get(VIEW, 'Player1', 'Reason')
        assert noticed_us - began_us < 2_000_000 * PATIENCE, (noticed_us - began_us) / 1000
        box.fault(1, 'clear')
        box.wait_frame(1, 10, serial=serial, count=5)
        box.wait(lambda: box.get(VIEW, 'Player1', 'State') == 'playing', 5, 'playing')


def standby_lets_go_and_wake_comes_back(programs):
    with Box(programs) as box:
        network = box.start_television(channels='1,2')
        box.zap(2)
        box.wait_frame(2, 15, count=5)
        box.call(ROOT, 'System1', 'Standby')
        box.wait(lambda: not box.streams(network), 5, 'no stream open')
        assert box.get(VIEW, 'Player1', 'State') == 'stopped' and box.get(ROOT, 'System1', 'State') == 'standby'
        at = now_us()
        box.call(ROOT, 'System1', 'Wake')
        box.wait_frame(2, 10, after_us=at, count=5)


def a_strangers_stream_plays(programs):
    """Real input, sent to a multicast group by another program, named by a playlist."""
    for name, group in (('ts/test-064.ts', '239.255.88.1:5988'),):
        path = samples(programs, name)
        box = Box(programs)
        sender = None
        try:
            box.start()
            playlist = os.path.join(box.folder, 'real.m3u')
            with open(playlist, 'w', encoding='utf-8') as file:
                file.write(f'#EXTM3U\n#EXTINF:-1,Real\nudp://@{group}\n')
            os.chmod(playlist, 0o644)
            box.add_network('real', location=playlist)
            box.wait(box.try_log_frames, 15, 'the screen')
            sender = subprocess.Popen(['ffmpeg', '-v', 'error', '-stream_loop', '-1', '-re', '-i', path, '-map', '0', '-c', 'copy', '-f', 'mpegts',
                                       f'udp://{group}?pkt_size=1316&ttl=0'], stdin=subprocess.DEVNULL, stderr=box.log)
            serial = box.zap(1)
            box.wait(lambda: len([f for f in box.frames() if f[2] == serial]) > 25, 20, f'pictures of {name}')
            box.wait(lambda: 'sound' in box.call(VIEW, 'Player1', 'GetZap', '(u)', serial), 5, 'its sound')
        finally:
            boxes.boxprocess.end(sender)
            box.close()


def the_operators_capture_plays(programs):
    path = samples(programs, 'rtp/fec_sample2.pcapng')
    box = Box(programs)
    sender = None
    try:
        box.start()
        playlist = os.path.join(box.folder, 'operator.m3u')
        with open(playlist, 'w', encoding='utf-8') as file:
            file.write('#EXTM3U\n#EXTINF:-1,运营商\nrtp://239.255.89.1:5140\n')
        os.chmod(playlist, 0o644)
        box.add_network('operator', location=playlist)
        box.wait(box.try_log_frames, 15, 'the screen')
        sender = subprocess.Popen([programs.find('hearth-headend'), 'replay', path, 'rtp://239.255.89.1:5140', '--loop'],
                                  env=box.environment, stdout=box.log, stderr=box.log)
        serial = box.zap(1)
        box.wait(lambda: len([f for f in box.frames() if f[2] == serial]) > 20, 25, "pictures of the operator's capture")
    finally:
        boxes.boxprocess.end(sender)
        box.close()


def volume_and_tracks(programs):
    box = Box(programs)
    try:
        box.start_television(channels='10')
        serial = box.zap(10)
        box.wait_frame(10, 15, serial=serial, count=5)
        tracks = box.wait(lambda: [t for t in box.call(VIEW, 'Player1', 'ListTracks', '(s)', 'audio')], 5, 'audio tracks')
        assert len(tracks) == 2 and {t['language'] for t in tracks} == {'zho', 'eng'} or len(tracks) == 2, tracks
        other = [t for t in tracks if not t['selected']][0]
        box.call(VIEW, 'Player1', 'SelectTrack', '(ss)', 'audio', other['id'])
        box.wait(lambda: [t for t in box.call(VIEW, 'Player1', 'ListTracks', '(s)', 'audio') if t['selected'] and t['id'] == other['id']], 5,
                 'the other track')
        try:
            box.call(VIEW, 'Player1', 'SelectTrack', '(ss)', 'audio', 'nonsense')
            raise AssertionError('a track that is none was taken')
        except GLib.Error:
            pass
    finally:
        box.close()


if __name__ == '__main__':
    boxes.run([all_ten_channels_show_their_own_picture, pictures_go_on_in_order, the_screenshot_shows_picture_and_banner,
               a_screen_that_came_back_shows_the_banner_again,
               every_way_out_of_the_head_end_shows, a_neighbour_is_there_at_once, no_signal_is_told_with_its_reason,
               no_key_frame_is_told_on_the_screen_too,
               standby_lets_go_and_wake_comes_back, a_strangers_stream_plays, the_operators_capture_plays, volume_and_tracks])
