#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A SAT>IP server in the house: found, scanned, watched; by UDP and by TCP; when it is gone, full or silent."""

import re
import socket
import urllib.parse

from gi.repository import GLib

import box
import boxprocess
from box import ROOT, Box
from cable import by_name, names_on, watch

NETWORK = ROOT + '/network/house'
SEARCH = '239.254.101.1:21900'
LAST_INSTANCE = '63'  # which no other head-end takes while ours is away: they take the first that is free


def start_server(a_box, *options):
    return a_box.start_headend('cable', '--satip', '0', '--satip-search', SEARCH, *options)


def add_house(a_box, **settings):
    """Its network, scanned."""
    a_box.start()
    a_box.call(ROOT, 'Networks1', 'Add', '(ssa{sv})', 'house', 'satip', {k: GLib.Variant('s', v) for k, v in settings.items()})
    a_box.wait(lambda: a_box.get(NETWORK, 'Network1', 'State') in ('ready', 'failed'), 60, 'the scan of the house')
    assert a_box.get(NETWORK, 'Network1', 'State') == 'ready', a_box.get(NETWORK, 'Network1', 'ReasonText')


def start_house(a_box, *options, search=SEARCH):
    """A box with the scanned network of a server that was searched for."""
    headend = start_server(a_box, *options)
    add_house(a_box, search=search, interface='lo')
    return headend


def start_fixed(a_box, *faults, **settings):
    """The same with a server that the settings name, which lacks something from the start."""
    headend = start_server(a_box)
    for kind in faults:
        fault(a_box, kind, 0)
    add_house(a_box, servers=headend['satip']['rtsp'] + '/DVBC-2', search='none', **settings)
    return headend


def requests(a_box):
    return [(r['method'], r['url'], r['status']) for r in a_box.headend_get('/satip/log')['requests']]


def fault(a_box, kind, on):
    a_box.headend_get(f'/satip/fault?kind={kind}&on={on}')


def wait_reason(a_box, reason):
    a_box.wait(lambda: any(s['reason'] == reason for s in a_box.streams(NETWORK)), 20, reason)


def test_watch(programs):
    """Found by its announcements, scanned, watched; a zap within the multiplex asks for other PIDs and no other session."""
    with Box(programs) as a_box:
        headend = start_house(a_box)
        shown = [s for s in headend['services'] if not (s['hidden'] and s['lcn'])]
        assert len(a_box.channels()) == len(shown), (len(a_box.channels()), len(shown))
        a_box.wait(a_box.try_log_frames, 15, 'the screen')
        first, second = names_on(headend, 1)[:2]
        watch(a_box, headend, first)
        before = requests(a_box)
        watch(a_box, headend, second)
        new = requests(a_box)[len(before):]
        assert not [r for r in new if 'freq=474&' in r[1]], new  # the idle tuner may gather the guide elsewhere meanwhile
        added = [pid for r in new for pid in re.findall(r'[?&](?:add)?pids=([0-9,]+)', r[1])]
        assert added, new
        assert not [r for r in requests(a_box) if 'pids=all' in r[1]], requests(a_box)
        held = [t for t in a_box.call(NETWORK, 'Network1', 'GetTuners') if second in t['used-by']]
        assert len(held) == 1 and held[0]['locked'] and held[0]['signal-percent'] > 70 and held[0]['snr-percent'] == 100, held
        streams = a_box.streams(NETWORK)
        assert streams and all(s['continuity-errors'] == 0 for s in streams), streams
        watch(a_box, headend, names_on(headend, 4)[0])
        tuned = [urllib.parse.parse_qs(r[1].split('?')[1]) for r in requests(a_box) if 'freq=562&' in r[1]]
        assert tuned and all((q['msys'], q['sr'], q['mtype']) == (['dvbc'], ['6875'], ['64qam']) for q in tuned[1:]), tuned


def wait_picture(a_box, headend, name):
    a_box.wait_frame(by_name(headend, name)['content'], 30, after_us=box.now_us(), count=3)


def count_asked(a_box, method):
    return len([r for r in requests(a_box) if r[0] == method])


def test_no_udp(programs):
    """Where nothing comes by UDP it comes by TCP, from the scan on."""
    with Box(programs) as a_box:
        headend = start_fixed(a_box, 'udp')
        a_box.wait(a_box.try_log_frames, 15, 'the screen')
        watch(a_box, headend, names_on(headend, 2)[0])


def test_tcp(programs):
    """By TCP when that is wanted; the multiplex as a whole when that is."""
    with Box(programs) as a_box:
        headend = start_fixed(a_box, 'udp', 'reports', transport='tcp', pids='all')
        a_box.wait(a_box.try_log_frames, 15, 'the screen')
        watch(a_box, headend, names_on(headend, 3)[0])
        asked = [r for r in requests(a_box) if r[0] == 'SETUP']
        assert asked and all('pids=all' in r[1] for r in asked), asked
        a_box.wait(lambda: any(t.get('signal-percent', 0) > 70 for t in a_box.call(NETWORK, 'Network1', 'GetTuners')), 10, 'a report by DESCRIBE')
        streams = a_box.streams(NETWORK)
        assert streams and all(s['continuity-errors'] == 0 for s in streams), streams


