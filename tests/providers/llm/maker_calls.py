"""One maker's adapter over a real socket: asked, answered by a server of ours, and failed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from pydantic import SecretStr

from core.ports import LanguageModel
from core.schemas.model_call import Message, ModelRequest
from providers.http import HttpPolicy
from tests.providers.llm.leaks import everything_said
from tests.servers.vendor_server import Told, vendor_server

FAST = HttpPolicy(retries=1, backoff_s=0.001, longest_wait_s=0.01)
PRICE = {"type": "object", "properties": {"price": {"type": "number"}}, "required": ["price"]}
SPOKEN = (
    Message(role="system", content="be short"),
    Message(role="user", content="hello"),
    Message(role="assistant", content="hi"),
    Message(role="user", content="price?"),
)


@dataclass(frozen=True)
class MakerCalls:
    """``adapter`` is made with the key ``canary``, which nobody may ever see; it is asked ``model``."""

    adapter: Callable[..., LanguageModel]
    call: str
    model: str
    canary: str

    def request(self, **more):
        fields = {
            "call": self.call,
            "model": self.model,
            "messages": SPOKEN,
            "temperature": 0.5,
            "max_tokens": 900,
            "timeout_s": 5.0,
        }
        return ModelRequest(**{**fields, **more})

    def ask(self, answer, *, stream: bool = False, progress=None, **more):
        """The answer, and what the server was asked."""
        reply = answer if callable(answer) else lambda asked, number: answer
        heard = {} if progress is None else {"progress": progress}
        with vendor_server(reply) as server:
            model = self.adapter(
                SecretStr(self.canary), FAST, base_url=server.url, stream=stream, **heard
            )
            return asyncio.run(model.complete(self.request(**more))), server.asked

    def fails(self, told: Told, failure: type[Exception], *, stream: bool) -> Exception:
        """What is raised: of this very class, in one line, and without the key."""
        with pytest.raises(failure) as caught:
            self.ask(told, stream=stream)
        assert type(caught.value) is failure
        assert self.canary not in everything_said(caught.value)
        assert "\n" not in str(caught.value)
        return caught.value
