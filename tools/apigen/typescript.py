"""Renders client/src/api.ts."""

import json
import re

from .model import Object

PRIMITIVES = {"id": "Id", "bool": "boolean", "string": "string"}
NAMED = {"seq": "Seq", "position": "Seq", "time": "Time"}


def pascal(name):
    return "".join(part.capitalize() for part in re.split(r"[._]", name))


def type_name(api, name):
    if name == "limits":
        return "Limits"
    if name == "event":
        return "ChatEvent"
    if name in api.objects:
        return pascal(name)
    scalar = api.scalars[name]
    if name in NAMED:
        return NAMED[name]
    if scalar.base == "enum":
        return pascal(name)
    if scalar.base == "ids":
        return "Id[]"
    if scalar.base == "int":
        return "number"
    return PRIMITIVES[scalar.base]


def field_line(api, f):
    kind = type_name(api, f.type)
    if f.list:
        kind += "[]"
    if f.map:
        kind = f"Record<string, {kind}>"
    note = f"  /** {f.help} */\n" if f.help else ""
    return f"{note}  {f.name}{'?' if f.optional else ''}: {kind};"


def interface(api, name, obj, lead=()):
    extends = f" extends {pascal(obj.base)}" if obj.base else ""
    note = f"/** {obj.help} */\n" if obj.help else ""
    lines = list(lead) + [field_line(api, f) for f in obj.fields]
    if not lines and not extends:
        return f"{note}export type {name} = Record<string, never>;\n"
    return f"{note}export interface {name}{extends} {{\n" + "\n".join(lines) + "\n}\n"


def args_type(api, command):
    if not command.args:
        return "Record<string, never>"
    return pascal(command.name) + "Args"


def reply_type(command):
    if isinstance(command.reply, str):
        return pascal(command.reply)
    if not command.reply.fields and not command.reply.base:
        return "Record<string, never>"
    return pascal(command.name) + "Reply"


def args_interface(api, command):
    lines = []
    for a in command.args:
        optional = "?" if a.presence != "required" else ""
        note = a.help
        if a.presence == "default":
            note += f"; {json.dumps(a.default)} unless given"
        lines.append(f"  /** {note} */\n  {a.name}{optional}: {type_name(api, a.scalar.name)};")
    body = "\n".join(lines)
    return f"/** Arguments of `{command.name}`: {command.help} */\n" \
           f"export interface {args_type(api, command)} {{\n{body}\n}}\n"


def constant(name, value):
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return f"export const {name} = {text} as const;\n"


def errors(api):
    out = ["export type ErrorCode =\n" + "\n".join(f'  | "{e}"' for e in api.errors) + ";\n"]
    out.append("/** What an error says, on the socket and (beside RFC 9457's members) in REST. */")
    out.append("export interface ApiError {\n  code: ErrorCode;\n  message: string;")
    out += [field_line(api, f).replace(f.name + ":", f.name + "?:") for f in api.extras] + ["}\n"]
    out.append("/** `retry`: the same command may be sent again after a while. */")
    out.append("export const ERRORS: Record<ErrorCode, { status: number; retry: boolean }> = {")
    out += [f"  {e.code}: {{ status: {e.status}, retry: {str(e.retry).lower()} }},"
            for e in api.errors.values()]
    out.append("};\n")
    return out


def module(api):
    out = ["// Generated from api/ by tools/generate; change those.\n",
           "/** A 64-bit id as a decimal string. */\nexport type Id = string;",
           "/** A place in a conversation's log. */\nexport type Seq = number;",
           "/** Unix time in milliseconds. */\nexport type Time = number;\n"]
    for s in api.scalars.values():
        if s.base == "enum":
            values = " | ".join(f'"{v}"' for v in s.values)
            out.append(f"/** {s.help}. */\nexport type {pascal(s.name)} = {values};\n")
    out.append("/** The limits of this version of the protocol. */")
    out.append(constant("LIMITS", {k: v for k, (v, _) in api.limits.items()}))
    out.append("/** The limits as a server announces them. */")
    out.append("export type Limits = Partial<Record<keyof typeof LIMITS, number>>;\n")
    for name, obj in api.objects.items():
        out.append(interface(api, pascal(name), obj))
    out.append("/** What every event has. */\n" + interface(api, "EventCommon", api.common))
    for name, obj in api.events.items():
        based = Object(obj.name, obj.help, obj.fields, "event_common")
        out.append(interface(api, "Event" + pascal(name), based, [f'  type: "{name}";']))
    out.append("export type ChatEvent =\n" + "\n".join(
        f"  | Event{pascal(name)}" for name in api.events) + ";\n")
    for name, obj in api.pushes.items():
        out.append(interface(api, pascal(name) + "Push", obj, [f'  push: "{name}";']))
    out.append("export type Push =\n" + "\n".join(
        f"  | {pascal(name)}Push" for name in api.pushes) + ";\n")
    out += errors(api)
    out.append("/** Close codes of a socket: up to 4499 reconnect, from 4500 on stop. */")
    out.append(constant("CLOSE_CODES", {k: v for k, (v, _) in api.close.items()}))
    for c in api.commands:
        if c.args:
            out.append(args_interface(api, c))
        if reply_type(c) == pascal(c.name) + "Reply":
            out.append(interface(api, reply_type(c), c.reply))
    out.append("/** Every command with what it takes and what it answers. */")
    out.append("export interface Commands {")
    for c in api.commands:
        out.append(f"  /** {c.help} */")
        out.append(f'  "{c.name}": {{ args: {args_type(api, c)}; reply: {reply_type(c)} }};')
    out.append("}\n\nexport type CommandName = keyof Commands;\n")
    out.append("/** The REST routes; commands without one are for sockets only. */")
    out.append(constant("ROUTES", {c.name: {"method": c.method, "path": c.path}
                                   for c in api.commands if not c.socket_only}))
    out.append("/** Opens a WebSocket. */")
    out.append(f'export const SOCKET_PATH = "{api.socket}";\n')
    out.append("/** A frame from the client. */")
    out.append("export type CommandFrame<C extends CommandName = CommandName> = {\n"
               "  id: number;\n  cmd: C;\n} & Commands[C][\"args\"];\n")
    out.append("/** The answer to it; `id` lacks when the frame's own could not be read. */")
    out.append("export type ReplyFrame<C extends CommandName = CommandName> =\n"
               "  | { id: number; ok: Commands[C][\"reply\"] }\n"
               "  | { id?: number; error: ApiError };\n")
    out.append("/** The body of a REST error (RFC 9457). */")
    out.append("export interface Problem extends Omit<ApiError, \"message\"> {\n"
               "  type: string;\n  title: string;\n  status: number;\n  detail: string;\n}")
    return "\n".join(out) + "\n"
