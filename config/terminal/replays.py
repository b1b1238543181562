"""What a replay says, of a week or of a cycle: identical, or where it first came out differently."""

from __future__ import annotations

from dataclasses import asdict

from config.terminal import show
from core.desk.replay_report import ReplayReport


def replayed(report: ReplayReport, what: str, *, as_json: bool) -> None:
    """``what`` names it: ``week 2026-11-18``."""
    if as_json:
        show.as_json({**asdict(report), "identical": report.identical})
        return
    if report.difference is None:
        show.line(
            f"{what}: identical, byte for byte: {report.events} events of {report.streams} streams, "
            f"{report.orders} orders"
        )
        return
    found = report.difference
    where = f"stage {found.stage}" if found.stage else found.type
    show.line(
        f"{what}: first difference in {where} ({found.stream}, version {found.version}): {found.detail}"
    )
