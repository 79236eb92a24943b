#!/usr/bin/python3
"""Holds our request parser against Node's and Python's h11, over generated requests.

    differential.py HTTP_PARSE [--count N] [--seed N] [--verbose]

Allowed is one kind of disagreement: that we refuse what another takes, and only for a reason of
the list STRICTNESS below. It is a failure if

- we take a request that both others refuse,
- we and another that takes it differ in its method, version, target, fields or body,
- we refuse, or wait for more of, what another takes and no entry of STRICTNESS says why.

Needs h11 (Debian: python3-h11, hence Debian's Python) and node. Ends with `N passed, N failed, N
skipped`, counting inputs.
"""

import argparse
import collections
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import time

try:
    import h11
except ImportError:
    h11 = None

from generate import Generator

HERE = os.path.dirname(os.path.abspath(__file__))
DRIVER_S = 240
SHOWN_MAX = 10

CHAR = rb"[-._~!$&'()*+,;=:@A-Za-z0-9]|%[0-9A-Fa-f]{2}"
PATH = rb"/(?:" + CHAR + rb"|/)*"
ORIGIN = rb"(?i:https?)://(?:[-._~!$&'()*+,;=A-Za-z0-9]|%[0-9A-Fa-f]{2})+(?::\d{0,5})?"
TARGET = re.compile(
    rb"(?:" + ORIGIN + rb"(?:" + PATH + rb")?|" + PATH + rb")(?:\?(?:" + CHAR + rb"|[/?])*)?\Z"
)
HOST = re.compile(rb"(?:[-._~!$&'()*+,;=A-Za-z0-9]|%[0-9A-Fa-f]{2})+(?::\d{0,5})?\Z"
                  rb"|\[[0-9A-Fa-f:.]{2,}\](?::\d{0,5})?\Z")
