# SPDX-License-Identifier: LGPL-2.1-or-later
"""The bus of a real hearthd: lists, settings, who may do what, standby, MPRIS."""

import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import box as boxes
from box import OUTPUT, ROOT, VIEW, Box, Skip
from gi.repository import Gio, GLib

NOBODY = 65534
INTERFACES = {ROOT: ('Channels1', 'Networks1', 'Recordings1', 'Settings1', 'System1'), VIEW: ('Player1',), OUTPUT: ('Display1',)}


def error_name(error):
    return Gio.DBusError.get_remote_error(error)


def refused(box, expected, *call, **options):
    try:
        box.call(*call, **options)
    except GLib.Error as error:
        assert error_name(error) == 'tv.hearth.Error.' + expected, error.message
        return error.message
    raise AssertionError(f'{call[2]} was not refused')


def write_playlist(box, name, entries):
    path = os.path.join(box.folder, name)
    with open(path, 'w', encoding='utf-8') as playlist:
        playlist.write('#EXTM3U x-tvg-url="http://127.0.0.1/guide.xml"\n')
        for attributes, title, url in entries:
            playlist.write(f'#EXTINF:-1 {attributes},{title}\n{url}\n')
    os.chmod(path, 0o644)
    return path


def channels_come_in_pages_and_keep_their_ids(programs):
    with Box(programs) as box:
        box.start()
        entries = [(f'tvg-id="id{i}" tvg-chno="{i}" group-title="{"一" if i % 2 else "二"}"', f'频道 {i}', f'udp://@239.255.99.{i % 250}:{5000 + i}')
                   for i in range(1, 1201)]
        location = write_playlist(box, 'list.m3u', entries)
        network = box.add_network('mine', location=location)
        assert box.get(network, 'Network1', 'Services') == 1200
        assert box.get(network, 'Network1', 'GuideUrls') == ['http://127.0.0.1/guide.xml']
        page, cursor = box.call(ROOT, 'Channels1', 'List', '(sua{sv})', '', 500, {})
        assert [c['number'] for c in page] == [str(i) for i in range(1, 501)] and cursor
        everything = box.channels()
        assert len(everything) == 1200 == box.get(ROOT, 'Channels1', 'Count')
        found, _ = box.call(ROOT, 'Channels1', 'List', '(sua{sv})', '', 1000, {'group': GLib.Variant('s', '一')})
        assert len(found) == 600
        found, _ = box.call(ROOT, 'Channels1', 'List', '(sua{sv})', '', 1000, {'text': GLib.Variant('s', '频道 77')})
        assert {c['name'] for c in found} >= {'频道 77', '频道 770'}
        refused(box, 'InvalidArgument', ROOT, 'Channels1', 'List', '(sua{sv})', 'nonsense', 10, {})
        refused(box, 'InvalidArgument', ROOT, 'Channels1', 'List', '(sua{sv})', '', 0, {})
        refused(box, 'NotFound', ROOT, 'Channels1', 'Get', '(s)', 'x' * 16)

        # Every address changes, one channel goes; then the old list comes back: all are known again.
        ids = {c['name']: c['id'] for c in everything}
        write_playlist(box, 'list.m3u', [(a, t, u.replace('99', '98')) for a, t, u in entries[1:]])
        version = box.get(ROOT, 'Channels1', 'Version')
        box.call(network, 'Network1', 'Refresh')
        box.wait(lambda: box.get(ROOT, 'Channels1', 'Version') > version, 10, 'the new list')
        assert {c['name']: c['id'] for c in box.channels()} == {n: i for n, i in ids.items() if n != '频道 1'}
        write_playlist(box, 'list.m3u', entries)
        version = box.get(ROOT, 'Channels1', 'Version')
        box.call(network, 'Network1', 'Refresh')
        box.wait(lambda: box.get(ROOT, 'Channels1', 'Version') > version, 10, 'the old list')
        assert {c['name']: c['id'] for c in box.channels()} == ids

        # hearthd in order off and on: the list is there at once, and the same.
        box.stop()
        os.unlink(location)
        box.start()
        assert {c['name']: c['id'] for c in box.channels()} == ids
        legs = box.call(ROOT, 'Channels1', 'GetLegs', '(s)', ids['频道 2'])
        assert legs[0]['network'] == 'mine' and ('tvg-id', 'id2') in legs[0]['attributes']


