"""Cards of the settings page: versions, every value with its origin, keys, how to change one."""

from __future__ import annotations

import platform
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from config.effective import SettingLine
from config.origins import DEFAULT
from config.settings import Settings
from pages.ui.components import card_title
from pages.ui.evidence import events_behind
from pages.ui.figure import figure
from pages.ui.safe import safe, visible
from storage.queries.versions import StoreVersions

EVERY_PART, SHORT = "All", 12
HEIGHT = 460


def versions_row(settings: Settings, versions: StoreVersions) -> None:
    """Profile, store, schema and program in four figures."""
    engine = versions.engine
    with st.grid(4, min_column_width=180, gap="small"):
        _figure("Profile", settings.policy.profile.name, f"asked for: {settings.profile_choice}")
        _figure(
            "Database",
            "None yet" if engine is None else f"{engine.dialect} {engine.version}",
            "" if engine is None else f"{engine.driver}, journal {engine.journal_mode}",
        )
        _figure("Schema", versions.schema or "None yet", _schema_note(versions))
        _figure("Python", platform.python_version(), f"Streamlit {st.__version__}")


def values_card(lines: Sequence[SettingLine]) -> None:
    """Every value in force; the part and what is looked for are in the address."""
    card_title("In force", "YAML is the truth, a variable overrides it, the command line both")
    parts = [EVERY_PART, *dict.fromkeys(line.part for line in lines)]
    part = st.segmented_control(
        "Part", parts, default=EVERY_PART, key="part", required=True, bind="query-params"
    )
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    looked_for = left.text_input(
        "Look for", max_chars=80, placeholder="a part of a name", key="find", bind="query-params"
    )
    given_only = right.toggle("Without defaults", key="given", bind="query-params")
    shown = [
        line
        for line in lines
        if part in (EVERY_PART, line.part)
        and (looked_for or "").strip().casefold() in line.name.casefold()
        and not (given_only and line.origin == DEFAULT)
    ]
    if not shown:
        st.markdown(":gray[No setting is called that here: choose another part.]")
        return
    st.dataframe(
        pd.DataFrame([_line(line) for line in shown]),
        hide_index=True,
        height=HEIGHT,
        alt="Settings with their values and origins",
    )


def keys_card(keys: Sequence[SettingLine]) -> None:
    card_title("Keys", "names alone: no value, length or part of one comes to a page")
    found = sum(one.value == "present" for one in keys)
    st.markdown(f"{found} of {len(keys)} are given.")
    rows = [{"key": one.name, "is": one.value, "found in": _place(one)} for one in keys]
    st.dataframe(pd.DataFrame(rows), hide_index=True, height="content", alt="Keys by name")


def fingerprint_card(own: str, versions: StoreVersions) -> None:
    """The policy's fingerprint here, in the store's desk, and in its newest run."""
    card_title(
        "Fingerprint of the policy", "SHA-256; equal policies have equal ones on any machine"
    )
    for name, said in (
        ("This process", own),
        ("The store's desk", versions.desk),
        ("Its newest run", versions.newest_run),
    ):
        st.markdown(
            f":gray[{name}]  \n`{safe(said[:SHORT]) if said else 'none yet'}` {_same(said, own)}"
        )
    if versions.newest_run and versions.newest_run != own:
        st.markdown(
            ":gray[The files or variables changed since, or this process was started with others: "
            "each run keeps the settings it was started with.]"
        )
    events_behind("Recorded settings", stream="system/settings")


def change_card() -> None:
    card_title("How to change one", "the scheduler and the pages read them at start: restart both")
    st.markdown(
        "- A value whose origin is a **YAML line**: edit that line; a wrong value is refused at start "
        "with file, line and what is allowed.\n"
        "- One whose origin is **default**: add its key to the YAML file of that part, or set the "
        "variable in `.env` (names in `.env.template`).\n"
        "- **Keys** belong into the environment or `.env`, never into YAML.\n"
        "- To try a setting without living by it: a what-if rerun on *Operations*.\n"
        "- To check all of it: `cli.py doctor`."
    )


def _figure(label: str, value: str, note: str) -> None:
    figure(label, safe(value), safe(note) or None)


def _schema_note(versions: StoreVersions) -> str:
    if versions.schema == versions.known:
        return f"{versions.event_types} event types known"
    return f"this program knows {versions.known}"


def _line(line: SettingLine) -> dict[str, str]:
    return {
        "setting": visible(line.name),
        "value": visible(line.value),
        "origin": visible(line.origin),
        "part": line.part,
    }


def _place(one: SettingLine) -> str:
    return "" if one.origin == DEFAULT else visible(one.origin)


def _same(said: str, own: str) -> str:
    if not said or said is own:
        return ""
    return ":green-badge[the same]" if said == own else ":orange-badge[another]"
