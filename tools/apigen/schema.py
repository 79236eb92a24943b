"""Renders the model as JSON Schema, for the OpenAPI and the AsyncAPI document alike.

JSON Schema counts characters where our limits count bytes. `maxLength` is then the bytes that may
be, since a character takes at least one, and `minLength` a quarter of those that must be, since
none takes more than four: whatever the server takes fits the schema. What the server really holds
to stands beside it as `x-bytes-min` and `x-bytes-max`.
"""

import re

CHARACTER_BYTES_MAX = 4
EXAMPLES = {
    "id": "7051268394012672001", "seq": 18, "position": 18, "count": 12, "time": 1764000000000,
    "ms": 5000, "seconds": 0, "bool": True, "text": "Ann", "opaque": "4f1c-b2", "key": "a1",
    "token": "pQ3mU1c0Zb7xT9rYkE5aVg", "username": "ann", "username_prefix": "an",
    "password": "correct horse", "new_password": "correct horse", "display_name": "Ann",
    "about": "Likes boats", "device_name": "laptop", "title": "Boats", "kind": "text",
    "message_text": "hello", "draft_text": "hel", "emoji": "\N{THUMBS UP SIGN}", "watched": ["7051268394012672001"],
    "new_members": ["7051268394012672001"], "description": "Who sails when",
    "invite_token": "YdpbCGEAAAEAAAAAAAAAEqYxm0cXb7n2kVw9dLr5Q3s", "invite_code": "4f1c-b2",
    "report_comment": "He writes this to everybody",
    "known": "Yb0qPzX2c1dTn5w8rKe7VA", "factor_secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "factor_code": "492039",
}


def up_to(number):
    """A regular expression of the decimals 1 to `number`, without leading zeros."""
    digits = str(number)
    choices = [f"[1-9][0-9]{{0,{len(digits) - 2}}}"]
    for i, digit in enumerate(digits):
        low = 1 if i == 0 else 0
        rest = len(digits) - i - 1
        if int(digit) > low:
            tail = f"[0-9]{{{rest}}}" if rest else ""
            choices.append(f"{digits[:i]}[{low}-{int(digit) - 1}]{tail}")
    return f"^({'|'.join(choices + [digits])})$"


def charset(characters):
    """The characters as a class of a regular expression, in ranges."""
    codes = sorted(ord(c) for c in characters)
    runs = []
    for code in codes:
        if runs and code == runs[-1][1] + 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    out = ""
    for first, last in runs:
        one, other = (re.escape(chr(code)) for code in (first, last))
        out += one if first == last else f"{one}-{other}" if last > first + 1 else one + other
    return f"[{out}]"


