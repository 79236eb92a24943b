"""Renders docs/asyncapi.json, an AsyncAPI 3 document of the WebSocket."""

import json

from .openapi import used
from .schema import all_fields, error_members, example, general_errors, objects, reply, sent, taken

CHANNEL = "#/channels/socket"
FRAME_ID = {"type": "integer", "format": "int64", "minimum": 0, "maximum": 2**53 - 1,
            "description": "Chosen by the client; the answer repeats it.", "examples": [2]}
TRACEPARENT = {"type": "string", "description":
               "Of W3C Trace Context; what is malformed is ignored."}
SAME_ID = {"location": "$message.payload#/id",
           "description": "An answer carries the id of the command it answers."}


def message(schemas, title, summary, payload, answered=False):
    out = {"name": title, "title": title, "summary": summary, "payload": payload,
           "contentType": "application/json"}
    if answered:
        out["correlationId"] = SAME_ID
    out["examples"] = [{"payload": example(schemas, payload)}]
    return out


def command_message(api, schemas, command):
    envelope = {"id": FRAME_ID, "cmd": {"type": "string", "const": command.name}}
    payload = taken(api, command.args, command, envelope)
    payload["properties"]["traceparent"] = TRACEPARENT
    return message(schemas, command.name, command.help, payload, True)


def reply_message(api, schemas, command):
    payload = {"type": "object", "required": ["id", "ok"],
               "properties": {"id": FRAME_ID, "ok": reply(api, command)}}
    return message(schemas, f"{command.name}.ok", f"What `{command.name}` answers.", payload, True)


def error_message(api, schemas):
    words = {"type": "string", "description": "What went wrong, for people.",
             "examples": [next(iter(api.errors.values())).message]}
    error = {"type": "object", "required": ["code", "message"],
             "properties": {**error_members(api, list(api.errors)), "message": words}}
    payload = {"type": "object", "required": ["error"],
               "properties": {"id": FRAME_ID, "error": error}}
    return message(schemas, "error",
                   "A command failed. `id` lacks where that of the frame could not be read.",
                   payload, True)


def push_message(api, schemas, name, push):
    payload = sent("", all_fields(api, push), {"push": {"type": "string", "const": name}})
    return message(schemas, f"push.{name}", push.help, payload)


def messages(api, schemas):
    out = {}
    for command in api.commands:
        if command.stream:
            continue
        out[command.name] = command_message(api, schemas, command)
        out[f"{command.name}.ok"] = reply_message(api, schemas, command)
    out["error"] = error_message(api, schemas)
    for name, push in api.pushes.items():
        out[f"push.{name}"] = push_message(api, schemas, name, push)
    return out


def in_channel(name):
    return {"$ref": f"{CHANNEL}/messages/{name}"}


def operations(api):
    """As the server sees it: it receives commands, answers them, and sends pushes."""
    out = {}
    for group in api.groups:
        for command in group.commands:
            if command.stream:
                continue
            codes = general_errors(api, command) + command.errors
            notes = [command.detail] if command.detail else []
            notes.append("Errors: " + ", ".join(f"`{code}`" for code in codes) + ".")
            out[command.name] = {
                "action": "receive",
                "channel": {"$ref": CHANNEL},
                "summary": command.help,
                "description": " ".join(notes),
                "tags": [{"name": group.title}],
                "messages": [in_channel(command.name)],
                "reply": {"channel": {"$ref": CHANNEL},
                          "messages": [in_channel(f"{command.name}.ok"), in_channel("error")]},
                "x-errors": codes,
            }
    for name, push in api.pushes.items():
        out[f"push.{name}"] = {
            "action": "send", "channel": {"$ref": CHANNEL}, "summary": push.help,
            "messages": [in_channel(f"push.{name}")],
        }
    return out


def channel(api, names):
    closes = "\n".join(f"- {code} `{name}`: {text}" for name, (code, text) in api.close.items())
    return {
        "address": api.socket,
        "title": "The socket",
        "description": "A WebSocket (RFC 6455) on which each text message is one JSON object. The "
                       "first command must be `auth`. The server closes with a code; after 4000 "
                       f"to 4499 reconnect, after 4500 to 4999 stop:\n\n{closes}",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        "bindings": {"ws": {"method": "GET", "bindingVersion": "0.1.0"}},
        "x-close-codes": {name: {"code": code, "description": text, "reconnect": code < 4500}
                          for name, (code, text) in api.close.items()},
    }


def document(api):
    schemas = objects(api)
    sendable = messages(api, schemas)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Parley",
            "version": api.version,
            "description": "The WebSocket of a Parley server, told from the server's side. "
                           "openapi.json beside this document describes the same commands as REST "
                           "routes.\n\nLengths count bytes of UTF-8. Where JSON Schema can only "
                           "count characters, `x-bytes-min` and `x-bytes-max` say what holds. "
                           "Integers are written without fraction or exponent: 1.0 is refused.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {"node": {
            "host": "{host}", "protocol": "wss",
            "description": "A node; `connect` names the others.",
            "variables": {"host": {"default": "chat.example", "description": "Where it runs."}},
        }},
        "channels": {"socket": channel(api, sendable)},
        "operations": operations(api),
        "components": {"messages": sendable, "schemas": used(schemas, sendable)},
    }


def page(api):
    return json.dumps(document(api), indent=1, ensure_ascii=False) + "\n"
