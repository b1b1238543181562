"""The OpenAPI 3.1 document, made of the same table as the routes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import models_json_schema

from core.access import only_operator
from pages.http.api.endpoint import Endpoint, NoFields

Mode: TypeAlias = Literal["validation", "serialization"]
TITLE, VERSION = "LLM Trading Council", "1"
REFERENCE = "#/components/schemas/{model}"
PARTS = re.compile(r"\{(\w+)(?::\w+)?\}")
ERROR = {
    "type": "object",
    "properties": {"error": {"type": "string"}},
    "required": ["error"],
    "description": "One line that names the thing, the value and the way out.",
}


def document(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """Paths with parameters, bodies, answers and errors; schemas once, under components."""
    keyed: list[tuple[int, Mode, TypeAdapter[Any]]] = [
        (place, "serialization", one.adapter) for place, one in enumerate(endpoints)
    ]
    answers, defined = TypeAdapter.json_schemas(keyed, ref_template=REFERENCE)
    _, bodies = models_json_schema(
        [(one.body, "validation") for one in endpoints if one.body is not NoFields],
        ref_template=REFERENCE,
    )
    paths: dict[str, dict[str, Any]] = {}
    for place, endpoint in enumerate(endpoints):
        answer = answers[place, "serialization"]
        paths.setdefault(PARTS.sub(r"{\1}", endpoint.path), {})[endpoint.method.lower()] = (
            _operation(endpoint, answer)
        )
    schemas = {"Error": ERROR, **bodies.get("$defs", {}), **defined.get("$defs", {})}
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": VERSION},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"bearer": []}, {}],
    }


def _operation(endpoint: Endpoint, answer: Any) -> dict[str, Any]:
    problem = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    operator = endpoint.rule is only_operator
    found: dict[str, Any] = {
        "summary": endpoint.summary,
        "description": "For the operator." if operator else "For operator and viewer.",
        "parameters": [*_path(endpoint.path), *_query(endpoint.query)],
        "responses": {
            str(endpoint.status): {
                "description": "On record." if operator else "The answer.",
                "content": {"application/json": {"schema": answer}},
            },
            "default": {"description": "What is wrong, in one line.", "content": problem},
        },
    }
    if endpoint.body is not NoFields:
        schema = {"$ref": REFERENCE.format(model=endpoint.body.__name__)}
        found["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema}},
        }
    return found


def _path(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in PARTS.findall(path)
    ]


def _query(model: type[BaseModel]) -> list[dict[str, Any]]:
    schema = model.model_json_schema()
    needed = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in needed, "schema": field}
        for name, field in schema.get("properties", {}).items()
    ]
