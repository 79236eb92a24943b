"""Requests after the grammar of RFC 9112, with what has confused parsers sown in, and then damaged
byte by byte. The same seed gives the same requests."""

import random

METHODS = [b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS"]
ODD_METHODS = [b"get", b"TRACE", b"CONNECT", b"BREW", b"", b"G ET", b"GE\tT", b"G@T", b"PROPFIND"]
TARGETS = [b"/", b"/a/b", b"/a?b=c&d", b"/%41%2f", b"//", b"/?", b"http://h/p?q", b"http://h",
           b"/a;b=c,d", b"/~u/!$'()*+"]
ODD_TARGETS = [b"", b"*", b"a", b"/a b", b"/a#f", b"/\xc3\xa9", b"/[x]", b"/a|b", b"/%zz", b"/%",
               b"http:/h", b"ftp://h/", b"http://u@h/", b"/\x01", b"/\"", b"h:80", b"/\\",
               b"/^`{}<>", b"http://h?q", b"HTTP://H/"]
VERSIONS = [b"HTTP/1.0", b"HTTP/1.2", b"HTTP/2.0", b"HTTP/0.9", b"http/1.1", b"HTTP/1.10",
            b"HTTP/11", b"HTTP/1.", b"", b"HTTP/1.1 ", b"HTTQ/1.1", b"HTTP/1,1"]
HOSTS = [b"", b"a b", b"a/b", b"a:b", b"u@h", b"[::1]:80", b"a,b", b"a:65536", b"\xff"]
FIELDS = [b"Accept: */*", b"X-Empty:", b"X-Tab:\tx\t", b"X-Spaces:   a b  ", b"Cookie: a=b; c=d",
          b"X-Bytes: \x80\xff", b"User-Agent: t (x) \"y\"", b"Connection: keep-alive",
          b"Expect: 100-continue", b"x-odd!#$%&'*+-.^_`|~: 1", b"Accept: text/html"]
ODD_FIELDS = [b"X : a", b"X\t: a", b" X: a", b"\tX: a", b": a", b"X", b"X(Y): a", b"X: a\x00b",
              b"X: a\x01b", b"X: a\x7fb", b"X: a\rb", b"X: a\nY: b", b"X: a\r\n b", b"X: a\r\n\tb",
              b"X:\r\n a", b"\xc3: a", b"Expect: x", b"Upgrade: h2c\r\nConnection: upgrade",
              b"Connection: close", b"X: a\r", b"X: a\n", b"\r", b"X\x00: a", b"Host: b",
              b"Trailer: T", b"TE: trailers", b"Proxy-Connection: close", b"X" * 300 + b": y",
              b"X: " + b"y" * 3000]
LENGTHS = ["%d", " %d ", "0%d", "+%d", "-%d", "%d, %d", "%d,%d", "0x%d", "%d ", "%d.0", "%de0",
           "\t%d", "%d\r\nContent-Length: %d", "%d;", "'%d'", "%d 0",
           "99999999999999999999%d", "", "%d\x0b"]
CODINGS = [b"Chunked", b"chunked ", b"chunked, chunked", b"gzip, chunked", b"chunked, gzip",
           b"identity", b"\"chunked\"", b"chunked;q=1", b"", b",chunked", b"chunked,",
           b"xchunked", b"chunkedx",
           b"\x0bchunked", b"chunked\r\nTransfer-Encoding: chunked",
           b"identity\r\nTransfer-Encoding: chunked", b"chunked\r\n ", b"identity, chunked"]
EXTENSIONS = [b";a", b";a=b", b";a=\"b;c\"", b" ;a", b"; a", b";a =b", b";", b" ", b"\t", b";a=\"",
              b";a\x01", b";\xff", b";a=\"\\\"\"", b"\x0b", b",a", b";a\rb", b";a\nb", b";a=b;c=d"]
SIZES = [b"%x", b"%X", b"0%x", b"0x%x", b"+%x", b"-%x", b" %x", b"%x ", b"000000000000000000000%x",
         b"%xg", b"1%016x"]
TRAILERS = [b"T: v", b"T : v", b" T: v", b"T", b": v", b"T: \x01", b"T: a\r\n b",
            b"Content-Length: 5", b"T: v\n", b"T: a\rb", b"Transfer-Encoding: chunked"]
SECOND = b"GET /second HTTP/1.1\r\nHost: second\r\n\r\n"


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)
        # How likely each place is to be odd. Most requests have no or one oddity, since a second
        # one hides what a parser makes of the first.
        self.odd = 0.04

    def is_odd(self):
        return self.random.random() < self.odd

    def pick(self, usual, odd):
        return self.random.choice(odd if self.is_odd() else usual)

    def chunk(self, data):
        size = self.pick([b"%x", b"%X"], SIZES)
        extension = self.pick([b"", b"", b"", b";a=b"], EXTENSIONS)
        end = self.pick([b"\r\n"], [b"\n", b"\r", b"", b"\r\n\r\n", b"x\r\n", b" \r\n"])
        line = self.pick([b"\r\n"], [b"\n", b"\r", b"\r\r\n", b" \r\n"])
        return size % len(data) + extension + line + data + end

    def data(self):
        n = self.random.choice([0, 1, 2, 5, 15, 16, 17, 40, 300])
        return bytes(self.random.choice(b"abc\r\n0 5;") for _ in range(n))

    def chunked(self):
        chunks = [self.chunk(d) for d in (self.data() for _ in range(self.random.randrange(4))) if d]
        last = self.pick([b"0"], [b"00", b"0;a=b", b"0 ", b"", b"-0", b"0;", b"x", b"0000"])
        count = self.random.choice([0, 0, 1])
        trailers = [self.pick([b"T: v", b"U:"], TRAILERS) for _ in range(count)]
        end = self.pick([b"\r\n"], [b"\n", b"", b"\r", b"x\r\n"])
        return b"".join(chunks) + last + b"\r\n" + b"".join(t + b"\r\n" for t in trailers) + end

    def framing(self):
        """Fields and body."""
        kind = self.random.choice(["none", "none", "length", "length", "chunked", "chunked"])
        fields, body = [], b""
        if kind == "length" or self.is_odd():
            body = self.data()
            form = self.pick(["%d"], LENGTHS)
            n = max(0, len(body) + self.pick([0], [-1, 1, 5]))
            text = form % tuple([n] * form.count("%d"))
            fields.append(b"Content-Length: " + text.encode("latin-1"))
        if kind == "chunked" or self.is_odd():
            fields.append(b"Transfer-Encoding: " + self.pick([b"chunked"], CODINGS))
            body = self.chunked() if self.random.random() < 0.95 else body
        return fields, body

    def request(self):
        line = b" ".join([
            self.pick(METHODS, ODD_METHODS),
            self.pick(TARGETS, ODD_TARGETS),
            self.pick([b"HTTP/1.1"], VERSIONS),
        ])
        framing, body = self.framing()
        fields = [self.pick(FIELDS, ODD_FIELDS) for _ in range(self.random.randrange(4))]
        fields += framing
        if not self.is_odd():
            fields.append(b"Host: " + self.pick([b"a", b"a.example:80", b"127.0.0.1"], HOSTS))
        self.random.shuffle(fields)
        before = self.pick([b""], [b"\r\n", b"\n", b"\r\n\r\n", b" ", b"\r"])
        end = self.pick([b"\r\n"], [b"\n", b"\r", b"\r\r\n", b" \r\n"])
        head = before + line + end + b"".join(f + b"\r\n" for f in fields)
        return head + self.pick([b"\r\n"], [b"\n", b"\r\r\n", b" \r\n"]) + body

    def damage(self, data):
        at = self.random.randrange(len(data)) if data else 0
        kind = self.random.randrange(6)
        odd = bytes([self.random.choice(b"\r\n\t :;,\x00\x01\x0b\x7f\x80\xff0aA\"%")])
        if kind == 0:
            return data[:at] + data[at + 1 :]
        if kind == 1:
            return data[:at] + odd + data[at:]
        if kind == 2:
            return data[:at] + odd + data[at + 1 :]
        if kind == 3:
            return data[:at] + data[at : at + self.random.randrange(1, 20)] + data[at:]
        if kind == 4:
            return data[:at]
        return data.replace(b"\r\n", b"\n", self.random.randrange(1, 3))

    def input(self):
        """What one connection receives: a request, often a plain one behind it."""
        data = self.request()
        if self.random.random() < 0.3:
            data = self.damage(data)
        if self.random.random() < 0.5:
            data += SECOND
        return data or b"x"
