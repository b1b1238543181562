"""Every metric by name, on a registry of their own; what each counts is in its help text."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

CALL_SECONDS = (0.01, 0.1, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600)
WAIT_SECONDS = (1, 5, 15, 60, 300, 900, 1800, 3600, 10_800, 21_600, 86_400)


class Families:
    """The metrics of one desk. Names of the first eight are the specification's, to the letter.

    ``circuit_breaker_triggers`` is a gauge that only rises, because a counter's name would be
    given the ending ``_total``. No label is called ``job`` or ``instance``: those are Prometheus'
    own. A series that may be alarmed on is there, at 0, before its first rise.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._council()
        self._money()
        self._trading()
        self._machinery()

    def _council(self) -> None:
        self.agent_latency = self._histogram(
            "trading_agent_latency_seconds",
            "One question to an agent, answered or not",
            "agent task",
        )
        self.call_duration = self._histogram(
            "trading_llm_call_duration_seconds", "One model call, by who was asked", "model outcome"
        )
        self.cycle_duration = self._histogram(
            "trading_cycle_duration_seconds", "A whole run, from its start to its end", "kind"
        )
        self.stage_duration = self._histogram(
            "trading_stage_duration_seconds", "A stage that ran to its end", "stage"
        )
        self.stage_failures = self._counter(
            "trading_stage_failures_total", "Stages that failed, by error", "stage error"
        )
        self.retries = self._counter(
            "trading_llm_retries_total", "Questions asked again after an unusable answer", "model"
        )
        self.model_fallbacks = self._counter(
            "trading_llm_fallbacks_total", "Deputies asked instead of a model", "model next_model"
        )
        self.step_downs = self._counter(
            "trading_research_step_downs_total",
            "Researchers asked instead of one that failed",
            "researcher next_researcher",
        )

    def _money(self) -> None:
        self.tokens = self._counter(
            "trading_llm_tokens_total", "Tokens as billed (prompt, completion, …)", "model kind"
        )
        self.cost = self._counter(
            "trading_llm_cost_usd_total",
            "What model calls and research jobs cost, US dollars",
            "model",
        )
        self.budget_stops = self._counter(
            "trading_llm_budget_stops_total", "Calls not made for want of budget", "model"
        )
        self.equity = self._gauge(
            "trading_equity_usd", "Cash and positions at the newest mark, US dollars", "account"
        )
        self.drawdown = self._gauge(
            "current_drawdown",
            "As the breaker measures it, 0 to 1 below its peak; desk is the sum without FLAT",
            "account",
        )
        self.losses = self._gauge(
            "consecutive_losses",
            "Newest closed trades in a row with a loss, net of costs, as the breaker counts them",
            "account",
        )

    def _trading(self) -> None:
        self.market_fallbacks = self._counter(
            "trading_market_data_fallbacks_total",
            "Price sources that gave no answer, and who was asked next",
            "source next_source",
        )
        self.violations = self._counter(
            "trading_hard_constraint_violations_total",
            "Wishes that a hard limit clamped or refused, in official runs and trading cycles",
            "limit outcome",
        )
        self.orders = self._counter(
            "trading_orders_total",
            "Orders intended, sent, refused, cancelled; fills as filled",
            "account outcome",
        )
        self.breaker_triggers = self._gauge(
            "circuit_breaker_triggers", "Halts since the log began", "scope cause"
        )
        self.breaker_halted = self._gauge(
            "trading_breaker_halted", "1 while the scope is halted for this cause", "scope cause"
        )
        self.enabled = self._gauge("trading_enabled", "0 while the kill switch is on")
        self.mismatches = self._gauge(
            "trading_reconciliation_blocked", "1 while broker and ledger differ", "account"
        )

    def _machinery(self) -> None:
        self.slots = self._counter(
            "trading_slots_total",
            "Slots by how they ended: done, failed, missed, …",
            "kind outcome",
        )
        self.slot_delay = self._histogram(
            "trading_slot_delay_seconds",
            "From a slot's instant until its outcome was recorded",
            "kind",
            WAIT_SECONDS,
        )
        self.jobs = self._counter(
            "trading_jobs_total",
            "Jobs by how they ended: done, failed, cancelled, missed",
            "kind outcome",
        )
        self.open_jobs = self._gauge(
            "trading_jobs_open", "Jobs asked for that have not ended: waiting, running", "state"
        )
        self.job_wait = self._histogram(
            "trading_job_wait_seconds", "From the request until it is claimed", "kind", WAIT_SECONDS
        )
        self.alerts = self._counter("trading_alerts_raised_total", "Alerts", "kind severity")
        self.deliveries = self._counter(
            "trading_alert_deliveries_total",
            "Alerts by channel: delivered, failed (an attempt), suppressed",
            "channel outcome",
        )
        self.position = self._gauge("trading_last_event_position", "Events in the log")
        self.data_age = self._gauge(
            "trading_market_data_age_seconds", "Age of the newest mark of the whole universe"
        )
        self.leader = self._gauge(
            "trading_scheduler_leader",
            "1 while the holder's lease is good, 0 once it is over",
            "holder",
        )
        self.token = self._gauge("trading_scheduler_lease_token", "Fencing token of the lease")
        self.heartbeat_age = self._gauge(
            "trading_scheduler_heartbeat_age_seconds", "Age of the leader's last sign of life"
        )
        self.database_up = self._gauge("trading_database_up", "1 while the store can be read")

    def _counter(self, name: str, told: str, labels: str = "") -> Counter:
        return Counter(name, told, labels.split(), registry=self.registry)

    def _gauge(self, name: str, told: str, labels: str = "") -> Gauge:
        return Gauge(name, told, labels.split(), registry=self.registry)

    def _histogram(
        self, name: str, told: str, labels: str, buckets: tuple[float, ...] = CALL_SECONDS
    ) -> Histogram:
        return Histogram(name, told, labels.split(), buckets=buckets, registry=self.registry)
