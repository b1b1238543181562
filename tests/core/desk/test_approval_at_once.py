"""Several people at once, each in a process of its own: one word counts, the others are told."""

from __future__ import annotations

import multiprocessing

import pytest

from config.wiring import open_store
from core.desk.approval import Word, decide, expire
from core.desk.approval_log import newest_ballot
from core.errors import BadInput
from core.events.approval import ApprovalDecided, ApprovalExpired
from core.types import AccountId
from storage.verification import verify
from tests.fakes.desks import on, rules_settings
from tests.fakes.manual_desks import WEEK, asking, week

PEOPLE = 4
ASKED = ("acct_1", "acct_2", "acct_3", "acct_4", "acct_5")
FORK = multiprocessing.get_context("fork")
pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")  # processes are meant


@pytest.fixture
def proposed(tmp_path) -> str:
    """A store whose week waits for a word."""
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    made = asking(url)
    week(made)
    made.store.close()
    return url


def at_once(url: str, words: list[Word]) -> list[str]:
    """Each word said by its own process at the same moment; what each was told, in any order."""
    ready, told = FORK.Barrier(len(words)), FORK.Queue()

    def speak(word: Word) -> None:
        store = open_store(rules_settings(url), synchronous="NORMAL")
        ready.wait(20)
        try:
            told.put(",".join(decide(store, WEEK, word, on(WEEK, "09:00"))))
        except BadInput as error:
            told.put(f"refused: {error}")
        store.close()

    people = [FORK.Process(target=speak, args=(word,)) for word in words]
    for person in people:
        person.start()
    answers = [told.get(timeout=30) for _ in people]
    for person in people:
        person.join(20)
    return answers


def ballot_of(url: str):
    store = open_store(rules_settings(url))
    found = newest_ballot(store)
    assert verify(store).ok
    kinds = [row.type for row in store.read_all(types=[ApprovalDecided.__name__])]
    store.close()
    return found, kinds


def test_opposite_words_on_one_account_count_once(proposed):
    words = [
        Word(number % 2 == 0, f"person {number}", "so", AccountId("acct_1"))
        for number in range(PEOPLE)
    ]
    answers = at_once(proposed, words)
    assert answers.count("acct_1") == 1
    refused = [one for one in answers if one.startswith("refused: acct_1 was ")]
    assert len(refused) == PEOPLE - 1
    found, kinds = ballot_of(proposed)
    assert len(kinds) == 1
    assert set(found.pending) == set(ASKED[1:])


def test_words_on_different_accounts_are_all_kept(proposed):
    words = [Word(True, f"person {n}", "", AccountId(account)) for n, account in enumerate(ASKED)]
    assert sorted(at_once(proposed, words)) == sorted(ASKED)
    found, kinds = ballot_of(proposed)
    assert (found.pending, len(kinds)) == ((), len(ASKED))


def test_all_and_one_at_once_decide_each_account_once(proposed):
    words = [
        Word(approved=True, by="first"),
        Word(approved=False, by="second", reason="no", account_id=AccountId("acct_2")),
        Word(approved=True, by="third"),
    ]
    at_once(proposed, words)
    found, kinds = ballot_of(proposed)
    assert (found.pending, len(kinds)) == ((), len(ASKED))


class Interrupting:
    """A store in which somebody else is quicker, once: between what was read and what is written."""

    def __init__(self, inner, before):
        self._inner, self._before = inner, before

    def __getattr__(self, name):
        return getattr(self._inner, name)

    def commit(self, appends):
        before, self._before = self._before, None
        if before is not None:
            before()
        return self._inner.commit(appends)


def test_a_word_that_was_quicker_than_the_end_counts():
    made = asking()
    week(made)
    yes = Word(approved=True, by="a person", account_id=AccountId("acct_1"))
    slow = Interrupting(made.store, lambda: decide(made.store, WEEK, yes, on(WEEK, "10:59")))
    assert expire(slow, on(WEEK, "11:00")) == WEEK
    (expired,) = made.events(ApprovalExpired)
    assert set(expired.accounts) == set(ASKED[1:])
    assert newest_ballot(made.store).decisions["acct_1"].approved


def test_an_end_that_was_quicker_than_the_word_counts():
    made = asking()
    week(made)
    yes = Word(approved=True, by="a person", account_id=AccountId("acct_1"))
    slow = Interrupting(made.store, lambda: expire(made.store, on(WEEK, "11:00")))
    with pytest.raises(BadInput, match="acct_1 was rejected already by desk"):
        decide(slow, WEEK, yes, on(WEEK, "10:59"))
    assert made.events(ApprovalDecided) == []
