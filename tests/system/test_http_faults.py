#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Servers that fail while or before they send a stream: the reason is told in time, and the picture comes back when they do."""

import http.server
import os
import sys
import threading
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import box as boxes
from box import PATIENCE, VIEW, Box, now_us

TOLD_US = 2_000_000
BACK_S = 15  # the wait between two tries grows to ten seconds


class Relay(http.server.BaseHTTPRequestHandler):
    """The head-end's stream, or what `fault` says."""
    source, fault = '', ''
    turn = threading.Condition()
    running = []  # the relays of this moment, to be cut

    def do_GET(self):
        faults = {'': self.relay, 'missing': lambda: self.refuse(404), 'busy': lambda: self.refuse(503), 'circle': self.send_on, 'mute': self.wait}
        faults[Relay.fault]()

    def relay(self):
        with urllib.request.urlopen(Relay.source, timeout=10) as stream:
            self.send_response(200)
            self.send_header('Content-Type', 'video/mp2t')
            self.end_headers()
            while Relay.fault == '':
                self.wfile.write(stream.read(1316))
        self.close_connection = True

    def refuse(self, status):
        self.send_response(status)
        self.send_header('Retry-After', '1')
        self.send_header('Content-Length', '0')
        self.end_headers()

    def send_on(self):
        self.send_response(302)
        self.send_header('Location', self.path)
        self.send_header('Content-Length', '0')
        self.end_headers()

    def wait(self):
        with Relay.turn:
            Relay.turn.wait_for(lambda: Relay.fault != 'mute')
        self.close_connection = True

    def log_message(self, *arguments):
        pass

    @staticmethod
    def become(fault):
        with Relay.turn:
            Relay.fault = fault
            Relay.turn.notify_all()


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # who watched has gone


def start(programs, scheme='http'):
    box = Box(programs)
    server = Server(('127.0.0.1', 0), Relay)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Relay.become('')
    headend = box.start_headend('--channels', '1', '--http-port', '0')
    Relay.source = headend['channels'][0]['http']
    box.start()
    playlist = os.path.join(box.folder, 'relay.m3u')
    with open(playlist, 'w', encoding='utf-8') as file:
        file.write(f'#EXTM3U\n#EXTINF:-1,Relayed\n{scheme}://127.0.0.1:{server.server_port}/one.ts\n')
    os.chmod(playlist, 0o644)
    box.add_network('relay', location=playlist)
    box.wait(box.try_log_frames, 15, 'the screen')
    return box, server


def told(box, since_us, reasons, words=''):
    """The reason, from the moment at which no picture came any more."""
    def no_signal():
        for at_us, path, _, name, parameters in box.signals:
            if path == VIEW and name == 'PropertiesChanged' and parameters[1].get('State') == 'no-signal' and at_us > since_us:
                return at_us
        return None

    at_us = box.wait(no_signal, 12, 'no signal on the bus')
    last_us = max([f[3] for f in box.frames() if since_us < f[3] < at_us], default=since_us)
    assert at_us - last_us < TOLD_US * PATIENCE, (at_us - last_us) / 1000
    box.wait(lambda: box.get(VIEW, 'Player1', 'Reason') in reasons and words in box.get(VIEW, 'Player1', 'ReasonText'), 12,
             f'{reasons} with “{words}”: {box.get(VIEW, "Player1", "Reason")}, {box.get(VIEW, "Player1", "ReasonText")}')


def comes_back(box, serial):
    """What was on its way to the screen when the server failed does not count."""
    Relay.become('')
    box.wait(lambda: box.get(VIEW, 'Player1', 'State') == 'playing', BACK_S, 'playing')
    box.wait_frame(1, 3, serial=serial, after_us=now_us(), count=10)


FAULTS = (('missing', ('NoSignal',), '404'), ('busy', ('NoSignal',), '503'), ('circle', ('NoSignal',), 'without end'),
          ('mute', ('NoPackets', 'TimedOut', 'Disconnected'), ''))


def a_stream_that_breaks_off_is_told_and_comes_back(programs):
    box, server = start(programs)
    with box:
        serial = box.zap(1)
        box.wait_frame(1, 15, serial=serial, count=10)
        for fault, reasons, words in FAULTS:
            since_us = now_us()
            Relay.become(fault)
            told(box, since_us, reasons, words)
            comes_back(box, serial)
    server.shutdown()


def a_stream_that_does_not_begin_is_told_and_comes(programs):
    box, server = start(programs)
    with box:
        for fault, reasons, words in FAULTS:
            Relay.become(fault)
            since_us = now_us()
            serial = box.zap(1)
            told(box, since_us, reasons, words)
            comes_back(box, serial)
            box.call(VIEW, 'Player1', 'Stop', '(a{sv})', {})
            box.wait(lambda: box.get(VIEW, 'Player1', 'State') == 'stopped', 5, 'stopped')
    server.shutdown()


def a_server_without_the_secrecy_that_was_asked_for_is_told(programs):
    box, server = start(programs, 'https')
    with box:
        since_us = now_us()
        box.zap(1)
        told(box, since_us, ('NoSignal',), 'TLS')
    server.shutdown()


if __name__ == '__main__':
    boxes.run([a_stream_that_breaks_off_is_told_and_comes_back, a_stream_that_does_not_begin_is_told_and_comes,
               a_server_without_the_secrecy_that_was_asked_for_is_told])
