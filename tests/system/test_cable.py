#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A simulated cable network on virtual tuners: found, numbered, shared, scanned again."""

import json
import os
import signal
import subprocess

from gi.repository import Gio, GLib

import box
from box import VIEW, Box
from cable import NETWORK, by_name, find_channel, names_on, start_cable, tuners, watch, write_tuners


def scan(a_box, **options):
    """Scans anew; what ScanFinished said."""
    while GLib.MainContext.default().pending():
        GLib.MainContext.default().iteration(False)
    a_box.signals.clear()
    a_box.call(NETWORK, 'Network1', 'Scan', '(a{sv})', {k: GLib.Variant('s', v) for k, v in options.items()})
    return a_box.wait(lambda: [s[4][0] for s in a_box.signals if s[3] == 'ScanFinished'], 60, 'the end of the scan')[0]


def test_scan(programs):
    """All services of the network with their names; numbers wanted twice are given once; hidden ones are not shown."""
    with Box(programs) as a_box:
        headend, _, took = start_cable(a_box)
        assert took < 15 * box.PATIENCE, f'the scan took {took:.1f} s'
        shown = [s for s in headend['services'] if not (s['hidden'] and s['lcn'])]  # hidden is who has a number and may not show it
        found = {c['name']: c for c in a_box.channels()}
        assert len(found) == len(shown), (sorted(found), sorted(s['name'] for s in shown))
        for service in shown:
            assert service['name'] in found, (service['name'], sorted(found))
        numbers = [c['number'] for c in found.values() if c['number']]
        assert len(numbers) == len(set(numbers)), sorted(numbers)
        wanted = [s['lcn'] for s in shown if s['lcn']]
        for service in shown:
            if service['lcn'] and wanted.count(service['lcn']) == 1 and service['type'] != 12:
                assert found[service['name']]['number'] == str(service['lcn']), (service, found[service['name']])
        a_box.wait(lambda: [s for s in a_box.signals if s[3] == 'ScanFinished'], 10, 'the end of the scan')
        progress = [s[4][0] for s in a_box.signals if s[3] == 'ScanProgress']
        assert progress and progress[-1]['done'] >= 6 and progress[-1]['locked'] == 6, progress[-1:]


def test_watch(programs):
    """Pictures of the right service; a second service of the multiplex needs no second tuner."""
    with Box(programs) as a_box:
        headend, _, _ = start_cable(a_box, count=1)
        a_box.wait(a_box.try_log_frames, 15, 'the screen')
        first, second = names_on(headend, 1)[:2]
        watch(a_box, headend, first)
        watch(a_box, headend, second)
        held = tuners(a_box)
        assert len(held) == 1 and held[0]['locked'] and second in held[0]['used-by'], held
        assert not any(errors for _, _, errors, _, _ in held[0]['pids']), held[0]['pids']
        streams = a_box.streams(NETWORK)
        assert streams and all(s['continuity-errors'] == 0 for s in streams), streams
        watch(a_box, headend, names_on(headend, 4)[0])  # another multiplex, the same tuner


def test_pulled(programs):
    """Who pulls the cable is told so, and gets the picture back with it."""
    with Box(programs) as a_box:
        headend, _, _ = start_cable(a_box, count=1)
        a_box.wait(a_box.try_log_frames, 15, 'the screen')
        name = names_on(headend, 2)[0]
        watch(a_box, headend, name)
        write_tuners(a_box, headend, 1, mux2='lock=false')
        a_box.wait(lambda: any(s['reason'] == 'NoSignal' for s in a_box.streams(NETWORK)), 10, 'NoSignal')
        write_tuners(a_box, headend, 1)
        after = box.now_us()
        a_box.wait_frame(by_name(headend, name)['content'], 20, after_us=after, count=3)


