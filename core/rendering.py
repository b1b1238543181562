"""Prompts: Jinja2 templates in, text and hash out; untrusted text goes in quoted, never as it is."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import DictLoader, StrictUndefined, TemplateError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from core.canonical import fingerprint
from core.errors import ConfigError

SUFFIX = ".md.j2"
PROMPTS = Path(__file__).parent / "prompts"
MEMORY_PROMPTS = PROMPTS / "memory"

_FENCES = re.compile(r"`+")
_LINE_ENDS = re.compile(r"\r\n?|[\x85\u2028\u2029\v\f]")
_KEPT_CONTROLS = frozenset("\n\t")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A prompt's text, and the hash of the template it was rendered from (not of the text)."""

    text: str
    hash: str


class PromptLibrary:
    """Templates by name; one may include another by name, and its hash then covers both.

    An unknown name, a wrong template or a value that is missing is a ConfigError that names it.
    """

    def __init__(self, templates: Mapping[str, str]) -> None:
        self._templates = dict(templates)
        self._environment = ImmutableSandboxedEnvironment(
            loader=DictLoader(self._templates),
            undefined=StrictUndefined,
            autoescape=False,  # plain text for a model, not HTML; see ``quoted``
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=False,
        )
        self._environment.filters["quoted"] = quoted
        self._hashes: dict[str, str] = {}

    @property
    def templates(self) -> Mapping[str, str]:
        """Name → template text, as recorded with a run."""
        return dict(self._templates)

    @property
    def fingerprint(self) -> str:
        """SHA-256 over every template and its name."""
        return fingerprint(self._templates)

    def hash(self, name: str) -> str:
        """SHA-256 of a template's name and text (and of those it includes), as 64 hex digits."""
        if name not in self._hashes:
            sources = [f"{part}\n{self._template(part)}" for part in self._with_included(name)]
            self._hashes[name] = hashlib.sha256("\n".join(sources).encode()).hexdigest()
        return self._hashes[name]

    def compiled(self, name: str) -> None:
        """Parse and hash a template ahead of its first use."""
        self.hash(name)
        try:
            self._environment.get_template(name)
        except TemplateError as error:
            raise _unrenderable(name, error) from error

    def asks_for(self, name: str) -> frozenset[str]:
        """The values a template (and those it includes) must be given."""
        sources = (
            self._environment.parse(self._template(part)) for part in self._with_included(name)
        )
        return frozenset().union(*(meta.find_undeclared_variables(tree) for tree in sources))

    def render(self, name: str, /, **values: object) -> Rendered:
        digest = self.hash(name)
        try:
            text = self._environment.get_template(name).render(values)
        except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
            raise _unrenderable(name, error) from error
        return Rendered(text.strip() + "\n", digest)

    def _with_included(self, name: str) -> list[str]:
        """``name``, then every template it includes, directly or not, each once."""
        names = [name]
        for current in names:
            try:
                tree = self._environment.parse(self._template(current))
            except TemplateError as error:
                raise _unrenderable(current, error) from error
            found = meta.find_referenced_templates(tree)
            names += [part for part in found if part is not None and part not in names]
        return names

    def _template(self, name: str) -> str:
        if name not in self._templates:
            known = ", ".join(sorted(self._templates)) or "none"
            raise ConfigError(f"there is no prompt {name!r}: the prompts are {known}")
        return self._templates[name]


def _unrenderable(name: str, error: Exception) -> ConfigError:
    reason = " ".join(str(error).split())
    return ConfigError(f"prompt {name!r} cannot be rendered: {reason}")


def load_builtin(*more: Path) -> PromptLibrary:
    """The project's own prompts: ``core/prompts/<name>.md.j2``, read when called.

    Those of ``more`` folders only where what they are for is switched on: a library's fingerprint is
    part of every run's history.
    """
    folders = (PROMPTS, *more)
    files = [file for folder in folders for file in sorted(folder.glob(f"*{SUFFIX}"))]
    return PromptLibrary(
        {file.name.removesuffix(SUFFIX): file.read_text(encoding="utf-8") for file in files}
    )


def quoted(text: object) -> str:
    """Untrusted text as quoted material: a fence longer than any run of backticks inside.

    Control, zero-width and bidirectional characters are dropped: they can hide a text from the
    person who reads a log, or end a fence where it does not seem to end.
    """
    plain = visible(str(text)).strip("\n")
    longest = max((len(run) for run in _FENCES.findall(plain)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}quoted\n{plain}\n{fence}"


def visible(text: str) -> str:
    """``text`` with plain line ends and without characters that show nothing (Cc, Cf, Co, Cs)."""
    lines = _LINE_ENDS.sub("\n", text)
    return "".join(
        char
        for char in lines
        if char in _KEPT_CONTROLS or unicodedata.category(char) not in ("Cc", "Cf", "Co", "Cs")
    )