def settings_are_typed_and_kept(programs):
    with Box(programs) as box:
        box.start()
        listed = box.call(ROOT, 'Settings1', 'List', '(s)', '')
        assert all(s['label']['zh'] and s['label']['en'] and s['help']['zh'] and s['help']['en'] for s in listed)
        assert not any(s['key'] == 'player.last-channel' for s in listed)
        box.set_setting('player.volume', GLib.Variant('d', 0.25))
        refused(box, 'InvalidArgument', ROOT, 'Settings1', 'Set', '(sv)', 'player.volume', GLib.Variant('d', 2.0))
        message = refused(box, 'InvalidArgument', ROOT, 'Settings1', 'Set', '(sv)', 'player.volume', GLib.Variant('s', 'loud'))
        assert 'must be d' in message, message
        refused(box, 'InvalidArgument', ROOT, 'Settings1', 'Set', '(sv)', 'screen.language', GLib.Variant('s', 'tlh'))
        refused(box, 'NotFound', ROOT, 'Settings1', 'Get', '(s)', 'no.such')
        box.stop()
        box.start()
        assert box.call(ROOT, 'Settings1', 'Get', '(s)', 'player.volume') == 0.25
        box.call(ROOT, 'Settings1', 'Reset', '(s)', 'player.volume')
        assert box.call(ROOT, 'Settings1', 'Get', '(s)', 'player.volume') == 0.7


def members(info):
    for method in info.methods:
        arguments = [a.signature for a in method.in_args]
        yield 'method', method.name, '(' + ''.join(arguments) + ')'
    for prop in info.properties:
        yield 'property', prop.name, ''


def default_for(signature):
    simple = {'s': '', 'u': 1, 'i': 1, 'b': True, 'd': 0.5, 't': 0, 'x': 0, 'v': GLib.Variant('s', ''), 'o': '/'}
    values, i = [], 0
    while i < len(signature):
        if signature[i] == 'a':
            values.append({} if signature.startswith('a{', i) else [])
            i = signature.index('}', i) + 1 if signature.startswith('a{', i) else i + 2
        else:
            values.append(simple[signature[i]])
            i += 1
    return values


def introspect(connection, path):
    return connection.call_sync('tv.hearth.Hearth1', path, 'org.freedesktop.DBus.Introspectable', 'Introspect', None, None, 0, 5000,
                                None).unpack()[0]


