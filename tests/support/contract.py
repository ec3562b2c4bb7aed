"""The suite is the contract test: every answer's status, headers, media type and body are listed in openapi.json."""

import re
from typing import Any

import httpx
from fastapi import FastAPI
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from api.core.contract_headers import EVERYWHERE, TEXTS


class Contract:
    """The app's OpenAPI document, made once, and a validator for each answer it lists."""

    def __init__(self, app: FastAPI) -> None:
        self.paths: dict[str, Any] = app.openapi()["paths"]
        ordered = sorted(self.paths, key=lambda path: path.count("{"))
        self.patterns = [(re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)), path) for path in ordered]
        resource: Resource[Any] = DRAFT202012.create_resource(app.openapi())
        self.registry: Registry[Any] = Registry().with_resource("urn:sambang", resource)
        self.validators: dict[str, Draft202012Validator] = {}

    def check(self, answer: httpx.Response) -> None:
        """Fail unless the document lists this answer."""
        method, path = answer.request.method.lower(), answer.request.url.path
        template = next((name for pattern, name in self.patterns if pattern.fullmatch(path)), None)
        if template is None or method not in self.paths[template]:
            assert answer.status_code in (404, 405, 429), f"{method} {path} is not in the contract"
            return
        where = f"{method} {template} {answer.status_code}"
        listed = self.paths[template][method]["responses"].get(str(answer.status_code))
        assert listed is not None, f"{where} is not listed"
        told = {name for name in TEXTS if name in answer.headers} - EVERYWHERE
        assert told <= set(listed.get("headers", {})), f"{where}: headers {told} are not listed"
        assert "X-Request-Id" in answer.headers, where
        content: dict[str, Any] = listed.get("content", {})
        if not content:
            assert not answer.content, f"{where} has a body that is not listed"
            return
        kind = answer.headers["content-type"].partition(";")[0]
        assert kind in content, f"{where}: {kind} is not listed"
        if kind.endswith("json") and content[kind].get("schema"):
            place = f"/paths/{_escape(template)}/{method}/responses/{answer.status_code}/content/{_escape(kind)}/schema"
            errors = list(self._validator(place).iter_errors(answer.json()))
            assert not errors, f"{where}: {[(list(error.path), error.validator) for error in errors]}"

    def _validator(self, place: str) -> Draft202012Validator:
        if place not in self.validators:
            schema = {"$ref": f"urn:sambang#{place}"}
            self.validators[place] = Draft202012Validator(schema, registry=self.registry)
        return self.validators[place]


def _escape(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")
