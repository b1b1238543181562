"""Prompt → model → validated schema: parse, one repair, one re-ask, then a failure with all texts.

Deliberately no second re-ask: a model that misses a schema twice abstains, and costs no more.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, JsonValue, ValidationError
from pydantic_core import ErrorDetails

from core.errors import (
    AnswerUnusable,
    ModelRefused,
    ModelUnavailable,
    NotJson,
    SchemaMismatch,
    StructuredError,
    TruncatedJson,
)
from core.extraction import extract_json, placeholders
from core.json_strict import strict_json
from core.ports import LanguageModel
from core.rendering import quoted
from core.schemas.model_call import FinishReason, Message, ModelAnswer, ModelRequest

__all__ = ["StructuredAnswer", "ask", "explain", "extract_json", "json_schema_of"]

T = TypeVar("T", bound=BaseModel)

MAX_ATTEMPTS = 2
MAX_FAULTS_SHOWN = 12
MAX_TEXT_SHOWN = 8_000


@dataclass(frozen=True, slots=True)
class StructuredAnswer(Generic[T]):
    """A validated value, every raw answer on the way to it, and whether its JSON needed mending."""

    value: T
    attempts: tuple[ModelAnswer, ...]
    repaired: bool


async def ask(
    model: LanguageModel,
    request: ModelRequest,
    schema: type[T],
    check: Callable[[T], None] | None = None,
) -> StructuredAnswer[T]:
    """A ``schema`` from the model, asking at most twice.

    ``check`` raises ValueError with what is wrong, for rules that need more than the schema. Raises
    AnswerUnusable, whose ``attempts`` are both raw answers, when neither can be used; ModelRefused
    at once when the model refuses; any other ModelError of the port as it comes.
    """
    first = request.model_copy(
        update={"schema_name": schema.__name__, "json_schema": json_schema_of(schema)}
    )
    attempts: list[ModelAnswer] = []
    current = first
    while True:
        answer = await model.complete(current)
        attempts.append(answer)
        try:
            value, repaired = _read(answer, schema, check)
        except StructuredError as fault:
            if len(attempts) == MAX_ATTEMPTS:
                raise AnswerUnusable(_named(request, fault), fault, tuple(attempts)) from fault
            current = _again(first, answer, fault)
        else:
            return StructuredAnswer(value, tuple(attempts), repaired)


@cache
def json_schema_of(schema: type[BaseModel]) -> Mapping[str, JsonValue]:
    """The JSON Schema a model is asked to fill in."""
    return schema.model_json_schema()


def explain(error: ValidationError) -> str:
    """What is wrong with a value, one ``path: message`` after another, without links or types."""
    faults = [_fault(detail) for detail in error.errors(include_url=False, include_context=False)]
    shown = faults[:MAX_FAULTS_SHOWN]
    more = [f"and {len(faults) - len(shown)} more"] if len(faults) > len(shown) else []
    return "; ".join(shown + more)


def _fault(detail: ErrorDetails) -> str:
    path = ".".join(str(part) for part in detail["loc"])
    message = " ".join(detail["msg"].removeprefix("Value error, ").split())
    return f"{path or 'the answer'}: {message}"


def _read(
    answer: ModelAnswer, schema: type[T], check: Callable[[T], None] | None
) -> tuple[T, bool]:
    """The value in one answer, and whether its JSON was mended; StructuredError if there is none."""
    if answer.finish_reason is FinishReason.REFUSAL:
        raise ModelRefused(f"{answer.served_model} refused to answer")
    if answer.finish_reason is FinishReason.ERROR:
        raise ModelUnavailable(f"{answer.served_model} stopped with an error")
    if answer.finish_reason is FinishReason.LENGTH:
        raise TruncatedJson("the answer was cut off at its token limit: answer more briefly")
    parsed, repaired = _parse(answer.text)
    try:
        value = schema.model_validate_json(json.dumps(parsed))
    except ValidationError as error:
        raise SchemaMismatch(explain(error)) from None
    if echoes := list(placeholders(parsed)):
        raise SchemaMismatch(f"{', '.join(echoes)}: a placeholder, write the real text")
    if check is not None:
        _checked(check, value)
    return value, repaired


def _parse(text: str) -> tuple[Any, bool]:
    try:
        return strict_json(text), False
    except ValueError:
        return extract_json(text), True


def _checked(check: Callable[[T], None], value: T) -> None:
    try:
        check(value)
    except ValueError as error:
        raise SchemaMismatch(" ".join(str(error).split())) from None


def _again(first: ModelRequest, answer: ModelAnswer, fault: StructuredError) -> ModelRequest:
    """The re-ask: what was answered, quoted, and what is wrong with it, in plain words."""
    complaint = (
        f"The answer above cannot be used. {_kind(fault)}: {fault}\n"
        "Answer the question again from the start, with one complete JSON object that fits the "
        "schema and nothing around it."
    )
    messages = (
        *first.messages,
        Message(role="assistant", content=quoted(answer.text[:MAX_TEXT_SHOWN])),
        Message(role="user", content=complaint),
    )
    return first.model_copy(update={"messages": messages, "attempt": first.attempt + 1})


def _kind(fault: StructuredError) -> str:
    kinds = {NotJson: "It is not JSON", TruncatedJson: "It is incomplete"}
    return kinds.get(type(fault), "It does not fit the schema")


def _named(request: ModelRequest, fault: StructuredError) -> str:
    return f"{request.call}: {request.model} gave no usable answer in {MAX_ATTEMPTS} tries: {fault}"
