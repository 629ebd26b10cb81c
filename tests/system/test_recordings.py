# SPDX-License-Identifier: LGPL-2.1-or-later
"""Recordings, by their bytes: what was sent on the line is what stands in stream.ts, whoever is killed meanwhile."""

import json
import os
import signal
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import box as boxes
from box import ROOT, VIEW, Box
from gi.repository import GLib
from recordings import RAP, SPLICE, Capture, Folder, assert_part_of

CHANNEL = 1
SECOND = 750_000  # bytes of the channel


class RecordingBox(Box):
    """A box with one channel, which is captured beside it."""

    def __init__(self, programs, channels='1', watch=False):
        super().__init__(programs)
        self.network = self.start_television(channels=channels)
        self.root = os.path.join(self.state, 'recordings')
        address = next(c['udp'] for c in self.headend['channels'] if c['number'] == CHANNEL)
        self.capture = Capture(address)
        self.set_setting('player.prefetch', GLib.Variant('b', False))
        if watch:
            self.wait_frame(CHANNEL, 20, serial=self.zap(CHANNEL), count=25)
        else:
            self.call(VIEW, 'Player1', 'Stop', '(a{sv})', {})

    def close(self, keep=False):
        self.capture.close()
        super().close(keep)

    def record(self, *arguments):
        return json.loads(self.ctl('record', str(CHANNEL), '--json', *arguments))['id']

    def recording(self, name):
        return self.call(ROOT, 'Recordings1', 'Get', '(s)', name)

    def files(self, name):
        return Folder(self.root, name)

    def size(self, name):
        try:
            return os.path.getsize(os.path.join(self.root, name, 'stream.ts'))
        except FileNotFoundError:
            return 0

    def wait_more(self, name, n_bytes=2 * SECOND):
        target = self.size(name) + n_bytes
        self.wait(lambda: self.size(name) >= target, 20, f'{n_bytes} more bytes of {name}')

    def wait_state(self, name, state):
        def look():
            try:
                return self.recording(name)['state'] == state
            except GLib.Error:  # hearthd is being started, or reads its folder
                return False
        self.wait(look, 20, f'{name} {state}')

    def finish(self, name):
        """Stops it; its parts must all have been sent."""
        self.ctl('recordings', 'stop', name)
        self.wait_state(name, 'finished')
        folder = self.files(name)
        assert folder.manifest['state'] == 'finished' and folder.manifest['bytes'] == len(folder.stream)
        sent = self.capture.close()
        for number, part in enumerate(folder.parts()):
            assert_part_of(sent, part, f'part {number}')
        return folder

    def kill(self, role):
        instance = {'stream': 'headend'}.get(role, 'main')
        if role == 'hearthd':
            pid = self.connection.call_sync('org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus',
                                            'GetConnectionUnixProcessID', GLib.Variant('(s)', ('tv.hearth.Hearth1',)), None, 0,
                                            5000, None).unpack()[0]
        else:
            pid = self.wait(lambda: self.running(role, instance), 10, f'hearth-{role} running')
        os.kill(pid, signal.SIGKILL)

    def running(self, role, instance='main'):
        try:
            worker = self.worker(role, instance)
        except (GLib.Error, KeyError):
            return None
        return worker['pid'] if worker['state'] == 'running' else None


def a_recording_is_what_was_sent(programs):
    with RecordingBox(programs) as box:
        name = box.record('--title', '星河')
        box.wait_more(name, 4 * SECOND)
        listed = json.loads(box.ctl('recordings', '--json'))['recordings']
        assert [r['id'] for r in listed] == [name] and listed[0]['state'] == 'recording' and listed[0]['title'] == '星河'
        folder = box.finish(name)
        manifest = folder.manifest
        assert manifest['gaps'] == [] and manifest['end'] == 'stopped' and manifest['event']['title'] == '星河'
        stream = folder.stream
        assert stream[1] & 0x1f == 0 and stream[2] == 0, 'begins with a PAT'
        points = [e for e in folder.index if e[0] == RAP]
        assert len(points) >= 4, points
        for entry in points:  # of H.264: each begins a PES packet of the video
            assert stream[entry[2]] == 0x47 and stream[entry[2] + 1] & 0x40
        steps = [b[7] - a[7] for a, b in zip(points, points[1:])]
        assert all(950_000 < step < 970_000 for step in steps), steps  # its GOP is 0.96 s
        assert abs(manifest['duration_us'] / 1e6 - len(stream) / SECOND) < 2
        assert box.call(ROOT, 'Recordings1', 'Get', '(s)', name)['ended'] >= manifest['started_us']


