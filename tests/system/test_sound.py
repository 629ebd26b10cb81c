#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sound through PulseAudio, PipeWire and ALSA: what comes out at the other end is the channel's tone."""

import array
import cmath
import glob
import math
import os
import select
import shutil
import subprocess
import tempfile
import time

import boxprocess
import box as boxes
from box import Box, Skip

RATE = 48000
TONE_HZ = {1: 233.125, 2: 247.0}  # 220 * 2^(n/12), to whole periods of the 9.6 s loop: the head-end's README
LEAST_SHARE = 0.5  # of a part's energy; a wrong or broken tone has nearly none at that frequency
PART = 4096        # samples: 85 ms
WANTED_PARTS = 12  # a second of it, all in all: a busy machine may break sound for moments
LONGEST_S = 20


def energy_at(samples, hertz):
    """The share of a signal's energy at one frequency (Goertzel's sum, written out)."""
    step = cmath.exp(-2j * math.pi * hertz / RATE)
    total, turn, energy = 0, 1, 0
    for sample in samples:
        total += sample * turn
        turn *= step
        energy += sample * sample
    return 2 * abs(total) ** 2 / (len(samples) * energy) if energy else 0


def read_part(stream):
    """The left samples of a part, from a pipe."""
    data = b''
    while len(data) < PART * 4:
        assert select.select([stream], [], [], 20 * boxes.PATIENCE)[0], 'no sound came for 20 s'
        piece = os.read(stream.fileno(), PART * 4 - len(data))
        assert piece, 'the recorder ended'
        data += piece
    return array.array('h', data)[::2]


def hear_tone(recorder, channel):
    """Until that channel's tone has been heard for a second; the other's must not come back once this one is there."""
    heard, strange, loudest = 0, 0, 0
    for _ in range(int(LONGEST_S * boxes.PATIENCE * RATE / PART)):
        part = read_part(recorder.stdout)
        loudest = max(loudest, energy_at(part, TONE_HZ[channel]))
        heard += energy_at(part, TONE_HZ[channel]) > LEAST_SHARE
        strange += heard > 0 and energy_at(part, TONE_HZ[3 - channel]) > LEAST_SHARE
        if heard == WANTED_PARTS:
            assert strange == 0, f"channel {3 - channel}'s tone came back"
            return
    raise AssertionError(f"channel {channel}'s tone was heard in {heard} parts of 85 ms; the purest was {loudest:.2f}")


def need(*programs):
    for program in programs:
        if not shutil.which(program):
            raise Skip(f'{program} is not installed')


class Server:
    """Processes of a sound server in a runtime folder of its own."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix='hearth-sound-')
        self.environment = dict(os.environ, XDG_RUNTIME_DIR=self.folder, HOME=self.folder)
        for name in ('DBUS_SESSION_BUS_ADDRESS', 'PULSE_SERVER', 'PIPEWIRE_REMOTE', 'DISPLAY'):
            self.environment.pop(name, None)
        self.processes = []
        self.log = open(os.path.join(self.folder, 'log'), 'wb')

    def begin(self, *command, **options):
        process = subprocess.Popen(command, env=self.environment, stdin=subprocess.DEVNULL, stderr=self.log,
                                   **dict({'stdout': self.log}, **options))
        self.processes.append(process)
        return process

    def close(self):
        for process in reversed(self.processes):
            boxprocess.end(process)
        self.log.close()
        shutil.rmtree(self.folder)


def television(programs, sink, **environment):
    box = Box(programs, environment=dict(HEARTH_AUDIO_SINK=sink, HEARTH_DEBUG='audio-sink:5,pace:5,card-clock:5', **environment))
    try:
        box.start_television(channels='1,2')
        box.zap(1)
        box.wait_frame(1, 20, count=25)
        assert f'sound goes to {sink}' in box.tail(400), box.tail()
    except BaseException:
        box.close()
        raise
    return box


def hear(box, recorder, zap=True):
    try:
        hear_tone(recorder, 1)
        if not zap:
            return
        box.wait_frame(2, 20, serial=box.zap(2), count=25)
        hear_tone(recorder, 2)
    except AssertionError as error:
        raise AssertionError(f'{error}\n{box.tail(60)}') from error


def pulse_server(server):
    """PulseAudio with a silent sink; its address, and a recorder of what it plays."""
    need('pulseaudio', 'parec')
    path = os.path.join(server.folder, 'native')
    server.begin('pulseaudio', '-n', '--daemonize=no', '--exit-idle-time=-1', '--disallow-exit', '--use-pid-file=no',
                 '-L', 'module-null-sink sink_name=tv', '-L', f'module-native-protocol-unix auth-anonymous=1 socket={path}')
    server.environment['PULSE_SERVER'] = 'unix:' + path
    wait_for_path(path)
    return 'unix:' + path, lambda: server.begin('parec', '-d', 'tv.monitor', '--format=s16le', f'--rate={RATE}', '--channels=2',
                                                '--latency-msec=50', stdout=subprocess.PIPE)


def pulseaudio_plays_the_tone(programs):
    server, box = Server(), None
    try:
        address, record = pulse_server(server)
        box = television(programs, 'pulsesink', PULSE_SERVER=address)
        hear(box, record(), zap=False)  # its silent sink sometimes stands still after a flush: HACKING.md
    finally:
        if box:
            box.close()
        server.close()


def pipewire_plays_the_tone(programs):
    need('pipewire', 'wireplumber', 'pw-cli', 'pw-record', 'dbus-run-session')
    server, box = Server(), None
    try:
        server.begin('pipewire')
        wait_for_path(os.path.join(server.folder, 'pipewire-0'))
        subprocess.run(['pw-cli', 'create-node', 'adapter', '{ factory.name=support.null-audio-sink node.name=tv media.class=Audio/Sink '
                        'object.linger=true audio.position=[FL FR] }'], env=server.environment, check=True, timeout=20, stdout=server.log)
        server.begin('dbus-run-session', '--', 'wireplumber')
        box = television(programs, 'pipewiresink', XDG_RUNTIME_DIR=server.folder)
        hear(box, server.begin('pw-record', '--target=tv', '-P', '{ stream.capture.sink=true }', f'--rate={RATE}', '--channels=2',
                               '--format=s16', '-', stdout=subprocess.PIPE))
    finally:
        if box:
            box.close()
        server.close()


def alsa_plays_the_tone(programs):
    """ALSA's own library and buffers, over a card that is a plug-in to PulseAudio: there is no other without hardware that keeps time."""
    server, box = Server(), None
    if not glob.glob('/usr/lib/*/alsa-lib/libasound_module_pcm_pulse.so'):
        raise Skip("ALSA's plug-in for PulseAudio (libasound2-plugins) is not installed")
    try:
        address, record = pulse_server(server)
        config = os.path.join(server.folder, 'asound.conf')
        with open(config, 'w', encoding='ascii') as text:
            text.write(f'pcm.default {{ type pulse server "{address}" }}\n')
        box = television(programs, 'alsasink', ALSA_CONFIG_PATH=config)
        hear(box, record())
    finally:
        if box:
            box.close()
        server.close()


def wait_for_path(path, seconds=20):
    folder = os.path.dirname(path)
    deadline = time.monotonic() + seconds * boxes.PATIENCE
    while not os.path.exists(path):
        assert time.monotonic() < deadline, f'{path} did not come: {os.listdir(folder)}'
        select.select([], [], [], 0.02)


if __name__ == '__main__':
    boxes.run([pulseaudio_plays_the_tone, pipewire_plays_the_tone, alsa_plays_the_tone])
