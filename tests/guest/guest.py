# SPDX-License-Identifier: LGPL-2.1-or-later
"""A virtual machine with a real kernel's DVB adapter and screens, started from its saved state."""

import glob
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
BOX_SIZE, DATA_SIZE = '700M', '2G'
BOOT_SECONDS = 180  # each instruction is translated, and other jobs run beside
KERNEL_ARGUMENTS = ('console=ttyS0 quiet loglevel=3 mitigations=off random.trust_cpu=on tsc=reliable no_timer_check '
                    'cryptomgr.notests')
NEEDED = ('qemu-system-x86_64', 'mke2fs', 'cpio', 'depmod', '/bin/busybox')

# What Hearth's programs use without linking it.
GSTREAMER = ('coreelements', 'app', 'audioconvert', 'audioresample', 'audiomixer', 'volume', 'playback', 'typefindfunctions')
FOLDERS = ('/etc/fonts', '/usr/share/fontconfig', '/usr/share/fonts/truetype/dejavu', '/usr/share/dbus-1/session.conf',
           '/usr/lib/x86_64-linux-gnu/directfb-1.7-7')
PROGRAMS = ('/usr/bin/dbus-daemon', '/usr/lib/x86_64-linux-gnu/gstreamer1.0/gstreamer-1.0/gst-plugin-scanner')


def find_missing():
    """Why there can be no guest here, or None."""
    if os.uname().machine != 'x86_64':
        return 'the virtual box is of x86_64, and this machine is not'
    missing = [name for name in NEEDED if shutil.which(name) is None]
    return f'{", ".join(missing)} missing: ./dev install-packages guest' if missing else None


def cache_folder():
    top = os.environ.get('HEARTH_GUEST_DIR') or os.path.join(
        os.environ.get('XDG_CACHE_HOME') or os.path.expanduser('~/.cache'), 'hearth', 'guest')
    os.makedirs(top, exist_ok=True)
    return top


# ---- the disk with the box ---------------------------------------------------------------------


def libraries_of(path):
    """The shared objects that an ELF file needs, all the way down."""
    listed = subprocess.run(['ldd', path], capture_output=True, text=True, check=False).stdout
    return set(re.findall(r'(/\S+) \(0x', listed))


def copy(stage, path):
    """A file or folder into the same place below stage; links become what they point to."""
    target = stage + path
    if os.path.isdir(path):
        shutil.copytree(path, target, dirs_exist_ok=True, ignore_dangling_symlinks=True)
    elif os.path.exists(path) and not os.path.exists(target):
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copy2(path, target)


def write(stage, path, text, mode=0o644):
    target = stage + path
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, 'w', encoding='utf-8') as made:
        made.write(text)
    os.chmod(target, mode)


def box_image(image, prefix, job, files=()):
    """An ext4 image: the installed tree with all that it links, a job, and files (path in the guest, path here)."""
    with tempfile.TemporaryDirectory(prefix='hearth-stage-') as stage:
        for folder in ('bin', 'dev', 'proc', 'sys', 'run', 'tmp', 'etc', 'lib64', 'root', 'var/lib', 'data'):
            os.makedirs(os.path.join(stage, folder))
        copy(stage, '/bin/busybox')
        for path, source in files:
            shutil.copy2(source, stage + path)
        for name in subprocess.run(['/bin/busybox', '--list'], capture_output=True, text=True, check=True).stdout.split():
            if name != 'busybox':
                os.symlink('/bin/busybox', f'{stage}/bin/{name}')
        copy(stage, prefix)
        plugins = [f'/usr/lib/x86_64-linux-gnu/gstreamer-1.0/libgst{name}.so' for name in GSTREAMER]
        for path in (*PROGRAMS, *plugins, *FOLDERS):
            copy(stage, path)
        for folder, _, names in os.walk(stage):
            for path in (os.path.join(folder, name) for name in names):
                if not os.path.islink(path) and os.access(path, os.R_OK):
                    with open(path, 'rb') as opened:
                        if opened.read(4) != b'\x7fELF':
                            continue
                    for library in libraries_of(path):
                        copy(stage, library)
        write(stage, '/etc/passwd', 'root:x:0:0:root:/root:/bin/sh\n')
        write(stage, '/etc/group', 'root:x:0:\n')
        with open(os.path.join(HERE, '..', '..', 'data', 'private-bus.conf.in'), encoding='utf-8') as template:
            write(stage, '/etc/bus.conf', template.read().replace('@USER@', 'root'))
        with open(os.path.join(HERE, 'box.sh'), encoding='utf-8') as common:
            write(stage, '/box.sh', common.read().replace('@PREFIX@', prefix))
        write(stage, '/job', '#!/bin/sh\n. /box.sh\n' + job, 0o755)
        make_disk(image, BOX_SIZE, stage)


def make_disk(image, size, folder=None):
    if os.path.exists(image):
        os.unlink(image)
    with open(image, 'wb'):
        pass
    subprocess.run(['mke2fs', '-q', '-F', '-t', 'ext4', '-E', 'lazy_itable_init=1,lazy_journal_init=1', *(['-d', folder] if folder else []),
                    image, size], check=True)


# ---- the machine ---------------------------------------------------------------------------------


