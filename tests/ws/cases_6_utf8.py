"""6: UTF-8. Text is checked across the borders of fragments and reads, and refused with 1007 at
the first byte that cannot be mended (RFC 6455 §8.1, RFC 3629)."""

from wire import BINARY, CONTINUATION, PING, TEXT, fragments, frame

VALID = {
    "ASCII": b"Hello, world",
    "two bytes": "κόσμε Größe".encode(),
    "three bytes": "日本語 €".encode(),
    "four bytes": "😀🎉𝄞".encode(),
    "a NUL": b"a\0b",
    "controls": bytes(range(32)) + b"\x7f",
    "U+0080, the first of two bytes": b"\xc2\x80",
    "U+07FF, the last of two bytes": b"\xdf\xbf",
    "U+0800, the first of three bytes": b"\xe0\xa0\x80",
    "U+D7FF, before the surrogates": b"\xed\x9f\xbf",
    "U+E000, after the surrogates": b"\xee\x80\x80",
    "U+FFFD": b"\xef\xbf\xbd",
    "U+FFFE, not a character": b"\xef\xbf\xbe",
    "U+FFFF, not a character": b"\xef\xbf\xbf",
    "U+FEFF, a byte order mark": b"\xef\xbb\xbf",
    "U+10000, the first of four bytes": b"\xf0\x90\x80\x80",
    "U+10FFFF, the last of all": b"\xf4\x8f\xbf\xbf",
    "combining and joined": "e\u0301 👩‍👩‍👧".encode(),
}

# What is wrong, its bytes, and how many of them show it beyond repair.
INVALID = {
    "a continuation byte alone, 80": (b"\x80", 1),
    "a continuation byte alone, BF": (b"\xbf", 1),
    "two continuation bytes": (b"\x80\xbf", 1),
    "a second byte missing": (b"\xc3 ", 2),
    "a third byte missing": (b"\xe2\x82 ", 3),
    "a fourth byte missing": (b"\xf0\x9f\x98 ", 4),
    "a lead byte after a lead byte": (b"\xc3\xc3\xa9", 2),
    "overlong / in two bytes": (b"\xc0\xaf", 1),
    "overlong NUL in two bytes": (b"\xc0\x80", 1),
    "overlong U+007F": (b"\xc1\xbf", 1),
    "overlong / in three bytes": (b"\xe0\x80\xaf", 2),
    "overlong U+07FF": (b"\xe0\x9f\xbf", 2),
    "overlong / in four bytes": (b"\xf0\x80\x80\xaf", 2),
    "overlong U+FFFF": (b"\xf0\x8f\xbf\xbf", 2),
    "the first surrogate, U+D800": (b"\xed\xa0\x80", 2),
    "U+DBFF": (b"\xed\xaf\xbf", 2),
    "U+DC00": (b"\xed\xb0\x80", 2),
    "the last surrogate, U+DFFF": (b"\xed\xbf\xbf", 2),
    "a pair of surrogates": (b"\xed\xa0\x81\xed\xb0\x80", 2),
    "U+110000, beyond the last": (b"\xf4\x90\x80\x80", 2),
    "a lead byte F5": (b"\xf5\x80\x80\x80", 1),
    "five bytes, F8": (b"\xf8\x88\x80\x80\x80", 1),
    "six bytes, FC": (b"\xfc\x84\x80\x80\x80\x80", 1),
    "FE": (b"\xfe", 1),
    "FF": (b"\xff", 1),
}

# Texts that end within a character.
UNFINISHED = {
    "two bytes, one there": b"\xc3",
    "three bytes, one there": b"\xe2",
    "three bytes, two there": b"\xe2\x82",
    "four bytes, one there": b"\xf0",
    "four bytes, two there": b"\xf0\x9f",
    "four bytes, three there": b"\xf0\x9f\x98",
}
BEFORE, AFTER = "vorher: ä ".encode(), " danach €".encode()


def echoes(pieces, chop=None):
    def run(world):
        with world.connect() as c:
            c.sends(b"".join(fragments(TEXT, pieces)), chop=chop)
            c.expects_message(TEXT, b"".join(pieces))
            c.closes()

    return run


