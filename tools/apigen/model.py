"""Reads api/ into plain objects and refuses what does not fit together."""

import json
import re
from dataclasses import dataclass, field

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
IN_QUERY = {"GET", "DELETE"}
ARGS_MAX = 16
SEGMENTS_MAX = 8
# Of a flat frame {"id":…,"cmd":…,arguments…}: these names are taken.
FRAME_NAMES = {"id", "cmd", "traceparent"}
STATUS_TEXT = {
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
    405: "Method Not Allowed", 409: "Conflict", 410: "Gone", 413: "Content Too Large",
    429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable",
}


class Mistake(Exception):
    """Something in api/ that cannot stand."""


@dataclass
class Scalar:
    name: str
    base: str
    help: str
    min: int = 0
    max: int = 0
    max_limit: str = ""
    chars_max: int = 0
    charset: str = ""
    secret: bool = False
    values: list = field(default_factory=list)
    ts: str = ""


@dataclass
class Field:
    """A member of an object that the server sends."""
    name: str
    type: str
    optional: bool
    list: bool
    map: bool
    help: str


@dataclass
class Object:
    name: str
    help: str
    fields: list
    base: str = ""


@dataclass
class Arg:
    name: str
    scalar: Scalar
    presence: str  # required, optional, default
    default: object
    help: str
    place: str = ""  # in REST: path, query or body


@dataclass
class Command:
    name: str
    help: str
    detail: str
    needs: str
    counts: str  # the rate that it counts to besides; "": none
    method: str
    path: str
    segments: list  # (text, is parameter)
    args: list
    reply: object  # the name of an object, or an Object without a name
    errors: list
    at_most_one: list
    at_least_one: list
    stream: bool  # answered in parts, by its route alone

    @property
    def socket_only(self):
        return not self.method

    @property
    def c_name(self):
        return self.name.replace(".", "_")


@dataclass
class Group:
    title: str
    help: str
    commands: list


@dataclass
class Error:
    code: str
    status: int
    message: str
    help: str
    general: bool
    retry: bool
    extras: list


@dataclass
class Api:
    version: str
    socket: str  # the path that opens one
    intro: str
    limits: dict  # name -> (value, help)
    rates: dict  # name -> help
    charsets: dict  # name -> (characters, help)
    scalars: dict
    objects: dict
    common: Object
    events: dict
    pushes: dict
    errors: dict
    extras: list
    close: dict  # name -> (code, help)
    groups: list

    @property
    def commands(self):
        return [command for group in self.groups for command in group.commands]


def need(condition, message):
    if not condition:
        raise Mistake(message)


def keys(where, given, required, optional=()):
    missing = set(required) - set(given)
    unknown = set(given) - set(required) - set(optional)
    need(not missing, f"{where}: lacks {', '.join(sorted(missing))}")
    need(not unknown, f"{where}: unknown {', '.join(sorted(unknown))}")


def unique(pairs):
    names = [name for name, _ in pairs]
    need(len(names) == len(set(names)), f"a name stands twice among {', '.join(names)}")
    return dict(pairs)


