"""`init`: the guided way from the demonstration to a real desk: what it asks, and what that means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import typer

from config.terminal.written import Change, replace_in_yaml, write_all
from core.errors import BadInput

PROFILES = ("rules", "live", "local", "auto")
BROKERS = ("simulated", "alpaca", "alpaca_mcp")
APPROVALS = ("auto", "manual")
HOUSE_ADDRESS, HOUSE_MODEL = "http://127.0.0.1:11434/v1", "llama3.1"
RESEARCH_KEYS = {
    "GEMINI_API_KEY": "Gemini key for deep research (empty for none)",
    "PERPLEXITY_API_KEY": "Perplexity key for deep research (empty for none)",
}
ALPACA_KEYS = {
    "APCA_API_KEY_ID": "Alpaca paper key id",
    "APCA_API_SECRET_KEY": "Alpaca paper secret",
}


@dataclass(frozen=True, slots=True)
class Given:
    """What the command line says; None is what it leaves open."""

    profile: str | None = None
    broker: str | None = None
    variables: Mapping[str, str | None] = field(default_factory=dict)
    base_url: str | None = None
    model: str | None = None
    approval: str | None = None


@dataclass(frozen=True, slots=True)
class Choices:
    """What the desk is to be.

    ``variables`` go to ``.env`` (an empty one is left out); ``base_url`` and ``model`` are the
    server and the model of the profile ``local``, ``approval`` who says yes to orders: None leaves
    the files as they are.
    """

    profile: str
    broker: str = "simulated"
    variables: Mapping[str, str] = field(default_factory=dict)
    base_url: str | None = None
    model: str | None = None
    approval: str | None = None


def complete(given: Given, *, asks: bool) -> Choices:
    """Ask for what is left open when somebody is there to answer."""
    profile = given.profile or _asked(f"Profile ({', '.join(PROFILES)})", "rules", asks=asks)
    broker = given.broker or _asked(f"Broker ({', '.join(BROKERS)})", "simulated", asks=asks)
    approval = given.approval or _asked(
        f"Orders are sent after a person's approval ({', '.join(APPROVALS)})",
        first_approval(profile),
        asks=asks,
    )
    variables = dict(given.variables)
    questions: dict[str, str] = {}
    if profile in ("live", "auto"):
        questions = {"OPENROUTER_API_KEY": "OpenRouter key (empty for none)", **RESEARCH_KEYS}
    if broker != "simulated":
        questions |= ALPACA_KEYS
    for name, question in questions.items():
        if variables.get(name) is None:
            variables[name] = _asked(question, "", asks=asks, hidden=True)
    if variables.get("MARKET_DATA_DIR") is None and broker == "simulated":
        question = "Folder of daily bars (empty: generated prices)"
        variables["MARKET_DATA_DIR"] = _asked(question, "", asks=asks)
    base_url, model = given.base_url, given.model
    if profile == "local":
        base_url = base_url or _asked("Address of the server", HOUSE_ADDRESS, asks=asks)
        model = model or _asked("Model", HOUSE_MODEL, asks=asks)
    kept = {name: value for name, value in variables.items() if value}
    return Choices(profile, broker, kept, base_url, model, approval)


def first_approval(profile: str) -> str:
    """What a desk starts with: where models may decide a person says yes, rules trade by themselves."""
    return "auto" if profile == "rules" else "manual"


def _asked(question: str, default: str, *, asks: bool, hidden: bool = False) -> str:
    if not asks:
        return default
    answer: str = typer.prompt(
        question, default=default, hide_input=hidden, show_default=bool(default)
    )
    return answer.strip()


def write(root: Path, choices: Choices, *, overwrite: bool = False) -> list[Path]:
    """Write ``.env`` (mode 0600), the profile, the broker and who approves; returns the files.

    BadInput when a variable of ``.env`` has another value already and may not be replaced, for a
    choice that does not exist or a folder that is not there; then nothing is written.
    """
    _refuse_unknown("profile", choices.profile, PROFILES)
    _refuse_unknown("broker", choices.broker, BROKERS)
    if choices.approval is not None:
        _refuse_unknown("approval", choices.approval, APPROVALS)
    folder = choices.variables.get("MARKET_DATA_DIR")
    if folder and not (root / Path(folder).expanduser()).is_dir():
        raise BadInput(f"{folder} is no folder: give one with daily bars, or none")
    config = root / "config"
    models, connections = config / "models.yaml", config / "connections.yaml"
    changes = [Change(r"(?m)^profile:.*$", f"profile: {choices.profile}", "profile:")]
    if choices.base_url:
        line = r'(?m)(^  ollama: .*base_url: )"[^"]*"'
        changes.append(Change(line, f'\\g<1>"{_address(choices.base_url)}"', "ollama:"))
    if choices.model:
        named = _model(choices.model)
        changes.append(Change(r"(?m)model: &local \S+?(?=,)", f"model: &local {named}", "&local"))
    texts = {
        models: replace_in_yaml(models, changes),
        connections: replace_in_yaml(
            connections, [Change(r"(?m)^broker: \w+", f"broker: {choices.broker}", "broker:")]
        ),
    }
    if choices.approval:
        said = Change(r"(?m)^(  approval: )\w+", f"\\g<1>{choices.approval}", "approval:")
        texts[config / "risk.yaml"] = replace_in_yaml(config / "risk.yaml", [said])
    return write_all(root / ".env", choices.variables, texts, overwrite=overwrite)


def _refuse_unknown(what: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise BadInput(f"{what} {value!r} is unknown: use one of {', '.join(known)}")


def _address(text: str) -> str:
    if not text.startswith(("http://", "https://")) or any(mark in text for mark in "\"' \\@"):
        raise BadInput(f"{text!r} is no address of a server: write e.g. {HOUSE_ADDRESS}")
    return text


def _model(text: str) -> str:
    plain = text.removeprefix("ollama/")
    if not plain or any(mark in plain for mark in "\"' ,{}\\\n"):
        raise BadInput(f"{text!r} is no model's name: write e.g. {HOUSE_MODEL}")
    return f"ollama/{plain}"
