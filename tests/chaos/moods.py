"""Models with moods: what share of calls fails, is slow, nonsense or restless, as a file says now."""

from __future__ import annotations

import asyncio
import json
import random
from dataclasses import asdict, dataclass
from pathlib import Path

from core.errors import ModelUnavailable
from core.ports import LanguageModel
from core.schemas.briefs import CheckpointBrief, PitchBrief
from core.schemas.model_call import ModelAnswer, ModelRequest

LONGEST_S = 0.1
ACTIONS = ("STAY", "REDUCE", "FLIP", "EXIT")


@dataclass(frozen=True)
class Mood:
    """Shares of the calls, 0 to 1; a restless answer is a random trade, so that there are many orders."""

    fails: float = 0.0
    slow: float = 0.3
    nonsense: float = 0.0
    restless: float = 0.4

    def save(self, folder: Path) -> None:
        new = folder / "mood.new"
        new.write_text(json.dumps(asdict(self)))
        new.rename(folder / "mood")


def mood_in(folder: Path) -> Mood:
    return Mood(**json.loads((folder / "mood").read_text()))


class MoodyModel:
    """The LanguageModel port over ``inner``."""

    def __init__(self, inner: LanguageModel, folder: Path, dice: random.Random) -> None:
        self._inner = inner
        self._folder = folder
        self._dice = dice

    async def complete(self, request: ModelRequest) -> ModelAnswer:
        mood = mood_in(self._folder)
        if self._dice.random() < mood.slow:
            await asyncio.sleep(self._dice.uniform(0, LONGEST_S))
        if self._dice.random() < mood.fails:
            raise ModelUnavailable(f"{request.model} answers nothing: it is a bad day")
        answer = await self._inner.complete(request)
        if self._dice.random() < mood.nonsense:
            return answer.model_copy(update={"text": answer.text[: len(answer.text) // 2]})
        if self._dice.random() < mood.restless:
            return answer.model_copy(update={"text": self._restless(request, answer.text)})
        return answer

    def _restless(self, request: ModelRequest, text: str) -> str:
        said = json.loads(text)
        conviction = round(self._dice.choice((-1, 1)) * self._dice.uniform(0.5, 2), 2)
        match request.brief:
            case PitchBrief() if said["instrument"]:
                said |= {
                    "conviction": conviction,
                    "direction": "LONG" if conviction > 0 else "SHORT",
                }
            case CheckpointBrief():
                said |= {"conviction": conviction, "action": self._dice.choice(ACTIONS)}
        return json.dumps(said)
