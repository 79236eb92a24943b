"""Renders docs/api.md."""


def limits_of(scalar):
    s = scalar
    if s.base == "id":
        return "id, a decimal string"
    if s.base == "int":
        return f"integer, {s.min} to {s.max}"
    if s.base == "bool":
        return "true or false"
    if s.base == "enum":
        return "one of " + ", ".join(f"`{v}`" for v in s.values)
    if s.base == "ids":
        return f"list of {s.min} to {s.max} ids, each once"
    text = f"string, {s.min} to {s.max} bytes"
    if s.chars_max:
        text += f" and at most {s.chars_max} characters"
    return text


def arg_row(api, arg):
    kind = limits_of(arg.scalar)
    if arg.scalar.charset:
        kind += " of " + api.charsets[arg.scalar.charset][1]
    presence = {"required": "required", "optional": "optional"}.get(arg.presence)
    if presence is None:
        value = str(arg.default).lower() if isinstance(arg.default, bool) else arg.default
        presence = f"default `{value}`"
    return f"| `{arg.name}` | {kind} | {presence} | {arg.place or 'frame'} | {arg.help} |"


def type_text(field):
    text = f"[`{field.type}`](#types)"
    if field.list:
        text = f"list of {text}"
    if field.map:
        text = f"{text} by name"
    return text


def field_rows(api, obj):
    rows = []
    if obj.base:
        rows += field_rows(api, api.objects[obj.base])
    for f in obj.fields:
        optional = " (optional)" if f.optional else ""
        rows.append(f"| `{f.name}`{optional} | {type_text(f)} | {f.help} |")
    return rows


def field_table(api, obj):
    return ["| member | type | |", "|---|---|---|"] + field_rows(api, obj) + [""]


def command(api, c):
    out = [f"### {c.name}", "", c.help + (" " + c.detail if c.detail else ""), ""]
    route = "Socket only." if c.socket_only else f"`{c.method} {c.path}`"
    session = "needs a session" if c.needs == "session" else "needs no session"
    if c.stream:
        route += " only, in parts"
    counts = f" · counts to `{c.counts}`" if c.counts else ""
    out += [f"{route} · {session}{counts}", ""]
    if c.args:
        out += ["| argument | type | | in | |", "|---|---|---|---|---|"]
        out += [arg_row(api, a) for a in c.args] + [""]
    if c.at_most_one:
        out += ["At most one of " + ", ".join(f"`{n}`" for n in c.at_most_one) + ".", ""]
    if c.at_least_one:
        out += ["At least one of " + ", ".join(f"`{n}`" for n in c.at_least_one) + ".", ""]
    if isinstance(c.reply, str):
        out += [f"Answers `{c.reply}`:", ""] + field_table(api, api.objects[c.reply])
    elif c.reply.fields or c.reply.base:
        out += ["Answers:", ""] + field_table(api, c.reply)
    else:
        out += ["Answers `{}`.", ""]
    if c.errors:
        out += ["Errors: " + ", ".join(f"`{e}`" for e in c.errors) + ".", ""]
    return out


def error_rows(api):
    for e in api.errors.values():
        extras = ", ".join(f"`{x}`" for x in e.extras)
        yield f"| `{e.code}` | {e.status} | {'any' if e.general else ''} | {extras} | " \
              f"{e.message} {e.help} |"


def types(api):
    out = ["## Types", "", "| type | is | |", "|---|---|---|"]
    for s in api.scalars.values():
        out.append(f"| `{s.name}` | {limits_of(s)} | {s.help} |")
    out += ["", "Members may be added to what the server sends; ignore those you do not know.", ""]
    for obj in api.objects.values():
        out += [f"### `{obj.name}`", "", obj.help, ""] + field_table(api, obj)
    out += ["### `limits`", "", "An object with a number for each of these:", "",
            "| limit | value | |", "|---|---|---|"]
    out += [f"| `{n}` | {v} | {text} |" for n, (v, text) in api.limits.items()]
    out += ["", "### `rates`", "",
            "An object with a `rate` for each of these that the server limits. Past one the answer "
            "is `rate_limited`.", "", "| rate | counts |", "|---|---|"]
    out += [f"| `{n}` | {text} |" for n, text in api.rates.items()]
    return out + [""]


def page(api):
    out = ["<!-- Generated from api/ by tools/generate; change those. -->", "", api.intro.strip(),
           ""]
    for group in api.groups:
        out += [f"## {group.title}", "", group.help, ""]
        for c in group.commands:
            out += command(api, c)
    out += ["## Events", "", "Every event has", ""] + field_table(api, api.common)
    out += ["and by its `type`:", ""]
    for name, obj in api.events.items():
        out += [f"### `{name}`", "", obj.help, ""] + field_table(api, obj)
    out += ["## Pushes", "",
            "What the server sends on a socket unasked, as `{\"push\":…,…}` without an id.", ""]
    for name, obj in api.pushes.items():
        out += [f"### push `{name}`", "", obj.help, ""]
        if obj.fields or obj.base:
            out += field_table(api, obj)
    out += ["## Errors", "",
            "Those marked *any* can answer every command; the others stand with the command.", "",
            "| code | HTTP | | also carries | |", "|---|---|---|---|---|"]
    out += list(error_rows(api)) + [""]
    out += ["## Close codes", "", "After 4000 to 4499 reconnect, after 4500 to 4999 stop.", "",
            "| code | name | |", "|---|---|---|"]
    out += [f"| {code} | `{name}` | {text} |" for name, (code, text) in api.close.items()] + [""]
    return "\n".join(out + types(api)).rstrip() + "\n"
