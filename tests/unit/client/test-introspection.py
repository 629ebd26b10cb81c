# SPDX-License-Identifier: LGPL-2.1-or-later
"""libhearth from Python, by its introspection data: ownership and out parameters are as the annotations say. Speaks TAP."""

import os
import subprocess
import sys

BUILD = os.environ['G_TEST_BUILDDIR']

try:
    import gi
    gi.require_version('GIRepository', '2.0')
    from gi.repository import GIRepository, Gio, GLib
except (ImportError, ValueError) as error:
    print(f'1..0 # SKIP PyGObject is missing (Debian: python3-gi): {error}')
    sys.exit(0)

GIRepository.Repository.prepend_search_path(BUILD)
GIRepository.Repository.prepend_library_path(os.path.join(BUILD, '.libs'))
gi.require_version('Hearth', '1.0')
from gi.repository import Hearth  # noqa: E402


def test_list(client):
    channels, cursor = client.list_channels_sync(None, 3, None, None)
    assert [channel.get_number() for channel in channels] == ['1', '2', '3'], channels
    assert channels[0].get_name() == 'CCTV-1 综合'
    channels, cursor = client.list_channels_sync(cursor, 3, None, None)
    assert len(channels) == 2 and cursor is None, cursor


def test_zap(client):
    loop = GLib.MainLoop()
    stages = []
    client.connect('zap-stage', lambda _client, serial, stage, _time: stages.append((serial, stage)))
    client.connect('notify::state', lambda *_: client.props.state == 'playing' and loop.quit())
    opened, serial = client.open_number_sync('2', None)
    assert opened
    loop.run()
    assert client.props.channel == 'fakechannel00002'
    assert (serial, 'first-shown') in stages, stages


def test_async(client):
    loop = GLib.MainLoop()
    answers = []

    def on_done(_client, result):
        answers.append(client.zap_finish(result))
        loop.quit()

    client.zap_async(1, None, on_done)
    loop.run()
    assert answers[0][0] is True


def test_screenshot(client):
    picture, info = client.screenshot_sync(GLib.Variant('a{sv}', {'format': GLib.Variant('s', 'jpeg')}), None)
    assert picture.get_data().startswith(b'\xff\xd8'), picture.get_data()
    assert info.unpack()['width'] == 1920


def test_error(client):
    try:
        client.open_channel_sync('nobody', None)
    except GLib.Error as error:
        assert error.matches(Hearth.error_quark(), Hearth.Error.NOT_FOUND), error
    else:
        raise AssertionError('a channel that is not there was opened')


TESTS = [test_list, test_zap, test_async, test_screenshot, test_error]


def main():
    bus = Gio.TestDBus.new(Gio.TestDBusFlags.NONE)
    bus.up()
    os.environ['HEARTH_BUS'] = bus.get_bus_address()
    with subprocess.Popen([os.path.join(BUILD, 'fake-hearth'), '5'], stdout=subprocess.PIPE) as hearth:
        assert hearth.stdout.readline() == b'ready\n'
        client = Hearth.Client.new_sync(None)
        print(f'1..{len(TESTS)}', flush=True)
        for number, test in enumerate(TESTS, 1):
            try:
                test(client)
                print(f'ok {number} {test.__name__}', flush=True)
            except AssertionError as error:
                print(f'not ok {number} {test.__name__}: {error}', flush=True)
        hearth.terminate()
    bus.down()


main()
