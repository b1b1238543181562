"""JSON out of what a model wrote: fences, prose and slips are forgiven, doubt is not.

Rules, in order:

1. A ``<think>`` block in front is not part of the answer; its opening tag may stand in the prompt,
   which some servers end with it, so that only the closing tag is seen, on a line of its own.
2. A value is a stretch of text from an opening bracket to its close. One that never closes is
   TruncatedJson, whatever else the text holds: a cut-off answer is never repaired.
3. Values with only a comma between them are one array whose brackets were forgotten. Of two arrays
   glued together (``][``) the second is a restatement and replaces the first.
4. Beside a real value, these do not count: an echo of the question's placeholders
   (``{"action": "..."}``), an empty object or array, a bare citation such as ``[3]``.
5. A fenced JSON block goes before what stands in prose.
6. What is left must be one value; several that differ are NotJson, none is picked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.errors import NotJson, TruncatedJson
from core.json_strict import JsonContainer, canonical, strict_json
from core.json_value import read_value

MAX_VALUES = 2_000

_MARK = re.compile(r"[{\[}]|(?:`{3,}|~{3,})[ \t]*([\w+-]*)")
_JSON_TAGS = frozenset({"", "json", "json5", "jsonc", "jsonl"})
_TUPLE = re.compile(r"\s*\((?=[\s\S]*\)\s*\Z)")
_THINKING = re.compile(r"\s*<(think(?:ing)?)>.*?(?:</\1>|(\Z))", re.DOTALL)
_THOUGHT = re.compile(r"^[ \t]*</think(?:ing)?>[ \t]*$", re.MULTILINE)
_CUT = r"\s*+(?:\Z|```)"
_LOOKS_LIKE_OBJECT = re.compile(rf"\{{(?:\s*+(?:[\"'“}}/#{{]|[\w$-]++\s*+:)|[\w$-]*{_CUT})")
_LOOKS_LIKE_ARRAY = re.compile(
    r"\[[\s\[]{0,128}+(?:[\"'“{\[\]/#]|[+-]?\.?\d"
    rf"|(?:true|false|null|True|False|None|NaN|-?Infinity)\b|[+-]?[A-Za-z]{{0,8}}{_CUT})"
)
_CLOSERS = re.compile(r"[\s}\]]*")
_PLACEHOLDER = re.compile(r"\s*(?:\.{2,}|…|<[^<>]*>)\s*")
_ECHO = re.compile(
    r"\s*(?:\.{2,}|…|<[^<>]*>|\[[^\[\]]*\]|\{[^{}]*\}|\w+(?:\s*\|\s*\w+)+|str|string|text|number)\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A complete value in a text: where it stands, and whether in a fenced JSON block."""

    value: JsonContainer
    start: int
    end: int
    fenced: bool


def extract_json(text: str) -> JsonContainer:
    """The one object or array in ``text``.

    Raises TruncatedJson when the text ends (or its fence closes) before an outermost bracket does,
    and NotJson when there is no value, several different ones, a key given twice with different
    values, NaN or Infinity, nesting deeper than 100, or damage that only a guess could mend.
    """
    try:
        value = strict_json(text)
    except ValueError:
        value = _chosen(_merged(text.lstrip("\ufeff")))
    if not isinstance(value, dict | list):
        raise NotJson(f"the answer is the bare value {value!r:.40}, not a JSON object or array")
    _refuse_half_characters(value)
    return value