def text(api, s):
    """A string's schema."""
    if s.charset:
        return {"type": "string", "minLength": s.min, "maxLength": s.max,
                "pattern": f"^{charset(api.charsets[s.charset][0])}*$"}
    out = {"type": "string", "minLength": -(-s.min // CHARACTER_BYTES_MAX),
           "maxLength": min(s.chars_max or s.max, s.max), "pattern": "^[^\\u0000]*$"}
    if s.min:
        out["x-bytes-min"] = s.min
    out["x-bytes-max"] = s.max
    if s.secret:
        out["format"] = "password"
    return out


def scalar(api, s):
    if s.base == "id":
        out = {"type": "string", "maxLength": len(str(s.max)), "pattern": up_to(s.max)}
    elif s.base == "int":
        # JSON Schema takes 1.0 for an integer; the server does not.
        out = {"type": "integer", "format": "int64", "minimum": s.min, "maximum": s.max}
    elif s.base == "bool":
        out = {"type": "boolean"}
    elif s.base == "enum":
        out = {"type": "string", "enum": s.values}
    elif s.base == "ids":
        out = {"type": "array", "items": ref("id"), "uniqueItems": True, "minItems": s.min,
               "maxItems": s.max}
    else:
        out = text(api, s)
    return {"description": s.help + ".", **out}


def ref(name):
    return {"$ref": f"#/components/schemas/{name}"}


def noted(schema, note):
    """The schema with words of its own. `allOf`, since draft 7 reads nothing beside a `$ref`."""
    if not note:
        return schema
    if "$ref" in schema:
        schema = {"allOf": [schema]}
    return {"description": sentence(note), **schema}


def sentence(note):
    return note[0].upper() + note[1:] + ("" if note.endswith(".") else ".")


def field(f):
    schema = ref(f.type)
    if f.list:
        schema = {"type": "array", "items": schema}
    if f.map:
        schema = {"type": "object", "additionalProperties": schema}
    return noted(schema, f.help)


def all_fields(api, obj):
    return (all_fields(api, api.objects[obj.base]) if obj.base else []) + obj.fields


def sent(help_text, fields, more=None):
    """An object that the server sends: members that are not known are to be ignored."""
    out = {"type": "object"}
    if help_text:
        out["description"] = help_text
    required = list(more or {}) + [f.name for f in fields if not f.optional]
    if required:
        out["required"] = required
    out["properties"] = {**(more or {}), **{f.name: field(f) for f in fields}}
    return out


def reply(api, command):
    """What a command answers."""
    if isinstance(command.reply, str):
        return ref(command.reply)
    return sent("", all_fields(api, command.reply))


def argument(api, arg, place=noted):
    schema = place(ref(arg.scalar.name), arg.help)
    if arg.presence == "default":
        schema["default"] = arg.default
    return schema


def taken(api, args, command, more=None):
    """An object that a client sends: a member that is not known is refused."""
    names = {a.name for a in args}
    required = list(more or {}) + [a.name for a in args if a.presence == "required"]
    out = {"type": "object", "additionalProperties": False}
    if required:
        out["required"] = required
    out["properties"] = {**(more or {}), **{a.name: argument(api, a) for a in args}}
    if command.at_least_one and names >= set(command.at_least_one):
        out["anyOf"] = [{"required": [name]} for name in command.at_least_one]
    if command.at_most_one and names >= set(command.at_most_one):
        pairs = [[one, other] for i, one in enumerate(command.at_most_one)
                 for other in command.at_most_one[i + 1:]]
        out["not"] = {"anyOf": [{"required": pair} for pair in pairs]}
    return out


def objects(api):
    """The schemas of all types, by name."""
    out = {s.name: scalar(api, s) for s in api.scalars.values()}
    for obj in api.objects.values():
        out[obj.name] = sent(obj.help, all_fields(api, obj))
    out["limits"] = {
        "type": "object", "description": "What the server takes, by name.",
        "properties": {n: {"type": "integer", "description": sentence(text)}
                       for n, (_, text) in api.limits.items()},
        "additionalProperties": {"type": "integer"},
    }
    for name, obj in api.events.items():
        out[f"event.{name}"] = sent(
            obj.help, api.common.fields + all_fields(api, obj),
            {"type": {"type": "string", "const": name}})
    out["event"] = {"description": "What happened in a conversation.",
                    "oneOf": [ref(f"event.{name}") for name in api.events]}
    return out


def error_members(api, codes):
    """The members beside the message of an error with one of these codes."""
    return {"code": {"type": "string", "enum": codes, "description": "What went wrong."},
            **{f.name: field(f) for f in api.extras
               if any(f.name in api.errors[code].extras for code in codes)}}


def general_errors(api, command):
    """The codes that a well-addressed command may be answered with, whatever it is."""
    never = {"unknown_command", "method_not_allowed"}
    if command.needs == "none":
        never.add("unauthenticated")
    return [e.code for e in api.errors.values() if e.general and e.code not in never]


def example(schemas, schema):
    """A value that fits a schema which this module has made."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return EXAMPLES[name] if name in EXAMPLES else example(schemas, schemas[name])
    if "allOf" in schema:
        return example(schemas, schema["allOf"][0])
    if "oneOf" in schema:
        return example(schemas, schema["oneOf"][0])
    for key in ("const", "default"):
        if key in schema:
            return schema[key]
    for key in ("examples", "enum"):
        if key in schema:
            return schema[key][0]
    if schema["type"] == "array":
        return [example(schemas, schema["items"])]
    if schema["type"] == "integer":
        return schema.get("minimum", 0)
    if schema["type"] == "string":
        raise KeyError(f"a text without an example in EXAMPLES: {schema['description']}")
    if "properties" not in schema:
        return {}
    wanted = set(schema.get("required", []) or schema["properties"]) | {"text"}
    if "anyOf" in schema:
        wanted |= set(schema["anyOf"][0]["required"])
    return {name: example(schemas, value) for name, value in schema["properties"].items()
            if name in wanted}
