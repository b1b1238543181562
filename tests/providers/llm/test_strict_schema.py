"""Schemas for strict modes: closed, complete, without a keyword the mode refuses."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field

from core.schemas import checkpoint, decision, pitch, research, review, seat_checkpoint
from core.structured import json_schema_of
from providers.llm.strict_schema import strict_schema

ALLOWED = {
    "type", "enum", "const", "$ref", "$defs", "anyOf", "properties", "required", "items",
    "additionalProperties", "description", "pattern", "format", "minimum", "maximum",
    "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minItems", "maxItems",
}  # fmt: skip


class Leg(BaseModel):
    """One leg."""

    symbol: Annotated[str, Field(min_length=1, max_length=5, pattern=r"^[A-Z]+$")]
    weight: Decimal = Decimal(0)
    kind: Literal["buy"] = "buy"


class Idea(BaseModel):
    title: str = Field(default="none", description="a title is a property here", max_length=9)
    legs: list[Leg] = Field(default_factory=list, min_length=1)
    best: Leg | None = None
    main: Annotated[Leg, Field(description="the main leg")]


def check(node, root=True):
    """Every rule of strict mode, on every node."""
    if isinstance(node, list):
        for each in node:
            check(each, root=False)
        return
    assert set(node) <= ALLOWED
    if "$ref" in node:
        assert set(node) == {"$ref"}
    if node.get("type") == "object":
        assert node["additionalProperties"] is False
        assert node["required"] == list(node["properties"])
    assert "(?" not in node.get("pattern", "")
    for each in (*node.get("properties", {}).values(), *node.get("$defs", {}).values()):
        check(each, root=False)
    for key in ("items", "anyOf"):
        if key in node:
            check(node[key], root=False)
    if root:
        assert node["type"] == "object"


def test_objects_are_closed_and_every_property_is_required():
    strict = strict_schema(Idea.model_json_schema())
    check(strict)
    assert strict["required"] == ["title", "legs", "best", "main"]
    assert strict["properties"]["title"]["description"] == "a title is a property here"
    assert strict["properties"]["main"] == {"$ref": "#/$defs/Leg"}
    assert strict["$defs"]["Leg"]["properties"]["symbol"]["pattern"] == "^[A-Z]+$"


def models_of(module):
    return [
        each
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, BaseModel) and each is not BaseModel
    ]


@pytest.mark.parametrize(
    "schema",
    sorted(
        {
            each
            for space in (pitch, review, decision, checkpoint, research, seat_checkpoint)
            for each in models_of(space)
        },
        key=lambda each: each.__name__,
    ),
    ids=lambda each: each.__name__,
)
@pytest.mark.parametrize("maker", ["openai", "anthropic", "x-ai", "google"])
def test_the_projects_own_schemas_keep_to_the_rules_or_are_not_called_strict(schema, maker):
    strict = strict_schema(json_schema_of(schema), f"{maker}/model")
    if strict is not None:
        check(strict)


def test_what_strict_mode_cannot_say_is_none():
    for place in (
        {"type": "object", "additionalProperties": {"type": "number"}},
        {"type": "object"},
        {},
        True,
        {"type": "array", "prefixItems": [{"type": "string"}]},
        {"type": "array"},
        {"allOf": [{"type": "string"}, {"type": "string"}]},
    ):
        assert strict_schema({"type": "object", "properties": {"a": place}}) is None
    assert strict_schema({"type": "array", "items": {"type": "string"}}) is None


def test_a_root_that_is_a_reference_is_written_out():
    class Tree(BaseModel):
        children: list[Tree] = []

    Tree.model_rebuild(_types_namespace={"Tree": Tree})
    strict = strict_schema(Tree.model_json_schema())
    check(strict)
    assert strict["properties"]["children"]["items"] == {"$ref": "#/$defs/Tree"}
