# SPDX-License-Identifier: LGPL-2.1-or-later
"""HLS and DASH through the real box: they play, are left and found again, and say what is wrong with them."""

import http.server
import json
import os
import signal
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import box as boxes
from box import PATIENCE, ROOT, VIEW, Box, now_us
from gi.repository import GLib

LOOP = 240  # frames of the channels used here, 25 a second
SEGMENT_S = 1.92
TOLD_US = 2_000_000


def start(programs, channels, addresses):
    """A box with one network: `addresses` are functions of the head-end's base, by channel number."""
    box = Box(programs)
    headend = box.start_headend('--channels', channels, '--http-port', '0')  # which no other head-end takes when ours goes
    box.start()
    playlist = os.path.join(box.folder, 'addresses.m3u')
    by_number = {channel['number']: channel for channel in headend['channels']}
    with open(playlist, 'w', encoding='utf-8') as file:
        file.write('#EXTM3U\n')
        for number, address in enumerate(addresses, 1):
            file.write(f'#EXTINF:-1 tvg-chno="{number}",Channel {number}\n{address(headend["http"], by_number)}\n')
    os.chmod(playlist, 0o644)
    box.add_network('addresses', location=playlist)
    box.wait(box.try_log_frames, 15, 'the screen')
    return box


def of(kind, number):
    return lambda base, channels: channels[number][kind]


def at(path):
    return lambda base, channels: base + path


def frames_of(box, serial):
    return [f for f in box.frames() if f[2] == serial]


def plays_well(box, serial, content, seconds):
    """Pictures in their order, none stands long, sound is there. (A busy machine leaves some out.)"""
    box.wait_frame(content, seconds + 15, serial=serial, count=int(seconds * 20))
    frames = frames_of(box, serial)
    steps = [(b[6] - a[6]) % LOOP for a, b in zip(frames, frames[1:])]
    longest = max(b[3] - a[3] for a, b in zip(frames, frames[1:]))
    assert max(steps) < 10 * PATIENCE and min(steps) > 0 and longest < 400_000 * PATIENCE, (steps, longest)
    box.wait(lambda: 'sound' in box.call(VIEW, 'Player1', 'GetZap', '(u)', serial), 3, 'its sound')
    assert box.get(VIEW, 'Player1', 'State') == 'playing'


def lists_play_on_and_give_way_to_the_ring(programs):
    box = start(programs, '1,2', [of('udp', 1), of('hls', 2), of('dash', 2)])
    try:
        for number, content, seconds in ((1, 1, 2), (2, 2, 8 * SEGMENT_S), (1, 1, 2), (3, 2, 8 * SEGMENT_S), (2, 2, 3), (3, 2, 3)):
            plays_well(box, box.zap(number), content, seconds)
    finally:
        box.close()


def state_since(box, word, since_us):
    """When the view's state became `word` after a time, None: not yet."""
    for told_us, path, _, name, parameters in box.signals:
        if path == VIEW and name == 'PropertiesChanged' and parameters[1].get('State') == word and told_us > since_us:
            return told_us
    return None


def told_once_it_stands(box, serial, since_us, reasons, limit_us=TOLD_US):
    """What was at hand is played; when that is over, the reason comes in time."""
    told_us = box.wait(lambda: state_since(box, 'no-signal', since_us), 25, 'no signal on the bus')
    assert box.get(VIEW, 'Player1', 'Reason') in reasons and box.get(VIEW, 'Player1', 'ReasonText'), box.get(VIEW, 'Player1', 'Reason')
    last_us = max((f[3] for f in frames_of(box, serial) if f[3] < told_us), default=since_us)
    assert told_us - last_us < limit_us * PATIENCE, (told_us - last_us) / 1000


def comes_back(box, serial, seconds=15):
    since_us = now_us()
    box.wait_frame(1, seconds, after_us=since_us, serial=serial, count=25)
    box.wait(lambda: box.get(VIEW, 'Player1', 'State') == 'playing', 3, 'playing')


