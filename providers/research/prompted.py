"""A researcher made of any language model and the research prompt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from core.policy import ModelSettings
from core.ports import LanguageModel
from core.rendering import PromptLibrary
from core.schemas.model_call import CostSource, ModelAnswer, Usage
from core.schemas.research import (
    ResearchAnswer,
    ResearchFindings,
    ResearchRequest,
)
from core.stages.asking import Asker, Question
from providers.research.citations import in_text


class PromptedResearcher:
    """The Researcher port over one model that is asked for `ResearchFindings`.

    Instruments outside the universe are dropped, and named in the data-quality flags: nobody could
    trade them. What the model knows ends at its knowledge cut-off unless it can search by itself.
    """

    def __init__(
        self, model: LanguageModel, prompts: PromptLibrary, settings: ModelSettings, model_name: str
    ) -> None:
        self._asker = Asker("research", model, prompts, settings)
        self._model_name = model_name

    async def research(self, request: ResearchRequest) -> ResearchAnswer:
        """A ModelError or StructuredError says why there is no pack."""
        question = Question(
            call=f"research/{request.pack}/model",
            model=self._model_name,
            brief=request,
            schema=ResearchFindings,
        )
        answer = await self._asker.ask(question)
        last = answer.attempts[-1]
        return ResearchAnswer(
            source=last.served_model,
            findings=within_universe(answer.value, request.symbols),
            citations=in_text(last.text),
            report=prose(last.text),
            usage=total_usage(answer.attempts),
        )


def within_universe(findings: ResearchFindings, symbols: Sequence[str]) -> ResearchFindings:
    """The findings without foreign instruments, each of them flagged once."""
    foreign = list(dict.fromkeys(name for name in _named(findings) if name not in symbols))
    if not foreign:
        return findings
    events = tuple(
        event.model_copy(
            update={
                "expected_impact_assets": tuple(
                    symbol for symbol in event.expected_impact_assets if symbol in symbols
                )
            }
        )
        for event in findings.event_calendar_next_7d
    )
    notes = findings.confidence_notes
    flag = f"dropped instruments outside the universe: {', '.join(foreign)}"
    flags = (*notes.data_quality_flags, flag)
    return findings.model_copy(
        update={
            "tradable_candidates": tuple(
                idea for idea in findings.tradable_candidates if idea.instrument in symbols
            ),
            "event_calendar_next_7d": events,
            "confidence_notes": notes.model_copy(update={"data_quality_flags": flags}),
        }
    )


def _named(findings: ResearchFindings) -> Iterator[str]:
    for idea in findings.tradable_candidates:
        yield idea.instrument
    for event in findings.event_calendar_next_7d:
        yield from event.expected_impact_assets


def prose(text: str) -> str:
    """What a raw answer says around its JSON object; empty when it is JSON alone."""
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start:
        return text.strip()
    around = (text[:start], text[end + 1 :])
    parts = (part.replace("```json", "").replace("```", "").strip() for part in around)
    return "\n\n".join(part for part in parts if part)


def total_usage(attempts: Iterable[ModelAnswer]) -> Usage:
    """Tokens and cost of all attempts; the cost's source is the weakest of theirs."""
    used = [attempt.usage for attempt in attempts]
    ranking = (CostSource.NONE, CostSource.PRICE_TABLE, CostSource.PROVIDER)
    return Usage(
        prompt_tokens=sum(usage.prompt_tokens for usage in used),
        completion_tokens=sum(usage.completion_tokens for usage in used),
        reasoning_tokens=sum(usage.reasoning_tokens for usage in used),
        cached_tokens=sum(usage.cached_tokens for usage in used),
        cost_usd=str(sum((Decimal(usage.cost_usd) for usage in used), Decimal(0))),
        cost_source=min((usage.cost_source for usage in used), key=ranking.index),
    )
