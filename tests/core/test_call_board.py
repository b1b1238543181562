"""The board of calls: the newest word of each, and one listener."""

from __future__ import annotations

from core.call_board import CallBoard, CallWord


def test_the_newest_word_of_every_call_stands_on_the_board():
    board = CallBoard()
    board("pitch/acct_1", "m", "about 10 tokens")
    board("pitch/acct_2", "n", "about 5 tokens")
    board("pitch/acct_1", "m", "about 30 tokens")
    assert board.words() == (
        CallWord("pitch/acct_1", "m", "about 30 tokens"),
        CallWord("pitch/acct_2", "n", "about 5 tokens"),
    )


def test_a_listener_hears_every_word_until_it_stops_listening():
    board, heard = CallBoard(), []
    board.listen(heard.append)
    board("research/A", "gemini/deep", "searching, 1 min")
    board.listen(None)
    board("research/A", "gemini/deep", "searching, 2 min")
    assert heard == [CallWord("research/A", "gemini/deep", "searching, 1 min")]
