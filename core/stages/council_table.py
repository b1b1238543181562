"""Who sits at the bare council's table, and how each is asked for plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from core.errors import ModelEmpty, ModelTruncated
from core.policy import DeskPolicy, ModelSettings
from core.ports import LanguageModel
from core.rendering import PromptLibrary
from core.schemas.model_call import FinishReason, Message, ModelRequest
from core.stages.asking import prompt_hashes

WHOLE = (FinishReason.STOP, FinishReason.UNKNOWN)
"""How an answer that can be used may end; some local servers do not say."""


@dataclass(frozen=True, slots=True)
class CouncilTable:
    """Who is asked and how: members by model name, and the chairmen in order of trust."""

    model: LanguageModel
    prompts: PromptLibrary
    members: tuple[str, ...]
    chairmen: tuple[str, ...]
    settings: ModelSettings

    @classmethod
    def of(cls, model: LanguageModel, prompts: PromptLibrary, policy: DeskPolicy) -> CouncilTable:
        """The profile's seats as members (each model once), its chairman and who follows."""
        profile = policy.profile
        return cls(
            model,
            prompts,
            tuple(dict.fromkeys(seat.model for seat in profile.seats)),
            tuple(spec.model for spec in (profile.chairman, *profile.chairman_chain)),
            profile.settings_for("council"),
        )

    async def ask(self, call: str, model: str, template: str, values: Mapping[str, object]) -> str:
        """The whole text of an answer; ModelError when it failed, was cut off or says nothing."""
        prompt = self.prompts.render(template, **values)
        request = ModelRequest(
            call=call,
            model=model,
            messages=(Message(role="user", content=prompt.text),),
            temperature=self.settings.temperature,
            max_tokens=self.settings.max_tokens,
            timeout_s=self.settings.timeout_s,
            prompt_hash=prompt.hash,
        )
        answer = await self.model.complete(request)
        if answer.finish_reason not in WHOLE:
            raise ModelTruncated(
                f"{model} gave no whole answer: it ended with {answer.finish_reason}"
            )
        if not answer.text.strip():
            raise ModelEmpty(f"{model} gave an empty answer")
        return answer.text

    def depends_on(self, template: str, models: Sequence[str]) -> JsonValue:
        return {
            "models": list(models),
            "settings": self.settings.model_dump(mode="json", exclude={"timeout_s"}),
            "prompts": prompt_hashes(self.prompts, template),
        }