QUOTED = rb"\"(?:[^\"\\\x00-\x08\x0a-\x1f\x7f]|\\[^\x00-\x08\x0a-\x1f\x7f])*\""
METHODS = {b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS"}


class Input:
    """The bytes that we refused, taken apart loosely: enough to name a reason."""

    def __init__(self, data):
        self.data = data
        self.started = re.sub(rb"\A\r\n", b"", data)
        head, _, self.body = self.started.partition(b"\r\n\r\n")
        self.head = head
        self.line, *self.lines = re.split(rb"\r?\n", head)
        self.words = self.line.split(b" ")

    def values(self, name):
        found = []
        for line in self.lines:
            field, colon, value = line.partition(b":")
            if colon and field.strip().lower() == name:
                found.append(value.strip(b" \t"))
        return found


def odd_chunk_line(i):
    """A chunk's size line or end with more than the grammar of RFC 9112 §7.1, or white space."""
    data = i.body
    while data:
        line, end, data = data.partition(b"\r\n")
        match = re.match(rb"([0-9A-Fa-f]{1,16})"
                         rb"((?:;[!#$%&'*+.^_`|~0-9A-Za-z-]+"
                         rb"(?:=(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+|" + QUOTED + rb"))?)*)\Z",
                         line)
        if not match:
            return True
        size = int(match[1], 16)
        if size == 0:
            return False
        if data[size : size + 2] != b"\r\n":
            return True
        data = data[size + 2 :]
    return False


def trailers_of(i):
    parts = re.split(rb"(?:\A|\r\n)0+(?:;[^\r\n]*)?\r\n", i.body, maxsplit=1)
    return parts[1].split(b"\r\n\r\n")[0].split(b"\r\n") if len(parts) == 2 else []


# Why we refuse, the statuses we do it with, and how the bytes show that this is the reason.
STRICTNESS = [
    ("bare LF or CR ends or parts a line", {400}, lambda i: re.search(
        rb"(?<!\r)\n|\r(?!\n)", i.head + b"\r\n")),
    ("an empty line before the request line, beyond one", {400}, lambda i: i.started[
        :2] == b"\r\n"),
    ("line folding", {400}, lambda i: re.search(rb"\r\n[ \t]", i.head)),
    ("a method that we do not serve", {501}, lambda i: i.words[0] not in METHODS),
    ("a version other than 1.0 and 1.1", {505}, lambda i: i.words[-1] not in (
        b"HTTP/1.0", b"HTTP/1.1")),
    ("HTTP/1.0 with Transfer-Encoding (RFC 9112 §6.1)", {400}, lambda i: i.words[
        -1] == b"HTTP/1.0" and i.values(b"transfer-encoding")),
    ("bytes in the target that RFC 3986 does not allow", {400}, lambda i: len(
        i.words) != 3 or i.words[1] == b"*" or not TARGET.match(i.words[1]) or not i.words[1]),
    ("Host missing, empty, twice, or no host and port", {400}, lambda i: len(
        i.values(b"host")) != 1 or not HOST.match(i.values(b"host")[0])),
    ("a control in a field value, or no token before the colon", {400}, lambda i: any(
        re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", line)
        or not re.match(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+:", line) for line in i.lines)),
    ("more than one Content-Length, or a list", {400}, lambda i: len(
        i.values(b"content-length")) > 1 or b"," in b"".join(i.values(b"content-length"))),
    ("Content-Length that is no number", {400}, lambda i: any(
        not re.match(rb"\d+\Z", v) for v in i.values(b"content-length"))),
    ("a length beyond the limit", {413}, lambda i: any(
        re.match(rb"\d+\Z", v) and int(v) > 100000 for v in i.values(b"content-length"))),
    ("Content-Length with Transfer-Encoding", {400}, lambda i: i.values(
        b"content-length") and i.values(b"transfer-encoding")),
    ("more than one Transfer-Encoding", {400}, lambda i: len(i.values(b"transfer-encoding")) > 1),
    ("a transfer coding other than chunked", {501}, lambda i: [
        v.lower() for v in i.values(b"transfer-encoding")] != [b"chunked"]),
    ("an expectation that we do not know", {417}, lambda i: [
        v.lower() for v in i.values(b"expect")] != [b"100-continue"]),
    ("white space or other bytes around a chunk's size or extensions", {400, 413}, lambda i: (
        i.values(b"transfer-encoding") and odd_chunk_line(i))),
    ("a trailer that is no field line", {400}, lambda i: any(
        not re.match(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\x00-\x08\x0a-\x1f\x7f]*\Z", line)
        for line in trailers_of(i))),
]


def framed(inputs):
    return b"".join(struct.pack(">I", len(data)) + data for data in inputs)


def run_driver(command, inputs):
    done = subprocess.run(command, input=framed(inputs), stdout=subprocess.PIPE, timeout=DRIVER_S,
                          check=True)
    results = [json.loads(line) for line in done.stdout.splitlines()]
    if len(results) != len(inputs):
        raise SystemExit(f"{command[0]} answered {len(results)} of {len(inputs)} inputs")
    return results


def h11_requests(data):
    """What h11 takes of it, in the form of the drivers; every request is answered."""
    connection = h11.Connection(h11.SERVER)
    requests = []
    connection.receive_data(data)
    try:
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA or event is h11.PAUSED:
                break
            if isinstance(event, h11.Request):
                taken = {
                    "method": event.method.hex(),
                    "minor": int(event.http_version[2:]),
                    "major": int(event.http_version[:1]),
                    "target": event.target.hex(),
                    "fields": [[n.hex(), v.hex()] for n, v in event.headers],
                    "body": "",
                }
            elif isinstance(event, h11.Data):
                taken["body"] += bytes(event.data).hex()
            elif isinstance(event, h11.EndOfMessage):
                requests.append(taken)
                connection.send(h11.Response(status_code=204, headers=[]))
                connection.send(h11.EndOfMessage())
                if connection.states != {h11.CLIENT: h11.DONE, h11.SERVER: h11.DONE}:
                    break
                connection.start_next_cycle()
    except h11.ProtocolError:
        pass
    return {"requests": requests}


def comparable(fields):
    """Names in lower case, and so the value of Transfer-Encoding, which h11 gives so."""
    pairs = [(bytes.fromhex(n).lower(), bytes.fromhex(v)) for n, v in fields]
    return [(n, v.lower() if n == b"transfer-encoding" else v) for n, v in pairs]


def difference(ours, theirs):
    """The first thing in which two readings of a request differ, or None."""
    for part in ("method", "minor", "target", "body"):
        if ours[part] != theirs[part]:
            return part
    if theirs["major"] != 1:
        return "version"
    return None if comparable(ours["fields"]) == comparable(theirs["fields"]) else "fields"


def ends_for_node(request):
    """Whether Node reads no HTTP behind it while we do: it takes what follows Upgrade for another
    protocol, and heeds Proxy-Connection. It says nothing of how either parses."""
    fields = [(bytes.fromhex(n).lower(), bytes.fromhex(v)) for n, v in request["fields"]]
    return any(name == b"upgrade" or (name == b"proxy-connection" and b"close" in value)
               for name, value in fields)


def judge(data, ours, others, reasons):
    """None, or what is wrong; counts the reasons for being stricter."""
    for i, request in enumerate(ours["requests"]):
        takers = [(n, o["requests"][i]) for n, o in others.items() if len(o["requests"]) > i]
        if not takers and i and ends_for_node(ours["requests"][i - 1]):
            return None
        if not takers:
            return f"request {i} is taken by us and by neither {' nor '.join(others)}"
        for name, theirs in takers:
            part = difference(request, theirs)
            if part:
                return f"request {i}: its {part} differs from {name}'s"
    n = len(ours["requests"])
    takers = [name for name, other in others.items() if len(other["requests"]) > n]
    if not takers or ours["end"] == "close":
        return None
    if ours["end"] in ("more", "end"):
        return f"request {n} is taken by {' and '.join(takers)}, we wait for more"
    refused = Input(data[ours["from"]:])
    for name, statuses, shows in STRICTNESS:
        if ours["end"] in statuses and shows(refused):
            reasons[name] += 1
            return None
    return f"request {n}: {ours['end']} for no listed reason, {' and '.join(takers)} take it"


def compare(options, inputs):
    ours = run_driver([options.http_parse], inputs)
    node = run_driver(["node", os.path.join(HERE, "node-parse.mjs")], inputs)
    failures, reasons, counts = [], collections.Counter(), collections.Counter()
    for data, our, nodes in zip(inputs, ours, node):
        others = {"Node": nodes, "h11": h11_requests(data)}
        counts["we"] += len(our["requests"])
        for name, other in others.items():
            counts[name] += len(other["requests"])
        why = judge(data, our, others, reasons)
        if why:
            failures.append((data, why, our, others))
    return failures, reasons, counts


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("http_parse")
    parser.add_argument("--count", type=int, default=40000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    if h11 is None or not shutil.which("node"):
        print("skipped: needs python3-h11 and node")
        print("0 passed, 0 failed, 1 skipped")
        return 0

    began = time.monotonic()
    generator = Generator(options.seed)
    inputs = [generator.input() for _ in range(options.count)]
    failures, reasons, counts = compare(options, inputs)
    for data, why, our, others in failures[:SHOWN_MAX]:
        print(f"FAILED {data!r}\n    {why}")
        if options.verbose:
            print("   ", our, "\n   ", others)
    print(f"{options.count} inputs of seed {options.seed} in {time.monotonic() - began:.1f} s;"
          " requests taken: " + ", ".join(f"{n} {counts[n]}" for n in ("we", "Node", "h11")))
    print("we refuse what another takes, for:")
    for name, statuses, _ in STRICTNESS:
        print(f"  {reasons[name]:6d}  {name} ({', '.join(map(str, sorted(statuses)))})")
    print(f"{options.count - len(failures)} passed, {len(failures)} failed, 0 skipped")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
