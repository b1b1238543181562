"""What an endpoint says of itself for nothing: which models it has, and what its key may still spend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal, TypeAlias

from pydantic import JsonValue, SecretStr, ValidationError

from core.errors import CallRejected, GarbledAnswer, KeyRejected, OutOfCredit
from core.prices import MILLION, Price
from providers.http import HttpPolicy, client, get_json

Dialect: TypeAlias = Literal["openrouter", "anthropic", "openai", "gemini", "compatible"]
ANTHROPIC_VERSION = "2023-06-01"
PAGES = 20
"""No maker has more pages of models; a list that never ends is not followed further."""
QUICK = HttpPolicy(connect_s=5.0, read_s=15.0, deadline_s=20.0, retries=1)


@dataclass(frozen=True, slots=True)
class Listed:
    """One model of a list; ``price`` and ``context`` (tokens) where the endpoint says them."""

    model: str
    price: Price | None = None
    context: int | None = None


@dataclass(frozen=True, slots=True)
class Credit:
    """USD the key may still spend; None where it has no limit of its own."""

    remaining: Decimal | None
    free_tier: bool = False


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One endpoint's list and key. Every question is free; failures are those of `get_json`."""

    provider: str
    protocol: Dialect
    base_url: str
    key: SecretStr | None = None
    policy: HttpPolicy = QUICK

    async def models(self) -> Mapping[str, Listed] | None:
        """Every model by id; None for a server that has no list.

        KeyRejected for a key this endpoint does not know.
        """
        found: dict[str, Listed] = {}
        following: Mapping[str, str] | None = {}
        for _ in range(PAGES):
            if following is None:
                break
            try:
                page = await self._get(self._list_path(following))
            except (KeyRejected, OutOfCredit):
                raise
            except (CallRejected, GarbledAnswer):
                if self.protocol != "compatible":
                    raise
                return None  # no such path, or a page for people
            for row in _rows(page, "models" if self.protocol == "gemini" else "data"):
                for listed in _listed(row):
                    found[listed.model] = listed
            following = _following(page)
        return found or None

    async def credit(self) -> Credit | None:
        """What the key may still spend; None where the endpoint does not say."""
        if self.protocol != "openrouter":
            return None
        data = (await self._get("key")).get("data")
        if not isinstance(data, Mapping):
            return None
        return Credit(_decimal(data.get("limit_remaining")), data.get("is_free_tier") is True)

    def _list_path(self, following: Mapping[str, str]) -> str:
        paths = {"anthropic": "v1/models?limit=1000", "gemini": "v1beta/models?pageSize=1000"}
        path = paths.get(self.protocol, "models")
        more = "".join(f"&{name}={value}" for name, value in following.items())
        return path + (more if "?" in path else "")

    async def _get(self, path: str) -> dict[str, JsonValue]:
        url = f"{self.base_url.rstrip('/')}/{path}"
        async with client(self.policy) as http:
            return await get_json(http, url, self._headers(), self.policy)

    def _headers(self) -> dict[str, str]:
        if self.key is None:
            return {}
        secret = self.key.get_secret_value()
        match self.protocol:
            case "anthropic":
                return {"x-api-key": secret, "anthropic-version": ANTHROPIC_VERSION}
            case "gemini":
                return {"x-goog-api-key": secret}
            case _:
                return {"Authorization": f"Bearer {secret}"}


def _rows(page: Mapping[str, JsonValue], name: str) -> list[Mapping[str, JsonValue]]:
    rows = page.get(name)
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def _listed(row: Mapping[str, JsonValue]) -> list[Listed]:
    """A model under its id, and under the dated name its maker gave it where that is told too."""
    spelled = str(row.get("id") or row.get("name") or "").removeprefix("models/")
    names = [spelled, str(row.get("canonical_slug") or "")]
    context = row.get("context_length", row.get("inputTokenLimit"))
    size = context if isinstance(context, int) else None
    price = _price(row.get("pricing"))
    return [Listed(name, price, size) for name in dict.fromkeys(names) if name]


def _following(page: Mapping[str, JsonValue]) -> Mapping[str, str] | None:
    """The query of the next page, None after the last."""
    token, last = page.get("nextPageToken"), page.get("last_id")
    if isinstance(token, str) and token:
        return {"pageToken": token}
    if page.get("has_more") is True and isinstance(last, str) and last:
        return {"after_id": last}
    return None


def _price(pricing: JsonValue) -> Price | None:
    """USD a token, as text, to USD a million; None where it depends or is not said."""
    if not isinstance(pricing, Mapping):
        return None
    prompt, completion = _decimal(pricing.get("prompt")), _decimal(pricing.get("completion"))
    if prompt is None or completion is None:
        return None
    try:
        return Price(input=prompt * MILLION, output=completion * MILLION)
    except ValidationError:  # -1 means that it depends on the model a router chooses
        return None


def _decimal(value: JsonValue) -> Decimal | None:
    if value is None or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
