"""What Anthropic and Gemini are held to: our schemas in their dialects, nothing invented or lost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from core.schemas.research import ResearchPack
from core.stages.chairman import ChairmanAnswer
from core.stages.checkpoint import CheckpointAnswer
from core.stages.peer_review import ReviewSheet
from core.stages.pitch import PitchAnswer
from core.structured import json_schema_of
from providers.llm.maker_schemas import anthropic_schema, gemini_schema
from tests.providers.llm.cassettes import requests_of

ASKED = [PitchAnswer, ReviewSheet, ChairmanAnswer, CheckpointAnswer, ResearchPack]
ANTHROPIC_KNOWS = set(
    "type enum const $ref $defs anyOf properties required additionalProperties items minItems"
    " format description".split()
)
GEMINI_KNOWS = set(
    "type enum $ref $defs anyOf oneOf properties required additionalProperties items prefixItems"
    " minItems maxItems minimum maximum format title description default".split()
)


def nodes(schema: dict) -> Iterator[dict]:
    """Every schema inside a schema; names of properties are no keywords."""
    yield schema
    for key, value in schema.items():
        if key in {"properties", "$defs"}:
            for inner in value.values():
                yield from nodes(inner)
        elif key in {"anyOf", "oneOf", "prefixItems"}:
            for inner in value:
                yield from nodes(inner)
        elif key in {"items", "additionalProperties"} and isinstance(value, dict):
            yield from nodes(value)


@pytest.mark.parametrize("asked", ASKED, ids=lambda schema: schema.__name__)
def test_every_answer_we_ask_for_has_a_form_both_makers_know(asked):
    ours = json_schema_of(asked)
    closed = anthropic_schema(ours)
    assert closed is not None
    assert {key for node in nodes(closed) for key in node} <= ANTHROPIC_KNOWS
    for node in nodes(closed):
        if node.get("type") == "object":
            assert node["additionalProperties"] is False
    theirs = gemini_schema(ours)
    assert {key for node in nodes(theirs) for key in node} <= GEMINI_KNOWS
    for form in (closed, theirs):
        assert set(form["properties"]) == set(ours["properties"])
        assert form["required"] == ours.get("required", [])


def test_a_constraint_without_a_keyword_is_told_in_words():
    class Scored(BaseModel):
        """A score."""

        score: int = Field(ge=1, le=10, description="how good")
        name: str = Field(pattern="^a$")

    closed = anthropic_schema(json_schema_of(Scored))
    assert closed["properties"]["score"] == {
        "type": "integer",
        "description": "how good\n\n{maximum: 10, minimum: 1}",
    }
    told = gemini_schema(json_schema_of(Scored))["properties"]
    assert (told["score"]["minimum"], told["score"]["maximum"]) == (1, 10)
    assert told["name"]["description"] == "{pattern: ^a$}"


def test_the_form_of_a_sum_of_money_is_the_recorded_one():
    digits = {"type": "string", "pattern": r"^(?!^[-+.]*$)[+-]?0*\d*\.?\d*$"}
    amount = {"anyOf": [{"type": "number"}, digits], "title": "Amount"}
    ours = {"type": "object", "properties": {"amount": amount}, "required": ["amount"]}
    (sent,) = requests_of("anthropic", "native_output_decimal_strict")
    assert anthropic_schema(ours) == sent["output_config"]["format"]["schema"]


class Cat(BaseModel):
    meow_volume: int
    pet_type: Literal["cat"] = "cat"


class Dog(BaseModel):
    bark_volume: int
    pet_type: Literal["dog"] = "dog"


class PetResponse(BaseModel):
    """A response containing a pet."""

    pet: Annotated[Cat | Dog, Field(discriminator="pet_type")]


class TreeNode(BaseModel):
    """A node in a tree structure."""

    value: str
    children: list[TreeNode] = []


class Coordinate(BaseModel):
    """A 2D coordinate with latitude and longitude."""

    point: tuple[float, float]


class ConfigResponse(BaseModel):
    """A response with configuration metadata."""

    name: str
    metadata: dict[str, str]


def untitled(value: Any) -> Any:
    if isinstance(value, list):
        return [untitled(part) for part in value]
    if not isinstance(value, dict):
        return value
    return {key: untitled(part) for key, part in value.items() if key != "title"}


@pytest.mark.parametrize(
    ("ours", "tape"),
    [
        (PetResponse, "discriminated_union_native_output"),
        (TreeNode, "recursive_schema_native_output"),
        (Coordinate, "prefix_items_native_output"),
        (ConfigResponse, "dict_with_additional_properties_native_output_gemini_2_0"),
    ],
)
def test_the_forms_gemini_took_are_the_recorded_ones(ours, tape):
    (sent,) = requests_of("google_gemini", tape)
    recorded = sent["generationConfig"]["responseJsonSchema"]
    assert untitled(gemini_schema(json_schema_of(ours))) == untitled(recorded)


@pytest.mark.parametrize("open_ended", [TreeNode, Coordinate, ConfigResponse])
def test_what_anthropic_cannot_be_held_to_is_left_to_the_prompt(open_ended):
    assert anthropic_schema(json_schema_of(open_ended)) is None


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"type": "object"},
        {"type": "array"},
        {"type": "object", "properties": {"any": {}}},
        {"type": "object", "properties": {"any": True}},
        {"type": "object", "properties": {"x": {"$ref": "#/$defs/Nowhere"}}},
        {"allOf": [{"type": "string"}, {"type": "string"}]},
    ],
)
def test_a_schema_that_says_less_than_a_form_is_left_to_the_prompt(odd):
    assert anthropic_schema(odd) is None
    assert isinstance(gemini_schema(odd), dict)


def test_alternatives_stay_alternatives():
    closed = anthropic_schema(json_schema_of(PetResponse))
    assert closed["properties"]["pet"] == {
        "anyOf": [{"$ref": "#/$defs/Cat"}, {"$ref": "#/$defs/Dog"}]
    }
    assert closed["$defs"]["Cat"]["properties"]["pet_type"] == {"type": "string", "const": "cat"}
