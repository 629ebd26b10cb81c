#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The programme guide of a simulated cable network: collected, followed, searched."""

import json
import time

from gi.repository import GLib

import box
from box import ROOT, Box
from cable import KINDS, find_channel, names_on, start_cable, tuners, watch

US = 1000000
RST_LEAD_S = 20  # the head-end's: how much sooner RST says that an event has begun than EIT present/following


def guided(headend):
    """Services that have events: television that is shown."""
    return [s for s in headend['services'] if s['type'] not in KINDS and not (s['hidden'] and s['lcn'])]


def status(a_box):
    return a_box.call(ROOT, 'Guide1', 'GetStatus')


def get_now(a_box, *channels, **options):
    return a_box.call(ROOT, 'Guide1', 'GetNow', '(asa{sv})', channels, {k: GLib.Variant('s', v) for k, v in options.items()})


def pages(a_box, method, signature, *arguments, limit=200, **options):
    found, cursor = [], ''
    while True:
        page, cursor = a_box.call(ROOT, 'Guide1', method, signature, *arguments, cursor, limit, options)
        found += page
        if not cursor:
            return found


def list_events(a_box, channel, begin_us, end_us, limit=200):
    return pages(a_box, 'List', '(sxxsua{sv})', channel, begin_us, end_us, limit=limit)


def search(a_box, text, limit=200, **options):
    return pages(a_box, 'Search', '(ssua{sv})', text, limit=limit, **options)


def wait_for_pass(a_box, timeout=240):
    return a_box.wait(lambda: next((n for n in status(a_box)['networks'] if n['last-pass'] and n['state'] == 'idle'), None), timeout,
                      'a whole pass')


def test_pass(programs):
    """With tuners that nobody needs the whole network's schedule is collected after a scan, and what is on is right."""
    with Box(programs) as a_box:
        headend, _, _ = start_cable(a_box, count=2)
        wanted = guided(headend)
        began = time.monotonic()
        network = wait_for_pass(a_box)
        print(f'# a pass over {network["known"]} multiplexes took {time.monotonic() - began:.1f} s')
        assert network['known'] == network['done'] == 6, network
        ids = {c['name']: c['id'] for c in a_box.channels()}
        per_day = 86400 // headend['event_seconds']
        now_us = time.time_ns() // 1000
        for service in wanted:
            events = list_events(a_box, ids[service['name']], now_us, now_us + 86400 * US * 5, limit=150)
            assert len(events) >= 5 * per_day - 2, (service['name'], len(events))
            for one, other in zip(events, events[1:]):
                assert one['start'] + one['duration'] == other['start'], (one, other)
        on = {channel: (present, following) for channel, present, following in get_now(a_box, *[ids[s['name']] for s in wanted])}
        assert len(on) == len(wanted)
        for channel, (present, following) in on.items():
            assert present['start'] <= now_us + US < following['start'] + US, (channel, present, following)
            assert present['title'] and following['title'] != present['title'], present
        chinese = [p for p, _ in on.values() if p['language'] in ('chi', 'zho')]
        assert len(chinese) > 10, on
        english = get_now(a_box, ids[names_on(headend, 1)[0]], languages='eng')
        assert english[0][1]['title'], english
        check_search(a_box, ids, wanted)


def check_search(a_box, ids, wanted):
    """Two characters, longer words, English beginnings, all words at once, nothing at all."""
    football = search(a_box, '足球')
    assert len(football) > 100 and all(e['title'] == '足球之夜' for e in football), football[:3]
    assert search(a_box, '足球之夜')[0]['id'] == football[0]['id']
    assert [e['start'] for e in football] == sorted(e['start'] for e in football)
    assert all(e['channel'] in ids.values() for e in football)
    assert search(a_box, '夜足') == [] and search(a_box, '夜球') == []
    trains = search(a_box, 'night TRAIN')
    assert trains and search(a_box, 'nig tra passengers')[0]['id'] == trains[0]['id']
    only = football[0]['channel']
    there = search(a_box, '足球', channel=GLib.Variant('s', only))
    assert there and {e['channel'] for e in there} == {only}
    whole = a_box.call(ROOT, 'Guide1', 'Get', '(sa{sv})', trains[0]['id'], {})
    assert whole['age'] == 12 and whole['rating-country'].lower() == 'chn', whole
    assert any(t['language'] == 'eng' and t['title'] == 'Night Train' for t in whole['texts']), whole
    text = json.loads(a_box.ctl('guide', 'search', '桃花', '--limit', '3', '--json'))
    assert len(text['events']) == 3, text
    present = get_now(a_box, ids[wanted[0]['name']])[0][1]
    recording = a_box.call(ROOT, 'Recordings1', 'Get', '(s)', a_box.call(ROOT, 'Recordings1', 'Start', '(sa{sv})', present['channel'], {}))
    assert recording['title'] == present['title'] and recording['description'] == present['summary'], (recording, present)
    assert 'CHANNEL' in a_box.ctl('guide', 'now') and wanted[0]['name'] in a_box.ctl('guide', 'now')


def test_watching(programs):
    """One tuner: while somebody watches, it is never taken for the guide, which still learns from what is watched; and then it goes on."""
    with Box(programs) as a_box:
        headend, _, _ = start_cable(a_box, count=1)
        a_box.wait(a_box.try_log_frames, 15, 'the screen')
        first, second = names_on(headend, 1)[0], names_on(headend, 4)[0]
        began = time.monotonic()
        watch(a_box, headend, first)
        assert time.monotonic() - began < 5 * box.PATIENCE, 'the guide kept the tuner from a person'
        a_box.wait(lambda: get_now(a_box, find_channel(a_box, first)['id'])[0][1], 20, 'what is on there')
        a_box.wait(lambda: status(a_box)['networks'][0]['state'] == 'waiting', 60, 'a guide that waits')
        assert first in tuners(a_box)[0]['used-by'], tuners(a_box)
        watch(a_box, headend, second)
        assert second in tuners(a_box)[0]['used-by'], tuners(a_box)
        streams = a_box.streams(box.ROOT + '/network/cable')
        assert all(s['continuity-errors'] == 0 for s in streams), streams
        a_box.call(ROOT, 'System1', 'Standby')
        wait_for_pass(a_box)


