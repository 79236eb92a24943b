"""The documents are what their specifications ask, say what api/ says, and are served."""

import gzip

import jsonschema
import openapi_spec_validator
import pytest
import requests
from documents import ASYNCAPI, ASYNCAPI_SCHEMA, OPENAPI, ROOT, load, look_up, walk

BOTH = pytest.mark.parametrize("path", [OPENAPI, ASYNCAPI], ids=lambda path: path.stem)


def commands():
    """Name, route (None: socket only) and whether it is streamed (REST only) of each command."""
    for group in load(ROOT / "api/api.json")["groups"]:
        for name, command in load(ROOT / f"api/{group}.json")["commands"].items():
            yield name, command.get("route"), command.get("stream", False)


def fits(document, validator, schema, value):
    whole = {**schema, "components": document["components"]}
    found = [error.message for error in validator(whole).iter_errors(value)]
    assert not found, f"{value}: {found}"


def test_openapi_is_valid():
    openapi_spec_validator.OpenAPIV31SpecValidator(load(OPENAPI)).validate()


def test_asyncapi_is_valid():
    schema = load(ASYNCAPI_SCHEMA)
    found = list(jsonschema.Draft7Validator(schema).iter_errors(load(ASYNCAPI)))
    assert not found, [f"{list(error.path)}: {error.message[:200]}" for error in found]


@BOTH
def test_references_lead_somewhere(path):
    document = load(path)
    references = [part["$ref"] for part in walk(document) if isinstance(part.get("$ref"), str)]
    assert len(references) > 100
    for reference in references:
        assert isinstance(look_up(document, reference), dict)


def test_openapi_has_every_route():
    described = {operation["operationId"]: f"{method.upper()} {path}"
                 for path, methods in load(OPENAPI)["paths"].items()
                 for method, operation in methods.items()}
    assert described == {name: route for name, route, _ in commands() if route}


def test_asyncapi_has_every_command_and_push():
    document = load(ASYNCAPI)
    received = {name for name, o in document["operations"].items() if o["action"] == "receive"}
    sent = {name for name, o in document["operations"].items() if o["action"] == "send"}
    assert received == {name for name, _, streamed in commands() if not streamed}
    assert sent == {f"push.{name}" for name in load(ROOT / "api/events.json")["pushes"]}
    closes = {c["code"] for c in document["channels"]["socket"]["x-close-codes"].values()}
    assert closes == {c["code"] for c in load(ROOT / "api/errors.json")["close"].values()}


def test_openapi_examples_fit():
    document = load(OPENAPI)
    shown = [part for part in walk(document) if "example" in part and "schema" in part]
    assert len(shown) > 100
    for part in shown:
        fits(document, jsonschema.Draft202012Validator, part["schema"], part["example"])


def test_asyncapi_examples_fit():
    document = load(ASYNCAPI)
    for message in document["components"]["messages"].values():
        for example in message["examples"]:
            fits(document, jsonschema.Draft7Validator, message["payload"], example["payload"])


def test_ids_end_where_64_bits_end():
    document = load(OPENAPI)
    is_id = jsonschema.Draft202012Validator(document["components"]["schemas"]["id"]).is_valid
    good = ["1", "9", "10", "1000000000000000000", "8999999999999999999", "9223372036854775799",
            "9223372036854775806", "9223372036854775807"]
    bad = ["", "0", "01", "-1", "+1", "1.0", "9223372036854775808", "9223372036854775810",
           "9300000000000000000", "10000000000000000000", "18446744073709551615"]
    assert [text for text in good if not is_id(text)] == []
    assert [text for text in bad if is_id(text)] == []


@BOTH
def test_documents_are_served(server, path):
    url = f"{server.url}/v1/{path.name}"
    whole = requests.get(url, headers={"Accept-Encoding": "identity"}, timeout=20)
    assert whole.status_code == 200
    assert whole.headers["Content-Type"] == "application/json"
    assert whole.content == path.read_bytes()
    same = requests.get(url, headers={"If-None-Match": whole.headers["ETag"]}, timeout=20)
    assert (same.status_code, same.content) == (304, b"")
    packed = requests.get(url, headers={"Accept-Encoding": "gzip"}, stream=True, timeout=20)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.raw.read()) == path.read_bytes()
    head = requests.head(url, headers={"Accept-Encoding": "identity"}, timeout=20)
    assert int(head.headers["Content-Length"]) == len(whole.content)
    refused = requests.post(url, json={}, timeout=20)
    assert refused.status_code == 405
    assert refused.headers["Allow"] == "GET, HEAD"
