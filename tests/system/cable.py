# SPDX-License-Identifier: LGPL-2.1-or-later
"""A box on a simulated cable network, for tests and benches."""

import os
import time

from gi.repository import GLib

import boxprocess
from box import ROOT, VIEW, now_us

NETWORK = ROOT + '/network/cable'
KINDS = boxprocess.NO_PICTURE


def write_tuners(a_box, headend, count=2, **groups):
    return boxprocess.write_tuners(os.path.join(a_box.folder, 'tuners'), headend, count, **groups)


def add_cable(a_box, **settings):
    a_box.call(ROOT, 'Networks1', 'Add', '(ssa{sv})', 'cable', 'dvb', {k: GLib.Variant('s', v) for k, v in settings.items()})
    a_box.wait(lambda: a_box.get(NETWORK, 'Network1', 'State') in ('ready', 'failed'), 60, 'the scan of the cable')
    assert a_box.get(NETWORK, 'Network1', 'State') == 'ready', a_box.get(NETWORK, 'Network1', 'ReasonText')


def start_cable(a_box, count=2, arguments=(), **settings):
    headend = a_box.start_headend('cable', *arguments)
    folder = write_tuners(a_box, headend, count)
    a_box.start()
    began = time.monotonic()
    add_cable(a_box, virtual=folder, **settings)
    return headend, folder, time.monotonic() - began


def find_channel(a_box, name):
    return next(c for c in a_box.channels() if c['name'] == name)


def by_name(headend, name):
    return next(s for s in headend['services'] if s['name'] == name)


def names_on(headend, mux, encrypted=False):
    """Television of one multiplex."""
    return [s['name'] for s in headend['services'] if s['mux'] == mux and s['content'] and s['type'] not in KINDS and
            s['encrypted'] == encrypted and not s['hidden']]


def tuners(a_box):
    return a_box.call(NETWORK, 'Network1', 'GetTuners')


def watch(a_box, headend, name):
    """Zaps; returns when pictures of that very service are shown."""
    content = by_name(headend, name)['content']
    began = now_us()
    a_box.call(VIEW, 'Player1', 'Open', '(sa{sv})', find_channel(a_box, name)['id'], {})
    a_box.wait_frame(content, 20, after_us=began, count=3)
