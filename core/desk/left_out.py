"""Leaving a seat out of a what-if: what the others said before stays said, and is not paid again."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from core import keys
from core.context import ContextKey, PipelineContext
from core.pipeline import Pipeline, stage_fingerprint
from core.ports import FinishedStage
from core.schemas.run import RunSpec
from core.stage import Stage
from core.types import AccountId

PITCH = "pitch"


def without_seats(
    out: Collection[AccountId],
    inherited: Sequence[FinishedStage],
    whole: Pipeline,
    reduced: Pipeline,
    run: RunSpec,
) -> Iterator[FinishedStage]:
    """The inherited stages, the pitches of the seats ``out`` taken away where nothing else changed.

    Managers pitch without seeing each other, so the others' pitches are what they would have been;
    ``whole`` is the pipeline with every seat, ``reduced`` the one without. Later stages are left as
    they are: they saw the pitch, and are stale.
    """
    context = PipelineContext().bind(keys.RUN, run)
    for done in inherited:
        pitched = done.stage == PITCH and not done.skipped
        if pitched and done.fingerprint == stage_fingerprint(_pitch_of(whole), context):
            mark = stage_fingerprint(_pitch_of(reduced), context)
            yield replace(done, fingerprint=mark, values=_without(out, done.values))
        else:
            yield done
        for key, value in done.values.items():
            context = context.bind(key, value)


def _pitch_of(pipeline: Pipeline) -> Stage:
    return next(stage for stage in pipeline.stages if stage.name == PITCH)


def _without(
    out: Collection[AccountId], values: Mapping[ContextKey[Any], Any]
) -> Mapping[ContextKey[Any], Any]:
    """The stage's two tuples, pitches and abstentions, of the seats that stay."""
    return {
        key: tuple(one for one in said if one.account_id not in out) for key, said in values.items()
    }
