"""The SDK's client made safe: paper only, time-outs on every phase, an overall deadline, no retries."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from alpaca.trading.client import TradingClient

from core.errors import ConfigError
from providers.alpaca.patience import RestPolicy, made_steady

PAPER_URL = "https://paper-api.alpaca.markets"
PAPER_HOST = "paper-api.alpaca.markets"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
LIVE_PREFIX = "AK"


@dataclass(frozen=True, slots=True)
class PaperKey:
    """The key pair of one paper account; no print shows it."""

    key_id: str = field(repr=False)
    secret: str = field(repr=False)

    def hidden_in(self, text: str) -> str:
        """The text without the key: a proxy's error page may repeat it to us."""
        return text.replace(self.secret, "…").replace(self.key_id, "…")


class PaperClient(TradingClient):
    """alpaca-py's client: raw JSON, none of its retries, our time-outs, no proxy of the environment.

    ConfigError, which never shows the key, for a live key or another host than Alpaca's paper API or
    this machine.
    """

    def __init__(self, key: PaperKey, base_url: str, policy: RestPolicy) -> None:
        refuse_live(key, base_url)
        # Alpaca's own pages give the address with the version, which the SDK adds itself.
        root = base_url.rstrip("/").removesuffix("/v2")
        super().__init__(key.key_id, key.secret, paper=True, raw_data=True, url_override=root)
        made_steady(self, policy)


def refuse_live(key: PaperKey, base_url: str) -> None:
    """ConfigError for real money."""
    if key.key_id.startswith(LIVE_PREFIX):
        raise ConfigError(
            f"an Alpaca key is for real money ({LIVE_PREFIX}…): only paper keys (PK…) are used"
        )
    address = urlsplit(base_url)
    paper = (address.scheme, address.hostname) == ("https", PAPER_HOST)
    if not paper and address.hostname not in LOOPBACK:
        raise ConfigError(
            f"Alpaca at {address.hostname} is not allowed (paper only: {PAPER_URL}): "
            "correct APCA_API_BASE_URL"
        )
