"""Schemathesis asks the server what docs/openapi.json allows and what it forbids.

An id that was made up meets nothing, so ids of valid requests are mostly exchanged for real ones;
which, follows from what was made up, so that a seed repeats a run. Replies are judged more
strictly than the document has it: a member that it does not name is a mistake of ours.
"""

import copy
import os
import zlib

import hypothesis
import schemathesis
from documents import OPENAPI, load
from schemathesis import checks
from schemathesis.specs.openapi import checks as openapi_checks
from server import CALL_S_MAX, PASSWORD

SEED = int(os.environ.get("API_SEED", "1"))
EXAMPLES = {"quick": 5, "default": 6, "full": 400}[os.environ.get("TEST_LEVEL", "default")]
DOCUMENT = load(OPENAPI)
CHECKS = [
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_headers_conformance,
    openapi_checks.response_schema_conformance,
    openapi_checks.negative_data_rejection,
    openapi_checks.unsupported_method,
    openapi_checks.allow_header_conformance,
]
# How a well-formed request may end; the rest of the answers is for those that are not.
WELL_FORMED = {200, 401, 403, 404, 409, 410}
KEY_BYTES_KEPT = 48
ENDS_SESSIONS = {"signout", "device.end", "account.set_password", "account.delete"}


def strict(document):
    """The document, in which what the server sends has no members but those it names."""
    out = copy.deepcopy(document)
    schemas = list(out["components"]["schemas"].values())
    for methods in out["paths"].values():
        for operation in methods.values():
            content = operation["responses"]["200"]["content"]
            schemas.append(content["application/json"]["schema"])
    for schema in schemas:
        if schema.get("type") == "object":
            schema.setdefault("additionalProperties", False)
    return out


schema = schemathesis.openapi.from_dict(strict(DOCUMENT))
# Not TRACE: a method that the server does not know at all is a 501 (RFC 9110 §15.6.2).
schema.config.phases.coverage.unexpected_methods = {"get", "put", "post", "delete", "options",
                                                    "patch"}
schema.config.generation.with_security_parameters = False
schema.config.checks.negative_data_rejection.expected_statuses = ["400", "404", "405"]


def is_valid(case):
    return case.meta.generation.mode.is_positive


def one_of(known, made_up):
    """A real id in three of four cases."""
    number = zlib.crc32(made_up.encode())
    return known[number // 4 % len(known)] if number % 4 else made_up


def make_real(case, world):
    """Puts ids of what there is into a valid request."""
    known = {"conversation": world.conversations, "user": world.users,
             "to": world.conversations + world.users, "device": [world.ann["device"]]}
    body = case.body if isinstance(case.body, dict) else {}
    for name, value in body.items():
        # 1.0 is an integer to JSON Schema, but not to the server.
        if isinstance(value, float):
            body[name] = int(value)
    for place in (case.path_parameters or {}, case.query or {}, body):
        for name in known.keys() & place.keys():
            place[name] = one_of(known[name], place[name])
        for name in {"seq", "after"} & place.keys():
            number = int(place[name])
            if number % 4:
                place[name] = 1 + number % world.MESSAGES
    if "members" in body:
        body["members"] = list(dict.fromkeys(one_of(world.users, made) for made in body["members"]))
    if "token" in body and len(body["token"]) % 4:
        body["token"] = world.sync_token
    if "key" in body and len(body["key"]) % 4:
        # A short made-up key comes again and again, and would be `key_reused`.
        body["key"] = f"{body['key'][:KEY_BYTES_KEPT]}-{world.count()}"
    if "wait" in body:
        # Waiting is the sync's own test.
        body["wait"] = 0


def token_for(case, world):
    """Ann's, unless the request may end the session it comes from."""
    name = case.operation.definition.raw["operationId"]
    if name not in ENDS_SESSIONS:
        return world.token
    person = world.sign_up()
    if name == "account.set_password" and is_valid(case) and len(case.body["new_password"]) % 2:
        case.body["old_password"] = PASSWORD
    if name == "device.end" and is_valid(case):
        case.path_parameters["device"] = one_of([person["device"]], case.path_parameters["device"])
    return person["token"]


def beyond_bytes(case):
    """The arguments of a valid request whose bytes are too few or too many."""
    content = case.operation.definition.raw.get("requestBody", {}).get("content", {})
    if not content or not isinstance(case.body, dict):
        return set()
    found = set()
    for name, described in content["application/json"]["schema"]["properties"].items():
        limits = DOCUMENT["components"]["schemas"][described["allOf"][0]["$ref"].split("/")[-1]]
        size = len(str(case.body.get(name, "")).encode())
        too_many = size > limits.get("x-bytes-max", size)
        if name in case.body and (too_many or size < limits.get("x-bytes-min", 0)):
            found.add(name)
    return found


def excluding(case):
    """The arguments of which at most one may stand, if there are more."""
    names = set(case.operation.definition.raw.get("x-at-most-one", []))
    given = names & (case.query or {}).keys()
    return given if len(given) > 1 else set()


@schema.parametrize()
@hypothesis.seed(SEED)
@hypothesis.settings(max_examples=EXAMPLES, deadline=None, database=None,
                     suppress_health_check=list(hypothesis.HealthCheck))
def test_route(case, world):
    if is_valid(case):
        make_real(case, world)
    headers = {}
    if case.operation.definition.raw["security"]:
        headers["Authorization"] = f"Bearer {token_for(case, world)}"
    refused = beyond_bytes(case) | excluding(case) if is_valid(case) else set()
    answer = case.call_and_validate(base_url=world.server.url, session=world.server.session,
                                    headers=headers, checks=CHECKS, timeout=CALL_S_MAX)
    if refused:
        assert answer.status_code == 400 and answer.json()["field"] in refused, answer.text
    elif is_valid(case) and answer.status_code not in WELL_FORMED:
        # Well formed, but not for that conversation or that person.
        assert answer.status_code == 400 and "field" not in answer.json(), answer.text


def test_no_route_answers_without_a_token(world):
    """Nor with one that does not hold: 401 before anything else is said."""
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            filled = path
            for argument in operation.get("parameters", []):
                if argument["in"] == "path":
                    filled = filled.replace(f"{{{argument['name']}}}", str(argument["example"]))
            query = {argument["name"]: argument["example"]
                     for argument in operation.get("parameters", []) if argument.get("required")
                     and argument["in"] == "query"}
            content = operation.get("requestBody", {}).get("content", {})
            body = content["application/json"]["example"] if content else None
            for headers in ({}, {"Authorization": "Bearer nobody"}):
                answer = world.server.session.request(
                    method, world.server.url + filled, params=query, json=body, headers=headers,
                    timeout=CALL_S_MAX)
                wanted = {401} if operation["security"] else {200, 401, 409}
                assert answer.status_code in wanted, f"{method} {filled}: {answer.text}"
                if operation["security"]:
                    assert answer.json()["code"] == "unauthenticated"
                    assert answer.headers["WWW-Authenticate"] == "Bearer"
