"""The ports: what the core asks of the outside world, each contract in prose."""

from __future__ import annotations

from core.ports.alerts import Notifier
from core.ports.broker import Broker, Statements
from core.ports.journal import FinishedStage, Journal
from core.ports.market import MarketData, NewsFeed, Sectors, TradingCalendar
from core.ports.memory import Embedder, Recall, VectorIndex
from core.ports.models import CallProgress, LanguageModel, Researcher, unheard
from core.ports.store import EventStore, Lock, LogTools
from core.ports.trading import Accounts, Approvals, OrderRoute, TradingGate

__all__ = [
    "Accounts",
    "Approvals",
    "Broker",
    "CallProgress",
    "Embedder",
    "EventStore",
    "FinishedStage",
    "Journal",
    "LanguageModel",
    "Lock",
    "LogTools",
    "MarketData",
    "NewsFeed",
    "Notifier",
    "OrderRoute",
    "Recall",
    "Researcher",
    "Sectors",
    "Statements",
    "TradingCalendar",
    "TradingGate",
    "VectorIndex",
    "unheard",
]
