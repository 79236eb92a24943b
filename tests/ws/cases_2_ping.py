"""2: ping and pong (RFC 6455 §5.5.2, §5.5.3)."""

from wire import BINARY, PING, PONG, TEXT, frame, fragments


def ping(payload, chop=None):
    def run(world):
        with world.connect() as c:
            c.sends_frame(PING, payload, chop=chop)
            c.expects_pong(payload)
            c.still_works()

    return run


def too_long(opcode, n, form):
    def run(world):
        with world.connect() as c:
            c.sends(frame(opcode, bytes(n), form=form))
            c.expects_close(1002)

    return run


def in_fragments(opcode):
    def run(world):
        with world.connect() as c:
            c.sends_frame(opcode, b"x", fin=False)
            c.expects_close(1002)

    return run


def unasked_pong(payload):
    def run(world):
        with world.connect() as c:
            c.sends_frame(PONG, payload)
            c.sends_frame(PING, b"after")
            c.expects_pong(b"after")
            c.still_works()

    return run


def pings_in_order(count, chop=None):
    def run(world):
        with world.connect() as c:
            c.sends(b"".join(frame(PING, b"ping %d" % i) for i in range(count)), chop=chop)
            for i in range(count):
                c.expects_pong(b"ping %d" % i)
            c.still_works()

    return run


def between_messages(world):
    with world.connect() as c:
        c.sends(frame(TEXT, b"a") + frame(PING, b"b") + frame(BINARY, b"c") + frame(PING, b"d"))
        c.expects_message(TEXT, b"a")
        c.expects_pong(b"b")
        c.expects_message(BINARY, b"c")
        c.expects_pong(b"d")
        c.closes()


def before_a_message_ends(world):
    """The pong does not wait for the message to be complete."""
    with world.connect() as c:
        first, last = fragments(TEXT, [b"begin ", b"end"])
        c.sends(first + frame(PING, b"now"))
        c.expects_pong(b"now")
        c.sends(last)
        c.expects_message(TEXT, b"begin end")
        c.closes()


def pong_then_ping_with_the_same_payload(world):
    with world.connect() as c:
        c.sends(frame(PONG, b"same") + frame(PING, b"same") + frame(PONG, b"same"))
        c.expects_pong(b"same")
        c.still_works()


def no_pong_after_our_end_of_frames(world):
    """A ping cut short by the end of the stream gets nothing."""
    with world.connect() as c:
        c.sends(frame(PING, b"never whole")[:-1])
        c.ends()
        c.expects_end()


def cases(catalogue):
    catalogue.group()
    for n in (0, 1, 2, 124, 125):
        catalogue.add(f"ping of {n} bytes", ping(b"p" * n))
    catalogue.add("ping of bytes that are not UTF-8", ping(b"\xff\xfe\x00\x80"))
    catalogue.add("ping of NULs", ping(bytes(20)))
    for n in (0, 1, 125):
        catalogue.add(f"ping of {n} bytes, byte by byte", ping(b"p" * n, chop=1))

    catalogue.group()
    for opcode, name in ((PING, "ping"), (PONG, "pong")):
        for n in (126, 127, 1000):
            catalogue.add(f"{name} of {n} bytes", too_long(opcode, n, 16))
        catalogue.add(f"{name} of 65,536 bytes", too_long(opcode, 65536, 64))
        catalogue.add(f"{name} of 5 bytes with a length of 16 bits", too_long(opcode, 5, 16))
        catalogue.add(f"{name} of 5 bytes with a length of 64 bits", too_long(opcode, 5, 64))
        catalogue.add(f"{name} without FIN", in_fragments(opcode))

    catalogue.group()
    for n in (0, 4, 125):
        catalogue.add(f"unasked pong of {n} bytes", unasked_pong(b"u" * n))
    catalogue.add("pongs around a ping with the same payload", pong_then_ping_with_the_same_payload)

    catalogue.group()
    catalogue.add("10 pings, in one write", pings_in_order(10))
    catalogue.add("10 pings, byte by byte", pings_in_order(10, chop=1))
    catalogue.add("1,000 pings, in one write", pings_in_order(1000))
    catalogue.add("pings between messages", between_messages)
    catalogue.add("a ping within a message", before_a_message_ends)
    catalogue.add("a ping that never ends", no_pong_after_our_end_of_frames)
