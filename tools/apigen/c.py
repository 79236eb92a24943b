"""Renders proto/api.gen.h and proto/api.gen.c."""

from .model import STATUS_TEXT

NOTE = "/* Generated from api/ by tools/generate; change those. */\n/* clang-format off */\n"
C_TYPES = {"id": "uint64_t", "int": "uint64_t", "bool": "bool", "string": "struct str",
           "ids": "struct api_ids"}


def quote(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def c_type(scalar):
    return f"enum api_{scalar.name}" if scalar.base == "enum" else C_TYPES[scalar.base]


def enums(api):
    """The enum types that arguments have."""
    used = {a.scalar.name: a.scalar for c in api.commands for a in c.args}
    return [s for s in used.values() if s.base == "enum"]


def args_struct(command):
    lines = [f"struct args_{command.c_name} {{"]
    for arg in command.args:
        if arg.presence == "optional":
            lines.append(f"    bool has_{arg.name};")
        lines.append(f"    {c_type(arg.scalar)} {arg.name};")
    if not command.args:
        lines.append("    char none;")
    return "\n".join(lines + ["};"])


def header(api):
    out = [NOTE, "#ifndef PARLEY_PROTO_API_GEN_H\n#define PARLEY_PROTO_API_GEN_H\n",
           '#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n',
           '#include "proto/spec.h"\n#include "util/str.h"\n']
    width = max(len(name) for name in api.limits) + 4
    out.append("/* Limits. */")
    for name, (value, text) in api.limits.items():
        suffix = "ULL" if value > 0x7fffffff else ""
        out.append(f"#define API_{name.upper():<{width}}{value}{suffix} /* {text} */")
    out.append(f"\n/* Opens a WebSocket. */\n#define API_SOCKET_PATH {quote(api.socket)}")
    out.append("\nenum { API_LIMIT_COUNT = %d };" % len(api.limits))
    out.append("extern const struct limit_spec api_limits[API_LIMIT_COUNT];\n")

    out.append("/* What is counted: how often it may happen. */\nenum api_rate {\n    API_RATE_NONE,")
    out += [f"    API_RATE_{n.upper()}, /* {text} */" for n, text in api.rates.items()]
    out.append("    API_RATE_COUNT,\n};")
    out.append("/* Indexed by enum api_rate; the first one is empty. */")
    out.append("extern const struct str api_rates[API_RATE_COUNT];\n")
    out.append("/* Errors; 0 is success. */\nenum api_error {\n    API_OK,")
    for e in api.errors.values():
        out.append(f"    API_ERROR_{e.code.upper()}, /* {e.status} {e.message} */")
    out.append("    API_ERROR_COUNT,\n};")
    out.append("/* Indexed by enum api_error; the first one is empty. */")
    out.append("extern const struct error_spec api_errors[API_ERROR_COUNT];\n")

    out.append("/* WebSocket close codes: up to 4499 reconnect, from 4500 on stop. */")
    out.append("enum api_close {")
    for name, (code, text) in api.close.items():
        out.append(f"    API_CLOSE_{name.upper()} = {code}, /* {text} */")
    out.append("};\n")

    for s in enums(api):
        out.append(f"/* {s.help}. */\nenum api_{s.name} {{")
        out += [f"    API_{s.name.upper()}_{v.upper()}," for v in s.values] + ["};\n"]

    out.append("/* One X(NAME, name) a command, in the order of enum command. */")
    out.append("#define API_COMMANDS(X) \\")
    rows = [f"    X({c.c_name.upper()}, {c.c_name})" for c in api.commands]
    out.append(" \\\n".join(rows) + "\n")
    out.append("enum command {")
    out += [f"    COMMAND_{c.c_name.upper()}, /* {c.help} */" for c in api.commands]
    out.append("    COMMAND_COUNT,\n};\n")
    for c in api.commands:
        out.append(f"/* {c.name}: {c.help} */\n{args_struct(c)}\n")
    out.append("/* Indexed by enum command. */")
    out.append("extern const struct command_spec command_specs[COMMAND_COUNT];")
    out.append("/* The same, ordered by name as str_cmp() orders. */")
    out.append("extern const uint16_t commands_by_name[COMMAND_COUNT];\n\n#endif")
    return "\n".join(out) + "\n"


def arg_row(command, arg):
    s = arg.scalar
    struct = f"struct args_{command.c_name}"
    parts = [f".name = LIT({quote(arg.name)})", f".kind = ARG_{s.base.upper()}",
             f".presence = ARG_{arg.presence.upper()}",
             f".offset = offsetof({struct}, {arg.name})"]
    if arg.presence == "optional":
        parts.append(f".has_offset = offsetof({struct}, has_{arg.name})")
    if s.base in ("id", "int", "string", "ids"):
        parts.append(f".min = {s.min}, .max = {s.max}ULL")
    if s.chars_max:
        parts.append(f".chars_max = {s.chars_max}")
    if s.charset:
        parts.append(f".charset = &charset_{s.charset}")
    if s.secret:
        parts.append(".secret = true")
    if s.base == "enum":
        parts.append(f".values = values_{s.name}, .values_n = {len(s.values)}")
    if arg.presence == "default":
        if s.base == "string":
            parts.append(f".default_text = LIT({quote(arg.default)})")
        elif s.base == "enum":
            parts.append(f".default_value = {s.values.index(arg.default)}")
        else:
            parts.append(f".default_value = {int(arg.default)}")
    return "    {" + ", ".join(parts) + "},"


def mask(command, names):
    return sum(1 << i for i, a in enumerate(command.args) if a.name in names)


def command_row(command):
    name = command.c_name
    parts = [f".name = LIT({quote(command.name)})", f".needs = API_NEEDS_{command.needs.upper()}",
             f".args_size = sizeof(struct args_{name})"]
    if command.counts:
        parts.append(f".counts = API_RATE_{command.counts.upper()}")
    if command.socket_only:
        parts.append(".transport = API_TRANSPORT_SOCKET")
    else:
        transport = "ROUTE" if command.stream else "BOTH"
        parts.append(f".transport = API_TRANSPORT_{transport}, .method = API_{command.method}")
        parts.append(f".segments = route_{name}, .segments_n = {len(command.segments)}")
    if command.args:
        parts.append(f".args = args_{name}, .args_n = {len(command.args)}")
    if command.at_most_one:
        parts.append(f".at_most_one = {mask(command, command.at_most_one):#x}")
    if command.at_least_one:
        parts.append(f".at_least_one = {mask(command, command.at_least_one):#x}")
    joined = ",\n        ".join(parts)
    return f"    [COMMAND_{name.upper()}] = {{\n        {joined},\n    }},"


def source(api):
    out = [NOTE, '#include "proto/api.gen.h"\n',
           "/* STR() is a compound literal, which a static initialiser may not hold. */",
           '#define LIT(text) {("" text), sizeof(text) - 1}\n']
    out.append("const struct limit_spec api_limits[API_LIMIT_COUNT] = {")
    out += [f"    {{LIT({quote(n)}), API_{n.upper()}}}," for n in api.limits] + ["};\n"]
    out.append("const struct str api_rates[API_RATE_COUNT] = {")
    out += [f"    [API_RATE_{n.upper()}] = LIT({quote(n)})," for n in api.rates] + ["};\n"]
    out.append("const struct error_spec api_errors[API_ERROR_COUNT] = {")
    for e in api.errors.values():
        out.append(f"    [API_ERROR_{e.code.upper()}] = {{LIT({quote(e.code)}), {e.status}, "
                   f"LIT({quote(STATUS_TEXT[e.status])}),\n        LIT({quote(e.message)})}},")
    out.append("};\n")
    for name, (characters, text) in api.charsets.items():
        bits = [sum(1 << ord(ch) % 64 for ch in characters if ord(ch) // 64 == half)
                for half in (0, 1)]
        out.append(f"static const struct arg_charset charset_{name} = {{\n"
                   f"    {{{bits[0]:#018x}ULL, {bits[1]:#018x}ULL}},\n    {quote(text)},\n}};\n")
    for s in enums(api):
        values = ", ".join(f"LIT({quote(v)})" for v in s.values)
        out.append(f"static const struct str values_{s.name}[] = {{{values}}};\n")
    for c in api.commands:
        if c.args:
            out.append(f"static const struct arg_spec args_{c.c_name}[] = {{")
            out += [arg_row(c, a) for a in c.args] + ["};\n"]
        if not c.socket_only:
            parts = ", ".join(f"{{LIT({quote(text)}), {str(param).lower()}}}"
                              for text, param in c.segments)
            out.append(f"static const struct route_segment route_{c.c_name}[] = {{{parts}}};\n")
    out.append("const struct command_spec command_specs[COMMAND_COUNT] = {")
    out += [command_row(c) for c in api.commands] + ["};\n"]
    out.append("const uint16_t commands_by_name[COMMAND_COUNT] = {")
    out += [f"    COMMAND_{c.c_name.upper()},"
            for c in sorted(api.commands, key=lambda c: c.name.encode())]
    out.append("};")
    return "\n".join(out) + "\n"