def _refuse_half_characters(value: JsonContainer) -> None:
    """NotJson for a lone surrogate, the escape of half an emoji: UTF-8 cannot hold it."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise NotJson("a text in the answer holds half a character (lone surrogate)") from None


def placeholders(value: Any) -> Iterator[str]:
    """Paths of the texts that say nothing but ``...`` or ``<name>``: echoes of the question."""
    for path, leaf in _texts(value):
        if _PLACEHOLDER.fullmatch(leaf):
            yield path


def _merged(text: str) -> list[Candidate]:
    """Rules 1 to 3."""
    start = _after_thinking(text)
    merged: list[Candidate] = []
    run: list[Candidate] = []
    for found in _candidates(text, start):
        between = text[run[-1].end : found.start].strip() if run else None
        if between == "," and run[-1].fenced == found.fenced:
            run.append(found)
            continue
        merged += _joined(run)
        glued = bool(run) and run[-1].end == found.start
        if glued and isinstance(found.value, list) and isinstance(run[-1].value, list):
            merged.pop()
        run = [found]
    return merged + _joined(run)


def _after_thinking(text: str) -> int:
    """Where the answer begins: behind the thinking, 0 without any; TruncatedJson in the midst of it."""
    thinking = _THINKING.match(text)
    if thinking and thinking.group(2) is not None:
        raise TruncatedJson("the answer ends inside its thinking: ask again with more tokens")
    thinking = thinking or _THOUGHT.search(text)
    return thinking.end() if thinking else 0


def _joined(run: Sequence[Candidate]) -> list[Candidate]:
    if len(run) < 2:
        return list(run)
    values: JsonContainer = [candidate.value for candidate in run]
    return [replace(run[0], value=values, end=run[-1].end)]


def _candidates(text: str, start: int) -> Iterator[Candidate]:
    """Every complete value outside of other values, in order."""
    if _TUPLE.match(text, start):
        yield _parenthesised(text, text.index("(", start))
        return
    position, fence, prose = start, None, _Prose(text)
    for _ in range(MAX_VALUES):
        while (found := _MARK.search(text, position)) and not _is_value(text, found.start()):
            position = found.end()
            if found.group()[0] in "`~":
                fence = _next_fence(fence, found.group(1))
            else:
                prose.read_bracket(found.group(), position)
        if found is None:
            return
        value, position = read_value(text, found.start())
        prose = _Prose(text, position)
        yield Candidate(value, found.start(), position, fence in _JSON_TAGS)
    raise NotJson(f"more than {MAX_VALUES} separate JSON values: ask for one")


@dataclass(slots=True)
class _Prose:
    """The text after a value (or before the first), and what its brackets say of that value."""

    text: str
    last_end: int | None = None
    open_braces: int = 0

    def read_bracket(self, bracket: str, position: int) -> None:
        """An extra brace right after a value is a slip; further on, the value ended too early."""
        if bracket == "{":
            self.open_braces += 1
        elif bracket == "}" and self.open_braces:
            self.open_braces -= 1
        elif bracket == "}" and self.last_end is not None:
            if not _CLOSERS.fullmatch(self.text, self.last_end, position):
                raise NotJson("a brace closes after the JSON's end: escape the quotes inside it")
            self.last_end = position


def _parenthesised(text: str, start: int) -> Candidate:
    value, end = read_value(text, start)
    if text[end:].strip():
        raise NotJson("the answer is in parentheses but is not one JSON array: ask for JSON alone")
    return Candidate(value, start, end, fenced=False)


def _next_fence(fence: str | None, tag: str) -> str | None:
    """The tag of the block that is open after a fence line; None outside of one."""
    return None if fence is not None and not tag else tag.lower()


def _is_value(text: str, position: int) -> bool:
    """Whether a bracket opens JSON rather than stands in prose, as ``[sic]`` or ``{x}`` do."""
    looks = {"{": _LOOKS_LIKE_OBJECT, "[": _LOOKS_LIKE_ARRAY}.get(text[position])
    return looks is not None and looks.match(text, position) is not None


def _chosen(candidates: Sequence[Candidate]) -> JsonContainer:
    """Rules 4 to 6."""
    preferred: tuple[Callable[[Candidate], bool], ...] = (
        lambda found: not _is_echo(found.value),
        lambda found: bool(found.value),
        lambda found: not _is_citation(found.value),
        lambda found: found.fenced,
    )
    left = list(candidates)
    for wanted in preferred:
        left = [found for found in left if wanted(found)] or left
    different = {canonical(found.value): found.value for found in left}
    if not different:
        raise NotJson("the answer holds no JSON object or array: ask for JSON alone")
    if len(different) > 1:
        raise NotJson(f"the answer holds {len(different)} different JSON values: ask for one")
    return next(iter(different.values()))


def _is_echo(value: JsonContainer) -> bool:
    texts = [leaf for _, leaf in _texts(value)]
    return bool(texts) and 2 * sum(bool(_ECHO.fullmatch(leaf)) for leaf in texts) >= len(texts)


def _is_citation(value: JsonContainer) -> bool:
    return isinstance(value, list) and all(isinstance(item, int) for item in value)


def _texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, f"{path}.{index}".lstrip("."))