def watching_and_recording_share_one_ring(programs):
    with RecordingBox(programs, channels='1,2', watch=True) as box:
        name = box.record()
        box.wait_more(name)
        assert len(box.streams(box.network)) == 1, box.streams(box.network)
        box.wait_frame(2, 20, serial=box.zap(2), count=5)  # watching something else takes nothing from the recording
        box.wait_more(name)
        box.wait_frame(CHANNEL, 20, serial=box.zap(CHANNEL), count=5)
        box.wait(lambda: len(box.streams(box.network)) == 1, 10, 'one stream again')
        folder = box.finish(name)
        assert folder.manifest['gaps'] == []
        after = boxes.now_us()
        box.wait_frame(CHANNEL, 10, after_us=after, count=25)  # and the end of the recording nothing from who watches
        box.call(VIEW, 'Player1', 'Stop', '(a{sv})', {})
        box.wait(lambda: not box.streams(box.network), 10, 'the stream let go of')


def started_late_it_has_what_the_ring_holds(programs):
    with RecordingBox(programs, watch=True) as box:
        box.wait_frame(CHANNEL, 20, count=150)  # six seconds
        asked_us = GLib.get_real_time()
        whole, now = box.record(), box.record('--now')
        box.wait_more(whole)
        box.wait_more(now, SECOND)
        assert box.recording(whole)['started'] < asked_us - 4_000_000, box.recording(whole)
        assert box.recording(now)['started'] > asked_us - 3_000_000, box.recording(now)
        box.ctl('recordings', 'stop', now)
        box.wait_state(now, 'finished')
        box.finish(whole)
        assert len(box.files(whole).stream) > len(box.files(now).stream)


def killing_the_recorder_loses_nothing(programs):
    with RecordingBox(programs) as box:
        name = box.record()
        box.wait_more(name)
        for _ in range(3):
            box.kill('record')
            box.wait_more(name)
        folder = box.finish(name)
        assert folder.manifest['gaps'] == [], folder.manifest['gaps']
        assert len([e for e in folder.index if e[0] == SPLICE and e[3] != 0]) == 1


def killing_hearthd_interrupts_nothing(programs):
    with RecordingBox(programs) as box:
        name = box.record('--minutes', '5')
        box.wait_more(name)
        recorder = box.running('record')
        box.kill('hearthd')
        box.wait_more(name)
        box.wait_state(name, 'recording')
        assert box.running('record') == recorder
        assert box.recording(name)['until'] > 0 and len(box.streams(box.network)) == 1
        folder = box.finish(name)
        assert folder.manifest['gaps'] == [], folder.manifest['gaps']
        box.wait(lambda: not box.streams(box.network), 15, 'the stream let go of')


def killing_the_network_goes_on_in_the_same_folder(programs):
    with RecordingBox(programs) as box:
        name = box.record()
        box.wait_more(name)
        box.kill('stream')
        box.wait(lambda: box.recording(name)['gaps'] == 1, 10, 'the gap')
        box.wait_more(name)
        folder = box.finish(name)
        gaps = folder.manifest['gaps']
        assert [g['cause'] for g in gaps] == ['network-restarted'] and 10_000 < gaps[0]['to_us'] - gaps[0]['from_us'] < 5_000_000, gaps
        assert len(folder.parts()) == 2
        missing = box.recording(name)['missing']
        assert [(m['from'], m['to'], m['cause']) for m in missing] == [(gaps[0]['from_us'], gaps[0]['to_us'], 'network-restarted')]
        assert any(e[0] == SPLICE and e[2] == gaps[0]['offset'] for e in folder.index)


def a_line_that_stands_still_is_a_gap(programs):
    with RecordingBox(programs) as box:
        name = box.record()
        box.wait_more(name)
        box.fault(CHANNEL, 'stall', ms=4000)
        box.wait_state(name, 'waiting')
        box.wait_state(name, 'recording')
        folder = box.finish(name)
        assert [g['cause'] for g in folder.manifest['gaps']] == ['no-packets'], folder.manifest['gaps']


def a_full_disk_waits_for_room(programs):
    with RecordingBox(programs) as box:
        name = box.record()
        box.wait_more(name)
        box.set_setting('recordings.reserve-mib', GLib.Variant('u', 1 << 20))  # a TiB: more than there is
        box.wait_state(name, 'disk-full')
        assert box.recording(name)['text']
        box.set_setting('recordings.reserve-mib', GLib.Variant('u', 1))
        box.wait_state(name, 'recording')
        box.wait_more(name)
        folder = box.finish(name)
        assert folder.manifest['gaps'] == [], 'the ring held it all'


