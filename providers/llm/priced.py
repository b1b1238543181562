"""A language model whose every answer, and every billed failure, says what it cost."""

from __future__ import annotations

from core.errors import ModelError
from core.ports import LanguageModel
from core.prices import PriceList, priced
from core.profile import RULES_VENDOR
from core.schemas.model_call import ModelAnswer, ModelRequest


class PricedModel:
    """Fills in the cost from the price table wherever the provider gave none; rules have none."""

    def __init__(self, inner: LanguageModel, prices: PriceList) -> None:
        self._inner = inner
        self._prices = prices

    async def complete(self, request: ModelRequest) -> ModelAnswer:
        if request.model.startswith(f"{RULES_VENDOR}/"):
            return await self._inner.complete(request)
        try:
            answer = await self._inner.complete(request)
        except ModelError as error:
            if error.usage is not None:
                error.usage = priced(error.usage, self._prices.of(request.model))
            raise
        price = self._prices.of_answer(request.model, answer.served_model)
        return answer.model_copy(update={"usage": priced(answer.usage, price)})