def a_list_that_is_not_there_is_told(programs):
    box = start(programs, '1', [at('/hls/99/index.m3u8'), at('/dash/99/manifest.mpd'), at('/hls/1/index.m3u8')])
    try:
        for number in (1, 2):
            since_us = now_us()
            box.zap(number)
            told_us = box.wait(lambda: state_since(box, 'no-signal', since_us), 10, 'no signal on the bus')
            assert told_us - since_us < TOLD_US * PATIENCE, (told_us - since_us) / 1000
            assert box.get(VIEW, 'Player1', 'Reason') == 'NoSignal' and '404' in box.get(VIEW, 'Player1', 'ReasonText')
        box.fault(1, 'list', mode='missing')
        since_us = now_us()
        serial = box.zap(3)
        box.wait(lambda: state_since(box, 'no-signal', since_us), 10, 'no signal on the bus')
        box.fault(1, 'clear')
        comes_back(box, serial)
    finally:
        box.close()


def what_fails_while_it_plays_is_told_and_comes_back(programs):
    box = start(programs, '1', [of('hls', 1), of('dash', 1)])
    try:
        for number, kind, mode, reasons, limit_us in (
                (1, 'list', 'missing', ('NoSignal',), TOLD_US),
                (1, 'list', 'frozen', ('NoPackets',), TOLD_US),
                # GStreamer 1.22's demuxer may abort when it runs out of segments: then the player is started again first.
                (1, 'segments', 'missing', ('NoSignal', 'NoPackets'), TOLD_US + 1_000_000),
                (2, 'list', 'frozen', ('NoPackets', 'NoSignal'), TOLD_US),
                (2, 'segments', 'missing', ('NoPackets', 'NoSignal'), TOLD_US)):
            serial = box.zap(number)
            box.wait_frame(1, 20, serial=serial, count=25)
            since_us = now_us()
            box.fault(1, kind, mode=mode)
            told_once_it_stands(box, serial, since_us, reasons, limit_us)
            box.fault(1, 'clear')
            comes_back(box, serial)
    finally:
        box.close()


def a_server_that_goes_and_comes_is_found_again(programs):
    box = start(programs, '1', [of('hls', 1), of('dash', 1)])
    try:
        port = box.headend['http'].rsplit(':', 1)[1]
        for number in (1, 2):
            serial = box.zap(number)
            box.wait_frame(1, 20, serial=serial, count=25)
            since_us = now_us()
            boxes.boxprocess.end(box.headend_process)
            told_once_it_stands(box, serial, since_us, ('NoSignal', 'NoPackets'))
            box.start_headend('--channels', '1', '--http-port', port)
            comes_back(box, serial, 20)
        serial = box.zap(1)
        box.wait_frame(1, 20, serial=serial, count=25)
        since_us = now_us()
        os.kill(box.headend_process.pid, signal.SIGSTOP)  # it takes connections, and says nothing
        told_once_it_stands(box, serial, since_us, ('NoPackets',))
        os.kill(box.headend_process.pid, signal.SIGCONT)
        comes_back(box, serial, 20)
    finally:
        box.close()


def audio_tracks(box):
    return json.loads(box.ctl('tracks', 'audio', '--json'))['audio']


def tracks_of_lists_are_told_and_chosen(programs):
    box = start(programs, '10', [at('/hls/10/master.m3u8'), at('/dash/10/manifest.mpd')])
    try:
        for number in (1, 2):
            serial = box.zap(number)
            box.wait_frame(10, 20, serial=serial, count=10)
            tracks = box.wait(lambda: [t for t in [audio_tracks(box)] if any(x['selected'] for x in t)], 5, 'a track that plays')[0]
            assert [t['language'] for t in tracks] == ['zho', 'eng'] and tracks[0]['selected'] and not tracks[1]['selected'], tracks
            assert tracks[0]['codec'] == 'mpeg-audio', tracks
            since_us = now_us()
            box.ctl('track', 'audio', tracks[1]['id'])
            box.wait(lambda: [t['selected'] for t in audio_tracks(box)] == [False, True], 10, 'the other track')
            assert audio_tracks(box)[1]['codec'] == 'aac'
            box.wait_frame(10, 10, serial=serial, after_us=since_us, count=75)
            frames = [f for f in frames_of(box, serial) if f[3] > since_us]
            assert max(b[3] - a[3] for a, b in zip(frames, frames[1:])) < 400_000 * PATIENCE
        box.set_setting('player.audio-language', GLib.Variant('s', 'eng'))
        for number in (1, 2):
            box.zap(number)
            box.wait(lambda: [t['selected'] for t in audio_tracks(box)] == [False, True], 15, 'the wished language')
    finally:
        box.close()


