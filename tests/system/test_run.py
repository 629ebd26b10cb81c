#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""./dev run as a person meets it, from its first words to the page with the picture."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import urllib.request

import box
import boxprocess

RUN = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'run-box')


def tree(programs):
    return ['--build', programs.bin] if programs.environment else ['--prefix', os.path.dirname(programs.bin)]


def run_cable(programs, folder):
    """What it says until it says how to end it, and its page's picture; then ^C."""
    environment = dict(os.environ, XDG_RUNTIME_DIR=folder)
    run = subprocess.Popen([sys.executable, RUN, *tree(programs), '--state', os.path.join(folder, 'state'), '--network=cable', '--port=0'],
                           env=environment, stdout=subprocess.PIPE, text=True)
    said, picture = '', b''
    try:
        for line in run.stdout:
            said += line
            if line.startswith('^C'):
                break
        page = re.search(r'http://\S+', said)
        if page:
            with urllib.request.urlopen(page.group() + 'live.mjpeg', timeout=20) as answer:
                picture = answer.read(20000)
    finally:
        run.send_signal(signal.SIGINT)
        try:
            run.wait(30 * box.PATIENCE)
        finally:
            boxprocess.end(run)
            run.stdout.close()
    return said, picture


def check(said, picture, changed):
    assert '40 services in 6 multiplexes' in said, said
    assert ('came (40)' in said) == changed, said
    assert float(re.search(r'scanned in ([0-9.]+) s', said).group(1)) < 15 * box.PATIENCE, said
    assert 'the picture is there' in said, said
    assert b'\xff\xd8\xff' in picture, (picture[:200], said)  # a JPEG begins


def test_cable(programs):
    """Scanned before one's eyes, shown, on the page; and the same once more with what is remembered of it."""
    with tempfile.TemporaryDirectory(prefix='hearth-run-') as folder:
        check(*run_cable(programs, folder), changed=True)
        check(*run_cable(programs, folder), changed=False)


if __name__ == '__main__':
    box.run([test_cable])
