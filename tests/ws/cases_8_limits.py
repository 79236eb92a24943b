"""8: limits. A message beyond the limit is refused with 1009, by its head; large messages in any
number of fragments pass below it (RFC 6455 §7.4.1, §10.4)."""

from wire import BINARY, CONTINUATION, PING, TEXT, Client, check, fragments, frame

LARGEST = 16 * 1024 * 1024


def echoes_limited(opcode, over):
    def run(world):
        payload = b"m" * (world.LIMIT + over)
        with world.limited.connect() as c:
            c.sends_frame(opcode, payload)
            if over > 0:
                c.expects_close(1009)
            else:
                c.expects_message(opcode, payload)
                c.closes()

    return run


def fragments_limited(sizes_of, passes):
    def run(world):
        pieces = [b"f" * n for n in sizes_of(world.LIMIT)]
        with world.limited.connect() as c:
            c.sends(b"".join(fragments(BINARY, pieces)))
            if passes:
                c.expects_message(BINARY, b"".join(pieces))
                c.closes()
            else:
                c.expects_close(1009)

    return run


def head_alone(length, form=None):
    """The head says it; no payload needs to come."""

    def run(world):
        with world.limited.connect() as c:
            c.sends(frame(BINARY, b"", length=length, form=form))
            c.expects_close(1009)

    return run


def second_head_alone(world):
    with world.limited.connect() as c:
        c.sends(frame(TEXT, b"a" * world.LIMIT, fin=False))
        c.sends(frame(CONTINUATION, b"", length=1))
        c.expects_close(1009)


def control_frames_do_not_count(world):
    with world.limited.connect() as c:
        first, last = fragments(BINARY, [b"a" * world.LIMIT, b""])
        c.sends(first + frame(PING, b"p" * 125) * 100 + last)
        for _ in range(100):
            c.expects_pong(b"p" * 125)
        c.expects_message(BINARY, b"a" * world.LIMIT)
        c.closes()


def limit_is_of_each_message(world):
    with world.limited.connect() as c:
        for _ in range(20):
            c.sends_frame(BINARY, b"a" * world.LIMIT)
            c.expects_message(BINARY, b"a" * world.LIMIT)
        c.closes()


def too_big_beats_invalid_text(world):
    """Whatever the payload is, the head is judged first."""
    with world.limited.connect() as c:
        c.sends_frame(TEXT, b"\xff" * (world.LIMIT + 1))
        c.expects_close(1009)


def large(opcode, n, piece=None, chop=None):
    def run(world):
        unit = b"0123456789abcde\n" if opcode == TEXT else bytes(range(256))
        payload = (unit * (n // len(unit) + 1))[:n]
        pieces = [payload[i : i + piece] for i in range(0, n, piece)] if piece else [payload]
        with world.connect() as c:
            c.sends(b"".join(fragments(opcode, pieces)), chop=chop)
            c.expects_message(opcode, payload)
            c.closes()

    return run


def reader_that_does_not_read(world):
    """The server stops reading from one that does not read, and loses nothing."""
    count, payload = 400, bytes(65536)
    with world.connect() as c:
        c.sock.settimeout(0.5)
        data, sent = frame(BINARY, payload) * count, 0
        try:
            while sent < len(data):
                sent += c.sock.send(data[sent : sent + (1 << 20)])
        except TimeoutError:
            pass
        check(sent < len(data), "all", sent, "bytes were taken from one that does not read")
        c.sock.settimeout(20)
        got = 0
        while got < count:
            c.sock.setblocking(False)
            try:
                sent += c.sock.send(data[sent : sent + (1 << 20)]) if sent < len(data) else 0
            except BlockingIOError:
                pass
            c.sock.settimeout(20)
            c.expects_message(BINARY, payload)
            got += 1
        c.closes()


def many_connections(world):
    clients = [world.connect() for _ in range(200)]
    try:
        for i, c in enumerate(clients):
            c.sends_frame(TEXT, b"%d" % i)
        for i, c in enumerate(clients):
            c.expects_message(TEXT, b"%d" % i)
        for c in clients:
            c.closes()
    finally:
        for c in clients:
            c.sock.close()


def hanging_up_in_mid_message(world):
    for i in range(50):
        c = Client(world.usual.port)
        c.sends(frame(BINARY, bytes(100000), fin=False)[: 1000 * i + 1])
        c.sock.close()
    with world.connect() as c:
        c.still_works()


def cases(catalogue):
    catalogue.group()
    for opcode, name in ((TEXT, "text"), (BINARY, "binary")):
        for over in (-1, 0, 1, 2, 1000):
            catalogue.add(f"{name} of the limit {over:+d}", echoes_limited(opcode, over))
    for title, sizes, passes in (
        ("two halves", lambda n: [n // 2, n - n // 2], True),
        ("the limit and an empty end", lambda n: [n, 0], True),
        ("single bytes", lambda n: [1] * n, True),
        ("two halves and a byte", lambda n: [n // 2, n - n // 2, 1], False),
        ("the limit and a byte", lambda n: [n, 1], False),
        ("a byte and the limit", lambda n: [1, n], False),
        ("single bytes, one too many", lambda n: [1] * (n + 1), False),
        ("ten thousand empty fragments", lambda n: [0] * 10000, True),
    ):
        catalogue.add(f"fragments: {title}", fragments_limited(sizes, passes))

    catalogue.group()
    for length in (5001, 65535, 65536, 1 << 20, (1 << 31) - 1, 1 << 31, 1 << 32, (1 << 32) + 1,
                   1 << 40, (1 << 63) - 1):
        catalogue.add(f"a head that announces {length} bytes", head_alone(length))
    catalogue.add("a second fragment's head goes beyond", second_head_alone)
    catalogue.add("control frames do not count", control_frames_do_not_count)
    catalogue.add("the limit is of each message", limit_is_of_each_message)
    catalogue.add("too big and not UTF-8", too_big_beats_invalid_text)

    catalogue.group()
    for n in (1 << 20, 4 << 20, LARGEST):
        catalogue.add(f"text of {n} bytes", large(TEXT, n))
        catalogue.add(f"binary of {n} bytes", large(BINARY, n))
    for piece in (64, 256, 1024, 4096, 65536, 1 << 20):
        catalogue.add(f"text of 4 MiB in fragments of {piece}", large(TEXT, 4 << 20, piece))
        catalogue.add(f"binary of 4 MiB in fragments of {piece}", large(BINARY, 4 << 20, piece))
    for piece in (1024, 65536, LARGEST // 2):
        catalogue.add(f"binary of 16 MiB in fragments of {piece}", large(BINARY, LARGEST, piece))
    for chop in (1000, 1460, 65537):
        catalogue.add(f"text of 1 MiB, {chop} bytes at a time", large(TEXT, 1 << 20, chop=chop))

    catalogue.group()
    catalogue.add("a reader that does not read", reader_that_does_not_read)
    catalogue.add("200 connections", many_connections)
    catalogue.add("hanging up within a message", hanging_up_in_mid_message)