def addresses_that_do_not_say_what_they_are_play(programs):
    """Lists without a suffix, and behind a redirection: the network's worker finds out and the player takes over, in one zap."""
    box = start(programs, '1', [at('/hls/1/live'), of('udp', 1), at('/dash/1/live'), at('/go/hls/1'), at('/go/dash/1'), at('/nothing')])
    try:
        for number in (1, 2, 3, 4, 5, 2, 1, 3):
            plays_well(box, box.zap(number), 1, 2)
        serial = box.call(VIEW, 'Player1', 'OpenUri', '(sa{sv})', box.headend['http'] + '/go/hls/1', {})
        plays_well(box, serial, 1, 2)
        box.zap(6)
        box.wait(lambda: box.get(VIEW, 'Player1', 'Reason') == 'NoSignal', 5, 'a page that is not there')
    finally:
        box.close()


class Door(http.server.BaseHTTPRequestHandler):
    """Lets in whom it knows, and sends them on to the head-end."""
    target = ''

    def do_GET(self):
        agent = self.headers.get('User-Agent')
        known = agent == 'Known/1' and self.headers.get('Referer') == 'http://from.example/' and self.headers.get('X-Ticket') == 'a b'
        self.send_response(302 if known or (agent == 'Box/1' and self.path == '/box.m3u8') else 403)
        self.send_header('Location', self.target)
        self.send_header('Content-Length', '0')
        self.end_headers()

    def log_message(self, *arguments):
        pass


def what_the_list_says_of_requests_holds_for_lists_too(programs):
    box = Box(programs)
    door = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Door)
    threading.Thread(target=door.serve_forever, daemon=True).start()
    try:
        headend = box.start_headend('--channels', '1', '--http-port', '0')
        Door.target = headend['channels'][0]['hls']
        box.start()
        playlist = os.path.join(box.folder, 'door.m3u')
        with open(playlist, 'w', encoding='utf-8') as file:
            base = f'http://127.0.0.1:{door.server_port}'
            file.write('#EXTM3U\n#EXTINF:-1,By options\n#EXTVLCOPT:http-user-agent=Known/1\n#EXTVLCOPT:http-referrer=http://from.example/\n'
                       f'#KODIPROP:inputstream.adaptive.stream_headers=X-Ticket=a%20b\n{base}/a.m3u8\n'
                       f'#EXTINF:-1,Behind a bar\n{base}/b|User-Agent=Known%2F1&Referer=http%3A%2F%2Ffrom.example%2F&X-Ticket=a%20b\n'
                       f'#EXTINF:-1,A stranger\n{base}/c.m3u8\n'
                       f'#EXTINF:-1,By the name that the network gives\n{base}/box.m3u8\n')
        os.chmod(playlist, 0o644)
        box.add_network('door', location=playlist, **{'user-agent': 'Box/1'})
        box.wait(box.try_log_frames, 15, 'the screen')
        for number in (1, 2, 4):
            box.wait_frame(1, 20, serial=box.zap(number), count=10)
        box.zap(1)
        box.wait_frame(1, 20, serial=box.call(VIEW, 'Player1', 'OpenUri', '(sa{sv})', f'{base}/box.m3u8', {}), count=10)
        box.zap(3)
        box.wait(lambda: '403' in box.get(VIEW, 'Player1', 'ReasonText'), 5, 'the refusal')
    finally:
        door.shutdown()
        box.close()


if __name__ == '__main__':
    boxes.run([lists_play_on_and_give_way_to_the_ring, a_list_that_is_not_there_is_told, what_fails_while_it_plays_is_told_and_comes_back,
               a_server_that_goes_and_comes_is_found_again, tracks_of_lists_are_told_and_chosen,
               addresses_that_do_not_say_what_they_are_play, what_the_list_says_of_requests_holds_for_lists_too])
