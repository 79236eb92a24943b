"""Holds our JSON reader and writer against Python's: the same texts are taken, with the same values.

    test_json_differential.py JSON_ECHO [ROUNDS] [SEED]

Python's reader is laxer than RFC 8259 (NaN, lone surrogates); that is made up for here.
"""

import json
import random
import re
import subprocess
import sys

DEPTH_MAX = 8
TOKENS_MAX = 512
PIECES = [b'{', b'}', b'[', b']', b',', b':', b'"', b'\\', b'\\u', b'00e9', b'd83d', b'\\ude00',
          b'1', b'0', b'-', b'.', b'e', b'E', b'+', b'true', b'false', b'null', b' ', b'\n', b'\t',
          b'\r', b'\x0c', b'\x00', b'\x1f', b'\xc3\xa9', b'\xe2\x82', b'\xf0\x9f\x98\x80', b'\xff',
          b'"a"', b'"cmd":', b'NaN', b'/', b'\xef\xbb\xbf', b'\x7f']


class Refused(Exception):
    pass


def refuse(_):
    raise Refused


class Pairs(tuple):
    """An object as its members in order, names that stand twice included."""


def depth(value):
    if isinstance(value, Pairs):
        return 1 + max((depth(v) for _, v in value), default=0)
    if isinstance(value, list):
        return 1 + max((depth(v) for v in value), default=0)
    return 0


def tokens(value):
    if isinstance(value, Pairs):
        return 1 + sum(1 + tokens(v) for _, v in value)
    if isinstance(value, list):
        return 1 + sum(tokens(v) for v in value)
    return 1


def read(data):
    """The value, numbers as they were written; raises when it is no JSON for us."""
    text = data.decode("utf-8")
    value = json.loads(text, parse_constant=refuse, parse_int=lambda s: ("number", s),
                       parse_float=lambda s: ("number", s), object_pairs_hook=Pairs)
    if re.search("[\ud800-\udfff]", repr_strings(value)):
        raise Refused
    if depth(value) > DEPTH_MAX or tokens(value) > TOKENS_MAX:
        raise Refused
    return value


def repr_strings(value):
    if isinstance(value, str):
        return value
    if isinstance(value, Pairs):
        return "".join(k + repr_strings(v) for k, v in value)
    if isinstance(value, list):
        return "".join(repr_strings(v) for v in value)
    return ""


def random_string(rng):
    kinds = [lambda: chr(rng.randrange(0x20)), lambda: chr(rng.randrange(0x20, 0x7f)),
             lambda: rng.choice('"\\/'), lambda: chr(rng.randrange(0x80, 0xd800)),
             lambda: chr(rng.randrange(0x10000, 0x110000)), lambda: rng.choice("abcdefgh") * 9]
    return "".join(rng.choice(kinds)() for _ in range(rng.randrange(12)))


def random_value(rng, room):
    kind = rng.randrange(8 if room else 5)
    if kind == 0:
        return rng.choice([None, True, False])
    if kind == 1:
        return rng.choice([0, -1, 2**53 - 1, 2**70, 0.5, -1e300, rng.randrange(10**6)])
    if kind < 5:
        return random_string(rng)
    if kind == 5:
        return [random_value(rng, room - 1) for _ in range(rng.randrange(5))]
    return {random_string(rng): random_value(rng, room - 1) for _ in range(rng.randrange(5))}


def random_text(rng):
    style = rng.randrange(4)
    if style == 0:
        return b"".join(rng.choice(PIECES) for _ in range(rng.randrange(1, 14)))
    text = json.dumps(random_value(rng, rng.randrange(1, 11)), ensure_ascii=rng.random() < 0.5,
                      indent=rng.choice([None, None, 1]))
    data = bytearray(text.encode("utf-8"))
    if style > 1:
        for _ in range(rng.randrange(1, 4)):
            at = rng.randrange(len(data) + 1)
            action = rng.randrange(3)
            if action == 0:
                data[at:at] = rng.choice(PIECES)
            elif action == 1:
                del data[at:at + rng.randrange(1, 4)]
            else:
                data[at:at + 1] = bytes([rng.randrange(256)])
    return bytes(data)


def main():
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 30000
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    rng = random.Random(seed)
    texts = [random_text(rng) for _ in range(rounds)]
    texts += [b"[" * n + b"]" * n for n in range(1, 12)]
    texts += [b"[" + b",".join([b"1"] * n) + b"]" for n in (510, 511, 512, 513)]
    stdin = b"".join(len(t).to_bytes(4, "little") + t for t in texts)
    run = subprocess.run([sys.argv[1]], input=stdin, stdout=subprocess.PIPE, check=True, timeout=240)
    at, taken = 0, 0
    for text in texts:
        n = int.from_bytes(run.stdout[at:at + 4], "little")
        echo = run.stdout[at + 4:at + 4 + n]
        at += 4 + n
        try:
            expected = read(text)
        except (ValueError, Refused, RecursionError):
            if echo:
                sys.exit(f"seed {seed}: taken, though Python refuses it: {text!r} as {echo!r}")
            continue
        if not echo:
            sys.exit(f"seed {seed}: refused, though Python takes it: {text!r}")
        if read(echo) != expected:
            sys.exit(f"seed {seed}: {text!r} became {echo!r}")
        taken += 1
    if not rounds // 20 < taken < rounds:
        sys.exit(f"seed {seed}: {taken} of {rounds} texts taken says little")
    print(f"{len(texts)} texts, {taken} of them JSON")


main()