class Loader:
    def __init__(self, folder):
        self.folder = folder
        self.limits = {k: tuple(v) for k, v in self.read("limits").items()}
        self.rates = self.read("rates")

    def read(self, name):
        text = (self.folder / f"{name}.json").read_text(encoding="utf-8")
        return json.loads(text, object_pairs_hook=unique)

    def number(self, where, value):
        if isinstance(value, str):
            need(value in self.limits, f"{where}: no limit is called {value}")
            return self.limits[value][0]
        return value

    def scalar(self, name, given):
        where = f"type {name}"
        keys(where, given, ["base", "help"],
             ["min", "max", "chars_max", "charset", "secret", "values", "ts"])
        base = given["base"]
        need(base in ("id", "int", "bool", "string", "enum", "ids"), f"{where}: base {base}")
        s = Scalar(name, base, given["help"], secret=given.get("secret", False),
                   values=given.get("values", []), charset=given.get("charset", ""),
                   ts=given.get("ts", ""))
        s.min = self.number(where, given.get("min", 0))
        s.max = self.number(where, given.get("max", 0))
        s.max_limit = given["max"] if isinstance(given.get("max"), str) else ""
        s.chars_max = self.number(where, given.get("chars_max", 0))
        need(not s.charset or s.charset in self.charsets, f"{where}: no charset {s.charset}")
        if base in ("id", "int", "string", "ids"):
            need(s.min <= s.max and s.max > 0, f"{where}: its limits")
        if base == "enum":
            need(s.values, f"{where}: no values")
        return s

    def fields(self, where, given):
        """(base object or "", list of Field)"""
        base, out = "", []
        for name, value in given.items():
            if name == "...":
                base = value
                continue
            need(isinstance(value, list) and len(value) == 2, f"{where}.{name}: [type, help]")
            kind, help_text = value
            m = re.fullmatch(r"(\{)?(\w+)\}?(\[\])?", kind)
            need(m, f"{where}.{name}: type {kind}")
            out.append(Field(name.rstrip("?"), m[2], name.endswith("?"), bool(m[3]), bool(m[1]),
                             help_text))
        return base, out

    def object(self, name, given):
        keys(f"object {name}", given, ["help", "fields"])
        base, fields = self.fields(name, given["fields"])
        return Object(name, given["help"], fields, base)

    def arg(self, where, name, given):
        keys(f"{where}.{name}", given, ["type", "help"], ["default"])
        optional = name.endswith("?")
        name = name.rstrip("?")
        need(re.fullmatch(r"[a-z][a-z_]*", name), f"{where}.{name}: its name")
        need(name not in FRAME_NAMES, f"{where}.{name}: a frame has that name itself")
        need(given["type"] in self.scalars, f"{where}.{name}: no type {given['type']}")
        scalar = self.scalars[given["type"]]
        presence, default = "required", None
        if optional:
            need("default" not in given, f"{where}.{name}: optional and with a default")
            presence = "optional"
        elif "default" in given:
            presence, default = "default", given["default"]
            if scalar.base == "int":
                default = self.number(where, default)
                need(scalar.min <= default <= scalar.max, f"{where}.{name}: its default")
            elif scalar.base == "enum":
                need(default in scalar.values, f"{where}.{name}: its default")
            else:
                need(scalar.base in ("bool", "string"), f"{where}.{name}: has no default")
        return Arg(name, scalar, presence, default, given["help"])

    def command(self, name, given):
        keys(name, given, ["help", "needs"],
             ["detail", "route", "use", "counts", "args", "reply", "errors", "at_most_one",
              "at_least_one", "stream"])
        need(given["needs"] in ("none", "session"), f"{name}: needs {given['needs']}")
        mixin = self.mixins[given["use"]] if "use" in given else {}
        reply = given.get("reply", mixin.get("reply"))
        need(reply is not None, f"{name}: no reply")
        need(reply is mixin.get("reply") or not mixin or reply.get("...") == mixin["reply"],
             f"{name}: its reply does not extend that of {given.get('use')}")
        spread = {**given.get("args", {}), **mixin.get("args", {})}
        args = [self.arg(name, k, v) for k, v in spread.items()]
        unique([(a.name, a) for a in args])
        need(len(args) <= ARGS_MAX, f"{name}: more than {ARGS_MAX} arguments")
        if not isinstance(reply, str):
            base, fields = self.fields(name, reply)
            reply = Object("", "", fields, base)
        errors = given.get("errors", []) + mixin.get("errors", [])
        for code in errors:
            need(code in self.errors, f"{name}: no error {code}")
            need(not self.errors[code].general, f"{name}: {code} is general anyway")
        counts = given.get("counts", mixin.get("counts", ""))
        need(not counts or counts in self.rates, f"{name}: no rate {counts}")
        method, path = given["route"].split(" ") if "route" in given else ("", "")
        command = Command(name, given["help"], given.get("detail", mixin.get("help", "")),
                          given["needs"], counts, method, path, [], args, reply, errors,
                          given.get("at_most_one", []), given.get("at_least_one", []),
                          given.get("stream", False))
        need(not command.stream or command.method == "GET", f"{name}: a stream without a GET route")
        self.place(command)
        for chosen in command.at_most_one + command.at_least_one:
            need(any(a.name == chosen and a.presence == "optional" for a in args),
                 f"{name}: {chosen} is no optional argument")
        return command

    def place(self, command):
        """Says where in a request each argument stands."""
        if command.socket_only:
            return
        need(command.method in METHODS, f"{command.name}: method {command.method}")
        parts = command.path.split("/")
        need(parts[0] == "" and parts[1] == self.version, f"{command.name}: path {command.path}")
        command.segments = [(p.strip("{}"), p.startswith("{")) for p in parts[1:]]
        need(len(command.segments) <= SEGMENTS_MAX, f"{command.name}: its path is too long")
        params = [text for text, is_param in command.segments if is_param]
        for text in params:
            need(any(a.name == text and a.presence == "required" for a in command.args),
                 f"{command.name}: {{{text}}} is no required argument")
        rest = "query" if command.method in IN_QUERY else "body"
        for arg in command.args:
            arg.place = "path" if arg.name in params else rest
            need(arg.place == "body" or not arg.scalar.secret,
                 f"{command.name}: the secret {arg.name} would stand in a URL")
            need(arg.place == "body" or arg.scalar.base != "ids",
                 f"{command.name}: the list {arg.name} would stand in a URL")

    def error(self, code, given, extras):
        keys(f"error {code}", given, ["status", "message", "help"], ["general", "retry", "extras"])
        need(given["status"] in STATUS_TEXT, f"error {code}: status {given['status']}")
        for extra in given.get("extras", []):
            need(extra in extras, f"error {code}: no extra {extra}")
        return Error(code, given["status"], given["message"], given["help"],
                     given.get("general", False), given.get("retry", False),
                     given.get("extras", []))

    def load(self):
        main = self.read("api")
        keys("api.json", main, ["version", "socket", "groups"])
        self.version = main["version"]
        types = self.read("types")
        keys("types.json", types, ["charsets", "scalars", "objects"])
        self.charsets = {k: (expand(v[0]), v[1]) for k, v in types["charsets"].items()}
        self.scalars = {k: self.scalar(k, v) for k, v in types["scalars"].items()}
        objects = {k: self.object(k, v) for k, v in types["objects"].items()}
        events = self.read("events")
        keys("events.json", events, ["common", "events", "pushes"])
        common = Object("event_common", "", self.fields("common", events["common"])[1])
        errors = self.read("errors")
        keys("errors.json", errors, ["errors", "extras", "close"])
        self.errors = {k: self.error(k, v, errors["extras"]) for k, v in errors["errors"].items()}
        self.mixins = self.read("mixins")
        groups = []
        for name in main["groups"]:
            given = self.read(name)
            keys(f"{name}.json", given, ["title", "help", "commands"])
            groups.append(Group(given["title"], given["help"],
                                [self.command(k, v) for k, v in given["commands"].items()]))
        api = Api(self.version, main["socket"], (self.folder / "intro.md").read_text(encoding="utf-8"),
                  self.limits, self.rates, self.charsets, self.scalars, objects, common,
                  {k: self.object(k, v) for k, v in events["events"].items()},
                  {k: self.object(k, v) for k, v in events["pushes"].items()},
                  self.errors, self.fields("extras", errors["extras"])[1],
                  {k: (v["code"], v["help"]) for k, v in errors["close"].items()}, groups)
        check(api)
        return api