def a_restarted_box_goes_on(programs):
    with RecordingBox(programs) as box:
        name = box.record()
        box.wait_more(name)
        before = box.size(name)
        box.stop()
        assert box.size(name) >= before and box.files(name).manifest['state'] == 'recording'
        box.start()
        box.wait_state(name, 'recording')
        box.wait_more(name)
        folder = box.finish(name)
        assert len(folder.manifest['gaps']) == 1 and len(folder.parts()) == 2, folder.manifest['gaps']


def people_manage_them(programs):
    with RecordingBox(programs) as box:
        name = box.record()
        box.wait_more(name, SECOND)
        assert 'Busy' in fails(box, 'Delete', '(s)', name)
        box.ctl('recordings', 'rename', name, 'Evening')
        box.ctl('recordings', 'protect', 'Evening')
        box.ctl('recordings', 'stop', 'last')
        box.wait_state(name, 'finished')
        assert 'PermissionDenied' in fails(box, 'Delete', '(s)', name)
        box.stop()
        box.start()  # what people added is remembered
        box.wait_state(name, 'finished')
        assert box.recording(name)['title'] == 'Evening' and box.recording(name)['protected']
        assert name in box.ctl('recordings') and 'Evening' in box.ctl('recordings', 'show', name)
        box.ctl('recordings', 'protect', name, 'off')
        box.wait(lambda: box.running('record'), 10, 'hearth-record')
        box.ctl('recordings', 'delete', 'evening')
        assert not os.path.exists(os.path.join(box.root, name))
        assert json.loads(box.ctl('recordings', '--json'))['recordings'] == []
        assert 'NotFound' in fails(box, 'Get', '(s)', name)
        assert 'NotFound' in fails(box, 'Start', '(sa{sv})', 'nosuchchannel000', {})


def code_frames(box, after_us, count):
    """Numbers in the head-end's loop of the frames shown after a time, in their order."""
    box.wait_frame(CHANNEL, 15, after_us=after_us, count=count)
    return [f[6] for f in box.frames() if f[5] == CHANNEL and f[3] > after_us]


def position(box):
    return box.call(VIEW, 'Player1', 'GetPosition')


def apart(first, second):
    """By how many frames; the loop has 240."""
    return (second - first + 120) % 240 - 120


def settled(box):
    """The newest frame's number, once none has come for half a second."""
    shown = [f for f in box.frames() if f[5] == CHANNEL]
    return shown[-1][6] if shown and boxes.now_us() - shown[-1][3] > 500_000 else None


def a_recording_is_played_paused_and_moved_in(programs):
    with RecordingBox(programs) as box:
        name = box.record()
        box.wait_more(name, 9 * SECOND)
        box.finish(name)
        at = boxes.now_us()
        box.ctl('recordings', 'play', name)
        frames = code_frames(box, at, 30)
        assert all(apart(a, b) == 1 for a, b in zip(frames, frames[1:])), frames
        first = frames[0]
        assert box.get(VIEW, 'Player1', 'Recording') == name and box.get(VIEW, 'Player1', 'State') == 'playing'
        here, duration = position(box)
        assert 8_000_000 < duration < 13_000_000 and 500_000 < here < 4_000_000, (here, duration)

        box.ctl('seek', '5')  # to the frame
        at = boxes.now_us()
        box.wait(lambda: any(abs(apart(f, first + 125)) <= 3 for f in code_frames(box, at, 1)), 10, 'the frame of five seconds')
        assert 5_000_000 <= position(box)[0] < 8_000_000, position(box)

        box.ctl('pause')
        assert box.get(VIEW, 'Player1', 'Paused')
        stands, _ = position(box)
        last = box.wait(lambda: settled(box), 10, 'the picture standing still')
        assert position(box)[0] == stands
        at = boxes.now_us()
        box.ctl('pause', 'off')
        goes_on = code_frames(box, at, 5)[0]
        assert abs(apart(last, goes_on)) <= 5, (last, goes_on)

        box.call(VIEW, 'Player1', 'Seek', '(x)', 60_000_000)
        box.wait(lambda: box.get(VIEW, 'Player1', 'State') == 'ended', 15, 'the end')
        box.call(VIEW, 'Player1', 'SetPosition', '(x)', 1_000_000)  # and back from it
        at = boxes.now_us()
        box.wait(lambda: any(abs(apart(f, first + 25)) <= 3 for f in code_frames(box, at, 1)), 10, 'the frame of one second')
        box.call(VIEW, 'Player1', 'Stop', '(a{sv})', {})
        assert box.get(VIEW, 'Player1', 'Recording') == ''
        assert 900_000 < box.recording(name)['position'] < 6_000_000, box.recording(name)


