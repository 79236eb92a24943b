"""4: opcodes. Reserved ones fail the connection (RFC 6455 §5.2); binary where only text is taken
is 1003 (§7.4.1)."""

from wire import BINARY, CLOSE, CONTINUATION, PING, TEXT, close_payload, frame

RESERVED = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]


def fails(opcode, payload=b"", fin=True, chop=None):
    def run(world):
        with world.connect() as c:
            c.sends_frame(opcode, payload, fin=fin, chop=chop)
            c.expects_close(1002)

    return run


def fails_after_a_message(opcode):
    def run(world):
        with world.connect() as c:
            c.sends(frame(TEXT, b"good") + frame(opcode, b"bad") + frame(PING, b"late"))
            c.expects_message(TEXT, b"good")
            c.expects_close(1002)

    return run


def fails_within_a_message(opcode):
    def run(world):
        with world.connect() as c:
            c.sends(frame(TEXT, b"begun", fin=False) + frame(opcode, b"x"))
            c.sends(frame(CONTINUATION, b"end"))
            c.expects_close(1002)

    return run


def text_only(data, code):
    def run(world):
        with world.text_only.connect() as c:
            c.sends(data)
            c.expects_close(code)

    return run


def text_only_takes_text(world):
    with world.text_only.connect() as c:
        c.sends(frame(TEXT, b"a", fin=False) + frame(PING, b"\xff") + frame(CONTINUATION, b"b"))
        c.expects_pong(b"\xff")
        c.expects_message(TEXT, b"ab")
        c.closes()


def cases(catalogue):
    catalogue.group()
    for opcode in RESERVED:
        catalogue.add(f"opcode {opcode}, empty", fails(opcode))
        catalogue.add(f"opcode {opcode} with a payload", fails(opcode, b"payload"))
        catalogue.add(f"opcode {opcode} without FIN", fails(opcode, b"payload", fin=False))
        catalogue.add(f"opcode {opcode}, byte by byte", fails(opcode, b"payload", chop=1))
        catalogue.add(f"opcode {opcode} after a good message", fails_after_a_message(opcode))
        catalogue.add(f"opcode {opcode} within a message", fails_within_a_message(opcode))

    catalogue.group()
    catalogue.add("text only: text and pings pass", text_only_takes_text)
    catalogue.add("text only: binary", text_only(frame(BINARY, b"x"), 1003))
    catalogue.add("text only: an empty binary", text_only(frame(BINARY), 1003))
    catalogue.add("text only: the first byte of a binary", text_only(frame(BINARY, b"x")[:1], 1003))
    catalogue.add(
        "text only: a binary's first fragment", text_only(frame(BINARY, b"x", fin=False), 1003)
    )
    catalogue.add(
        "text only: invalid text is 1007 all the same", text_only(frame(TEXT, b"\xff"), 1007)
    )
    catalogue.add(
        "text only: the close handshake", text_only(frame(CLOSE, close_payload(1000)), 1000)
    )
