"""The published contract: FastAPI's OpenAPI document plus what its signatures do not say."""

import re
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from api import __version__
from api.core import contract_headers

DESCRIPTION = """
Kota Malang's open API for validating the social-welfare registry at the door: households, assignments, visits and
verdicts. Lists page by an opaque cursor, refusals are RFC 9457 problems (`GET /problems/{code}` explains each), single
resources carry an ETag, and what carries no id of the client's own takes an `Idempotency-Key`. Every answer carries
`Audit-Head`, the head of the sealed record of deeds and looks: keep one, and hold us to it.

**Signing in here.** Open *Access*, then *Sign in*, send username, password and, in an office role, the `otp` of your
authenticator app (the demo: `scripts/sambang demo-login dewi`), copy `access_token` from the answer, press *Authorize*
and paste it. It lasts ten minutes and stays in this page only. What you send from here is
really done.

**Guides.** [Getting started](guides/getting-started) · [The season step by step](guides/season) ·
[Phones](guides/phones) · [ODK Collect](guides/odk-collect) · [FormGear](guides/formgear) ·
[Writing a form](guides/forms) ·
[Errors and retries](guides/errors-and-retries) · [Roles and rows](guides/roles-and-rows) ·
[Who watches the record](guides/audit) · [Sizing and operating](guides/operations) ·
[Musim kerja langkah demi langkah](guides/musim) · [Ponsel](guides/ponsel) ·
[Memasang ODK Collect](guides/memasang-odk-collect) · [CAPI gaya BPS](guides/capi-gaya-bps) ·
[Menyusun kuesioner](guides/kuesioner) ·
[Peran dan baris](guides/peran-dan-baris) ·
[Siapa yang mengawasi catatan](guides/jejak-audit) · [Ukuran mesin](guides/menjalankan)
""".strip()
FIRST_SENTENCE = re.compile(r"^(.+?)(?:(?<!\bNo)[.:;](?=\s)|\.?$)", re.DOTALL)  # "No. KK" is one word
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Same key and same body give the first answer again, for 72 hours.",
    "schema": {"type": "string", "maxLength": 255},
}
DEMANDED = frozenset({"If-Match", "Purpose"})
ENCODED = {
    "description": "`encoded_body` Send the body without Content-Encoding",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ProblemOut"}}},
}


def operation_id(route: APIRoute) -> str:
    """`record_visit` becomes `recordVisit`: the name that generated clients use."""
    return re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), route.name)


def document(app: FastAPI, chapters: Mapping[str, str], examples: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The OpenAPI document, made once: each secured operation names its permission in words too.

    `chapters` describes each tag in the order of reading; `examples` holds bodies by operation id.
    """
    if app.openapi_schema is None:
        made = get_openapi(
            title="Sambang",
            version=__version__,
            summary="The open API on which a city validates its social-welfare registry.",
            description=DESCRIPTION,
            routes=app.routes,
            license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        )
        made["tags"] = [{"name": tag, "description": text} for tag, text in chapters.items()]
        made["components"]["headers"] = contract_headers.components()
        for path in made["paths"].values():
            for method, operation in path.items():
                _complete(method, operation)
                contract_headers.declare(method, operation)
                _name_bodies(operation, made["components"]["schemas"])
                _illustrate(operation, examples.get(operation["operationId"], {}))
        made["components"]["schemas"].pop("HTTPValidationError", None)
        made["components"]["schemas"].pop("ValidationError", None)
        app.openapi_schema = made
    return app.openapi_schema


def _illustrate(operation: dict[str, Any], examples: Mapping[str, Any]) -> None:
    for kind in operation.get("requestBody", {}).get("content", {}).values():
        if examples:
            kind["examples"] = dict(examples)


def _name_bodies(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    # what a route reads by itself has no model of FastAPI's: by its title it becomes a type of generated clients too
    for kind in operation.get("requestBody", {}).get("content", {}).values():
        if title := kind["schema"].get("title"):
            schemas[title] = kind["schema"]
            kind["schema"] = {"$ref": f"#/components/schemas/{title}"}


def _complete(method: str, operation: dict[str, Any]) -> None:
    # the docstring's first sentence says more than the function's name in capitals
    if sentence := FIRST_SENTENCE.match(operation.get("description", "")):
        operation["summary"] = " ".join(sentence[1].split())
    operation["tags"] = list(dict.fromkeys(operation["tags"]))  # a router within a router says its own again
    for parameter in operation.get("parameters", []):
        if parameter["name"] in DEMANDED:  # its absence has a problem of its own, so the signature allows it
            told = next(one for one in parameter["schema"].get("anyOf", [parameter["schema"]]) if one["type"] != "null")
            parameter |= {"required": True, "schema": told}
    permissions = [scope for way in operation.get("security", []) for scopes in way.values() for scope in scopes]
    if permissions:
        operation["x-permission"] = permissions[0]
        operation["description"] = f"{operation.get('description', '')}\n\nPermission: `{permissions[0]}`.".strip()
        if method != "get" and "x-shown-once" not in operation:
            operation.setdefault("parameters", []).append(IDEMPOTENCY_KEY)
    if "requestBody" in operation:
        operation["responses"].setdefault("415", dict(ENCODED))
    for answer in operation["responses"].values():
        problem = answer.get("content", {}).get("application/json", {}).get("schema", {})
        if problem.get("$ref") == "#/components/schemas/ProblemOut":
            answer["content"] = {"application/problem+json": {"schema": problem}}