def a_growing_recording_is_played_to_its_end(programs):
    with RecordingBox(programs) as box:
        name = box.record()
        box.wait_more(name, 4 * SECOND)
        at = boxes.now_us()
        box.ctl('recordings', 'play', name, '--at', '0')
        frames = code_frames(box, at, 150)  # more than there was when it began
        assert all(apart(a, b) == 1 for a, b in zip(frames, frames[1:])), frames
        before = position(box)[1]
        box.wait(lambda: position(box)[1] > before + 1_500_000, 10, 'the duration growing')
        box.ctl('recordings', 'stop', name)
        box.wait(lambda: box.get(VIEW, 'Player1', 'State') == 'ended', 20, 'the end')
        at = boxes.now_us()
        box.wait_frame(CHANNEL, 20, serial=box.zap(CHANNEL), after_us=at, count=10)  # and television is there as ever
        assert box.get(VIEW, 'Player1', 'Recording') == ''


def a_killed_player_goes_on_in_the_recording(programs):
    with RecordingBox(programs) as box:
        name = box.record()
        box.wait_more(name, 9 * SECOND)
        box.finish(name)
        at = boxes.now_us()
        box.ctl('recordings', 'play', name)
        first = code_frames(box, at, 50)[0]
        there = position(box)[0]
        at = boxes.now_us()
        box.kill('play')
        again = code_frames(box, at + 300_000, 5)[-1]
        assert there / 40_000 - 15 <= apart(first, again) % 240 <= there / 40_000 + 100, (first, again, there)


def a_recording_plays_on_while_hearthd_is_killed(programs):
    with RecordingBox(programs) as box:
        name = box.record()
        box.wait_more(name, 12 * SECOND)
        box.finish(name)
        at = boxes.now_us()
        box.ctl('recordings', 'play', name, '--at', '0')
        first = code_frames(box, at, 10)[0]
        at = boxes.now_us()
        box.kill('hearthd')
        box.wait(lambda: try_recording(box) == name, 15, 'the recording on the bus again')
        frames = code_frames(box, at, 25)
        assert all(apart(a, b) == 1 for a, b in zip(frames, frames[1:])), frames  # none was missed
        there = position(box)[0]
        assert 0 < there < 9_000_000, there
        box.wait_state(name, 'finished')
        box.call(VIEW, 'Player1', 'SetPaused', '(b)', True)
        last = box.wait(lambda: settled(box), 5, 'a picture that stands')
        assert abs(apart(first + position(box)[0] // 40_000, last)) <= 12, (first, position(box), last)
        at = boxes.now_us()
        box.call(VIEW, 'Player1', 'SetPaused', '(b)', False)
        assert abs(apart(last, code_frames(box, at, 5)[0])) <= 5
        at = boxes.now_us()
        box.call(VIEW, 'Player1', 'SetPosition', '(x)', 1_000_000)
        box.wait(lambda: any(abs(apart(f, first + 25)) <= 3 for f in code_frames(box, at, 1)), 10, 'the frame of one second')


def try_recording(box):
    try:
        return box.get(VIEW, 'Player1', 'Recording')
    except GLib.Error:  # hearthd is being started
        return None


def pages_have_all(programs):
    with RecordingBox(programs) as box:
        names = [box.record() for _ in range(5)]
        for name in names:
            box.wait_more(name, 1)
            box.ctl('recordings', 'stop', name)
            box.wait_state(name, 'finished')
        seen, cursor = [], ''
        while True:
            page, cursor = box.call(ROOT, 'Recordings1', 'List', '(sua{sv})', cursor, 2, {})
            assert len(page) <= 2
            seen += [r['id'] for r in page]
            if not cursor:
                break
        assert sorted(seen) == sorted(names), (seen, names)


def fails(box, method, signature, *arguments):
    try:
        box.call(ROOT, 'Recordings1', method, signature, *arguments)
    except GLib.Error as error:
        return error.message
    raise AssertionError(f'{method} should have failed')


if __name__ == '__main__':
    boxes.run([a_recording_is_what_was_sent, watching_and_recording_share_one_ring, started_late_it_has_what_the_ring_holds,
               killing_the_recorder_loses_nothing, killing_hearthd_interrupts_nothing,
               killing_the_network_goes_on_in_the_same_folder, a_line_that_stands_still_is_a_gap, a_full_disk_waits_for_room,
               a_restarted_box_goes_on, people_manage_them, pages_have_all, a_recording_is_played_paused_and_moved_in,
               a_growing_recording_is_played_to_its_end, a_killed_player_goes_on_in_the_recording,
               a_recording_plays_on_while_hearthd_is_killed])
