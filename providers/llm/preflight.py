"""Before anything is paid: does each key work, does each model exist, is there credit enough?"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches

from core.desk.estimate import WeekEstimate
from core.desk.spending import usd
from core.errors import KeyRejected, ModelError, OutOfCredit, PreflightFailed
from core.prices import base_id
from providers.llm.catalogue import Catalogue, Credit, Listed

DATED = re.compile(r"-(\d{8}|\d{4}-\d{2}-\d{2}|\d{3})")
LATEST = re.compile(r"[:-]latest$")
ALIKE = 0.4
"""difflib's ratio from which an id is worth suggesting."""

Place = Callable[[str], tuple[str, str] | None]
"""A model id → its endpoint and the id as that endpoint spells it; None for rules."""


@dataclass(frozen=True, slots=True)
class Need:
    """What a run asks of one endpoint: ids as it spells them; USD likely in all, and of one call."""

    models: tuple[str, ...]
    likely: Decimal = Decimal(0)
    largest: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class EndpointCheck:
    """One endpoint: ``models`` it has (None: it has no list), its credit, and what is wrong or unknown."""

    provider: str
    models: int | None = None
    credit: Credit | None = None
    problems: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PreflightReport:
    checks: tuple[EndpointCheck, ...]

    @property
    def problems(self) -> tuple[str, ...]:
        return tuple(problem for check in self.checks for problem in check.problems)

    @property
    def unknown(self) -> tuple[str, ...]:
        return tuple(unknown for check in self.checks for unknown in check.unknown)


def needs_of(
    models: Iterable[str], estimate: WeekEstimate | None, place: Place
) -> Mapping[str, Need]:
    """What these models ask of each endpoint, at the estimate's prices."""
    asked: dict[str, dict[str, None]] = {}
    for found in map(place, models):
        if found is not None:
            asked.setdefault(found[0], {})[found[1]] = None
    return {
        provider: Need(tuple(ids), *_amounts(provider, estimate, place))
        for provider, ids in asked.items()
    }


async def preflight(
    needs: Mapping[str, Need], catalogues: Mapping[str, Catalogue]
) -> PreflightReport:
    """PreflightFailed names everything that would fail a paid run; what nobody can say is no failure."""
    report = await look(needs, catalogues)
    if report.problems:
        raise PreflightFailed(f"nothing was paid: {'; '.join(report.problems)}")
    return report


async def look(needs: Mapping[str, Need], catalogues: Mapping[str, Catalogue]) -> PreflightReport:
    """Ask every endpoint that is needed and has a catalogue, all at once; nothing is raised."""
    wanted = [catalogues[name] for name in needs if name in catalogues]
    checks = await asyncio.gather(*(_check(one, needs[one.provider]) for one in wanted))
    return PreflightReport(tuple(checks))


async def _check(catalogue: Catalogue, need: Need) -> EndpointCheck:
    name = catalogue.provider
    listed: Mapping[str, Listed] | None = None
    credit: Credit | None = None
    try:
        credit = await catalogue.credit()
        listed = await catalogue.models()
    except (KeyRejected, OutOfCredit) as error:
        return EndpointCheck(name, problems=(f"{name}: {error}",))
    except ModelError as error:
        return EndpointCheck(name, credit=credit, unknown=(f"{name} cannot be checked: {error}",))
    problems = [*_too_little(name, credit, need)]
    if listed is None:
        return EndpointCheck(
            name, None, credit, tuple(problems), (f"{name} has no list of its models",)
        )
    problems += [_missing(name, model, listed) for model in need.models if not has(model, listed)]
    return EndpointCheck(name, len(listed), credit, tuple(problems))


def has(model: str, listed: Collection[str]) -> bool:
    """Whether a list has the model: as written, without a virtual suffix, or under its dated name."""
    names = {model, base_id(model)}
    names |= {LATEST.sub("", name) for name in names}
    if names & set(listed):
        return True
    return any(_is_dated(other, names) for other in listed)


def nearest(model: str, listed: Collection[str]) -> str | None:
    """The id most like it, of the same vendor where there is one; None when nothing is."""
    wanted = base_id(model)
    vendor, slash, _ = wanted.partition("/")
    kin = [other for other in listed if slash and other.startswith(f"{vendor}/")]
    for among in (kin, sorted(listed)):
        close = get_close_matches(wanted, sorted(among), 1, ALIKE)
        if close:
            return close[0]
    return None


def _is_dated(other: str, names: Collection[str]) -> bool:
    return any(
        other.startswith(name)
        and (DATED.fullmatch(other[len(name) :]) or LATEST.fullmatch(other[len(name) :]))
        for name in names
    )


def _missing(provider: str, model: str, listed: Collection[str]) -> str:
    close = nearest(model, listed)
    way_out = f"the nearest is {close}" if close else f"it has {len(listed)} others"
    return f"{provider} has no model {model} ({way_out}): change it in config/models.yaml"


def _too_little(provider: str, credit: Credit | None, need: Need) -> Iterable[str]:
    if credit is None or credit.remaining is None:
        return
    if credit.remaining < max(need.largest, need.likely):
        yield (
            f"{provider} has {usd(credit.remaining)} of credit left, and this needs about "
            f"{usd(need.likely)}, up to {usd(need.largest)} reserved for one call: add credit or "
            "raise the key's limit"
        )


def _amounts(provider: str, estimate: WeekEstimate | None, place: Place) -> tuple[Decimal, Decimal]:
    lines = estimate.lines if estimate is not None else ()
    here = [line for line in lines if (place(line.model) or ("", ""))[0] == provider]
    likely = sum((line.likely for line in here), Decimal(0))
    return likely, max((line.largest for line in here), default=Decimal(0))
