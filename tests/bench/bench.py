#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""./dev bench: figures beside their peers, one line each. A benchmark, not a test: it judges nothing."""

import argparse
import json
import os
import signal
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..', 'system')]
import boxprocess  # noqa: E402

# Each module has MEASURES: {measure function: (names of its figures)}; a measure yields figure(...) lines.
SUITES = {'spine': ('bench_zap', 'bench_box', 'bench_lists', 'bench_programs'), 'cable': ('bench_cable', 'bench_record')}


def load(suites):
    """The suites' measures, by the names of their figures."""
    measures = []
    for suite in suites:
        for module in SUITES[suite]:
            measures += __import__(module).MEASURES.items()
    return measures


def parse():
    parser = argparse.ArgumentParser(prog='./dev bench')
    parser.add_argument('--prefix', required=True, help=argparse.SUPPRESS)
    parser.add_argument('--build', required=True, help=argparse.SUPPRESS)
    parser.add_argument('--json', action='store_true', help='one JSON object a line')
    parser.add_argument('--list', action='store_true', help='the names of all figures')
    parser.add_argument('--no-peers', action='store_true', help='only our own')
    parser.add_argument('names', nargs='*', metavar='NAME', help='a figure, the head of a name, or a suite (spine, cable)')
    return parser.parse_args()


def tell(line, as_json):
    if as_json:
        print(json.dumps(line), flush=True)
        return
    beside = ', '.join(f'{peer} {value}' for peer, value in line['beside'].items())
    print(f"{line['name']:20} {line['value']:>10} {line['unit']:24} goal {line['goal']}" + (f'   ({beside})' if beside else ''),
          flush=True)


def main():
    arguments = parse()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the box that is measured ends too
    wanted = [n for n in arguments.names if n not in SUITES]
    suites = [n for n in arguments.names if n in SUITES] or SUITES
    programs = boxprocess.Programs(prefix=arguments.prefix)
    programs.build = arguments.build
    programs.peers = not arguments.no_peers
    for measure, names in load(suites):
        chosen = [n for n in names if not wanted or any(n == w or n.startswith(w + '-') for w in wanted)]
        if arguments.list:
            print('\n'.join(names))
            continue
        if not chosen:
            continue
        try:
            for line in measure(programs):
                if line['name'] in chosen:
                    tell(line, arguments.json)
        except Exception as error:  # pylint: disable=broad-except
            print(f'{", ".join(chosen)}: could not be measured: {error}', file=sys.stderr, flush=True)


if __name__ == '__main__':
    main()