class Monitor:
    """QEMU's own line (QMP): commands and their answers, and events that are waited for."""

    def __init__(self, channel):
        self.channel = channel
        self.channel.settimeout(BOOT_SECONDS)
        self.stream = channel.makefile('rw', encoding='utf-8')
        self.stream.readline()  # its greeting
        self.events = []
        self.run('qmp_capabilities')
        self.run('migrate-set-capabilities', capabilities=[{'capability': 'events', 'state': True}])

    def read(self):
        line = self.stream.readline()
        if not line:
            raise AssertionError('QEMU has ended')
        return json.loads(line)

    def run(self, command, **arguments):
        self.stream.write(json.dumps({'execute': command, 'arguments': arguments}) + '\n')
        self.stream.flush()
        answer = self.read()
        while 'event' in answer:
            self.events.append(answer)
            answer = self.read()
        if 'error' in answer:
            raise RuntimeError(f'QEMU: {command}: {answer["error"]}')
        return answer['return']

    def wait_migrated(self):
        """The machine's state is written, or read."""
        while True:
            event = self.events.pop(0) if self.events else self.read()
            status = event.get('data', {}).get('status') if event.get('event') == 'MIGRATION' else None
            if status == 'completed':
                return
            if status == 'failed':
                raise RuntimeError('QEMU could not write or read its state')

    def close(self):
        self.stream.close()
        self.channel.close()


def machine_arguments(box, data):
    """Of a disk with the box nothing is kept. What the guest's kernel has given to the other one is kept also when QEMU is killed, for the
    host's kernel has it then; what it still held in its own memory is lost, as in a power cut."""
    made = cache_folder()
    return ['-machine', 'q35', '-accel', 'tcg,thread=multi', '-cpu', 'max', '-smp', '2', '-m', '1024', '-nodefaults', '-no-user-config',
            '-display', 'none', '-serial', 'stdio', '-no-reboot', '-kernel', os.path.join(made, 'vmlinux'),
            '-initrd', os.path.join(made, 'initrd.gz'), '-append', KERNEL_ARGUMENTS,
            '-device', 'virtio-gpu-pci,xres=1280,yres=720',
            '-drive', f'file={box},format=raw,if=virtio,cache=unsafe', '-drive', f'file={data},format=raw,if=virtio,cache=writeback']


class Guest:
    """A running machine. Its console is read by a thread; lines come to wait() and stay in .lines."""

    def __init__(self, box, data=None, state=None):
        self.folder = tempfile.mkdtemp(prefix='hearth-guest-')
        self.lines = []
        self.arrived = threading.Condition()
        self.ended = False
        if data is None:
            data = os.path.join(self.folder, 'data.img')
            make_disk(data, DATA_SIZE)
        ours, theirs = socket.socketpair()
        command = ['nice', '-n', '5', 'qemu-system-x86_64', *machine_arguments(box, data), '-mon', 'chardev=monitor,mode=control',
                   '-chardev', f'socket,id=monitor,fd={theirs.fileno()}', *(['-incoming', 'defer'] if state else [])]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        pass_fds=[theirs.fileno()])
        theirs.close()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        try:
            self.monitor = Monitor(ours)
            if state:
                self.monitor.run('migrate-incoming', uri=f'exec:cat {state}')
                self.monitor.wait_migrated()
                self.monitor.run('cont')
        except BaseException:
            ours.close()
            self.end()
            raise

    def read(self):
        for line in self.process.stdout:
            with self.arrived:
                self.lines.append(line.decode('utf-8', 'replace').rstrip('\r\n'))
                self.arrived.notify_all()
        with self.arrived:
            self.ended = True
            self.arrived.notify_all()

    def wait(self, wanted, timeout):
        """The first line, from the beginning, of which wanted (a pattern, or a function of a line) finds something; what it finds."""
        find = wanted if callable(wanted) else lambda line: re.search(wanted, line)
        deadline = time.monotonic() + timeout
        seen = 0
        with self.arrived:
            while True:
                for line in self.lines[seen:]:
                    found = find(line)
                    if found:
                        return found
                seen = len(self.lines)
                left = deadline - time.monotonic()
                if self.ended or left <= 0:
                    why = 'the guest has ended' if self.ended else f'within {timeout} s'
                    raise AssertionError(f'not seen: {wanted} ({why})\n' + '\n'.join(self.lines[-60:]))
                self.arrived.wait(left)

    def say(self, line):
        self.process.stdin.write(line.encode() + b'\n')
        self.process.stdin.flush()

    def screendump(self, path):
        """What is on the screen of virtio-gpu, as a PNG."""
        self.monitor.run('screendump', filename=path, format='png')

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.reader.join()
        self.process.stdin.close()
        self.process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def cut_power(self):
        """The lines that it had written."""
        self.process.kill()
        self.process.wait()
        self.reader.join()
        return self.lines

    def close(self):
        self.monitor.close()
        self.end()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def save_state(state):
    """Boots once and keeps the machine as it is when it waits for its job; its disks are looked at later."""
    for old in glob.glob(os.path.join(os.path.dirname(state), 'state*')):
        os.unlink(old)
    empty = state + '.empty'
    make_disk(empty, BOX_SIZE)
    with Guest(empty) as guest:
        guest.wait('^@ready', BOOT_SECONDS)
        guest.monitor.run('stop')
        guest.monitor.run('migrate', uri=f'exec:cat >{state}.new')
        guest.monitor.wait_migrated()
    os.rename(state + '.new', state)
    os.unlink(empty)


def start(box, data=None):
    """A machine that has just begun its job: from the saved state, which is made where there is none. Another machine, another state."""
    folder = cache_folder()
    subprocess.run([os.path.join(HERE, 'make-guest'), folder], check=True, stdout=sys.stderr)
    kind = zlib.crc32(' '.join(machine_arguments('', '')).encode())
    state = os.path.join(folder, f'state-{kind:08x}')
    if not os.path.exists(state):
        save_state(state)
    guest = Guest(box, data, state)
    guest.say('go')
    return guest