def test_weak(programs):
    """A weak signal is seen in the tuner's figures, PID by PID and in the stream's health, the picture goes on; a better aerial ends it."""
    with Box(programs) as a_box:
        headend, _, _ = start_cable(a_box, count=1)
        a_box.wait(a_box.try_log_frames, 15, 'the screen')
        name, locked = names_on(headend, 2)[0], names_on(headend, 2, encrypted=True)
        watch(a_box, headend, name)

        def lost():
            """Of the tuner's whole multiplex: packets that did not come, PID by PID."""
            return {pid: errors for pid, _, errors, _, _ in tuners(a_box)[0]['pids'] if errors > 0}

        before = a_box.wait(lambda: next((t for t in tuners(a_box) if t['pids']), None), 10, 'what comes, PID by PID')
        assert before['ber'] == 0 and before['wrong-blocks'] == 0 and not lost() and before['snr-db'] == 36, before
        assert bool(locked) == any(scrambled > 0 for _, _, _, scrambled, _ in before['pids']), (locked, before)
        write_tuners(a_box, headend, 1, mux2='errors=0.01\nsnr-db=21.5')
        a_box.wait(lambda: len(lost()) > 3, 20, 'packets that are missing')
        a_box.wait(lambda: any(s['continuity-errors'] > 0 for s in a_box.streams(NETWORK)), 10, 'a stream that says so')
        weak = a_box.wait(lambda: next((t for t in tuners(a_box) if t['wrong-blocks'] > 0), None), 10, 'wrong blocks')
        assert weak['locked'] and weak['snr-db'] == 21.5 and 1e-6 < weak['ber'] < 1e-4, weak
        a_box.wait_frame(by_name(headend, name)['content'], 10, after_us=box.now_us(), count=10)
        write_tuners(a_box, headend, 1)
        a_box.wait(lambda: tuners(a_box)[0]['ber'] == 0 and tuners(a_box)[0]['snr-db'] == 36, 20, 'the good signal')
        busy = {pid for pid, packets, _, _, _ in tuners(a_box)[0]['pids'] if packets > 1000}  # a rare one's last loss is noticed with its next packet
        a_box.wait_frame(by_name(headend, name)['content'], 10, after_us=box.now_us(), count=5)
        after = lost()
        a_box.wait_frame(by_name(headend, name)['content'], 10, after_us=box.now_us(), count=50)
        assert busy and all(lost().get(pid) == after.get(pid) for pid in busy), (busy, after, lost())


def test_tuner_pulled_out(programs):
    """A tuner that is pulled out while it plays is let go of, and told; when it is back what was on is on again. Twice."""
    with Box(programs) as a_box:
        headend, _, _ = start_cable(a_box, count=1)
        a_box.wait(a_box.try_log_frames, 15, 'the screen')
        name = names_on(headend, 2)[0]
        watch(a_box, headend, name)
        for _ in range(2):
            write_tuners(a_box, headend, 0)
            a_box.wait(lambda: a_box.get(VIEW, 'Player1', 'Reason') in ('Disconnected', 'NotFound'), 10, 'the reason')
            a_box.wait(lambda: tuners(a_box) == [], 10, 'no tuner any more')
            write_tuners(a_box, headend, 1)
            after = box.now_us()
            a_box.wait_frame(by_name(headend, name)['content'], 20, after_us=after, count=3)


def test_rescan(programs):
    """What came, went, moved and was renamed is told; channels keep their ids."""
    with Box(programs) as a_box:
        headend, _, _ = start_cable(a_box)
        before = {c['name']: c['id'] for c in a_box.channels()}
        now = a_box.headend_get('/lineup?value=1')
        old, new = ({s['service_id']: s for s in h['services']} for h in (headend, now))
        result = scan(a_box)

        def ids(key):
            return sorted(int(address.rpartition('.')[2]) for address, _ in result[key])

        assert ids('came') == sorted(set(new) - set(old)), result['came']
        assert ids('went') == sorted(set(old) - set(new)), result['went']
        both = set(old) & set(new)
        assert ids('moved') == sorted(i for i in both if old[i]['mux'] != new[i]['mux']), result['moved']
        assert ids('renamed') == sorted(i for i in both if old[i]['name'] != new[i]['name']), result['renamed']
        names = {new[i]['name'] for i in both}
        assert names <= {c['name'] for c in a_box.channels()}, 'the list is there when the scan is told to be over'
        after = {c['name']: c['id'] for c in a_box.channels()}
        for i in both:
            assert after[new[i]['name']] == before[old[i]['name']], (old[i], new[i])


def test_restart(programs):
    """A worker that fell knows from hearthd what there was: a rescan finds nothing new."""
    with Box(programs) as a_box:
        start_cable(a_box)
        os.kill(a_box.worker('stream', 'cable')['pid'], 9)
        a_box.wait(lambda: try_tuners(a_box), 20, 'the new worker')
        result = scan(a_box, mode='nit')
        assert not any(result[key] for key in ('came', 'went', 'moved', 'renamed')), result
        assert result['multiplexes'] == 6, result
        a_box.signals.clear()
        a_box.call(NETWORK, 'Network1', 'Scan', '(a{sv})', {'mode': GLib.Variant('s', 'blind')})
        os.kill(a_box.worker('stream', 'cable')['pid'], 9)
        fallen = a_box.wait(lambda: [s[4][0] for s in a_box.signals if s[3] == 'ScanFinished'], 10, 'the end of the scan')[0]
        assert fallen == {'cancelled': True, 'reason': 'Plugin'}, fallen
        assert len(a_box.channels()) > 0


def start_ctl(a_box, *words):
    return subprocess.Popen([a_box.programs.find('hearthctl'), *words], env=a_box.environment, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)


