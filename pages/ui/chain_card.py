"""Whether the chains hold: a walk over the whole log when asked, green or red, and the last anchor."""

from __future__ import annotations

import streamlit as st

from core.errors import Busy
from pages.ui import audit_data, data
from pages.ui.chain_walks import Walked, chain_walks
from pages.ui.components import card_title
from pages.ui.data import StoreState
from pages.ui.evidence import events_behind
from pages.ui.format import moment
from pages.ui.safe import clipped, safe
from pages.ui.visitor import visitor

REFUSED = "chain refused"
EVERY_S = 1.0


def chain_card(state: StoreState, newest: int) -> None:
    """``newest`` is the number of events as the page is drawn."""
    card_title("Do the chains hold?", "every event's hash computed anew, stream by stream")
    walks = chain_walks()
    running = walks.under_way(state) is not None

    @st.fragment(run_every=EVERY_S if running else None)
    def walk() -> None:
        done = walks.under_way(state)
        if done is not None:
            share = min(done / newest, 1.0) if newest else 0.0
            st.progress(share, f"{done:,} of {newest:,} events walked")
            return
        if running:
            st.rerun()
        _outcome(walks.newest(state), state, newest)

    walk()
    st.button("Verify every chain", on_click=_begin, disabled=running)
    refused = st.session_state.pop(REFUSED, "")
    if refused:
        st.info(safe(refused))
    _anchor(state)


def _begin() -> None:
    """Reading alone: whoever may read may ask, but not one walk after another."""
    if not visitor().may_read:
        return
    try:
        chain_walks().begin(data.now())
    except Busy as error:
        st.session_state[REFUSED] = str(error)


def _outcome(walked: Walked | None, state: StoreState, newest: int) -> None:
    if walked is None:
        st.markdown(":gray-badge[not asked yet] Nobody has asked since this process started.")
        return
    when = f":gray[walked {moment(walked.at)}{_since(walked, state, newest)}]"
    if walked.result is None:
        st.warning(safe(clipped(walked.trouble or "the log is empty", 400)), title="Not walked")
        return
    words = safe(clipped(walked.result.message, 600))
    if walked.result.ok:
        st.success(f"{words}  \n{when}", title="Every chain holds")
    else:
        st.error(f"{words}  \n{when}", title="A chain is broken")


def _since(walked: Walked, state: StoreState, newest: int) -> str:
    """How much the log grew after the walk began."""
    if walked.version == state.version:
        return ""
    grown = newest - int(walked.version.partition(":")[0])
    return f"; {grown:,} events came after" if grown > 0 else "; the log is another one now"


def _anchor(state: StoreState) -> None:
    anchor = audit_data.anchor(state)
    if anchor is None:
        st.markdown(
            ":gray[:small[No anchor yet: the scheduler writes one each night, or "
            "`cli.py verify --write-anchor`. Without one nobody can know whether the end of the log "
            "was cut off.]]"
        )
        return
    st.markdown(
        f":gray[:small[Last anchor: {anchor.streams:,} streams up to position "
        f"{anchor.position:,}, {moment(anchor.at)}.]]"
    )
    events_behind("The anchors", stream="system/anchors")
