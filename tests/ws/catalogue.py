#!/usr/bin/env python3
"""Our catalogue of WebSocket conformance cases, after RFC 6455, against parley-ws-echo.

    catalogue.py ECHO [--only NUMBER…] [--list]

ECHO is the server's binary; `--only 5.2` runs the cases whose numbers begin so. Cases run side
by side, each on connections of its own. Prints each that fails, then `N passed, N failed, N
skipped`; the exit status is 1 if any failed.
"""

import argparse
import concurrent.futures
import signal
import subprocess
import sys
import time

import cases_1_framing
import cases_2_ping
import cases_3_reserved
import cases_4_opcodes
import cases_5_fragments
import cases_6_utf8
import cases_7_close
import cases_8_limits
import cases_9_handshake
from wire import Client, Failure, check

CATEGORIES = [
    cases_1_framing,
    cases_2_ping,
    cases_3_reserved,
    cases_4_opcodes,
    cases_5_fragments,
    cases_6_utf8,
    cases_7_close,
    cases_8_limits,
    cases_9_handshake,
]
SIDE_BY_SIDE = 8
START_S, STOP_S = 10, 10


class Server:
    """One parley-ws-echo, on a free port of its own choosing."""

    def __init__(self, binary, *args):
        self.process = subprocess.Popen(
            [binary, "0", *(str(a) for a in args)], stdout=subprocess.PIPE, text=True
        )
        line = self.process.stdout.readline()
        if not line.startswith("listening on "):
            raise SystemExit(f"parley-ws-echo did not start: {line!r}")
        self.port = int(line.rsplit(":", 1)[1])

    def connect(self, handshake=True):
        return Client(self.port, handshake)

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def stops(self):
        """Its exit status after SIGTERM."""
        if self.process.poll() is None:
            self.terminate()
        try:
            return self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
        finally:
            self.process.stdout.close()


class World:
    """What a case is given: the servers, and a way to start one more."""

    LIMIT = 5000  # of the server with the low limit

    def __init__(self, binary):
        self.binary = binary
        self.usual = Server(binary)
        self.limited = Server(binary, self.LIMIT)
        self.text_only = Server(binary, 1 << 20, "text")

    def connect(self, handshake=True):
        return self.usual.connect(handshake)

    def start(self, *args):
        return Server(self.binary, *args)

    def servers(self):
        return {"usual": self.usual, "limited": self.limited, "text only": self.text_only}


class Catalogue:
    """Numbers the cases: category.group.case, in the order they are added."""

    def __init__(self):
        self.cases = []
        self.category = self.group_number = self.case_number = 0

    def begin(self, category):
        self.category, self.group_number = category, 0

    def group(self):
        self.group_number += 1
        self.case_number = 0

    def add(self, title, run):
        """`run(world)` raises if the server is wrong."""
        self.case_number += 1
        number = f"{self.category}.{self.group_number}.{self.case_number}"
        self.cases.append((number, title, run))


def gather():
    catalogue = Catalogue()
    for i, module in enumerate(CATEGORIES, 1):
        catalogue.begin(i)
        module.cases(catalogue)
    return catalogue.cases


def chosen(number, only):
    return not only or any(number == o or number.startswith(o.rstrip(".") + ".") for o in only)


def run_case(world, case):
    """None, or why it failed."""
    try:
        case[2](world)
    except Failure as failure:
        return str(failure)
    except Exception as error:  # a case that breaks has failed, the others go on
        return f"{type(error).__name__}: {error}"
    return None


def stop_all(world):
    """The servers end well: under a sanitizer this is also where leaks show."""
    failures = []
    for name, server in world.servers().items():
        status = server.stops()
        if status != 0:
            failures.append(f"the {name} server ended with status {status}")
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("echo")
    parser.add_argument("--only", nargs="+", default=[])
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    cases = [case for case in gather() if chosen(case[0], options.only)]
    if options.list:
        for number, title, _ in cases:
            print(number, title)
        return 0

    began = time.monotonic()
    world = World(options.echo)
    with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        results = list(pool.map(lambda case: run_case(world, case), cases))
    failed = 0
    for (number, title, _), why in zip(cases, results):
        if why is not None:
            failed += 1
            print(f"FAILED {number} {title}: {why}")
    for why in stop_all(world):
        failed += 1
        print(f"FAILED at the end: {why}")
    print(f"{len(cases)} cases in {time.monotonic() - began:.1f} s")
    print(f"{len(cases) - sum(r is not None for r in results)} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    check(sys.version_info >= (3, 9), "Python 3.9 or newer")
    sys.exit(main())
