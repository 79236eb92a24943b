"""Renders docs/openapi.json, an OpenAPI 3.1 document of the REST routes."""

import json

from .model import STATUS_TEXT
from .schema import (argument, error_members, example, general_errors, objects, ref, reply,
                     sentence, taken)

PROBLEM = "application/problem+json"
CHALLENGE = {"WWW-Authenticate": {"description": "Always `Bearer`.", "required": True,
                                  "schema": {"type": "string", "const": "Bearer"}}}
RETRY = {"Retry-After": {"description": "`retry_after_ms` in whole seconds, rounded up.",
                         "schema": {"type": "integer", "minimum": 1}}}
NO_STORE = {"Cache-Control": {"description": "Always `no-store`.", "required": True,
                              "schema": {"type": "string", "const": "no-store"}}}


def problem(api):
    """The body of an error (RFC 9457)."""
    return {
        "description": "An error as RFC 9457 has it.",
        "type": "object",
        "required": ["type", "title", "status", "detail", "code"],
        "properties": {
            "type": {"type": "string", "const": "about:blank"},
            "title": {"type": "string", "description": "The status' own name."},
            "status": {"type": "integer", "enum": sorted({e.status for e in api.errors.values()})},
            "detail": {"type": "string", "description": "What went wrong, for people."},
            **error_members(api, list(api.errors)),
        },
    }


def error_reply(api, status, codes):
    """One status with the codes that it stands for."""
    lines = [f"- `{code}`: {api.errors[code].message}" for code in codes]
    shown = {"type": "about:blank", "title": STATUS_TEXT[status], "status": status,
             "detail": api.errors[codes[0]].message, "code": codes[0]}
    headers = dict(NO_STORE)
    if status == 401:
        headers.update(CHALLENGE)
    if any("retry_after_ms" in api.errors[code].extras for code in codes):
        shown["retry_after_ms"] = 1000
        headers.update(RETRY)
    narrowed = {"status": {"const": status}, "code": {"enum": codes}}
    return {
        "description": "\n".join(lines),
        "headers": headers,
        "content": {PROBLEM: {
            "schema": {"allOf": [ref("problem"), {"properties": narrowed}]},
            "example": shown,
        }},
    }


def by_status(api, codes):
    out = {}
    for code in api.errors:
        if code in codes:
            out.setdefault(api.errors[code].status, []).append(code)
    return out


def responses(api, schemas, shared, command):
    schema = reply(api, command)
    out = {"200": {
        "description": "Done.",
        "headers": NO_STORE,
        "content": {"application/json": {"schema": schema, "example": example(schemas, schema)}},
    }}
    codes = general_errors(api, command) + command.errors
    for status, held in sorted(by_status(api, codes).items()):
        # What is answered to many commands alike stands once.
        name = f"{status}." + "-".join(held)
        shared.setdefault(name, error_reply(api, status, held))
        out[str(status)] = {"$ref": f"#/components/responses/{name}"}
    return out


def described(schema, _):
    """A parameter's description stands beside its schema."""
    return dict(schema)


def parameter(api, schemas, arg):
    out = {"name": arg.name, "in": arg.place, "description": sentence(arg.help)}
    if arg.presence == "required":
        out["required"] = True
    out["schema"] = argument(api, arg, described)
    out["example"] = arg.default if arg.presence == "default" else example(schemas, out["schema"])
    return out


def operation(api, schemas, shared, group, command):
    out = {
        "operationId": command.name,
        "summary": command.help,
        "tags": [group.title],
        "security": [] if command.needs == "none" else [{"token": []}],
    }
    notes = [command.detail] if command.detail else []
    beside = [a for a in command.args if a.place in ("path", "query")]
    body = [a for a in command.args if a.place == "body"]
    if command.at_most_one:
        if any(a.name in command.at_most_one for a in beside):
            notes.append("At most one of " + ", ".join(f"`{n}`" for n in command.at_most_one) + ".")
        out["x-at-most-one"] = command.at_most_one
    if command.stream:
        notes.append("The answer comes in parts (chunked); one that was cut short is no JSON.")
    if notes:
        out["description"] = " ".join(notes)
    if beside:
        out["parameters"] = [parameter(api, schemas, a) for a in beside]
    if body:
        schema = taken(api, body, command)
        out["requestBody"] = {
            "required": bool(schema.get("required")) or bool(command.at_least_one),
            "content": {"application/json": {"schema": schema,
                                             "example": example(schemas, schema)}},
        }
    out["responses"] = responses(api, schemas, shared, command)
    return out


def document(api):
    schemas = {**objects(api), "problem": problem(api)}
    paths, shared = {}, {}
    for group in api.groups:
        for command in group.commands:
            if not command.socket_only:
                paths.setdefault(command.path, {})[command.method.lower()] = operation(
                    api, schemas, shared, group, command)
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "Parley",
            "version": api.version,
            "summary": "The REST routes of a Parley server.",
            "description": "Every command, but what is answered in parts, can be given here or as a frame on a WebSocket; "
                           "asyncapi.json beside this document describes that side. What is said "
                           "live (events, typing, presence) comes on a socket only.\n\n"
                           "Lengths count bytes of UTF-8. Where JSON Schema can only count "
                           "characters, `x-bytes-min` and `x-bytes-max` say what holds. "
                           "Integers are written without fraction or exponent: 1.0 is refused.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "The server that answers this document."}],
        "tags": [{"name": group.title, "description": group.help} for group in api.groups],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {
                "type": "http", "scheme": "bearer",
                "description": "The token that `signup` or `signin` answered.",
            }},
            "schemas": used(schemas, paths, shared),
            "responses": dict(sorted(shared.items())),
        },
    }


def used(schemas, *roots):
    """Those of the schemas that the document refers to, in the order of the model."""
    names, waiting = set(), list(roots)
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            name = str(value.get("$ref", "")).rsplit("/", 1)[-1]
            if name in schemas and name not in names:
                names.add(name)
                waiting.append(schemas[name])
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return {name: schema for name, schema in schemas.items() if name in names}


def page(api):
    return json.dumps(document(api), indent=1, ensure_ascii=False) + "\n"
