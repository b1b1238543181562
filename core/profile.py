"""Who sits at the table: the models of a profile, their seats, and the words that would give them away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, StringConstraints, model_validator

from core.schemas.base import Schema
from core.types import AccountId

ModelId: TypeAlias = Annotated[
    str,
    StringConstraints(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@-]*(/[A-Za-z0-9._:@-]+)*$", max_length=120
    ),
]
"""``vendor/model`` as the gateway names it, ``claude-*``, ``gpt-*``, ``o*`` or ``gemini-*`` for that
maker's own endpoint, ``{endpoint}/model`` for one of ``providers`` in config/models.yaml,
``rules/…`` for a deterministic strategy."""
Account: TypeAlias = Annotated[AccountId, StringConstraints(pattern=r"^acct_[1-9][0-9]?$")]
Label: TypeAlias = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)
]
SeatKey: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,29}$")]
StageName: TypeAlias = Literal[
    "research", "pitch", "peer_review", "chairman", "checkpoint", "postmortem", "council"
]
ProfileName: TypeAlias = Literal["live", "local", "rules"]

RULES_VENDOR = "rules"
PACKS = ("A", "B")


def _nobody_says(source: str | None) -> bool:
    """Such a source is left out of the record: weeks of casts without one keep their ids."""
    return source is None


class ModelSpec(Schema):
    """One model: ``name`` is what people read, ``model`` what is called.

    ``vendor``, ``family`` and ``aliases`` are its identity in text, scrubbed before anybody judges
    it; rules strategies have none, their words are everyday words. ``knowledge_cutoff`` is the last
    day its training data covers, None when it has no such day or nobody says which;
    ``knowledge_source`` says who says so.
    """

    name: Label
    model: ModelId
    vendor: Label | None = None
    family: Label | None = None
    aliases: tuple[Label, ...] = ()
    knowledge_cutoff: date | None = None
    knowledge_source: Label | None = Field(default=None, exclude_if=_nobody_says)
    fallbacks: tuple[ModelSpec, ...] = Field(default=(), max_length=4)
    """Asked in this order when this one cannot answer; who really answered is recorded."""

    @model_validator(mode="after")
    def _a_vendor_is_named(self) -> Self:
        if self.vendor is None and not self.is_rules:
            raise ValueError(f"model {self.model} needs its vendor beside it, to scrub that name")
        return self

    @property
    def is_rules(self) -> bool:
        return self.model.startswith(f"{RULES_VENDOR}/")

    def identity_terms(self) -> frozenset[str]:
        """Every word or phrase that names this model, its maker or its family."""
        terms = {self.name, self.model, *self.aliases}
        if not self.is_rules:
            terms |= {*self.model.split("/"), *filter(None, (self.vendor, self.family))}
        return frozenset(terms).union(*(other.identity_terms() for other in self.fallbacks))

    @property
    def lineage(self) -> tuple[ModelSpec, ...]:
        """The model and everyone who may answer for it."""
        return (self, *(each for other in self.fallbacks for each in other.lineage))


class SeatSpec(ModelSpec):
    """A portfolio manager: ``key`` is its handle on the command line (``--set pm.grok.model=…``)."""

    key: SeatKey
    account_id: Account


class ResearcherSpec(ModelSpec):
    """A researcher, its kind told by its name.

    ``gemini/…`` and ``perplexity/agent-…`` are vendors' deep research, ``rules/…`` is computed, any
    other is a language model that is prompted.

    ``fallbacks`` is its chain, e.g. a prompted model and then the rules. ``editor`` is the cheap
    model that turns a free-form report into the strict pack.
    """

    editor: ModelSpec | None = None


class ModelSettings(Schema):
    """How a stage calls its models: ``max_tokens`` of the answer, ``timeout_s`` seconds a call."""

    temperature: float = Field(default=0.3, ge=0, le=2)
    max_tokens: int = Field(default=4_000, ge=256, le=64_000)
    timeout_s: float = Field(default=180.0, gt=0, le=7_200)


class AccountSpec(Schema):
    """One account of the desk; ``model`` is the label its track record belongs to."""

    account_id: Account
    name: Label
    model: str
    role: Literal["pm", "council", "flat"]


class Cast(Schema):
    """Everybody of a profile: the seats, the chairman and who follows when it fails, the researchers."""

    seats: tuple[SeatSpec, ...] = Field(min_length=1, max_length=20)
    chairman: ModelSpec
    chairman_chain: tuple[ModelSpec, ...] = ()
    researchers: Mapping[str, ResearcherSpec]
    stages: Mapping[StageName, ModelSettings] = Field(default_factory=dict)
    council_account: Account = AccountId("acct_5")
    flat_account: Account = AccountId("acct_6")

    @model_validator(mode="after")
    def _everybody_has_one_place(self) -> Self:
        ids = [account.account_id for account in self.accounts]
        _refuse_twins("account", ids)
        _refuse_twins("seat key", [seat.key for seat in self.seats])
        if set(self.researchers) != set(PACKS):
            given = ", ".join(sorted(self.researchers)) or "none"
            raise ValueError(f"researchers must be exactly A and B, the two packs, not {given}")
        return self

    @property
    def accounts(self) -> tuple[AccountSpec, ...]:
        """The PM accounts in seat order, then the council's, then FLAT."""
        pms = (
            AccountSpec(account_id=seat.account_id, name=seat.name, model=seat.model, role="pm")
            for seat in self.seats
        )
        council = AccountSpec(
            account_id=self.council_account,
            name="Council",
            model=self.chairman.model,
            role="council",
        )
        flat = AccountSpec(account_id=self.flat_account, name="FLAT", model="flat", role="flat")
        return (*pms, council, flat)

    @property
    def models(self) -> tuple[ModelSpec, ...]:
        """Everyone who is asked anything under this profile."""
        asked = (*self.seats, self.chairman, *self.chairman_chain, *self.researchers.values())
        editors = (spec.editor for spec in self.researchers.values() if spec.editor is not None)
        return tuple(each for spec in (*asked, *editors) for each in spec.lineage)

    def settings_for(self, stage: StageName) -> ModelSettings:
        """The stage's own settings, or the defaults."""
        return self.stages.get(stage, ModelSettings())

    def identity_terms(self) -> frozenset[str]:
        return frozenset[str]().union(*(model.identity_terms() for model in self.models))


class Profile(Cast):
    """A cast under its name, as a run uses it."""

    name: ProfileName


def _refuse_twins(what: str, values: Iterable[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise ValueError(f"{what} {value} is used twice: each must be unique")
        seen.add(value)
