"""9: the opening handshake (RFC 6455 §4.2) and the HTTP request beneath it (RFC 9112)."""

import base64
import os

from wire import KEY, TEXT, accept, check, frame, request

HEAD = (b"GET / HTTP/1.1", b"Host: 127.0.0.1")
UPGRADE = (b"Upgrade: websocket", b"Connection: Upgrade")
KEY_LINE = (b"Sec-WebSocket-Key: " + KEY,)
VERSION = (b"Sec-WebSocket-Version: 13",)


def text(*lines):
    return b"\r\n".join(lines) + b"\r\n\r\n"


def agrees(data, chop=None, protocol=None, key=KEY):
    def run(world):
        with world.connect(handshake=False) as c:
            c.sends(data, chop=chop)
            status, fields, _ = c.expects_head()
            check(status == 101, "status", status)
            check(fields.get("upgrade", [""])[0].lower() == "websocket", "Upgrade", fields)
            check(fields.get("connection", [""])[0].lower() == "upgrade", "Connection", fields)
            check(fields.get("sec-websocket-accept") == [accept(key).decode()], "accept", fields)
            check(fields.get("sec-websocket-protocol") == protocol, "protocol", fields)
            check("sec-websocket-extensions" not in fields, "extensions", fields)
            check("content-length" not in fields, "a length in a 101")
            c.still_works()

    return run


def refuses(data, status, chop=None, **expected):
    """That status, and the end of the connection after it; frames behind it are not read."""

    def run(world):
        with world.connect(handshake=False) as c:
            c.sends(data, chop=chop)
            got, fields, _ = c.expects_head()
            check(got == status, "status", got, "instead of", status)
            check(fields.get("content-length") == ["0"], "length", fields)
            check("close" in fields.get("connection", []), "Connection", fields)
            for name, value in expected.items():
                field = name.replace("_", "-")
                check(value in fields.get(field, []), field, "is", fields.get(field))
            c.expects_end()

    return run


def refuses_version(data):
    return refuses(data, 426, sec_websocket_version="13", upgrade="websocket")


def first_frame_with_the_request(world):
    """Frames may come right behind the request."""
    with world.connect(handshake=False) as c:
        c.sends(request() + frame(TEXT, b"eager"))
        check(c.expects_head()[0] == 101, "status")
        c.expects_message(TEXT, b"eager")
        c.closes()


def first_frame_half_with_the_request(world):
    data = request() + frame(TEXT, b"eager")
    for split in range(len(data) - 11, len(data)):
        with world.connect(handshake=False) as c:
            c.sends(data[:split])
            check(c.expects_head()[0] == 101, "status")
            c.sends(data[split:])
            c.expects_message(TEXT, b"eager")
            c.closes()


def hundred_keys(world):
    for _ in range(100):
        with world.connect():
            pass


def stream_ends(data):
    def run(world):
        with world.connect(handshake=False) as c:
            c.sends(data)
            c.ends()
            c.expects_end()

    return run


def with_key(key):
    return text(*HEAD, *UPGRADE, b"Sec-WebSocket-Key: " + key, *VERSION)


def with_fields(*fields):
    return text(*HEAD, *UPGRADE, *KEY_LINE, *VERSION, *fields)


def with_origin(origin, host=b"127.0.0.1"):
    return text(b"GET / HTTP/1.1", b"Host: " + host, *UPGRADE, *KEY_LINE, *VERSION,
                b"Origin: " + origin)


