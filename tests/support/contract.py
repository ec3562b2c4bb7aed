"""The suite is the contract test: every answer has a status, a media type and a body that openapi.json lists."""

import re
from functools import cache
from typing import Any

import httpx
from fastapi import FastAPI
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012


@cache
def _patterns(paths: tuple[str, ...]) -> list[tuple[re.Pattern[str], str]]:
    ordered = sorted(paths, key=lambda path: path.count("{"))
    return [(re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)), path) for path in ordered]


def check(app: FastAPI, answer: httpx.Response) -> None:
    """Fail unless the OpenAPI document lists this answer."""
    document = app.openapi()
    path = answer.request.url.path
    template = next((name for pattern, name in _patterns(tuple(document["paths"])) if pattern.fullmatch(path)), None)
    if template is None or answer.request.method.lower() not in document["paths"][template]:
        assert answer.status_code in (404, 405), f"{answer.request.method} {path} is not in the contract"
        return
    operation = document["paths"][template][answer.request.method.lower()]
    where = f"{answer.request.method} {template} {answer.status_code}"
    listed = operation["responses"].get(str(answer.status_code))
    assert listed is not None, f"{where} is not listed"
    content: dict[str, Any] = listed.get("content", {})
    if not content:
        assert not answer.content, f"{where} has a body that is not listed"
        return
    kind = answer.headers["content-type"].partition(";")[0]
    assert kind in content, f"{where}: {kind} is not listed"
    if kind.endswith("json") and content[kind].get("schema"):
        resource: Resource[Any] = DRAFT202012.create_resource(document)
        schema = {
            "$ref": "urn:sambang#" + f"/paths/{_escape(template)}/{answer.request.method.lower()}/responses"
            f"/{answer.status_code}/content/{_escape(kind)}/schema"
        }
        registry: Registry[Any] = Registry().with_resource("urn:sambang", resource)
        errors = list(Draft202012Validator(schema, registry=registry).iter_errors(answer.json()))
        assert not errors, f"{where}: {[(list(error.path), error.validator) for error in errors]}"


def _escape(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")
