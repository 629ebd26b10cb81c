# SPDX-License-Identifier: LGPL-2.1-or-later
"""A whole box of real processes on a private bus: its folders, its bus, its head-end. No GLib here: ./dev run uses it too."""

import json
import os
import pwd
import shutil
import signal
import subprocess
import tempfile


NO_PICTURE = {2: 'radio', 10: 'radio', 12: 'data'}  # of the head-end's service types (EN 300 468, table 87)


class Programs:
    """Where the programs are: an installed tree (prefix), or a build tree as `make check` has it."""

    def __init__(self, prefix=None, build=None, source=None):
        self.source = source or os.path.abspath(os.path.join(os.path.dirname(__file__), '..', '..'))
        self.environment = {}
        if prefix:
            self.bin = os.path.join(prefix, 'bin')
            self.libexec = os.path.join(prefix, 'libexec', 'hearth')
        else:
            self.bin = self.libexec = build
            self.environment = {
                'HEARTH_LIBEXEC_DIR': build,
                'HEARTH_PLUGIN_DIR': os.path.join(build, '.libs'),
                'HEARTH_DATA_DIR': os.path.join(self.source, 'data'),
            }

    def find(self, name):
        for folder in (self.bin, self.libexec):
            path = os.path.join(folder, name)
            if os.access(path, os.X_OK):
                return path
        raise FileNotFoundError(f'{name} is in neither {self.bin} nor {self.libexec}: build it first (./dev build)')


def end(process, seconds=5):
    """SIGTERM, then SIGKILL; for processes that we started."""
    if process is None or process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def descendants(pid):
    """pid and all below it."""
    found = [pid]
    for one in found:
        try:
            for task in os.listdir(f'/proc/{one}/task'):
                with open(f'/proc/{one}/task/{task}/children', encoding='ascii') as listed:
                    found += [int(child) for child in listed.read().split()]
        except OSError:
            pass
    return found


def write_tuners(folder, headend, count=2, **groups):
    """The key file of virtual tuners that hang on the head-end's cable; groups: extra lines by multiplex, as mux1='lock=false'."""
    os.makedirs(folder, exist_ok=True)
    text = f'[tuners]\ncount={count}\n'
    for mux in headend['muxes']:
        text += (f'[multiplex {mux["number"]}]\nfrequency-khz={mux["frequency_khz"]}\nsymbol-rate={mux["symbol_rate"]}\n'
                 f'modulation={mux["modulation"]}\nsource={mux["udp"]}\n' + groups.get(f'mux{mux["number"]}', '') + '\n')
    path = os.path.join(folder, 'tuners.ini')
    with open(path + '.new', 'w', encoding='utf-8') as made:
        made.write(text)
    os.rename(path + '.new', path)
    return folder


class Box:
    """Folders and a bus; start() brings hearthd up under its supervisor."""

    def __init__(self, programs, folder=None, state=None, environment=None, log=None):
        self.programs = programs
        self.own_folder = folder is None
        self.folder = folder or tempfile.mkdtemp(prefix='hearth-box-')
        self.state = state or os.path.join(self.folder, 'state')
        self.log_path = log or os.path.join(self.folder, 'log')
        self.log = open(self.log_path, 'ab')
        self.bus = self.supervisor = self.headend_process = None
        self.headend = {}
        self.environment = dict(os.environ, **programs.environment)
        self.environment.update(
            HEARTH_RUNTIME_DIR=os.path.join(self.folder, 'run'),
            HEARTH_STATE_DIR=self.state,
            HEARTH_BUS='unix:path=' + os.path.join(self.folder, 'bus'),
        )
        self.environment.pop('HEARTH_SOCKET', None)
        # A confined process cannot be traced, not even by its own leak check.
        self.environment['ASAN_OPTIONS'] = self.environment.get('ASAN_OPTIONS', '') + ':detect_leaks=0'
        self.environment.update(environment or {})
        os.makedirs(self.environment['HEARTH_RUNTIME_DIR'], exist_ok=True)
        os.chmod(self.folder, 0o755)  # tests let another user try the bus

    def start_bus(self):
        template = os.path.join(self.programs.source, 'data', 'private-bus.conf.in')
        config = os.path.join(self.folder, 'bus.conf')
        with open(template, encoding='utf-8') as given, open(config, 'w', encoding='utf-8') as made:
            made.write(given.read().replace('@USER@', pwd.getpwuid(os.getuid()).pw_name))
        self.bus = subprocess.Popen(
            ['dbus-daemon', '--config-file', config, '--address', self.environment['HEARTH_BUS'], '--nofork', '--print-address=1'],
            stdout=subprocess.PIPE, stderr=self.log, env=self.environment)
        if not self.bus.stdout.readline():
            raise RuntimeError('the private bus did not start; see ' + self.log_path)

    def start(self):
        if self.bus is None:
            self.start_bus()
        self.supervisor = subprocess.Popen([self.programs.find('hearth-supervise'), self.programs.find('hearthd')],
                                           stdout=self.log, stderr=self.log, env=self.environment)

    def stop(self):
        """All of it, also what does not listen any more."""
        if self.supervisor is None:
            return
        below = descendants(self.supervisor.pid)[1:]
        end(self.supervisor, 8)
        for pid in below:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.supervisor = None

    def launch_headend(self, *arguments):
        self.headend_process = subprocess.Popen([self.programs.find('hearth-headend'), *arguments], stdout=subprocess.PIPE,
                                                stderr=self.log, env=self.environment, text=True)

    def wait_headend(self):
        """Returns what its ready line says (JSON: playlist, http port, groups)."""
        line = self.headend_process.stdout.readline()
        if not line:
            raise RuntimeError('the simulated head-end did not start; see ' + self.log_path)
        self.headend = json.loads(line) if line.startswith('{') else {'line': line.strip()}
        return self.headend

    def start_headend(self, *arguments):
        self.launch_headend(*arguments)
        return self.wait_headend()

    def ctl(self, *arguments, check=True, timeout=30):
        """hearthctl's output."""
        done = subprocess.run([self.programs.find('hearthctl'), *arguments], env=self.environment, text=True,
                              capture_output=True, timeout=timeout)
        if check and done.returncode != 0:
            raise RuntimeError(f'hearthctl {" ".join(arguments)}: {done.returncode}: {done.stderr.strip()}')
        return done.stdout

    def close(self, keep=False):
        self.stop()
        end(self.headend_process)
        end(self.bus)
        if self.bus is not None:
            self.bus.stdout.close()
        if self.headend_process is not None:
            self.headend_process.stdout.close()
        self.log.close()
        if self.own_folder and not keep:
            shutil.rmtree(self.folder, ignore_errors=True)

