# SPDX-License-Identifier: LGPL-2.1-or-later
"""What tests and benches do with a box over its bus; events instead of sleeps."""

import json
import os
import signal
import sys
import time
import traceback
import urllib.request

import gi
from gi.repository import Gio, GLib

import boxprocess

ROOT = '/tv/hearth'
VIEW = '/tv/hearth/view/main'
OUTPUT = '/tv/hearth/output/main'
NO_CODE = 0xffffffff
PATIENCE = float(os.environ.get('HEARTH_TEST_PATIENCE', '1'))  # times all limits: sanitizers make everything slower


def now_us():
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000


class Skip(Exception):
    """The machine lacks what the test needs; the message says what."""


class TimedOut(AssertionError):
    pass


class Box(boxprocess.Box):
    def __init__(self, programs, **kwargs):
        super().__init__(programs, **kwargs)
        self.connection = None
        self.signals = []  # (time_us, path, interface, name, parameters)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # ---- the bus
    def connect(self):
        self.connection = Gio.DBusConnection.new_for_address_sync(
            self.environment['HEARTH_BUS'],
            Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        self.connection.signal_subscribe('tv.hearth.Hearth1', None, None, None, None, Gio.DBusSignalFlags.NONE,
                                         lambda c, s, path, interface, name, parameters:
                                         self.signals.append((now_us(), path, interface, name, parameters.unpack())))

    def start(self, timeout=20):
        super().start()
        if self.connection is None:
            self.connect()
        self.wait(self.is_up, timeout, 'hearthd on the bus')

    def is_up(self):
        try:
            self.get(ROOT, 'System1', 'Version')
            return True
        except GLib.Error:
            return False

    def call(self, path, interface, method, signature='()', *arguments, timeout_ms=10000, fds=False):
        """The answer's values as Python's (one value alone)."""
        parameters = GLib.Variant(signature, arguments) if signature != '()' else None
        reply = self.connection.call_with_unix_fd_list_sync('tv.hearth.Hearth1', path, 'tv.hearth.' + interface, method, parameters, None,
                                                            Gio.DBusCallFlags.NONE, timeout_ms, None, None)
        values = reply[0].unpack()
        if fds:
            return values, reply[1]
        return values[0] if len(values) == 1 else values

    def get(self, path, interface, name):
        reply = self.connection.call_sync('tv.hearth.Hearth1', path, 'org.freedesktop.DBus.Properties', 'Get',
                                          GLib.Variant('(ss)', ('tv.hearth.' + interface, name)), None,
                                          Gio.DBusCallFlags.NONE, 5000, None)
        return reply.unpack()[0]

    def set_setting(self, key, variant):
        self.call(ROOT, 'Settings1', 'Set', '(sv)', key, variant)

    # ---- waiting
    def wait(self, condition, timeout, what):
        """Runs the main loop until condition() is true; its value."""
        context = GLib.MainContext.default()
        deadline = time.monotonic() + timeout * PATIENCE
        tick = GLib.timeout_add(10, lambda: True)  # looks again also when the bus is silent
        try:
            while True:
                value = condition()
                if value:
                    return value
                if time.monotonic() > deadline:
                    raise TimedOut(f'within {timeout} s not seen: {what}\n{self.tail()}')
                context.iteration(True)
        finally:
            GLib.source_remove(tick)

    def close(self, keep=False):
        """Also looks whether a sanitizer had something to say of any process."""
        self.stop()
        with open(self.log_path, encoding='utf-8', errors='replace') as log:
            lines = log.readlines()
        super().close(keep)
        said = [n for n, line in enumerate(lines) if 'ERROR: AddressSanitizer' in line or 'runtime error:' in line]
        assert not said, ''.join(lines[said[0]:said[0] + 60])

    def tail(self, lines=40):
        self.log.flush()
        with open(self.log_path, encoding='utf-8', errors='replace') as log:
            return ''.join(log.readlines()[-lines:])

    # ---- television
    def add_network(self, name, timeout=20, **settings):
        self.call(ROOT, 'Networks1', 'Add', '(ssa{sv})', name, 'iptv', {k: GLib.Variant('s', v) for k, v in settings.items()})
        path = ROOT + '/network/' + name
        self.wait(lambda: self.get(path, 'Network1', 'State') in ('ready', 'failed'), timeout, f'the list of network {name}')
        state = self.get(path, 'Network1', 'State')
        assert state == 'ready', self.get(path, 'Network1', 'ReasonText')
        return path

    def channels(self):
        cursor, found = '', []
        while True:
            page, cursor = self.call(ROOT, 'Channels1', 'List', '(sua{sv})', cursor, 1000, {})
            found += page
            if not cursor:
                return found

    def zap(self, number, view='main'):
        return self.call(f'{ROOT}/view/{view}', 'Player1', 'OpenNumber', '(sa{sv})', str(number), {})

    def log_frames(self, enabled=True, view='main'):
        self.call(f'{ROOT}/output/{view}', 'Display1', 'SetFrameLog', '(b)', enabled)

    def frames(self, since=0, view='main'):
        """(number, sequence, serial, shown_us, pts, channel, frame) of the frames shown since."""
        return self.call(f'{ROOT}/output/{view}', 'Display1', 'GetFrameLog', '(t)', since)

    def wait_frame(self, channel, timeout, after_us=0, serial=None, count=1, view='main'):
        """The first of `count` frames of a channel shown after a time."""
        def look():
            try:
                found = [f for f in self.frames(view=view) if f[5] == channel and f[3] > after_us and (serial is None or f[2] == serial)]
            except GLib.Error:  # the screen is being started
                return None
            return found if len(found) >= count else None
        return self.wait(look, timeout, f'{count} frames of channel {channel} in {view}')[0]

    def start_television(self, *arguments, channels=None, network='headend', out=None):
        """Head-end, bus, hearthd, one network of the head-end's channels; the frame log is on."""
        if channels:
            arguments += ('--channels', channels)
        headend = self.start_headend(*arguments)
        if self.supervisor is None:
            self.start()
        location = headend['playlist'] + (f'?out={out}' if out else '')
        path = self.add_network(network, location=location)
        self.wait(lambda: self.try_log_frames(), 15, 'the screen')
        return path

    def try_log_frames(self, view='main'):
        try:
            self.log_frames(view=view)
            return True
        except GLib.Error:
            return False

    def headend_get(self, path):
        """What the head-end's HTTP server says, JSON as Python's."""
        with urllib.request.urlopen(self.headend['http'] + path, timeout=10) as answer:
            body = answer.read()
        return json.loads(body) if body.startswith((b'{', b'[')) else body

    def fault(self, channel, kind, **parameters):
        words = ''.join(f'&{key}={value}' for key, value in parameters.items())
        return self.headend_get(f'/fault?channel={channel}&kind={kind}{words}')

    def streams(self, network):
        try:
            return self.call(network, 'Network1', 'GetStreams')
        except GLib.Error as error:
            if Gio.DBusError.get_remote_error(error) == 'tv.hearth.Error.Busy':  # its worker is being started
                return []
            raise

    def worker(self, role, instance=None):
        for worker in self.call(ROOT, 'System1', 'GetWorkers'):
            if worker['role'] == role and (instance is None or worker['instance'] == instance):
                return worker
        raise KeyError(role)

    def screenshot(self, **options):
        (_, info), fds = self.call(OUTPUT, 'Display1', 'Screenshot', '(a{sv})',
                                   {k: GLib.Variant(t, v) for k, (t, v) in options.items()}, fds=True)
        fd = fds.get(0)
        with os.fdopen(fd, 'rb') as image:
            image.seek(0)
            return image.read(), info


# ---- running tests, in TAP -----------------------------------------------------------------------------------


def programs_from_environment():
    """The build tree of `make check`, or the installed one that HEARTH_PREFIX names."""
    prefix = os.environ.get('HEARTH_PREFIX')
    if prefix:
        return boxprocess.Programs(prefix=prefix)
    return boxprocess.Programs(build=os.environ.get('G_TEST_BUILDDIR', os.path.join(os.getcwd())),
                               source=os.environ.get('G_TEST_SRCDIR'))


def on_end(_, frame):
    """Ended from outside, for it took too long: says where it waited; what it started ends too."""
    for line in ''.join(traceback.format_stack(frame)).splitlines():
        print('# ' + line)
    sys.exit(124)


def run(tests):
    """Runs functions that take Programs; those named on the command line, else all."""
    signal.signal(signal.SIGTERM, on_end)
    programs = programs_from_environment()
    unknown = set(sys.argv[1:]) - {t.__name__ for t in tests}
    if unknown:
        sys.exit(f'no such test: {", ".join(sorted(unknown))}; there are {", ".join(t.__name__ for t in tests)}')
    wanted = [t for t in tests if not sys.argv[1:] or t.__name__ in sys.argv[1:]]
    failed = 0
    print(f'1..{len(wanted)}', flush=True)
    for number, test in enumerate(wanted, 1):
        name = test.__name__.replace('_', '-')
        began = time.monotonic()
        try:
            test(programs)
            print(f'ok {number} {name} ({time.monotonic() - began:.1f} s)', flush=True)
        except Skip as reason:
            print(f'ok {number} {name} # SKIP {reason}', flush=True)
        except Exception:  # pylint: disable=broad-except
            failed += 1
            for line in traceback.format_exc().splitlines():
                print('# ' + line)
            print(f'not ok {number} {name}', flush=True)
    sys.exit(1 if failed else 0)