def test_hearthctl(programs):
    """A scan is shown with the names of what is found, ^C cancels it; the tuner's row says what it receives and for whom."""
    with Box(programs) as a_box:
        headend, _, _ = start_cable(a_box, count=1)
        a_box.wait(a_box.try_log_frames, 15, 'the screen')
        before = sorted((c['id'], c['name']) for c in a_box.channels())
        scanned = start_ctl(a_box, 'network', 'scan', 'cable', '--mode', 'blind')
        assert '/' in scanned.stdout.readline()
        scanned.send_signal(signal.SIGINT)
        _, said = scanned.communicate(timeout=30)
        assert scanned.returncode == 1 and 'cancelled' in said, said
        assert sorted((c['id'], c['name']) for c in a_box.channels()) == before
        shown = a_box.ctl('network', 'scan', 'cable', timeout=60)
        for service in headend['services']:
            assert ' '.join(service['name'].split()) in shown, (service['name'], shown)
        assert f'{len(headend["services"])} services in 6 multiplexes' in shown, shown
        assert not any(word in shown for word in ('came', 'went', 'renamed')), shown
        lines = [json.loads(line) for line in a_box.ctl('network', 'scan', 'cable', '--json', timeout=60).splitlines()]
        assert [list(line) for line in lines] == [['progress']] * (len(lines) - 1) + [['result']], lines
        assert lines[-1]['result']['services'] == len(headend['services']) and lines[-2]['progress']['done'] == 6, lines[-2:]
        name = names_on(headend, 3)[0]
        watch(a_box, headend, name)
        row = a_box.ctl('network', 'tuners').splitlines()[1]
        mhz = next(m['frequency_khz'] for m in headend['muxes'] if m['number'] == 3) / 1000
        assert all(word in row for word in ('cable', 'dvbc', 'locked', f'{mhz:g}', '-45.0 dBm', '36.0 dB', name)), row
        refused = start_ctl(a_box, 'network', 'scan', 'nowhere')
        assert 'there is no network' in refused.communicate(timeout=30)[1] and refused.returncode == 3


def count_lost(stream):
    """Packets missing by their continuity counters, in a stream without discontinuities."""
    last, lost = {}, 0
    for at in range(0, len(stream) - 187, 188):
        pid = (stream[at + 1] & 0x1f) << 8 | stream[at + 2]
        if stream[at + 3] & 0x10 and pid != 0x1fff:  # has a payload
            counter = stream[at + 3] & 0x0f
            lost += pid in last and counter not in (last[pid], (last[pid] + 1) & 0x0f)
            last[pid] = counter
    return lost


def test_shared(programs):
    """Two viewers and five recordings of one multiplex share its tuner and lose nothing; who wants another one is told who has it."""
    with Box(programs) as a_box:
        a_box.environment['HEARTH_RECORDINGS_DIR'] = os.path.join(a_box.folder, 'recordings')
        headend, _, _ = start_cable(a_box, count=1)
        a_box.wait(a_box.try_log_frames, 15, 'the screen')
        names = names_on(headend, 1)[:5]
        watch(a_box, headend, names[0])
        a_box.ctl('view', 'add', 'kitchen')
        a_box.wait(lambda: a_box.try_log_frames('kitchen'), 15, 'the second screen')
        a_box.call(box.ROOT + '/view/kitchen', 'Player1', 'Open', '(sa{sv})', find_channel(a_box, names[1])['id'], {})
        ids = [a_box.call(box.ROOT, 'Recordings1', 'Start', '(sa{sv})', find_channel(a_box, name)['id'], {}) for name in names]
        began = box.now_us()
        a_box.wait_frame(by_name(headend, names[0])['content'], 20, after_us=began, count=50)
        a_box.wait_frame(by_name(headend, names[1])['content'], 20, after_us=began, count=50, view='kitchen')
        held = tuners(a_box)
        assert len(held) == 1 and all(name in held[0]['used-by'] for name in names), held[0]['used-by']
        other = names_on(headend, 4)[0]
        a_box.call(box.VIEW, 'Player1', 'Open', '(sa{sv})', find_channel(a_box, other)['id'], {})
        a_box.wait(lambda: a_box.get(box.VIEW, 'Player1', 'Reason') == 'Limit', 10, 'the refusal')
        said = a_box.get(box.VIEW, 'Player1', 'ReasonText')
        assert 'no tuner is free' in said and names[1] in said, said
        watch(a_box, headend, names[1])
        for name in ids:
            a_box.call(box.ROOT, 'Recordings1', 'Stop', '(s)', name)
            with open(os.path.join(a_box.folder, 'recordings', name, 'stream.ts'), 'rb') as stream:
                recorded = stream.read()
            assert len(recorded) > 500_000 and count_lost(recorded) == 0, (name, len(recorded), count_lost(recorded))


def try_tuners(a_box):
    try:
        return tuners(a_box)
    except GLib.Error as error:
        assert Gio.DBusError.get_remote_error(error) in ('tv.hearth.Error.Busy', 'tv.hearth.Error.Disconnected'), error
        return None


def main():
    box.run([test_scan, test_watch, test_pulled, test_weak, test_tuner_pulled_out, test_rescan, test_restart, test_hearthctl, test_shared])


if __name__ == '__main__':
    main()
