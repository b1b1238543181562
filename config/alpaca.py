"""Alpaca as one desk reaches it: which key is which account, over REST or MCP, each limit shared.

The vendor's client and the MCP protocol are imported where a connection is made: together they cost
a second of processor time, and most commands never speak to Alpaca.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from config.secrets import LOOPBACK, AlpacaKey, Secrets, account_names
from core.errors import ConfigError
from core.policy import AccountSpec
from core.types import AccountId
from providers.alpaca.api import MarketApi, TradingApi
from providers.alpaca.token_bucket import TokenBucket

if TYPE_CHECKING:
    from providers.alpaca.mcp_session import McpSession
    from providers.alpaca.session import PaperKey

NO_KEYS = "needs paper keys: set APCA_API_KEY_ID and APCA_API_SECRET_KEY in .env"


class AlpacaConnections:
    """Everything one process says to Alpaca; all who use one key share its rate limit."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._limits: dict[str, TokenBucket] = {}
        self._sessions: dict[str, McpSession] = {}

    def account_keys(self, accounts: tuple[AccountSpec, ...]) -> Mapping[AccountId, AlpacaKey]:
        """A key pair for every account; ConfigError names those that have none."""
        given = self._secrets.alpaca_accounts
        missing = [account.account_id for account in accounts if account.account_id not in given]
        if not missing:
            return {account.account_id: given[account.account_id] for account in accounts}
        names = ", ".join(account_names(int(one.removeprefix("acct_")))[0] for one in missing)
        if not given:
            raise ConfigError(f"broker alpaca {NO_KEYS}")
        raise ConfigError(
            f"not every account has a key pair: set {names} with their secrets in .env"
        )

    def has_own_key(self, account_id: AccountId) -> bool:
        return account_id in self._secrets.alpaca_accounts

    def own_keys(self, accounts: Collection[AccountId]) -> Mapping[AccountId, AlpacaKey]:
        """The key pairs of those of these accounts that have one."""
        given = self._secrets.alpaca_accounts
        return {account: given[account] for account in accounts if account in given}

    def shares_a_key(self, accounts: tuple[AccountSpec, ...]) -> bool:
        """Whether one pair stands for all of them: there is one, and not every account has its own."""
        alone = all(one.account_id in self._secrets.alpaca_accounts for one in accounts)
        return not alone and self._secrets.alpaca is not None

    def shared_key(self) -> AlpacaKey:
        """The one pair for all, else the first account's; ConfigError when there is neither."""
        accounts = self._secrets.alpaca_accounts
        found = self._secrets.alpaca or next(iter(accounts.values()), None)
        if found is None:
            raise ConfigError(f"alpaca {NO_KEYS}")
        return found

    def trading(self, key: AlpacaKey, *, over_mcp: bool = False) -> TradingApi:
        pair, limit = _pair(key), self._limit(key)
        if over_mcp:
            from providers.alpaca.mcp import AlpacaMcp  # noqa: PLC0415 - see the module

            return AlpacaMcp(self._session(key), limit)
        from providers.alpaca.rest import AlpacaRest  # noqa: PLC0415 - see the module

        return AlpacaRest(pair, self._secrets.alpaca_base_url, limiter=limit)

    def market(self, key: AlpacaKey, *, over_mcp: bool = False) -> MarketApi:
        """The paper account's market data; on loopback everything is at one address."""
        if over_mcp:
            from providers.alpaca.mcp_market import AlpacaMarketMcp  # noqa: PLC0415 - see the module

            return AlpacaMarketMcp(self._session(key), self._limit(key))
        from providers.alpaca.market_rest import (  # noqa: PLC0415 - see the module
            DATA_URL,
            AlpacaMarketRest,
        )

        base = self._secrets.alpaca_base_url
        address = base if urlsplit(base).hostname in LOOPBACK else DATA_URL
        return AlpacaMarketRest(_pair(key), address, limiter=self._limit(key))

    def _limit(self, key: AlpacaKey) -> TokenBucket:
        return self._limits.setdefault(key.key_id.get_secret_value(), TokenBucket())

    def _session(self, key: AlpacaKey) -> McpSession:
        from providers.alpaca.mcp_session import McpSession  # noqa: PLC0415 - see the module

        name = key.key_id.get_secret_value()
        if name not in self._sessions:
            self._sessions[name] = McpSession(_pair(key))
        return self._sessions[name]


def _pair(key: AlpacaKey) -> PaperKey:
    from providers.alpaca.session import PaperKey  # noqa: PLC0415 - see the module

    return PaperKey(key.key_id.get_secret_value(), key.secret.get_secret_value())