def at_each_border(text):
    """All ways to part the text in two, a ping in between."""

    def run(world):
        with world.connect() as c:
            for at in range(len(text) + 1):
                first, last = fragments(TEXT, [text[:at], text[at:]])
                c.sends(first + frame(PING, b"%d" % at) + last)
                c.expects_pong(b"%d" % at)
                c.expects_message(TEXT, text)
            c.closes()

    return run


def fails(data, chop=None):
    def run(world):
        with world.connect() as c:
            c.sends(data, chop=chop)
            c.expects_close(1007)

    return run


def fails_at_each_border(bad):
    """Wherever a fragment ends within it, the same code."""

    def run(world):
        for at in range(len(bad) + 1):
            with world.connect() as c:
                pieces = [BEFORE + bad[:at], b"", bad[at:] + AFTER]
                c.sends(b"".join(fragments(TEXT, pieces)))
                c.expects_close(1007)

    return run


def fails_early(bad, shown):
    """Before the frame, let alone the message, is complete."""

    def run(world):
        with world.connect() as c:
            whole = frame(TEXT, BEFORE + bad + AFTER * 100, fin=False)
            head = len(whole) - len(BEFORE + bad + AFTER * 100)
            c.sends(whole[: head + len(BEFORE) + shown])
            c.expects_close(1007)

    return run


def not_early(bad, shown):
    """One byte less could still become valid: nothing is said yet, and a ping is answered."""

    def run(world):
        with world.connect() as c:
            c.sends_frame(TEXT, BEFORE + bad[: shown - 1], fin=False)
            c.sends_frame(PING, b"still open?")
            c.expects_pong(b"still open?")
            c.sends_frame(CONTINUATION, bad[shown - 1 :])
            c.expects_close(1007)

    return run


def passes_as_binary(bad):
    def run(world):
        with world.connect() as c:
            c.sends_frame(BINARY, bad)
            c.expects_message(BINARY, bad)
            c.closes()

    return run


def every_character(world):
    """Each code point once, in messages of 65,536 characters."""
    points = [p for p in range(0x110000) if not 0xD800 <= p < 0xE000]
    with world.connect() as c:
        for at in range(0, len(points), 1 << 16):
            text = "".join(map(chr, points[at : at + (1 << 16)])).encode()
            c.sends_frame(TEXT, text)
            c.expects_message(TEXT, text)
        c.closes()


def cases(catalogue):
    catalogue.group()
    for name, text in VALID.items():
        catalogue.add(f"valid: {name}", echoes([text]))
        catalogue.add(f"valid, parted anywhere: {name}", at_each_border(text))
    everything = b" ".join(VALID.values())
    catalogue.add("valid: all of them, byte by byte", echoes([everything], chop=1))
    catalogue.add("valid: all of them, a byte a fragment",
                  echoes([bytes([b]) for b in everything]))
    catalogue.add("valid: every code point", every_character)

    catalogue.group()
    for name, (bad, _) in INVALID.items():
        catalogue.add(f"invalid: {name}", fails(frame(TEXT, BEFORE + bad + AFTER)))
        catalogue.add(f"invalid, byte by byte: {name}", fails(frame(TEXT, bad), chop=1))

    catalogue.group()
    for name, (bad, _) in INVALID.items():
        catalogue.add(f"invalid, parted anywhere: {name}", fails_at_each_border(bad))

    catalogue.group()
    for name, (bad, shown) in INVALID.items():
        catalogue.add(f"refused at byte {shown}: {name}", fails_early(bad, shown))
        catalogue.add(f"not before byte {shown}: {name}", not_early(bad, shown))

    catalogue.group()
    for name, part in UNFINISHED.items():
        catalogue.add(f"ends within a character: {name}", fails(frame(TEXT, BEFORE + part)))
        catalogue.add(
            f"ends within a character, an empty last fragment: {name}",
            fails(b"".join(fragments(TEXT, [BEFORE, part, b""]))),
        )
    for name, (bad, _) in list(INVALID.items())[:5]:
        catalogue.add(f"fine as binary: {name}", passes_as_binary(bad))
