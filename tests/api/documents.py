"""The two documents, as they stand in docs/."""

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OPENAPI = ROOT / "docs/openapi.json"
ASYNCAPI = ROOT / "docs/asyncapi.json"
ASYNCAPI_SCHEMA = ROOT / "build/tools/api/node_modules/@asyncapi/specs/schemas/3.0.0.json"


def load(path):
    return json.loads(path.read_text(encoding="utf-8"))


def look_up(document, pointer):
    """What "#/a/b" points to; "~1" is a slash in a name (RFC 6901)."""
    value = document
    for part in pointer.removeprefix("#/").split("/"):
        value = value[part.replace("~1", "/").replace("~0", "~")]
    return value


def walk(value):
    """Every object in it."""
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value:
        if isinstance(part, (dict, list)):
            yield from walk(part)
