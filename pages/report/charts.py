"""The report's drawings: equity so far, the review heat map, conviction since Wednesday."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import pandas as pd

from core.clock import at_new_york, in_new_york
from core.schemas.review import PeerReview
from core.types import AccountId, CheckpointAction, WeekId, wednesday
from pages.report.drawing import Box, Dot, Drawing, Path, Scale, Word, apart
from storage.queries import AccountLabel, AccountRole

Labels = Mapping[AccountId, AccountLabel]
MOST_POINTS = 300
WIDTH = 680.0
NAME_LENGTH = 24
MIDNIGHT = datetime.min.time()


def name_of(account_id: str, labels: Labels) -> str:
    label = labels.get(AccountId(account_id))
    text = label.name if label else account_id
    return text if len(text) <= NAME_LENGTH else f"{text[: NAME_LENGTH - 1]}…"


def equity_drawing(frame: pd.DataFrame, labels: Labels) -> Drawing | None:
    """Every account's equity (USD) over sessions, the council in colour; None without two sessions."""
    sessions = sorted(frame["session"].unique())
    if len(sessions) < 2:
        return None
    height, right = 260.0, WIDTH - 170
    y = Scale(float(frame["equity"].min()), float(frame["equity"].max()), height - 26, 12)
    x = Scale(0, len(sessions) - 1, 66, right)
    place = {session: number for number, session in enumerate(sessions)}
    paths, ends = [], []
    for account_id, rows in sorted(frame.groupby("account_id"), key=lambda one: str(one[0])):
        own = _thinned(rows)
        points = [(x(place[row["session"]]), y(row["equity"])) for row in own.to_dict("records")]
        kind = _line_kind(str(account_id), labels)
        paths.append(Path(tuple(points), kind))
        ends.append((points[-1][1], name_of(str(account_id), labels), kind))
    words = [
        Word(right + 6, at + 3.5, name, f"end {kind}")
        for at, (_, name, kind) in zip(apart([end[0] for end in ends], 12), ends, strict=True)
    ]
    grid, ticks = _money_axis(y, right)
    words += [*ticks, *_session_axis(sessions, x, height)]
    label = f"Equity of {len(ends)} accounts in dollars over {len(sessions)} sessions"
    return Drawing(WIDTH, height, label, paths=[*grid, *sorted(paths, key=_last)], words=words)


def _thinned(rows: pd.DataFrame) -> pd.DataFrame:
    """At most so many rows, evenly, the last one always there."""
    step = -(-len(rows) // MOST_POINTS)
    kept = rows.iloc[::step]
    return kept if kept.index[-1] == rows.index[-1] else pd.concat([kept, rows.iloc[[-1]]])


def _line_kind(account_id: str, labels: Labels) -> str:
    label = labels.get(AccountId(account_id))
    return "accent" if label and label.role is AccountRole.COUNCIL else "peer"


def _last(path: Path) -> bool:
    """What is in colour is drawn last, above the others."""
    return path.kind == "accent"


def _money_axis(y: Scale, right: float) -> tuple[list[Path], list[Word]]:
    ticks = y.ticks(5)
    grid = [Path(((66, y(value)), (right, y(value))), "grid") for value in ticks]
    return grid, [Word(60, y(value) + 3.5, f"${value:,.0f}", anchor="end") for value in ticks]


def _session_axis(sessions: Sequence[pd.Timestamp], x: Scale, height: float) -> list[Word]:
    last = len(sessions) - 1
    shown = sorted({0, last // 3, 2 * last // 3, last})
    return [
        Word(x(n), height - 6, f"{pd.Timestamp(sessions[n]):%d %b %y}", anchor="middle")
        for n in shown
    ]


def heatmap(reviews: Sequence[PeerReview], labels: Labels) -> Drawing | None:
    """Mean of the seven scores, reviewer by pitch, 1 poor to 10 excellent; None without a review."""
    if not reviews:
        return None
    judged = [one.pitch_account_id for one in reviews]
    people = sorted({*judged, *(one.reviewer_account_id for one in reviews)}, key=_number)
    left, top, row = 150.0, 22.0, 26.0
    width = (WIDTH - left) / len(people)
    boxes, words = [], []
    for review in reviews:
        column = left + people.index(review.pitch_account_id) * width
        line = top + people.index(review.reviewer_account_id) * row
        mean = review.scores.mean
        kind = f"heat h{min(max(round(mean), 1), 10)}"
        boxes.append(Box(column + 1, line + 1, width - 2, row - 2, kind))
        words.append(Word(column + width / 2, line + row / 2 + 4, f"{mean:.1f}", "cell", "middle"))
    for number, account_id in enumerate(people):
        name = name_of(account_id, labels)
        words.append(Word(left - 8, top + number * row + row / 2 + 4, name, anchor="end"))
        room = max(int(width / 6), 3)
        short = name if len(name) <= room else f"{name[: room - 1]}…"
        words.append(Word(left + (number + 0.5) * width, top - 8, short, anchor="middle"))
    label = "Mean review scores from 1 to 10, a row for each reviewer, a column for each pitch"
    return Drawing(WIDTH, top + row * len(people) + 4, label, boxes=boxes, words=words)


def _number(account_id: str) -> tuple[int, str]:
    return len(account_id), account_id


def conviction_drawing(path: pd.DataFrame, week_id: WeekId, name: str) -> Drawing:
    """One account's conviction, −2 to +2, in steps from Wednesday to Tuesday; what acted is marked.

    ``path`` are the account's rows of ``conviction_frame``.
    """
    width, height = 220.0, 96.0
    begins = at_new_york(wednesday(week_id), MIDNIGHT)
    x = Scale(0, 7, 22, width - 4)
    y = Scale(-2, 2, height - 16, 8)
    steps: list[tuple[float, float]] = []
    dots, words = [], []
    for row in path.sort_values("at").to_dict("records"):
        at, high = x(_days(row["at"].to_pydatetime(), begins)), y(row["conviction"])
        if steps:
            steps.append((at, steps[-1][1]))
        steps.append((at, high))
        if row["action"] not in ("", CheckpointAction.STAY.value):
            dots.append(Dot(at, high, "panic" if row["panic"] else "acted"))
            anchor = "end" if at > width / 2 else "start"
            words.append(Word(at, high - 6, row["action"], "mark", anchor))
    grid = [Path(((22, y(value)), (width - 4, y(value))), "grid") for value in (-2, 0, 2)]
    words += [*_conviction_marks(y), *_day_names(week_id, x, height)]
    line = [Path(tuple(steps), "accent")] if len(steps) > 1 else []
    return Drawing(
        width,
        height,
        f"Conviction of {name} since Wednesday",
        paths=[*grid, *line],
        dots=dots,
        words=words,
    )


def _conviction_marks(y: Scale) -> list[Word]:
    marks = ((-2, "-2"), (0, "0"), (2, "+2"))
    return [Word(18, y(value) + 3.5, text, anchor="end") for value, text in marks]


def _day_names(week_id: WeekId, x: Scale, height: float) -> list[Word]:
    """The week's sessions below the drawing: Wednesday to Friday, Monday and Tuesday."""
    first = wednesday(week_id)
    return [
        Word(x(number + 0.5), height - 3, f"{first + timedelta(days=number):%a}", anchor="middle")
        for number in (0, 1, 2, 5, 6)
    ]


def _days(at: datetime, begins: datetime) -> float:
    """Days since Wednesday's midnight in New York, within the week's seven."""
    local = in_new_york(at)
    days = (local.date() - in_new_york(begins).date()).days
    return min(max(days + (local.hour * 60 + local.minute) / 1440, 0.0), 7.0)
