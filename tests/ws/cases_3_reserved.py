"""3: reserved bits. No extension was agreed on, so RSV1 to RSV3 must be 0 (RFC 6455 §5.2)."""

from wire import BINARY, CLOSE, CONTINUATION, NAMES, PING, PONG, TEXT, close_payload, frame


def fails(opcode, rsv, payload, chop=None):
    def run(world):
        with world.connect() as c:
            if opcode == CONTINUATION:
                c.sends_frame(TEXT, b"begun", fin=False)
            c.sends_frame(opcode, payload, rsv=rsv, chop=chop)
            c.expects_close(1002)

    return run


def fails_after_a_message(rsv):
    def run(world):
        with world.connect() as c:
            c.sends(frame(TEXT, b"good") + frame(TEXT, b"bad", rsv=rsv) + frame(PING, b"late"))
            c.expects_message(TEXT, b"good")
            c.expects_close(1002)

    return run


def fails_by_the_first_byte(rsv):
    def run(world):
        with world.connect() as c:
            c.sends(frame(TEXT, b"x", rsv=rsv)[:1])
            c.expects_close(1002)

    return run


def cases(catalogue):
    catalogue.group()
    for opcode in (TEXT, BINARY, CONTINUATION, CLOSE, PING, PONG):
        payload = close_payload(1000) if opcode == CLOSE else b"payload"
        for rsv in range(1, 8):
            catalogue.add(f"{NAMES[opcode]} with RSV {rsv:03b}", fails(opcode, rsv, payload))

    catalogue.group()
    for rsv in (1, 2, 4, 7):
        catalogue.add(f"an empty text with RSV {rsv:03b}", fails(TEXT, rsv, b""))
        catalogue.add(f"RSV {rsv:03b}, byte by byte", fails(TEXT, rsv, b"payload", chop=1))
        catalogue.add(f"RSV {rsv:03b} after a good message", fails_after_a_message(rsv))
        catalogue.add(f"RSV {rsv:03b}, only the first byte", fails_by_the_first_byte(rsv))
