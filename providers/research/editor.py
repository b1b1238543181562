"""The editor: a cheap model that brings a free report into the strict pack, and adds nothing."""

from __future__ import annotations

from core.errors import ModelError, StructuredError, UnknownPrompt
from core.policy import ModelSettings
from core.ports import LanguageModel
from core.rendering import PromptLibrary
from core.schemas.base import Schema
from core.schemas.model_call import Usage
from core.schemas.research import ResearchFindings, ResearchRequest
from core.stages.asking import Asker, Question
from providers.research.prompted import total_usage, within_universe

LONGEST_REPORT = 120_000
"""Characters of a report that are edited; the whole of it is kept in any case."""


class EditorBrief(Schema):
    request: ResearchRequest
    report: str


class PackEditor:
    """Asks ``model_name`` for the findings of a report, as the call ``research/{pack}/editor``."""

    def __init__(
        self, model: LanguageModel, prompts: PromptLibrary, settings: ModelSettings, model_name: str
    ) -> None:
        self._asker = Asker("research_editor", model, prompts, settings)
        self._model_name = model_name

    async def edit(self, request: ResearchRequest, report: str) -> tuple[ResearchFindings, Usage]:
        """The findings within the universe, and what the editing cost; ModelError when there are none."""
        question = Question(
            call=f"research/{request.pack}/editor",
            model=self._model_name,
            brief=EditorBrief(request=request, report=report[:LONGEST_REPORT]),
            schema=ResearchFindings,
        )
        try:
            answer = await self._asker.ask(question)
        except UnknownPrompt:
            raise
        except (ModelError, StructuredError) as error:
            why = f"report received, could not be turned into a pack: {error}"
            raise ModelError(why) from error
        return within_universe(answer.value, request.symbols), total_usage(answer.attempts)