def test_trouble(programs):
    """No lock, silence, a lost session and a full server are told as what they are, and the picture comes back."""
    with Box(programs) as a_box:
        headend = start_house(a_box)
        a_box.wait(a_box.try_log_frames, 15, 'the screen')
        name = names_on(headend, 2)[0]
        watch(a_box, headend, name)
        for kind, reason in (('lock', 'NoSignal'), ('stream', 'NoPackets')):
            fault(a_box, kind, 0)
            wait_reason(a_box, reason)
            fault(a_box, kind, 1)
            wait_picture(a_box, headend, name)
        before = count_asked(a_box, 'SETUP')
        fault(a_box, 'sessions', 0)
        a_box.wait(lambda: count_asked(a_box, 'SETUP') > before, 20, 'another session')
        wait_picture(a_box, headend, name)
        fault(a_box, 'free', 0)
        fault(a_box, 'sessions', 0)
        wait_reason(a_box, 'Busy')
        fault(a_box, 'free', 1)
        wait_picture(a_box, headend, name)


def test_kept_alive(programs):
    """A session that would end after four seconds of silence does not; of a server that was asked directly."""
    with Box(programs) as a_box:
        headend = start_house(a_box, '--satip-timeout', '4', search='127.0.0.1:' + SEARCH.rpartition(':')[2])
        a_box.wait(a_box.try_log_frames, 15, 'the screen')
        watch(a_box, headend, names_on(headend, 1)[0])
        before, setups = count_asked(a_box, 'OPTIONS'), count_asked(a_box, 'SETUP')
        a_box.wait(lambda: count_asked(a_box, 'OPTIONS') >= before + 4, 30, 'OPTIONS')
        wait_picture(a_box, headend, names_on(headend, 1)[0])
        assert count_asked(a_box, 'SETUP') == setups, requests(a_box)


def test_server_restart(programs):
    """A server that is switched off and on again: told, and the picture is back."""
    with Box(programs) as a_box:
        headend = start_house(a_box, '--instance', LAST_INSTANCE, '--http-port', '0')
        a_box.wait(a_box.try_log_frames, 15, 'the screen')
        name = names_on(headend, 4)[0]
        watch(a_box, headend, name)
        a_box.headend_process.kill()
        a_box.headend_process.wait()
        a_box.headend_process.stdout.close()
        a_box.wait(lambda: any(s['reason'] for s in a_box.streams(NETWORK)), 20, 'a reason')
        a_box.start_headend('cable', '--satip', headend['satip']['rtsp'].split(':')[1], '--satip-search', SEARCH,
                            '--http-port', str(urllib.parse.urlsplit(headend['http']).port), '--instance', str(headend['instance']))
        wait_picture(a_box, headend, name)


def take_tuner(rtsp):
    """Another client's session; the connection."""
    host, port = rtsp.split(':')
    connection = socket.create_connection((host, int(port)), 10)
    connection.sendall(f'SETUP rtsp://{rtsp}/?msys=dvbc&freq=474&sr=6875&pids=0 RTSP/1.0\r\nCSeq: 1\r\n'
                       'Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n'.encode())
    assert connection.recv(1000).startswith(b'RTSP/1.0 200 '), 'no session for the other client'
    return connection


def test_shared_server(programs):
    """Another client has one of the two tuners: all is found by the other. When others have both, a scan takes nothing away."""
    with Box(programs) as a_box:
        headend = start_server(a_box)
        with take_tuner(headend['satip']['rtsp']):
            add_house(a_box, search=SEARCH, interface='lo')
            before = sorted(c['name'] for c in a_box.channels())
            assert len(before) == len([s for s in headend['services'] if not (s['hidden'] and s['lcn'])]), before
        fault(a_box, 'free', 0)
        fault(a_box, 'sessions', 0)
        a_box.signals.clear()
        a_box.call(NETWORK, 'Network1', 'Scan', '(a{sv})', {})
        result = a_box.wait(lambda: [s[4][0] for s in a_box.signals if s[3] == 'ScanFinished'], 60, 'the end of the scan')[0]
        assert not result['went'] and sorted(c['name'] for c in a_box.channels()) == before, result


def test_server_moves(programs):
    """A server that takes its leave has no tuners any more; elsewhere it is the same, and the picture is back."""
    with Box(programs) as a_box:
        headend = start_house(a_box)
        a_box.wait(a_box.try_log_frames, 15, 'the screen')
        name = names_on(headend, 4)[0]
        watch(a_box, headend, name)
        boxprocess.end(a_box.headend_process)
        a_box.wait(lambda: not any(t['present'] for t in a_box.call(NETWORK, 'Network1', 'GetTuners')), 10, 'no tuner')
        a_box.headend_process.stdout.close()
        now = start_server(a_box, '--instance', str(headend['instance']))
        assert now['satip']['uuid'] == headend['satip']['uuid'] and now['satip']['rtsp'] != headend['satip']['rtsp'], now['satip']
        a_box.wait(lambda: any(t['present'] for t in a_box.call(NETWORK, 'Network1', 'GetTuners')), 10, 'a tuner')
        wait_picture(a_box, headend, name)


def main():
    box.run([test_watch, test_no_udp, test_tcp, test_trouble, test_kept_alive, test_server_restart, test_server_moves,
             test_shared_server])


if __name__ == '__main__':
    main()
