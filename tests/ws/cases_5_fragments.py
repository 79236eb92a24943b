"""5: fragmentation, with control frames in between (RFC 6455 §5.4)."""

from wire import (BINARY, CLOSE, CONTINUATION, NAMES, PING, PONG, TEXT, close_payload, fragments,
                  frame)


def pieces_of(payload, size):
    return [payload[i : i + size] for i in range(0, len(payload), size)] or [b""]


def echoes(opcode, pieces, chop=None, one_write=True):
    def run(world):
        frames = fragments(opcode, pieces)
        with world.connect() as c:
            if one_write:
                c.sends(b"".join(frames), chop=chop)
            else:
                for f in frames:
                    c.sends(f, chop=len(f))
            c.expects_message(opcode, b"".join(pieces))
            c.still_works()

    return run


def with_pings(opcode, pieces, chop=None):
    """A ping before every fragment but the first; the pongs come first."""

    def run(world):
        frames = fragments(opcode, pieces)
        data = frames[0]
        for i, f in enumerate(frames[1:]):
            data += frame(PING, b"ping %d" % i) + f
        with world.connect() as c:
            c.sends(data, chop=chop)
            for i in range(len(frames) - 1):
                c.expects_pong(b"ping %d" % i)
            c.expects_message(opcode, b"".join(pieces))
            c.still_works()

    return run


def with_pongs(world):
    with world.connect() as c:
        first, last = fragments(TEXT, [b"a", b"b"])
        c.sends(first + frame(PONG, b"unasked") + frame(PONG) + last)
        c.expects_message(TEXT, b"ab")
        c.still_works()


def fails(*frames, chop=None):
    def run(world):
        with world.connect() as c:
            c.sends(b"".join(frames), chop=chop)
            c.expects_close(1002)

    return run


def fails_after(message, *frames):
    """The message is echoed before the fault."""

    def run(world):
        with world.connect() as c:
            c.sends(frame(TEXT, message) + b"".join(frames))
            c.expects_message(TEXT, message)
            c.expects_close(1002)

    return run


def one_continuation_too_many(world):
    with world.connect() as c:
        c.sends(b"".join(fragments(TEXT, [b"a", b"b"])) + frame(CONTINUATION, b"c"))
        c.expects_message(TEXT, b"ab")
        c.expects_close(1002)


def close_within_a_message(world):
    """A close frame may come at any time; what was begun is dropped."""
    with world.connect() as c:
        c.sends_frame(TEXT, b"never ends", fin=False)
        c.sends_frame(CLOSE, close_payload(1000))
        c.expects_close(1000)


def many_messages(world):
    with world.connect() as c:
        for i in range(100):
            c.sends(b"".join(fragments(BINARY, [b"%d" % i, b"", b" and", b" more"])))
        for i in range(100):
            c.expects_message(BINARY, b"%d and more" % i)
        c.closes()


def kinds_in_turn(world):
    """What a message was leaves no trace in the next one."""
    with world.connect() as c:
        c.sends(b"".join(fragments(BINARY, [b"\xff", b"\xfe"])))
        c.sends(b"".join(fragments(TEXT, [b"\xe2", b"\x82\xac"])))
        c.sends(frame(BINARY, b"\x80") + frame(TEXT, b"end"))
        c.expects_message(BINARY, b"\xff\xfe")
        c.expects_message(TEXT, b"\xe2\x82\xac")
        c.expects_message(BINARY, b"\x80")
        c.expects_message(TEXT, b"end")
        c.closes()


def cases(catalogue):
    catalogue.group()
    for opcode in (TEXT, BINARY):
        name = NAMES[opcode]
        for pieces in ([b"", b""], [b"", b"x"], [b"x", b""], [b"a", b"b"], [b"", b"", b""],
                       [b"a", b"", b"b"], [b"", b"mid", b""], [b"a"] * 10):
            shape = "+".join(str(len(p)) for p in pieces)
            catalogue.add(f"{name} in fragments of {shape}", echoes(opcode, pieces))
        for n in (125, 126, 127, 65535, 65536):
            catalogue.add(
                f"{name} in two fragments of {n}", echoes(opcode, [b"x" * n, b"y" * n])
            )
        catalogue.add(f"{name} in 1,000 fragments", echoes(opcode, [b"z"] * 1000))
        catalogue.add(
            f"{name} in 20 fragments, a write each",
            echoes(opcode, [b"w" * 9] * 20, one_write=False),
        )
        catalogue.add(
            f"{name} in 3 fragments, byte by byte", echoes(opcode, [b"one", b"", b"three"], chop=1)
        )
        catalogue.add(
            f"{name} in 10 fragments, 7 bytes at a time", echoes(opcode, [b"seven"] * 10, chop=7)
        )

    catalogue.group()
    for opcode in (TEXT, BINARY):
        name = NAMES[opcode]
        catalogue.add(f"a ping within a {name}", with_pings(opcode, [b"a", b"b"]))
        catalogue.add(f"pings within a {name} of 10", with_pings(opcode, [b"abc"] * 10))
        catalogue.add(f"pings within an empty {name}", with_pings(opcode, [b"", b"", b""]))
        catalogue.add(f"pings within a {name}, byte by byte",
                      with_pings(opcode, [b"ab", b"c", b""], chop=1))
        catalogue.add(f"pings within a {name}, 3 at a time",
                      with_pings(opcode, [b"abcd"] * 6, chop=3))
        catalogue.add(f"pings within a large {name}", with_pings(opcode, [b"x" * 40000] * 5))
    catalogue.add("pongs within a message", with_pongs)
    catalogue.add("a close frame within a message", close_within_a_message)

    catalogue.group()
    for fin in (True, False):
        for payload in (b"", b"x"):
            what = ("last" if fin else "middle") + (" with a payload" if payload else ", empty")
            orphan = frame(CONTINUATION, payload, fin=fin)
            catalogue.add(f"a continuation of nothing: {what}", fails(orphan))
            catalogue.add(f"the same, byte by byte: {what}", fails(orphan, chop=1))
            catalogue.add(f"the same after a message: {what}", fails_after(b"whole", orphan))
    catalogue.add("one continuation too many", one_continuation_too_many)
    for first in (TEXT, BINARY):
        for second in (TEXT, BINARY):
            for fin in (True, False):
                catalogue.add(
                    f"a {NAMES[second]} {'' if fin else 'without FIN '}within a {NAMES[first]}",
                    fails(frame(first, b"a", fin=False), frame(second, b"b", fin=fin)),
                )
            catalogue.add(
                f"a {NAMES[second]} after two fragments of a {NAMES[first]}",
                fails(
                    frame(first, b"a", fin=False),
                    frame(CONTINUATION, b"b", fin=False),
                    frame(second, b"c"),
                ),
            )
    for opcode in (CLOSE, PING, PONG):
        catalogue.add(
            f"a {NAMES[opcode]} without FIN within a message",
            fails(frame(TEXT, b"a", fin=False), frame(opcode, b"", fin=False)),
        )

    catalogue.group()
    catalogue.add("100 messages in fragments", many_messages)
    catalogue.add("binary and text in turn", kinds_in_turn)
