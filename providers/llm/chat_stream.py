"""A chat completion while it is written: the deltas put together, progress told on the way."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from core.errors import ModelError, ModelTimeout, StreamFailed
from core.ports import CallProgress
from core.schemas.model_call import ModelRequest
from providers.http import DONE
from providers.llm.chat_completions import Completion
from providers.llm.telling import Telling


class StreamedCompletion:
    """Hears the events of one stream; an error among them is StreamFailed at once."""

    def __init__(
        self, request: ModelRequest, secrets: tuple[str, ...], progress: CallProgress
    ) -> None:
        self._request = request
        self._completion = Completion(request.model, secrets)
        self._telling = Telling(progress, request)
        self._ended = False

    def hear(self, name: str, data: Mapping[str, JsonValue]) -> None:
        if name == DONE:
            self._ended = True
            return
        self._completion.take(data)
        if name == "error" and self._completion.error is None:
            self._completion.error = dict(data)
        if self._completion.error is not None:
            raise self._failed(f"failed while it streamed: {self._completion.told()}")
        self._telling.written(self._completion.characters)

    def survived(self, error: ModelError) -> ModelError | None:
        """The failure with what it cost, as far as known; None if the answer was complete before it."""
        cut_short = isinstance(error, StreamFailed | ModelTimeout)
        if cut_short and self._completion.error is None and self._complete:
            return None  # only the figures are missing: an answer that is paid is kept
        if error.usage is None and self._completion.usage is not None:
            return type(error)(str(error), usage=self._completion.usage)
        return error

    def finished(self) -> Completion:
        """The completion; StreamFailed when the stream ended before it was complete."""
        if not (self._complete or self._ended):
            raise self._failed("broke off its stream without saying that it ended")
        return self._completion

    @property
    def _complete(self) -> bool:
        return self._completion.finish is not None

    def _failed(self, what: str) -> StreamFailed:
        return StreamFailed(f"{self._request.model} {what}", usage=self._completion.usage)
