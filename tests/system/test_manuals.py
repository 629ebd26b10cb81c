#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each installed program has a manual, which names the very options that its --help tells."""

import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import boxprocess  # noqa: E402

PROGRAMS = ['hearthctl', 'hearth-headend', 'hearthd', 'hearth-stream', 'hearth-record', 'hearth-play', 'hearth-shell',
            'hearth-worker', 'hearth-web', 'hearth-supervise']
OURS = {'hearth-play': {'--network'},  # said by hearthd before the options that --help knows
        'hearthctl': {'--option'}}  # the synopsis's word for any
PLAIN = {'--help', '--json', '--version'}  # those of every program need not be told in each manual


def programs_under_test():
    prefix = os.environ.get('HEARTH_PREFIX')
    source = os.environ.get('G_TEST_SRCDIR')
    if prefix:
        return boxprocess.Programs(prefix=prefix)
    return boxprocess.Programs(build=os.environ.get('G_TEST_BUILDDIR', os.getcwd()), source=source)


def said(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=dict(os.environ, LC_ALL='C.UTF-8'))
    return done.stdout + done.stderr


def options_of_help(program, name):
    text = said(program, '--help')
    if name == 'hearthctl':  # its options belong to its commands
        commands = re.findall(r'^  ([a-z]+(?: [a-z]+)?)', text, re.M)
        text = ''.join(said(program, 'help', *command.split()) for command in commands)
    if name == 'hearth-headend':
        text += said(program, 'replay', '--help') + said(program, 'cable', '--help')
    return set(re.findall(r'(?:^|[ ,\[])(--[a-z][a-z-]*)', text, re.M))


def options_of_manual(source, name):
    """None without a manual. mdoc writes a long option as Fl \\-name, man as \\-\\-name."""
    for folder, section in (('data/man', 8), ('data/man', 1), ('tests/headend', 1)):
        path = os.path.join(source, folder, f'{name}.{section}')
        if os.path.exists(path):
            with open(path, encoding='utf-8') as manual:
                text = manual.read().replace('\\-', '-')
            return set(re.findall(r'(?<![\w-])(--[a-z][a-z-]*)', re.sub(r'Fl -(?=[a-z])', '--', text)))
    return None


def compare(programs, name):
    """What is wrong, in words; empty when nothing is."""
    manual = options_of_manual(programs.source, name)
    if manual is None:
        return ['it has no manual']
    told = options_of_help(programs.find(name), name)
    return ([f'{option} is not in the manual' for option in sorted(told - manual - PLAIN)] +
            [f'{option} is not in --help' for option in sorted(manual - told - PLAIN - OURS.get(name, set()))])


def main():
    programs = programs_under_test()
    failed = False
    print(f'1..{len(PROGRAMS)}')
    for number, name in enumerate(PROGRAMS, 1):
        try:
            wrong = compare(programs, name)
        except FileNotFoundError:
            print(f'ok {number} {name} # SKIP it was not built')
            continue
        for line in wrong:
            print(f'# {name}: {line}')
        print(f'{"not ok" if wrong else "ok"} {number} {name}', flush=True)
        failed = failed or bool(wrong)
    sys.exit(1 if failed else 0)


if __name__ == '__main__':
    main()