def collect(a_box):
    """False while the network's worker is being started."""
    try:
        a_box.call(ROOT, 'Guide1', 'Collect', '(sa{sv})', 'cable', {})
    except GLib.Error as error:
        assert 'Error.Busy' in error.message, error
        return False
    return True


def test_restart(programs):
    """The guide is there again when hearthd is; a broken database costs it, and nothing else."""
    with Box(programs) as a_box:
        headend, _, _ = start_cable(a_box, count=2)
        wait_for_pass(a_box)
        name = names_on(headend, 2)[0]
        before = get_now(a_box, find_channel(a_box, name)['id'])[0][1]['id']
        events = status(a_box)['events']
        a_box.stop()
        a_box.connection = None
        a_box.start()
        a_box.wait(lambda: get_now(a_box, find_channel(a_box, name)['id'])[0][1], 20, 'the guide of before')
        assert get_now(a_box, find_channel(a_box, name)['id'])[0][1]['id'] == before
        assert status(a_box)['events'] >= events * 0.9
        a_box.stop()
        with open(f'{a_box.state}/guide.db', 'r+b') as database:
            database.write(b'no database at all' * 100)
        a_box.connection = None
        a_box.start()
        assert status(a_box)['events'] < events
        a_box.wait(lambda: collect(a_box), 20, 'a worker that takes the wish')
        a_box.wait(lambda: get_now(a_box, find_channel(a_box, name)['id'])[0][1], 60, 'the guide anew')


def test_clock(programs):
    """Multiplexes that agree are told as the time; one that is plainly another than the system's is what the guide goes by."""
    with Box(programs) as a_box:
        start_cable(a_box, count=2, arguments=('--clock-offset', '7200'))
        told = a_box.wait(lambda: next((t for t in [a_box.get(ROOT, 'System1', 'BroadcastTime')] if t['confidence'] == 'high'), None), 120,
                          'a time that several multiplexes agree on')
        assert abs(told['offset'] - 7200 * US) < 4 * US * box.PATIENCE and told['network'] == 'cable' and told['multiplexes'] >= 2, told
        assert told['local-offset'] == 8 * 3600, told
        a_box.wait(lambda: abs(status(a_box)['now'] - time.time_ns() // 1000 - 7200 * US) < 4 * US * box.PATIENCE, 10, 'a guide that goes by it')


def test_overrun(programs):
    """An event that runs over stays what is on, until the operator's running status says that the next has begun: 20 s before the tables do."""
    overrun = 8
    with Box(programs) as a_box:
        headend, _, _ = start_cable(a_box, count=1, arguments=('--event-seconds', '36', '--schedule-days', '1', '--overrun', str(overrun)))
        a_box.wait(a_box.try_log_frames, 15, 'the screen')
        name = names_on(headend, 1)[0]
        watch(a_box, headend, name)
        channel = find_channel(a_box, name)['id']

        def late():
            """The event that is on and how long ago it should have ended."""
            present = get_now(a_box, channel)[0][1]
            return present, time.time_ns() // 1000 - present['start'] - present['duration'] if present else 0

        old = a_box.wait(lambda: next((event for event, over in [late()] if 2 * US < over < (overrun - 1) * US), None), 90, 'an event that runs over')
        assert old['running'] == 'running', old
        seen = a_box.wait(lambda: next((late() for event, _ in [late()] if event['id'] != old['id']), None), 30, 'the next event')
        assert seen[0]['start'] == old['start'] + old['duration'] and seen[0]['running'] == 'running', (old, seen)
        over = time.time_ns() // 1000 - seen[0]['start']
        assert overrun * US <= over < (overrun + RST_LEAD_S - 2) * US, f'{over / US} s after its time: not by RST'
        assert a_box.call(ROOT, 'Guide1', 'Get', '(sa{sv})', old['id'], {})['running'] == 'not-running'


def test_other(programs):
    """One tuner, that a person has: a multiplex that tells the schedules of all fills the guide of channels that it does not carry."""
    with Box(programs) as a_box:
        headend, _, _ = start_cable(a_box, count=1, arguments=('--schedule-other', '--schedule-days', '1'))
        a_box.wait(a_box.try_log_frames, 15, 'the screen')
        watch(a_box, headend, names_on(headend, 1)[0])
        far = [s for s in guided(headend) if s['mux'] != 1]
        ids = {c['name']: c['id'] for c in a_box.channels()}
        now_us = time.time_ns() // 1000
        midnight_us = (now_us // (86400 * US) + 1) * 86400 * US
        least = (midnight_us - now_us) // (headend['event_seconds'] * US)

        def poor():
            return [s['name'] for s in far if len(list_events(a_box, ids[s['name']], now_us, midnight_us)) < least]

        a_box.wait(lambda: not poor(), 120, 'the rest of the day of every channel')
        assert names_on(headend, 1)[0] in tuners(a_box)[0]['used-by'] and status(a_box)['networks'][0]['done'] <= 1, status(a_box)


def main():
    box.run([test_pass, test_watching, test_restart, test_clock, test_overrun, test_other])


if __name__ == '__main__':
    main()
