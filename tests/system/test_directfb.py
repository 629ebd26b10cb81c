#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Television in a window of X11, by DirectFB: seen in the X server's own memory, zapped by keys as from a keyboard."""

import json
import os
import signal

from gi.repository import GLib

import box
from box import OUTPUT, VIEW, Box
from xscreen import XScreen

PILL = (0x2b, 0x34, 0x42)
PILL_DOTS = 300  # two pills of 87 and 68 by 27 pixels; each fourth dot is looked at, and their words are not of their colour


def start(programs, display):
    a_box = Box(programs, environment={'DISPLAY': display})
    a_box.start()
    a_box.set_setting('display.mode', GLib.Variant('s', '1280x720@50'))
    a_box.set_setting('display.plugin', GLib.Variant('s', 'directfb'))
    a_box.start_television(channels='1,2,3')
    return a_box


def is_anew(worker, pid=None):
    return worker['state'] == 'running' and worker['pid'] not in (0, pid)


def code_on(screen):
    """(channel, frame) as it stands there; a picture that is just being changed has none."""
    return screen.look().read_code()


def see(a_box, screen, channel, count=5):
    """Pictures of a channel that go on."""
    seen = set()

    def look():
        code = code_on(screen)
        if code and code[0] == channel:
            seen.add(code[1])
        return len(seen) >= count
    a_box.wait(look, 15, f'{count} pictures of channel {channel} on the X screen')


def pill_dots(look):
    """How many dots have the colour of the banner's pills where those stand."""
    return sum(all(abs(a - b) <= 8 for a, b in zip(look.pixel(x, y), PILL)) for y in range(600, 636, 2) for x in range(40, 400, 2))


def show_banner(a_box, milliseconds):
    a_box.call(OUTPUT, 'Display1', 'ShowBanner', '(a{sv})', {'milliseconds': GLib.Variant('u', milliseconds)})


def television_in_a_window(programs):
    """The picture, what the box says of its display, the banner over it; and it comes back when its process is killed."""
    with XScreen() as screen, start(programs, screen.display) as a_box:
        a_box.zap(2)
        see(a_box, screen, 2)
        said = json.loads(a_box.ctl('display', '--json'))
        assert said['plugin'] == 'directfb' and said['mode'].startswith('1280x720@50'), said
        assert said['device'] == f'x11 {screen.display}', said
        show_banner(a_box, 60000)
        a_box.wait(lambda: pill_dots(screen.look()) > PILL_DOTS, 10, 'the banner on the X screen')
        show_banner(a_box, 1)
        a_box.wait(lambda: pill_dots(screen.look()) == 0, 10, 'the banner goes')
        show_banner(a_box, 60000)
        pid = a_box.worker('shell', 'main')['pid']
        os.kill(pid, signal.SIGKILL)
        a_box.wait(lambda: is_anew(a_box.worker('shell', 'main'), pid), 10, 'the shell')
        see(a_box, screen, 2)
        a_box.wait(lambda: pill_dots(screen.look()) > PILL_DOTS, 10, 'the banner again')


def keys_of_the_window(programs):
    """A keyboard at the X server zaps, chooses by number, goes back, mutes."""
    with XScreen() as screen, start(programs, screen.display) as a_box:
        a_box.zap(1)
        see(a_box, screen, 1)
        screen.press('Up')
        see(a_box, screen, 2)
        screen.press('Page_Down')
        see(a_box, screen, 1)
        screen.press('3')
        see(a_box, screen, 3)
        screen.press('1', 'Return')
        see(a_box, screen, 1)
        screen.press('BackSpace')
        see(a_box, screen, 3)
        mute = a_box.get(VIEW, 'Player1', 'Mute')
        screen.press('m')
        a_box.wait(lambda: a_box.get(VIEW, 'Player1', 'Mute') != mute, 5, 'mute')


def no_screen_is_told(programs):
    """Without an X server the shell says what it tried, hearthd lives, and another display shows the picture."""
    a_box = start_blind(programs)
    try:
        a_box.wait(lambda: 'the X server :4095 does not answer' in a_box.tail(400), 15, 'why nothing can be shown')
        a_box.set_setting('display.plugin', GLib.Variant('s', 'headless'))
        a_box.wait(a_box.try_log_frames, 15, 'the screen')
    finally:
        a_box.close()


def start_blind(programs):
    a_box = Box(programs, environment={'DISPLAY': ':4095'})
    a_box.start()
    a_box.set_setting('display.directfb', GLib.Variant('s', 'system=x11'))
    a_box.set_setting('display.plugin', GLib.Variant('s', 'directfb'))
    return a_box


if __name__ == '__main__':
    box.run([television_in_a_window, keys_of_the_window, no_screen_is_told])