def try_everything(address):
    """Runs as a nobody: each member must be refused, with the word for it. What there is stands on stdin: nobody is told."""
    nodes = json.load(sys.stdin)
    connection = Gio.DBusConnection.new_for_address_sync(
        address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
    tried, passed, heard = 0, [], []
    connection.signal_subscribe('tv.hearth.Hearth1', None, None, None, None, Gio.DBusSignalFlags.NONE,
                                lambda *a: heard.append(a[4]))
    for path, interfaces in INTERFACES.items():
        if 'name' in introspect(connection, path):
            passed.append(f'Introspect of {path}')
        node = Gio.DBusNodeInfo.new_for_xml(nodes[path])
        for name in interfaces:
            info = node.lookup_interface('tv.hearth.' + name)
            for kind, member, signature in members(info):
                tried += 1
                try:
                    if kind == 'method':
                        inner = signature[1:-1]
                        arguments = GLib.Variant(signature, tuple(default_for(inner))) if inner else None
                        connection.call_sync('tv.hearth.Hearth1', path, 'tv.hearth.' + name, member, arguments, None, 0, 5000, None)
                    else:
                        connection.call_sync('tv.hearth.Hearth1', path, 'org.freedesktop.DBus.Properties', 'Get',
                                             GLib.Variant('(ss)', ('tv.hearth.' + name, member)), None, 0, 5000, None)
                    passed.append(f'{name}.{member}')
                except GLib.Error as error:
                    if error_name(error) != 'tv.hearth.Error.PermissionDenied':
                        passed.append(f'{name}.{member}: {error.message}')
            everything = connection.call_sync('tv.hearth.Hearth1', path, 'org.freedesktop.DBus.Properties', 'GetAll',
                                              GLib.Variant('(s)', ('tv.hearth.' + name,)), None, 0, 5000, None).unpack()[0]
            if everything:
                passed.append(f'GetAll {name}: {everything}')
    print(json.dumps({'tried': tried, 'passed': passed, 'heard': heard}))


def a_nobody_may_do_nothing(programs):
    if os.getuid() != 0:
        raise Skip('only root can become another user')
    with Box(programs) as box:
        box.start()
        done = subprocess.run(['setpriv', f'--reuid={NOBODY}', f'--regid={NOBODY}', '--clear-groups', '/usr/bin/python3', '-I', '-c',
                               f'import sys; sys.path.insert(0, {os.path.dirname(os.path.abspath(__file__))!r}); '
                               f'import test_bus; test_bus.try_everything({box.environment["HEARTH_BUS"]!r})'],
                              input=json.dumps({path: introspect(box.connection, path) for path in INTERFACES}),
                              capture_output=True, text=True, timeout=60, env=dict(os.environ, PYTHONDONTWRITEBYTECODE='1'))
        assert done.returncode == 0, done.stderr
        result = json.loads(done.stdout)
        assert result['tried'] > 50, result
        assert result['passed'] == [], result['passed']
        assert result['heard'] == [], result['heard']


def changes_are_told(programs):
    with Box(programs) as box:
        box.start()
        box.connection.call_sync('tv.hearth.Hearth1', VIEW, 'org.freedesktop.DBus.Properties', 'Set',
                                 GLib.Variant('(ssv)', ('tv.hearth.Player1', 'Volume', GLib.Variant('d', 0.5))), None, 0, 5000, None)
        told = box.wait(lambda: [s for s in box.signals if s[3] == 'PropertiesChanged' and 'Volume' in s[4][1]], 5, 'PropertiesChanged')
        assert told[0][4][1]['Volume'] == 0.5
        managed = box.connection.call_sync('tv.hearth.Hearth1', ROOT, 'org.freedesktop.DBus.ObjectManager', 'GetManagedObjects', None, None,
                                           0, 5000, None).unpack()[0]
        assert set(INTERFACES) <= set(managed) and managed[VIEW]['tv.hearth.Player1']['Volume'] == 0.5
        location = write_playlist(box, 'one.m3u', [('', 'One', 'udp://@239.255.99.1:5000')])
        path = box.add_network('one', location=location)
        box.wait(lambda: [s for s in box.signals if s[3] == 'InterfacesAdded' and s[4][0] == path], 5, 'InterfacesAdded')
        box.call(ROOT, 'Networks1', 'Remove', '(s)', 'one')
        box.wait(lambda: [s for s in box.signals if s[3] == 'InterfacesRemoved' and s[4][0] == path], 5, 'InterfacesRemoved')
        assert box.get(ROOT, 'Channels1', 'Count') == 0


def playerctl_sees_the_television(programs):
    box = Box(programs)
    try:
        box.start()
        environment = dict(box.environment, DBUS_SESSION_BUS_ADDRESS=box.environment['HEARTH_BUS'])
        names = subprocess.run(['playerctl', '--list-all'], env=environment, capture_output=True, text=True, timeout=20)
        assert 'hearth' in names.stdout, names
        subprocess.run(['playerctl', '--player=hearth', 'volume', '0.3'], env=environment, check=True, timeout=20)
        box.wait(lambda: abs(box.get(VIEW, 'Player1', 'Volume') - 0.3) < 1e-6, 5, "playerctl's volume")
    except FileNotFoundError as error:
        raise Skip(f'{error.filename} is not installed')
    finally:
        box.close()


if __name__ == '__main__':
    boxes.run([channels_come_in_pages_and_keep_their_ids, settings_are_typed_and_kept, a_nobody_may_do_nothing, changes_are_told,
               playerctl_sees_the_television])