def agreed(catalogue):
    catalogue.group()
    catalogue.add("the example of the RFC", agrees(request()))
    catalogue.add("byte by byte", agrees(request(), chop=1))
    catalogue.add("7 bytes at a time", agrees(request(), chop=7))
    key = base64.b64encode(bytes(16))
    catalogue.add("a key of zeroes", agrees(request(key=key), key=key))
    key = base64.b64encode(b"\xff" * 16)
    catalogue.add("a key with + and /", agrees(request(key=key), key=key))
    catalogue.add("100 random keys", hundred_keys)
    catalogue.add(
        "names and tokens in any case",
        agrees(text(b"GET / HTTP/1.1", b"HOST: a", b"UPGRADE: WebSocket", b"cOnNeCtIoN: uPgRaDe",
                    b"SEC-WEBSOCKET-KEY: " + KEY, b"sec-websocket-version: 13")),
    )
    catalogue.add(
        "tokens in lists",
        agrees(text(*HEAD, b"Upgrade: h2c, websocket", b"Connection: keep-alive , Upgrade",
                    *KEY_LINE, *VERSION)),
    )
    catalogue.add(
        "tokens in several lines",
        agrees(text(*HEAD, b"Upgrade: h2c", b"Upgrade: websocket", b"Connection: keep-alive",
                    b"Connection: Upgrade", *KEY_LINE, *VERSION)),
    )
    catalogue.add(
        "spaces and tabs around values",
        agrees(text(*HEAD, b"Upgrade:\t websocket \t", b"Connection:Upgrade",
                    b"Sec-WebSocket-Key:" + KEY + b"  ", b"Sec-WebSocket-Version:   13")),
    )
    catalogue.add("an extension is offered, none is agreed on",
                  agrees(with_fields(b"Sec-WebSocket-Extensions: permessage-deflate")))
    catalogue.add("a target with a query", agrees(request(target="/chat/x?room=1&b=%20")))
    catalogue.add("an absolute target", agrees(request(target="http://127.0.0.1/chat")))
    catalogue.add("50 further fields", agrees(with_fields(*(b"X-%d: y" % i for i in range(50)))))
    catalogue.add("a field of 8 KiB", agrees(with_fields(b"Cookie: " + b"c" * 8192)))
    catalogue.add("one empty line before it", agrees(b"\r\n" + request()))
    catalogue.add("a frame right behind it", first_frame_with_the_request)
    catalogue.add("a frame partly behind it", first_frame_half_with_the_request)

    catalogue.group()
    for offered, protocol in (
        (b"echo", ["echo"]),
        (b"chat, echo", ["echo"]),
        (b"echo, chat", ["echo"]),
        (b" ,echo,", ["echo"]),
        (b"chat", None),
        (b"ECHO", None),
        (b"echoes", None),
    ):
        catalogue.add(
            f"subprotocols {offered.decode()!r}",
            agrees(with_fields(b"Sec-WebSocket-Protocol: " + offered), protocol=protocol),
        )


def refused(catalogue):
    catalogue.group()
    for method in (b"POST", b"HEAD", b"PUT", b"DELETE", b"OPTIONS", b"PATCH"):
        catalogue.add(f"method {method.decode()}",
                      refuses(request().replace(b"GET", method, 1), 405, allow="GET"))
    catalogue.add("HTTP/1.0", refuses(request().replace(b"HTTP/1.1", b"HTTP/1.0", 1), 400))
    catalogue.add("no Upgrade", refuses_version(text(*HEAD, UPGRADE[1], *KEY_LINE, *VERSION)))
    catalogue.add("no Connection", refuses_version(text(*HEAD, UPGRADE[0], *KEY_LINE, *VERSION)))
    catalogue.add("a plain GET", refuses_version(text(*HEAD)))
    for value in (b"h2c", b"websockets", b"web socket", b"websocket/13", b""):
        catalogue.add(
            f"Upgrade {value.decode()!r}",
            refuses_version(text(*HEAD, b"Upgrade: " + value, UPGRADE[1], *KEY_LINE, *VERSION)),
        )
    for value in (b"close", b"keep-alive", b"upgrades", b""):
        catalogue.add(
            f"Connection {value.decode()!r}",
            refuses_version(text(*HEAD, UPGRADE[0], b"Connection: " + value, *KEY_LINE, *VERSION)),
        )
    catalogue.add("a body", refuses(with_fields(b"Content-Length: 1") + b"x", 413))
    catalogue.add("a chunked body",
                  refuses(with_fields(b"Transfer-Encoding: chunked") + b"0\r\n\r\n", 400))

    catalogue.group()
    for version in (b"0", b"7", b"8", b"12", b"14", b"25", b"99", b"013", b"13.0", b"+13",
                    b"13, 8", b"thirteen", b""):
        catalogue.add(f"version {version.decode()!r}", refuses_version(request(version=version)))
    catalogue.add("no version", refuses(text(*HEAD, *UPGRADE, *KEY_LINE), 400))
    catalogue.add("two versions", refuses(with_fields(*VERSION), 400))

    catalogue.group()
    for title, key in (
        ("empty", b""),
        ("15 bytes", base64.b64encode(bytes(15))),
        ("17 bytes", base64.b64encode(bytes(17))),
        ("not padded", KEY[:-2]),
        ("half padded", KEY[:-1]),
        ("padded too much", KEY[:-3] + b"==="),
        ("with bits beyond its bytes", KEY[:-3] + b"R=="),
        ("of the URL alphabet", KEY[:3] + b"-_" + KEY[5:]),
        ("with a space", KEY[:3] + b" " + KEY[4:]),
        ("with a control", KEY[:3] + b"\x01" + KEY[4:]),
        ("of 1,000 characters", b"A" * 1000),
    ):
        catalogue.add(f"a key {title}", refuses(with_key(key), 400))
    catalogue.add("no key", refuses(text(*HEAD, *UPGRADE, *VERSION), 400))
    catalogue.add("two keys", refuses(with_fields(*KEY_LINE), 400))


