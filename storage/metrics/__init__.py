"""Prometheus metrics of a desk, read from its log."""

from __future__ import annotations

from storage.metrics.log_metrics import LogMetrics

__all__ = ["LogMetrics"]
