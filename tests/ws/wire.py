"""A WebSocket client that can break every rule: frames as bytes on a raw socket.

`Client` opens the connection and speaks in verbs: `sends…` writes, `expects…` reads and raises
`Failure` when something else comes. Every frame that is read is held against what a server may
send at all (RFC 6455 §5): not masked, no reserved bits, a minimal length, known opcodes.
"""

import base64
import hashlib
import os
import socket
import struct
import time

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
NAMES = {0: "continuation", 1: "text", 2: "binary", 8: "close", 9: "ping", 10: "pong"}
TIMEOUT_S = 20
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
KEY = b"dGhlIHNhbXBsZSBub25jZQ=="


class Failure(Exception):
    """The server did something else than the case expects."""


def check(condition, *what):
    if not condition:
        raise Failure(" ".join(str(w) for w in what))


def brief(data, limit=40):
    return repr(data[:limit]) + (f"… ({len(data)} bytes)" if len(data) > limit else "")


def masked(payload, mask):
    n = len(payload)
    if n == 0:
        return b""
    wide = (mask * (n // 4 + 1))[:n]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(wide, "big")).to_bytes(n, "big")


def frame(opcode, payload=b"", fin=True, rsv=0, mask=b"\x37\xfa\x21\x3d", form=None, length=None):
    """A frame's bytes. `form`: 7, 16 or 64 bits of length instead of the fewest; `length`: what it
    claims instead of the truth; `mask` None: not masked."""
    n = len(payload) if length is None else length
    if form is None:
        form = 7 if n < 126 else 16 if n < 65536 else 64
    bit = 0x80 if mask is not None else 0
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    if form == 7:
        head += bytes([bit | n])
    elif form == 16:
        head += bytes([bit | 126]) + struct.pack(">H", n)
    else:
        head += bytes([bit | 127]) + struct.pack(">Q", n)
    return head + (mask + masked(payload, mask) if mask is not None else payload)


def fragments(opcode, pieces, **options):
    """The pieces as one message."""
    last = len(pieces) - 1
    return [
        frame(opcode if i == 0 else CONTINUATION, piece, fin=i == last, **options)
        for i, piece in enumerate(pieces)
    ]


def close_payload(code, reason=b""):
    return struct.pack(">H", code) + reason


def request(target="/", key=KEY, host="127.0.0.1", version=b"13", fields=()):
    lines = [
        f"GET {target} HTTP/1.1".encode(),
        b"Host: " + host.encode(),
        b"Upgrade: websocket",
        b"Connection: Upgrade",
        b"Sec-WebSocket-Key: " + key,
        b"Sec-WebSocket-Version: " + version,
        *fields,
    ]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def accept(key):
    return base64.b64encode(hashlib.sha1(key + GUID).digest())


class Client:
    def __init__(self, port, handshake=True):
        self.sock = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.pending = b""
        if handshake:
            key = base64.b64encode(os.urandom(16))
            self.sends(request(key=key))
            status, fields, _ = self.expects_head()
            check(status == 101, "status", status)
            check(fields.get("sec-websocket-accept") == [accept(key).decode()], "accept", fields)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    # Writing.

    def sends(self, data, chop=None):
        """Writes bytes, `chop` at a time with a breath in between so that they arrive apart."""
        try:
            if chop is None:
                self.sock.sendall(data)
                return
            for at in range(0, len(data), chop):
                self.sock.sendall(data[at : at + chop])
                time.sleep(0.0002)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it ended early; what it said is still to be read

    def sends_frame(self, *args, chop=None, **options):
        self.sends(frame(*args, **options), chop)

    def ends(self):
        """Ends our side of the TCP connection."""
        self.sock.shutdown(socket.SHUT_WR)

    # Reading.

    def _more(self):
        try:
            data = self.sock.recv(1 << 18)
        except socket.timeout:
            raise Failure("nothing came within", TIMEOUT_S, "s") from None
        except ConnectionResetError:
            raise Failure("the connection was reset") from None
        self.pending += data
        return len(data)

    def _take(self, n):
        parts, have = [self.pending], len(self.pending)
        while have < n:
            self.pending = b""
            if not self._more():
                raise Failure("the stream ended within", n, "bytes, after", have)
            parts.append(self.pending)
            have += len(self.pending)
        data = b"".join(parts)
        self.pending = data[n:]
        return data[:n]

    def expects_head(self):
        """The status, the fields by lower-case name, and the first line of a response."""
        while b"\r\n\r\n" not in self.pending:
            check(len(self.pending) < 65536, "no end of the response's head")
            check(self._more(), "the stream ended in the response's head:", brief(self.pending))
        head, self.pending = self.pending.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        check(first.startswith("HTTP/1.1 "), "no response:", first)
        fields = {}
        for line in lines:
            name, value = line.split(":", 1)
            fields.setdefault(name.lower(), []).append(value.strip())
        return int(first[9:12]), fields, first

    def expects_frame(self):
        """fin, opcode, payload of the next frame, which is one that a server may send."""
        first, second = self._take(2)
        opcode, fin, n = first & 15, first >> 7, second & 127
        check(not first & 0x70, "reserved bits in a frame from the server")
        check(opcode in NAMES, "a reserved opcode from the server:", opcode)
        check(not second & 0x80, "a masked frame from the server")
        if n == 126:
            n = struct.unpack(">H", self._take(2))[0]
            check(n > 125, "a length of", n, "in 16 bits")
        elif n == 127:
            n = struct.unpack(">Q", self._take(8))[0]
            check(n > 65535, "a length of", n, "in 64 bits")
        check(opcode < 8 or (fin and n < 126), "a control frame that is long or in fragments")
        return fin, opcode, self._take(n)

    def expects_control(self, opcode, payload):
        fin, got, data = self.expects_frame()
        check(got == opcode, "a", NAMES[got], brief(data), "instead of a", NAMES[opcode])
        check(data == payload, brief(data), "instead of", brief(payload))

    def expects_pong(self, payload=b""):
        self.expects_control(PONG, payload)

    def expects_message(self, opcode, payload):
        fin, got, data = self.expects_frame()
        check(got == opcode, "a", NAMES[got], brief(data), "instead of", NAMES[opcode])
        parts = [data]
        while not fin:
            fin, got, data = self.expects_frame()
            check(got == CONTINUATION, "a", NAMES[got], "within a message")
            parts.append(data)
        data = b"".join(parts)
        check(data == payload, brief(data), "instead of", brief(payload))

    def expects_end(self):
        """The server's end of the stream, with nothing before it."""
        check(not self.pending and not self._more(), "bytes after the end:", brief(self.pending))

    def expects_close(self, code, reason=None):
        """A close frame (`code` None: an empty one), and nothing after it."""
        fin, opcode, data = self.expects_frame()
        check(opcode == CLOSE, "a", NAMES[opcode], brief(data), "instead of a close frame")
        check(len(data) != 1, "a close frame of one byte")
        got = struct.unpack(">H", data[:2])[0] if data else None
        check(got == code, "close code", got, "instead of", code)
        data[2:].decode("utf-8")
        if reason is not None:
            check(data[2:] == reason, "reason", data[2:])
        self.expects_end()

    # Whole exchanges.

    def still_works(self):
        """The connection is open and echoes; closes it in order."""
        self.sends_frame(TEXT, b"still here?")
        self.expects_message(TEXT, b"still here?")
        self.closes()

    def closes(self, code=1000):
        self.sends_frame(CLOSE, close_payload(code))
        self.expects_close(code)
