#!/usr/bin/env python3
"""Puts a proxy between parley-bench and the server, which spoils one pushed event, and expects the
run to fail: what the bench says it checks, it must notice.

usage: test_checks.py PARLEY_BENCH PARLEYD

The bench takes this file for the server (`test_checks.py serve ...`), with what to do in FAULT.
"""

import asyncio
import ctypes
import os
import signal
import subprocess
import sys
import tempfile

# What is done to the event, and what the bench must say.
FAULTS = {
    "alter": "got another text than was sent",
    "repeat": "a repeat",
    "drop": "a gap",
    "none": "",
}
SPOILED = 20  # which event of a connection
SECONDS_MAX = 240
PR_SET_PDEATHSIG = 1


def frame_at(data):
    """The bytes of the frame at the front, 0 when it is not whole."""
    if len(data) < 4:
        return 0
    head, n = 2, data[1]
    if n == 126:
        head, n = 4, int.from_bytes(data[2:4], "big")
    elif n == 127:
        head, n = 10, int.from_bytes(data[2:10], "big")
    return head + n if len(data) >= head + n else 0


class Spoiler:
    """One connection's bytes from the server to the client."""

    def __init__(self, fault):
        self.fault, self.upgraded, self.events, self.held = fault, False, 0, b""

    def feed(self, data):
        self.held += data
        if not self.upgraded:
            self.upgraded = self.held.startswith(b"HTTP/1.1 101") and b"\r\n\r\n" in self.held
            end = self.held.index(b"\r\n\r\n") + 4 if self.upgraded else len(self.held)
            out, self.held = self.held[:end], self.held[end:]
            return out + (self.feed(b"") if self.upgraded else b"")
        out = b""
        while n := frame_at(self.held):
            out += self.spoil(self.held[:n])
            self.held = self.held[n:]
        return out

    def spoil(self, frame):
        if b'{"push":"event"' not in frame:
            return frame
        self.events += 1
        if self.events != SPOILED:
            return frame
        at = frame.index(b'"text":"') + 100
        return {
            "alter": frame[:at] + (b"x" if frame[at:at + 1] != b"x" else b"y") + frame[at + 1:],
            "repeat": frame + frame,
            "drop": b"",
            "none": frame,
        }[self.fault]


async def copy(reader, writer, change=lambda data: data):
    try:
        while data := await reader.read(1 << 16):
            writer.write(change(data))
            await writer.drain()
    except ConnectionError:
        pass
    writer.close()


async def proxy(arguments):
    """The real server on another port, and this one before it."""
    libc = ctypes.CDLL(None)
    server = subprocess.Popen(
        [os.environ["REAL_SERVER"], *arguments], stdout=subprocess.PIPE,
        preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL))
    port = int(server.stdout.readline().decode().rsplit(":", 1)[1])

    async def accept(reader, writer):
        from_server, to_server = await asyncio.open_connection("127.0.0.1", port)
        spoiler = Spoiler(os.environ["FAULT"])
        await asyncio.gather(copy(reader, to_server),
                             copy(from_server, writer, spoiler.feed))

    listener = await asyncio.start_server(accept, "127.0.0.1", 0)
    print(f"Parley is at http://127.0.0.1:{listener.sockets[0].getsockname()[1]}")
    print(server.stdout.readline().decode(), end="", flush=True)  # where its metrics are
    await listener.serve_forever()


def check(fault, message):
    with tempfile.TemporaryDirectory(prefix="parley-checks-") as directory:
        done = subprocess.run(
            [sys.argv[1], "pairs", f"--server={os.path.abspath(__file__)}", f"--dir={directory}",
             "--pairs=2", "--window=4", "--seconds=0.3", "--warm=0.1", "--repetitions=1"],
            capture_output=True, text=True, timeout=SECONDS_MAX,
            env={**os.environ, "REAL_SERVER": sys.argv[2], "FAULT": fault})
    expected = 1 if message else 0
    if done.returncode != expected or message not in done.stderr:
        sys.exit(f"{fault}: status {done.returncode}, said {done.stderr!r}, {done.stdout!r}")


if sys.argv[1] == "serve":
    asyncio.run(proxy(sys.argv[1:]))
else:
    for name, words in FAULTS.items():
        check(name, words)
    print(f"{len(FAULTS)} passed, 0 failed, 0 skipped")
