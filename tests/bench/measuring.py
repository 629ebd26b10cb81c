# SPDX-License-Identifier: LGPL-2.1-or-later
"""What measures share: figures, percentiles, processes' costs."""

import os
import subprocess
import sys


def figure(name, value, unit, goal, **beside):
    return {'name': name, 'value': round(value, 3), 'unit': unit, 'goal': goal,
            'beside': {peer: round(other, 3) for peer, other in beside.items() if other is not None}}


def make(programs, name):
    """A program of tests/bench, which `make` alone does not build."""
    subprocess.run(['make', '-s', '-C', programs.build, name], check=True, stdout=sys.stderr)


def percentile(values, percent):
    """Nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-len(ordered) * percent // 100) - 1))]


def median(values):
    return percentile(values, 50)


def context_switches(pids):
    total = 0
    for pid in pids:
        try:
            for task in os.listdir(f'/proc/{pid}/task'):
                with open(f'/proc/{pid}/task/{task}/status', encoding='ascii', errors='replace') as status:
                    for line in status:
                        if line.startswith(('voluntary_ctxt_switches', 'nonvoluntary_ctxt_switches')):
                            total += int(line.split()[1])
        except OSError:
            pass
    return total


def cpu_seconds(pids):
    ticks = 0
    for pid in pids:
        try:
            with open(f'/proc/{pid}/stat', encoding='utf-8', errors='replace') as stat:
                fields = stat.read().rpartition(')')[2].split()
            ticks += int(fields[11]) + int(fields[12])
        except OSError:
            pass
    return ticks / os.sysconf('SC_CLK_TCK')


def pss_mb(pids, without=()):
    """Proportional set size; mappings whose name holds one of `without` are not counted."""
    total = 0
    for pid in pids:
        try:
            with open(f'/proc/{pid}/smaps', encoding='utf-8', errors='replace') as maps:
                counted = True
                for line in maps:
                    if '-' in line.split(' ', 1)[0] and not line.split(' ', 1)[0].endswith(':'):
                        counted = not any(word in line for word in without)
                    elif counted and line.startswith('Pss:'):
                        total += int(line.split()[1])
        except OSError:
            pass
    return total / 1024
