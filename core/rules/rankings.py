"""Rankings as models write them, read into labels; and the average rank over all ballots."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.schemas.conversation import RankedModel as AggregateRank

__all__ = ["AggregateRank", "aggregate_rankings", "parse_ranking"]

_WORDS = "response|answer|pitch|candidate|option|proposal"
_LABEL = rf"\b({_WORDS})[\s_*`:#-]*[(\"'“]?([A-Za-z])\b[)\"'”]?"
_OPEN = r"[\[(\"'“*_`\s]*"
_CLOSE = r"[\])\"'”*_`\s]*"
_JOIN = (
    rf"{_CLOSE}(?:(?:>+|≻|→|⇒|-+>|,|;|/|&|=|\bthen\b|\band\b)(?:\s*(?:and|then)\b)*"
    rf"(?:\s*\(?\d{{1,2}}[.):])?|\s\(?\d{{1,2}}[.):]){_OPEN}"
)

_HEADER = re.compile(
    r"final[\s_-]+rankings?(?:\s+(?:is|are|as|follows|below))*[*_`\s]*(?:\([^()\n]*\))?[*_`\s]*"
    r"(?::|[-–—=]+[ \t]*(?=\n|\w+ [A-Z]\b)|$|(?=\n))",
    re.IGNORECASE | re.MULTILINE,
)
_MARKS = re.compile(r"[\s>#*_`|~\\]*")
_NUMBER = re.compile(
    r"(?:rank|place|no\.?|position)?\s*#?\(?(\d{1,2})(?:st|nd|rd|th)?\)?(?:\s*place)?"
    r"[\s.):|*_`–—=-]+",
    re.IGNORECASE,
)
_ORDINAL = re.compile(
    r"(?:first|second|third|fourth|fifth|sixth|best|worst|last|top)(?:\s+place)?[*_`\s]*[:.)–—=-]+",
    re.IGNORECASE,
)
_BULLET = re.compile(r"[-–•+◦▪]+\s*|[^\w\s\[(\"'“]+\s*")
_CHAIN = re.compile(rf"{_OPEN}{_LABEL}(?:{_JOIN}{_LABEL})*", re.IGNORECASE)
_LABELS = re.compile(_LABEL, re.IGNORECASE)
_BARE_CHAIN = re.compile(rf"{_OPEN}([A-Z])\b(?:{_JOIN}([A-Z])\b)*(?={_CLOSE}(?:$|[-–—:.(|]))")
_BARE_LABELS = re.compile(r"\b[A-Z]\b")
_BETTER_THAN = re.compile(r">|≻|→|⇒")
_CUE = re.compile(r"\brank|\bbest\b.*\bworst\b|\bin order\b|\bprefer", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Item:
    """A line of a list: its number, the labels it is about (several: a tie or a whole chain)."""

    number: int | None
    labels: tuple[str, ...]
    bare: bool

    @property
    def unclear(self) -> bool:
        """A numbered line about several labels, none of them in front."""
        return self.number is not None and not self.labels


def parse_ranking(text: str) -> list[str]:
    """Labels (``Response A``), best first, without duplicates; empty when there is no telling.

    Read is the list after the last ``FINAL RANKING:`` that has one: numbered, bulleted or bold
    items, or labels on one line joined by ``>``, commas or arrows. In an item only what stands
    before its reasons counts. Explicit numbers decide the order. Without a header, a ranking is read
    only when the text holds one list of every label it mentions, and no other order of them. A bare
    letter (``1. C``) counts as a Response, under a header alone.
    """
    headers = [found.end() for found in _HEADER.finditer(text)]
    for start in reversed(headers):
        if ranking := _section(text[start:]):
            return ranking
    return [] if headers else _only_ranking(text)


def aggregate_rankings(
    rankings: Sequence[Sequence[str]] | Mapping[str, Sequence[str]],
    label_to_model: Mapping[str, str],
) -> list[AggregateRank]:
    """Each model's mean place over the ballots that name it, best first, ties by model name.

    ``rankings`` are ballots (or reviewer → ballot) of labels, best first; the best place is 1. A
    label nobody knows, or named a second time, takes no place; a model that a ballot leaves out gets
    nothing from it (``rankings_count`` says how many named it), and one that no ballot names is
    absent. ``average_rank`` is rounded to two places, as in llm-council; the order is the exact one.
    """
    ballots = rankings.values() if isinstance(rankings, Mapping) else rankings
    models = {_normal(label): model for label, model in label_to_model.items()}
    places: dict[str, list[int]] = {}
    for ballot in ballots:
        known = [models[key] for key in map(_normal, ballot) if key in models]
        for place, model in enumerate(dict.fromkeys(known), start=1):
            places.setdefault(model, []).append(place)
    order = sorted(places, key=lambda model: (sum(places[model]) / len(places[model]), model))
    return [
        AggregateRank(
            model=model,
            average_rank=round(sum(places[model]) / len(places[model]), 2),
            rankings_count=len(places[model]),
        )
        for model in order
    ]


def _normal(label: str) -> str:
    return " ".join(label.split()).casefold()


def _section(text: str) -> list[str]:
    """The labels of the first list in ``text``; prose before and after it is passed over."""
    items: list[_Item] = []
    for item in filter(None, map(_item, text.splitlines())):
        if item.unclear:
            return []
        seen = {earlier.number for earlier in items}
        restarted = item.number in seen and len(seen) > 1 and item.number == 1
        prose_after = item.number is None and bool(seen - {None})
        if restarted or prose_after:
            break
        items.append(item)
        if item.number is None and len(item.labels) > 1:
            break
    return _ordered(items) or _only_ranking(text)


def _ordered(items: Sequence[_Item]) -> list[str]:
    """By their numbers when every item has one of its own, else as they stand."""
    numbers = [item.number for item in items if item.number is not None]
    listed = list(items)
    if len(numbers) == len(items) == len(set(numbers)):
        listed.sort(key=lambda item: item.number or 0)
    return list(dict.fromkeys(label for item in listed for label in item.labels))


def _item(line: str) -> _Item | None:
    """A line that begins with labels, or is numbered and speaks of one; None for any other line."""
    position = _after(_MARKS, line, 0)
    number = _NUMBER.match(line, position)
    position = number.end() if number else _after(_BULLET, line, position)
    position = _after(_ORDINAL, line, _after(_MARKS, line, position))
    value = int(number.group(1)) if number else None
    if chain := _CHAIN.match(line, position) or _CHAIN.match(line, _after(_MARKS, line, position)):
        return _Item(value, _labels(chain.group()), _is_rest_empty(line, chain.end()))
    if mentioned := dict.fromkeys(_labels(line)):
        return (
            _Item(value, tuple(mentioned) if len(mentioned) == 1 else (), False) if number else None
        )
    if chain := _BARE_CHAIN.match(line, position):
        letters = _BARE_LABELS.findall(chain.group())
        return _Item(value, tuple(f"Response {letter}" for letter in letters), False)
    return None


def _after(pattern: re.Pattern[str], line: str, position: int) -> int:
    found = pattern.match(line, position)
    return found.end() if found else position


def _is_rest_empty(line: str, position: int) -> bool:
    return not any(char.isalnum() for char in line[position:])


def _labels(text: str) -> tuple[str, ...]:
    return tuple(f"{word.capitalize()} {letter.upper()}" for word, letter in _LABELS.findall(text))


def _only_ranking(text: str) -> list[str]:
    """The one order in a text without a header: every label in it, each once, and no second order."""
    orders = [order for order in (*_chains(text), *_numbered(text)) if len(order) > 1]
    if not orders or any(order != orders[0] for order in orders):
        return []
    return orders[0] if set(orders[0]) == set(_labels(text)) else []


def _chains(text: str) -> Iterator[list[str]]:
    """Labels joined by ``>`` or arrows, anywhere."""
    for chain in _CHAIN.finditer(text):
        if _BETTER_THAN.search(chain.group()):
            yield list(dict.fromkeys(_labels(chain.group())))


def _numbered(text: str) -> Iterator[list[str]]:
    """Numbered lists of labels: bare ones, or any once the text says that it ranks.

    A numbered review of each response in turn is not a ranking.
    """
    ranks = _CUE.search(text) is not None
    items: list[_Item] = []
    for item in filter(None, map(_item, text.splitlines())):
        if item.number is None or not (item.bare or ranks):
            continue
        if item.number in {earlier.number for earlier in items}:
            yield _ordered(items)
            items = []
        items.append(item)
    yield _ordered(items)
