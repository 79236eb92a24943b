"""1: framing. Lengths in each form, masks, and frames cut anywhere (RFC 6455 §5.2, §5.3)."""

import time

from wire import BINARY, CLOSE, CONTINUATION, NAMES, PING, PONG, TEXT, close_payload, frame

SIZES = [0, 1, 2, 3, 4, 7, 8, 9, 124, 125, 126, 127, 128, 255, 256, 4096, 65534, 65535, 65536,
         65537, 1 << 20]
MASKS = [b"\0\0\0\0", b"\xff\xff\xff\xff", b"\0\0\0\1", b"\1\0\0\0", b"\x80\0\0\0", b"abcd"]


def payload_of(opcode, n):
    if opcode == TEXT:
        return (b"The quick brown fox jumps over the lazy dog. " * (n // 45 + 1))[:n]
    return (bytes(range(256)) * (n // 256 + 1))[:n]


def echoes(opcode, n, chop=None, **options):
    def run(world):
        payload = payload_of(opcode, n)
        with world.connect() as c:
            c.sends_frame(opcode, payload, chop=chop, **options)
            c.expects_message(opcode, payload)
            c.closes()

    return run


def fails(data, code=1002):
    def run(world):
        with world.connect() as c:
            c.sends(data)
            c.expects_close(code)

    return run


def many_in_one_write(world):
    payloads = [b"%d" % i for i in range(2000)]
    with world.connect() as c:
        c.sends(b"".join(frame(TEXT, p) for p in payloads))
        for p in payloads:
            c.expects_message(TEXT, p)
        c.closes()


def a_second_frame_starts_in_the_same_segment(split):
    def run(world):
        both = frame(TEXT, b"first") + frame(BINARY, b"second" * 50)
        with world.connect() as c:
            c.sends(both[:split])
            c.sends(both[split:], chop=100)
            c.expects_message(TEXT, b"first")
            c.expects_message(BINARY, b"second" * 50)
            c.closes()

    return run


def head_cut_at(n, split):
    def run(world):
        data = frame(BINARY, bytes(n))
        with world.connect() as c:
            c.sends(data[:split])
            time.sleep(0.005)  # for the server to look at the first part alone
            c.sends(data[split:])
            c.expects_message(BINARY, bytes(n))
            c.closes()

    return run


def each_mask_in_turn(world):
    with world.connect() as c:
        for i in range(256):
            c.sends_frame(BINARY, bytes(range(37)), mask=bytes([i, 255 - i, i ^ 85, 7]))
        for _ in range(256):
            c.expects_message(BINARY, bytes(range(37)))
        c.closes()


def cases(catalogue):
    for opcode in (TEXT, BINARY):
        catalogue.group()
        for n in SIZES:
            catalogue.add(f"{NAMES[opcode]} of {n} bytes", echoes(opcode, n))

    catalogue.group()
    for opcode in (TEXT, BINARY):
        for n in (0, 1, 2, 125, 126, 127):
            catalogue.add(f"{NAMES[opcode]} of {n} bytes, byte by byte", echoes(opcode, n, chop=1))
        for n in (65535, 65536):
            catalogue.add(f"{NAMES[opcode]} of {n} bytes, 997 a write", echoes(opcode, n, chop=997))

    catalogue.group()
    for n, form in ((5, 7), (126, 16), (65536, 64)):
        for split in range(1, {7: 2, 16: 4, 64: 10}[form] + 4 + 1):
            catalogue.add(f"a head for {n} bytes, cut after {split}", head_cut_at(n, split))

    catalogue.group()
    for opcode in (TEXT, BINARY):
        for n, form in ((0, 16), (1, 16), (125, 16), (0, 64), (1, 64), (125, 64), (126, 64),
                        (65535, 64)):
            catalogue.add(
                f"{NAMES[opcode]} of {n} bytes with a length of {form} bits",
                fails(frame(opcode, payload_of(opcode, n), form=form)),
            )
    for length in (1 << 63, (1 << 63) + 5, (1 << 64) - 1):
        catalogue.add(
            f"a length of {length:#x}, whose highest bit is set",
            fails(frame(BINARY, b"x", form=64, length=length)),
        )

    catalogue.group()
    for opcode in (TEXT, BINARY, CONTINUATION, PING, PONG, CLOSE):
        payload = close_payload(1000) if opcode == CLOSE else b"x"
        catalogue.add(
            f"a {NAMES[opcode]} frame that is not masked", fails(frame(opcode, payload, mask=None))
        )
    catalogue.add("an empty frame that is not masked", fails(frame(TEXT, mask=None)))

    catalogue.group()
    for mask in MASKS:
        for n in (1, 17, 126):
            catalogue.add(f"{n} bytes masked with {mask.hex()}", echoes(BINARY, n, mask=mask))
    catalogue.add("256 masks on one connection", each_mask_in_turn)

    catalogue.group()
    catalogue.add("2,000 messages in one write", many_in_one_write)
    for split in (1, 5, 11, 12, 13, 14, 18, 19, 100):
        catalogue.add(
            f"two frames, cut after byte {split}", a_second_frame_starts_in_the_same_segment(split)
        )
