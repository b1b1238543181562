"""A desk whose models, vendors and people wrote addresses, markup and endless lines wherever they could."""

from __future__ import annotations

from datetime import timedelta

from core.clock import SystemClock
from core.commands import run_job
from core.desk import jobs, notes, trading_switch
from core.desk.scheduling import pause
from core.desk.writing import week_stream
from core.events.calls import ModelCallCompleted, ModelCallRequested
from core.events.conversation import QuestionAsked, ResponsesCollected
from core.events.jobs import JobOutcome
from core.events.week import PostmortemTextWritten
from core.schemas.conversation import ModelResponse
from core.schemas.model_call import Message, ModelAnswer
from core.schemas.note import MAX_NOTE
from core.schemas.postmortem import PostmortemTold
from core.types import StreamId
from storage.event_store import SqlEventStore
from tests.fakes import busy_desks as busy
from tests.fakes import provider_days as days
from tests.fakes.spending import request
from tests.fakes.stored_weeks import RUN, append, open_desk, write_week
from tests.fakes.week import WEEK

TALK = "11111111-1111-5111-8111-111111111111"
CALL = StreamId(f"run/{RUN}/pitch/acct_1")
LINE = "x" * 200_000
CLOCK = SystemClock()


def corpus(address: str) -> str:
    """Every way we know to make a reader's browser ask ``address``, or to look like the page itself."""
    host = address.removeprefix("http://")
    return (
        f"![i]({address}/1) [a]({address}/2) <img src={address}/3> {address}/4 www.{host}/5 "
        f"m@{host} \u202eleft\u202c \u2066in\u2069 $\\href{{{address}/6}}{{x}}$ :red[r] "
        f":material/delete: :streamlit: :red-badge[owned] <script src={address}/7></script> "
        f"\u200bnone\u200d # h\n---\n| a | b |\n|---|---|\n> q\n- **b** ~~g~~ `c` \x1b[31m"
    )


def longer(address: str) -> str:
    """For texts without a bound: the corpus, more ways, and a line of 200 kB."""
    return (
        f"{corpus(address)} <iframe src={address}/8></iframe> [ref]: {address}/9 <{address}/10> "
        f'<style>body{{background:url({address}/11)}}</style> <svg onload=fetch("{address}/12")> '
        f"$$\\includegraphics{{{address}/13}}$$ ```html\n<img src={address}/14>\n``` "
        f"<link rel=preload href={address}/15> <meta http-equiv=refresh content=0;{address}/16> {LINE}"
    )


def fill(store: SqlEventStore, address: str) -> None:
    """One week of everything: what leads to ``address`` stands in each text there is."""
    words, endless = corpus(address), longer(address)
    open_desk(store)
    write_week(store, words)
    _calls(store, endless)
    _people(store, words, endless)
    busy.ended_slots(store, words)
    busy.propose(store, words)
    busy.trip(store)
    for number in range(3):
        busy.alert(store, number, endless)
    days.call(store, 1, seconds=4)
    days.call(store, 2, fails=endless)
    days.steps_down(store, endless)
    days.differ(store, words)
    _talk(store, words, endless)
    told = PostmortemTold(week_id=WEEK, model=f"v/{words}", text=endless[:4_000], lessons=(words,))
    append(store, week_stream(WEEK), PostmortemTextWritten(told=told))


def _calls(store: SqlEventStore, endless: str) -> None:
    asked = request().model_copy(update={"messages": (Message(role="user", content=endless),)})
    answer = ModelAnswer(text=f'{{"thesis": "x"}} {endless}', served_model=endless[:100])
    append(
        store,
        CALL,
        ModelCallRequested(request_hash="h", request=asked),
        ModelCallCompleted(request_hash="h", answer=answer),
    )


def _people(store: SqlEventStore, words: str, endless: str) -> None:
    at = CLOCK.now()
    for about in ("week", "pitch", "order"):
        subject = notes.subject_of(about, WEEK if about == "week" else f"{about}-1", WEEK)
        notes.add_note(store, subject, endless[:MAX_NOTE], words, at)
    pause(store, words, words, at)
    trading_switch.disable(store, words, words, at)
    for number, kind in enumerate(("replay", "postmortem")):
        key = jobs.request(store, run_job(kind, week_id=WEEK), words, at).key
        held = jobs.claim(store, key, number + 1, at)
        jobs.report(store, held, words, (1, 3), words, at + timedelta(seconds=1))
        if kind == "replay":
            jobs.finish(store, held, JobOutcome.FAILED, endless, at, result={words: words})


def _talk(store: SqlEventStore, words: str, endless: str) -> None:
    answers = (
        ModelResponse(model=f"a/b {words}", response=endless),
        ModelResponse(model="a/c", response="", failed=endless),
    )
    append(
        store,
        StreamId(f"conversation/{TALK}"),
        QuestionAsked(conversation_id=TALK, question=words, models=("a/b",), chairman="c/d"),
        ResponsesCollected(run_id=TALK, stage="collect_responses", value=answers),
    )
