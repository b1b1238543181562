"""Discovery as its page reads it, kept until the log moves."""

from __future__ import annotations

from core.discovery.watchlist import Watchlist
from pages.ui.data import StoreState
from pages.ui.keeping import kept
from storage.queries import comparisons as compared
from storage.queries import discovery, forward_returns
from storage.queries.comparisons import RecordedComparison
from storage.queries.discovery import RoundDetail, RoundLine, WatchMove
from storage.queries.forward_returns import League, MeasuredReturn


@kept
def strategies(state: StoreState) -> tuple[str, ...]:
    return discovery.discovering(state.reader)


@kept
def watchlist(state: StoreState, strategy: str) -> Watchlist:
    return discovery.watchlist(state.reader, strategy)


@kept
def rounds(state: StoreState, strategy: str) -> tuple[RoundLine, ...]:
    return discovery.rounds(state.reader, strategy)


@kept
def one_round(state: StoreState, round_id: str) -> RoundDetail | None:
    return discovery.one_round(state.reader, round_id)


@kept
def moves(state: StoreState, strategy: str) -> tuple[WatchMove, ...]:
    return discovery.watch_moves(state.reader, strategy)


@kept
def league(state: StoreState, strategy: str) -> League:
    return forward_returns.league(state.reader, strategy)


@kept
def newest_returns(state: StoreState, strategy: str) -> tuple[MeasuredReturn, ...]:
    return forward_returns.newest_returns(state.reader, strategy)


@kept
def comparisons(state: StoreState, strategy: str) -> tuple[RecordedComparison, ...]:
    return compared.comparisons(state.reader, strategy)
