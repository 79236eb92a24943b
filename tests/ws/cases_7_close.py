"""7: the close handshake, its codes and reasons (RFC 6455 §5.5.1, §7)."""

from wire import (BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, Failure, check, close_payload,
                  frame)

VALID = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3001, 3999,
         4000, 4001, 4499, 4500, 4999]
INVALID = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 1999, 2000, 2999, 5000, 9999, 32768,
           65535]


def answered(payload, code, chop=None):
    def run(world):
        with world.connect() as c:
            c.sends_frame(CLOSE, payload, chop=chop)
            c.expects_close(code)

    return run


def closes_and_says(late):
    """What comes after our close frame is not answered."""

    def run(world):
        with world.connect() as c:
            c.sends(frame(CLOSE, close_payload(1000)) + late)
            c.expects_close(1000)

    return run


def half_a_code(world):
    """The byte after the frame is no part of it, even where it would make a valid code."""
    with world.connect() as c:
        c.sends(frame(CLOSE, close_payload(1000)[:1]) + close_payload(1000)[1:])
        c.expects_close(1002)


def message_before_close(world):
    with world.connect() as c:
        c.sends(frame(TEXT, b"last words") + frame(CLOSE, close_payload(1000, b"bye")))
        c.expects_message(TEXT, b"last words")
        c.expects_close(1000)


def fault_before_close(world):
    """Only one close frame comes, that of the fault."""
    with world.connect() as c:
        c.sends(frame(3, b"") + frame(CLOSE, close_payload(1000)))
        c.expects_close(1002)


def ends_without_close(data):
    """The stream ends: the server ends it too, with no close frame to nobody."""

    def run(world):
        with world.connect() as c:
            c.sends(data)
            c.ends()
            c.expects_end()

    return run


def server_ends_first(world):
    """The server closes TCP after both close frames, without waiting for us (§7.1.1)."""
    with world.connect() as c:
        c.sends_frame(CLOSE, close_payload(1000))
        c.expects_close(1000)


def fault_is_readable_while_we_send(world):
    """The close frame is not lost to a reset, however much is still under way."""
    with world.connect() as c:
        c.sends(frame(TEXT, b"\xff") + frame(BINARY, bytes(200000)) * 5)
        c.expects_close(1007)


def with_own_server(steps):
    def run(world):
        server = world.start()
        try:
            with server.connect() as c:
                steps(server, c)
            check(server.stops() == 0, "the server ended with", server.process.returncode)
        finally:
            server.stops()

    return run


def expects_goodbye(c):
    fin, opcode, data = c.expects_frame()
    check(opcode == CLOSE and data[:2] == close_payload(1001), "no goodbye but", opcode, data)


def goodbye_answered(server, c):
    server.terminate()
    expects_goodbye(c)
    c.sends_frame(CLOSE, close_payload(1001))
    c.expects_end()


def goodbye_crossed(server, c):
    """Messages and pings under way when the server says goodbye get no answer, then it ends."""
    server.terminate()
    expects_goodbye(c)
    c.sends(frame(TEXT, b"crossing") + frame(PING, b"p") + frame(CLOSE, close_payload(1000)))
    c.expects_end()


def goodbye_with_a_fault(server, c):
    server.terminate()
    expects_goodbye(c)
    c.sends(frame(7, b"x"))
    c.expects_end()


def goodbye_unanswered(server, c):
    """A client that never answers does not hold the server up."""
    server.terminate()
    expects_goodbye(c)
    check(server.stops() == 0, "the server ended with", server.process.returncode)
    try:
        c.expects_end()
    except Failure as failure:
        check("reset" in str(failure), failure)


def goodbye_within_a_message(server, c):
    c.sends_frame(TEXT, b"begun", fin=False)
    c.sends_frame(PING, b"seen")
    c.expects_pong(b"seen")
    server.terminate()
    expects_goodbye(c)
    c.sends(frame(CONTINUATION, b"ended") + frame(CLOSE, close_payload(1001)))
    c.expects_end()


def cases(catalogue):
    catalogue.group()
    catalogue.add("a close frame without a code", answered(b"", None))
    catalogue.add("a close frame without a code, byte by byte", answered(b"", None, chop=1))
    for code in VALID:
        catalogue.add(f"code {code}", answered(close_payload(code), code))
        catalogue.add(f"code {code} with a reason", answered(close_payload(code, b"why"), code))
    for n in (1, 122, 123):
        catalogue.add(f"a reason of {n} bytes", answered(close_payload(1000, b"r" * n), 1000))
    catalogue.add("a reason in UTF-8", answered(close_payload(1000, "fertig €😀".encode()), 1000))
    catalogue.add("a reason, byte by byte", answered(close_payload(1001, b"away"), 1001, chop=1))

    catalogue.group()
    for code in INVALID:
        catalogue.add(f"code {code}", answered(close_payload(code), 1002))
        catalogue.add(f"code {code} with a reason", answered(close_payload(code, b"why"), 1002))
    catalogue.add("a payload of one byte", answered(b"\x03", 1002))
    catalogue.add("a payload of one byte, the rest of a code behind it", half_a_code)
    for bad in (b"\xff", b"\xc3", b"ok \xe2\x82", b"\xed\xa0\x80", b"\xf4\x90\x80\x80",
                b"\xc0\xaf"):
        catalogue.add(f"a reason that is not UTF-8: {bad.hex()}",
                      answered(close_payload(1000, bad), 1007))
    for n in (124, 125, 1000):
        catalogue.add(f"a reason of {n} bytes", answered(close_payload(1000, b"r" * n), 1002))

    catalogue.group()
    catalogue.add("then a text", closes_and_says(frame(TEXT, b"late")))
    catalogue.add("then a ping", closes_and_says(frame(PING, b"late")))
    catalogue.add("then a pong", closes_and_says(frame(PONG, b"late")))
    catalogue.add("then a second close frame", closes_and_says(frame(CLOSE, close_payload(1001))))
    catalogue.add("then a fault", closes_and_says(frame(3, b"", rsv=7)))
    catalogue.add("then much", closes_and_says(frame(BINARY, bytes(100000)) * 5))
    catalogue.add("after a message in the same write", message_before_close)
    catalogue.add("after a fault in the same write", fault_before_close)
    catalogue.add("the server ends TCP first", server_ends_first)
    catalogue.add("a fault with much behind it", fault_is_readable_while_we_send)

    catalogue.group()
    catalogue.add("the stream ends between messages", ends_without_close(b""))
    catalogue.add("the stream ends within a head", ends_without_close(frame(TEXT, b"x")[:1]))
    catalogue.add("the stream ends within a payload", ends_without_close(frame(TEXT, b"xyz")[:-1]))
    catalogue.add(
        "the stream ends within a message", ends_without_close(frame(TEXT, b"x", fin=False))
    )

    catalogue.group()
    for title, steps in (
        ("answered", goodbye_answered),
        ("crossed by messages", goodbye_crossed),
        ("answered with a fault", goodbye_with_a_fault),
        ("never answered", goodbye_unanswered),
        ("within a message", goodbye_within_a_message),
    ):
        catalogue.add(f"the server's own close, {title}", with_own_server(steps))
