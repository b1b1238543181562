"""The bare council's values: responses, rankings, aggregate, synthesis."""

from __future__ import annotations

from core.schemas.base import Schema


class ModelResponse(Schema):
    """One model's answer, raw text; ``failed`` says why there is none."""

    model: str
    response: str
    failed: str | None = None


class ModelRanking(Schema):
    """One model's ranking as written, beside what the parser read (labels, best first)."""

    model: str
    ranking: str
    parsed_ranking: tuple[str, ...]
    failed: str | None = None


class RankedModel(Schema):
    model: str
    average_rank: float
    rankings_count: int


class Synthesis(Schema):
    model: str
    response: str
