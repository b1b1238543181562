"""Research: one pack, or the reason why it is missing; a missing pack never stops a week."""

from __future__ import annotations

from typing import Literal

from pydantic import JsonValue

from core.clock import in_new_york
from core.context import ContextKey, PipelineContext
from core.errors import ModelError, StructuredError, UnknownPrompt
from core.keys import RESEARCH_PACK_A, RESEARCH_PACK_B, RUN
from core.policy import DeskPolicy
from core.ports import Researcher
from core.schemas.research import ResearchAnswer, ResearchOutcome, ResearchPack, ResearchRequest
from core.schemas.run import RunSpec
from core.stage import BaseStage
from core.stages.asking import SLACK_S, shortened

PackLetter = Literal["A", "B"]
KEYS: dict[PackLetter, ContextKey[ResearchOutcome]] = {"A": RESEARCH_PACK_A, "B": RESEARCH_PACK_B}

JOB_S = 75 * 60.0
"""A vendor's research job takes up to an hour; asking for it and giving it up take their time too."""


class ResearchStage(BaseStage):
    """Asks one researcher for one pack; two of these run at the same time.

    Whatever goes wrong at the researcher becomes ``missing_because``. Only a replay without a
    recorded answer fails, because nothing may be made up there.
    """

    needs = (RUN,)

    def __init__(self, pack: PackLetter, researcher: Researcher, policy: DeskPolicy) -> None:
        self.name = f"research_{pack.lower()}"
        self.gives = (KEYS[pack],)
        self._pack = pack
        self._researcher = researcher
        self._source = policy.profile.researchers[pack].model
        self._settings = policy.profile.settings_for("research")
        self._symbols = policy.symbols
        self.timeout_s = _longest(policy, pack)

    def depends_on(self) -> JsonValue:
        return {
            "researcher": self._source,
            "settings": self._settings.model_dump(mode="json", exclude={"timeout_s"}),
            "symbols": list(self._symbols),
        }

    async def run(self, context: PipelineContext) -> PipelineContext:
        return context.bind(KEYS[self._pack], await self._outcome(context[RUN]))

    async def _outcome(self, run: RunSpec) -> ResearchOutcome:
        request = ResearchRequest(
            pack=self._pack, week_id=run.week_id, as_of=run.as_of, symbols=self._symbols
        )
        try:
            answer = await self._researcher.research(request)
        except UnknownPrompt:
            raise
        except (ModelError, StructuredError) as error:
            return ResearchOutcome(source=self._source, missing_because=shortened(str(error)))
        return ResearchOutcome(source=answer.source, pack=_pack(answer, run))


def _longest(policy: DeskPolicy, pack: PackLetter) -> float:
    """Seconds after which the whole chain hangs; each of its links has its own, shorter, deadline.

    A vendor's job with its creation and cancellation, then every model of the chain and the editor,
    one after the other, each asked as often as it may be.
    """
    spec, settings = policy.profile.researchers[pack], policy.profile.settings_for("research")
    editors = spec.editor.lineage if spec.editor is not None else ()
    asked = sum(not model.is_rules for model in (*spec.lineage, *editors))
    in_a_row = max(1, asked) * policy.council.max_attempts
    return JOB_S + settings.timeout_s * in_a_row + SLACK_S


def _pack(answer: ResearchAnswer, run: RunSpec) -> ResearchPack:
    found = {name: getattr(answer.findings, name) for name in type(answer.findings).model_fields}
    return ResearchPack(
        **found,
        week_id=run.week_id,
        asof_et=in_new_york(run.as_of),
        research_source=answer.source,
        citations=answer.citations,
        report=answer.report,
        stepped_down=answer.stepped_down,
    )