def expand(ranges):
    """The characters of "a-z0-9._-", in which a hyphen at the end stands for itself."""
    out, i = set(), 0
    while i < len(ranges):
        if i + 2 < len(ranges) and ranges[i + 1] == "-":
            out |= {chr(c) for c in range(ord(ranges[i]), ord(ranges[i + 2]) + 1)}
            i += 3
        else:
            out.add(ranges[i])
            i += 1
    need(all(ord(c) < 128 for c in out), f"charset {ranges}: ASCII only")
    return out


def overlap(a, b):
    return len(a) == len(b) and all(
        x_param or y_param or x == y for (x, x_param), (y, y_param) in zip(a, b))


def check_fields(api, where, base, fields):
    known = set(api.scalars) | set(api.objects) | {"event", "limits"}
    need(not base or base in api.objects, f"{where}: no object {base}")
    for f in fields:
        need(f.type in known, f"{where}.{f.name}: no type {f.type}")


def check(api):
    """What only the whole can tell."""
    unique([(c.name, c) for c in api.commands])
    unique([(c.c_name, c) for c in api.commands])
    routed = [c for c in api.commands if not c.socket_only]
    for i, a in enumerate(routed):
        for b in routed[i + 1:]:
            if not overlap(a.segments, b.segments):
                continue
            need(a.segments == b.segments, f"{a.path} and {b.path} can be mistaken")
            need(a.method != b.method, f"{a.name} and {b.name} have one route")
    for name, obj in {**api.objects, **api.events, **api.pushes, "common": api.common}.items():
        check_fields(api, name, obj.base, obj.fields)
    for command in api.commands:
        if isinstance(command.reply, str):
            need(command.reply in api.objects, f"{command.name}: no object {command.reply}")
        else:
            check_fields(api, command.name, command.reply.base, command.reply.fields)
    for name, (code, _) in api.close.items():
        need(4000 <= code <= 4999, f"close {name}: {code}")
    for name, (value, _) in api.limits.items():
        need(0 <= value <= api.limits["seq_max"][0], f"limit {name}: no JSON number holds it")
    most = max(s.max for s in api.scalars.values() if s.base == "ids")
    need(api.limits["json_tokens_max"][0] >= most + 4 + 2 * ARGS_MAX,
         "json_tokens_max: the longest list does not fit a frame")


def load(folder):
    return Loader(folder).load()
