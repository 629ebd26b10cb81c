#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the banner says of the picture and of the programme, read from the screen."""

import json
import time

from gi.repository import GLib

import box
from box import OUTPUT, VIEW, Box
from test_cable import find_channel, names_on, start_cable, watch
from test_guide import get_now
from test_television import read_png

ACCENT = (0xff, 0xb4, 0x54)
PILL = (0x2b, 0x34, 0x42)
BAR_ROW, PILLS_ROW, PILLS_ROW_ALONE = 982, 852, 912  # of 1080; the pills' above their text; alone: nothing is known of the programme
BAR_WIDTH = 1920 - 2 * 96


def stand(a_box):
    """The banner stands as long as any of these tests looks."""
    a_box.call(OUTPUT, 'Display1', 'ShowBanner', '(a{sv})', {'milliseconds': GLib.Variant('u', 300000)})


def look(a_box):
    return read_png(a_box.screenshot(format=('s', 'png'))[0])[2]


def pixel(row, x):
    return tuple(row[x * 3:x * 3 + 3])


def bar(rows):
    """How much of the bar is accent, 0 to 1."""
    return sum(pixel(rows[BAR_ROW], x) == ACCENT for x in range(1920)) / BAR_WIDTH


def pills(rows, y=PILLS_ROW):
    """Widths of the pills in a row, left to right."""
    is_pill = [all(abs(a - b) <= 6 for a, b in zip(pixel(rows[y], x), PILL)) for x in range(1920)] + [False]
    found, begin = [], None
    for x, inside in enumerate(is_pill):
        if inside and begin is None:
            begin = x
        elif not inside and begin is not None:
            found.append(x - begin)
            begin = None
    return [width for width in found if width > 30]


def bright(rows, left, right, top, bottom):
    return sum(min(pixel(rows[y], x)) > 200 for y in range(top, bottom, 2) for x in range(left, right, 2))


def picture(a_box):
    return a_box.get(VIEW, 'Player1', 'Picture')


def see_programme(a_box, wanted_height):
    """The rows of a screen whose banner has all that there is to tell."""
    a_box.wait(lambda: picture(a_box).get('height') == wanted_height, 10, f'a picture of {wanted_height} lines')
    stand(a_box)
    return a_box.wait(lambda: next((r for r in [look(a_box)] if bar(r) > 0 and len(pills(r)) == 2), None), 20, 'bar and pills')


def share_over(event):
    return (GLib.get_real_time() - event['start']) / event['duration']


def programme_and_pills(programs):
    """A channel of a cable network says what is on, how far it is, what follows and how its picture is; another has its own pill."""
    with Box(programs) as a_box:
        headend, _, _ = start_cable(a_box, count=1)
        a_box.wait(a_box.try_log_frames, 15, 'the screen')
        first, _, third = names_on(headend, 1)[:3]
        watch(a_box, headend, first)
        present, following = a_box.wait(lambda: next((n[1:] for n in get_now(a_box, find_channel(a_box, first)['id']) if n[1] and n[2]), None),
                                        20, 'what is on there')
        rows = see_programme(a_box, 1080)
        assert picture(a_box) == {'width': 1920, 'height': 1080, 'interlaced': False, 'codec': 'h264'}, picture(a_box)
        assert '1920x1080, h264' in a_box.ctl('status') and json.loads(a_box.ctl('status', '--json'))['picture']['height'] == 1080
        assert abs(bar(rows) - share_over(present)) < 0.03, (bar(rows), present)
        assert bright(rows, 190, 190 + 30 * len(present['title']), 900, 945) > 150, 'no title'
        assert bright(rows, 1824 - 20 * len(following['title']), 1824, 910, 945) > 80, 'nothing follows'
        wide = pills(rows)[1]
        watch(a_box, headend, third)
        narrow = pills(see_programme(a_box, 720))[1]
        assert 8 <= wide - narrow <= 18, f'“1080p” is {wide} pixels wide, “720p” {narrow}: no figure less'


def begins_next(headend, name):
    """Seconds until the head-end begins another programme there: at each multiple of its events' length, odd services at the half."""
    length = headend['event_seconds']
    odd = next(s['service_id'] for s in headend['services'] if s['name'] == name) % 2
    return length - (time.time() - odd * (length // 2)) % length


def banner_goes_with_the_programme(programs):
    """When another programme begins, a banner that stands says so by itself."""
    with Box(programs) as a_box:
        headend, _, _ = start_cable(a_box, count=1, arguments=('--event-seconds', '30', '--schedule-days', '1'))
        a_box.wait(a_box.try_log_frames, 15, 'the screen')
        name = min(names_on(headend, 1)[:2], key=lambda n: (begins_next(headend, n) < 12, begins_next(headend, n)))
        watch(a_box, headend, name)
        before = bar(see_programme(a_box, 1080))
        old = get_now(a_box, find_channel(a_box, name)['id'])[0][1]
        a_box.wait(lambda: get_now(a_box, find_channel(a_box, name)['id'])[0][1]['id'] != old['id'], 120, 'another programme')
        a_box.wait(lambda: 0 < bar(look(a_box)) < before, 30, f'a bar that was at {before:.2f} begins again')


def nothing_known_nothing_shown(programs):
    """A channel without a guide has its pills, and no empty bar."""
    with Box(programs) as a_box:
        a_box.start_television(channels='1,3')
        for number, height in ((1, 1080), (3, 720)):
            serial = a_box.zap(number)
            a_box.wait_frame(number, 15, serial=serial, count=5)
            a_box.wait(lambda h=height: picture(a_box).get('height') == h, 5, 'what the picture is')
            stand(a_box)
            rows = a_box.wait(lambda: next((r for r in [look(a_box)] if len(pills(r, PILLS_ROW_ALONE)) == 2), None), 10, 'the pills')
            assert bar(rows) == 0 and not pills(rows), (bar(rows), pills(rows))
        a_box.call(VIEW, 'Player1', 'Stop', '(a{sv})', {})
        assert picture(a_box) == {}, picture(a_box)


if __name__ == '__main__':
    box.run([programme_and_pills, banner_goes_with_the_programme, nothing_known_nothing_shown])