def origins(catalogue):
    catalogue.group()
    for origin, host in (
        (b"http://127.0.0.1", b"127.0.0.1"),
        (b"https://127.0.0.1", b"127.0.0.1"),
        (b"http://chat.example:8080", b"chat.example:8080"),
        (b"HTTP://Chat.Example", b"chat.example"),
        (b"http://chat.example:80", b"chat.example"),
        (b"https://chat.example", b"chat.example:443"),
        (b"http://[::1]:7878", b"[::1]:7878"),
    ):
        catalogue.add(f"origin {origin.decode()} on {host.decode()}",
                      agrees(with_origin(origin, host)))
    for origin, host in (
        (b"http://evil.example", b"chat.example"),
        (b"http://chat.example.evil", b"chat.example"),
        (b"http://evilchat.example", b"chat.example"),
        (b"http://chat.example:8080", b"chat.example"),
        (b"http://chat.example", b"chat.example:8080"),
        (b"https://chat.example", b"chat.example:80"),
        (b"http://chat.example@evil", b"chat.example"),
        (b"http://evil#chat.example", b"chat.example"),
        (b"http://chat.example/", b"chat.example"),
        (b"file://", b"chat.example"),
        (b"null", b"chat.example"),
        (b"chat.example", b"chat.example"),
        (b"", b"chat.example"),
    ):
        catalogue.add(f"origin {origin.decode()!r} on {host.decode()}",
                      refuses(with_origin(origin, host), 403))
    catalogue.add("two origins", refuses(with_fields(b"Origin: http://127.0.0.1",
                                                     b"Origin: http://evil"), 403))


def http(catalogue):
    catalogue.group()
    for title, data, status in (
        ("no Host", request().replace(b"Host: 127.0.0.1\r\n", b""), 400),
        ("two Hosts", with_fields(b"Host: b"), 400),
        ("bare LFs", request().replace(b"\r\n", b"\n"), 400),
        ("a bare LF behind a field", with_fields(b"X: a\nY: b"), 400),
        ("a bare CR in a field", with_fields(b"X: a\rY: b"), 400),
        ("a folded line", with_fields(b"X: a\r\n b"), 400),
        ("a space before a colon", with_fields(b"X : a"), 400),
        ("a NUL in a value", with_fields(b"X: a\0b"), 400),
        ("no colon", with_fields(b"X"), 400),
        ("two framings", with_fields(b"Content-Length: 0", b"Transfer-Encoding: chunked"), 400),
        ("a target with a space", request(target="/a b"), 400),
        ("a fragment in the target", request(target="/a#b"), 400),
        ("an unknown method", request().replace(b"GET", b"BREW", 1), 501),
        ("HTTP/2.0", request().replace(b"HTTP/1.1", b"HTTP/2.0", 1), 505),
        ("HTTP/2's preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        ("a target of 9,000 bytes", request(target="/" + "a" * 9000), 414),
        ("a field of 20,000 bytes", with_fields(b"X: " + b"a" * 20000), 431),
        ("100 fields", with_fields(*(b"X: y" for _ in range(100))), 431),
        ("an unknown expectation", with_fields(b"Expect: wonders"), 417),
    ):
        catalogue.add(title, refuses(data, status))
        catalogue.add(f"{title}, in pieces", refuses(data, status, chop=500))
    noise = bytes(b for b in os.urandom(4096) if b not in b"\r\n") + b"\r\n"
    catalogue.add("noise", refuses(noise, 400))
    catalogue.add("the stream ends at once", stream_ends(b""))
    catalogue.add("the stream ends in the request", stream_ends(request()[:-2]))


def cases(catalogue):
    agreed(catalogue)
    refused(catalogue)
    origins(catalogue)
    http(catalogue)
