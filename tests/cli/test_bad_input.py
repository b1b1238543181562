"""Whatever is asked wrongly or cannot be used: one line, the exit code, and nothing changed."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest

import cli
from config.settings import load_settings
from config.terminal.app import run
from config.wiring import calendar
from storage.engine import make_engine
from tests.cli.clean_environment import clear
from tests.cli.conftest import copied, store_heads
from tests.fixture_files import ROOT

WEEK = "2024-03-13"
DAY = ("--week", WEEK)


@pytest.fixture(scope="module")
def one_week(tmp_path_factory):
    """A store with one week in it."""
    path = tmp_path_factory.mktemp("used") / "used.db"
    with pytest.MonkeyPatch.context() as patch:
        clear(patch)
        assert run(cli.app, ["run_weekly", *DAY, "--profile", "rules", "--store", str(path)]) == 0
    return path


@pytest.fixture
def used(one_week, tmp_path):
    return copied(one_week, tmp_path / "used.db")


WRONG = [
    ((), "no command was given"),
    (("frobnicate",), "No such command 'frobnicate'"),
    (("run_weekly", "--frob"), "No such option: --frob"),
    (("run_weekly", "--week", "2099-01-01"), "is in the future"),
    (("run_weekly", "--week", "last week"), "--week 'last week' is not a date"),
    (("run_weekly", "--week", "2024-02-30"), "--week '2024-02-30' is not a date"),
    (("summary", "--week", "0001-01-01"), "is too early"),
    (("summary", "--week", "1989-12-31"), "is too early"),
    (("summary", "--week", "2020-01-01"), "has no run"),
    (("postmortem", "--week", "2020-01-01"), "was never executed"),
    (("replay", "--week", "2020-01-01"), "has no run"),
    (("export", "--week", "2020-01-01"), "nothing to export"),
    (
        ("run_weekly", "--profile", "paper"),
        "--profile 'paper' is unknown: use auto, live, local, rules",
    ),
    (("execute", *DAY), "say so with --all-accounts"),
    (("checkpoint",), "needs either --time HH:MM or --all"),
    (("checkpoint", "--all", "--time", "12:00"), "needs either --time HH:MM or --all"),
    (("checkpoint", "--time", "12:34"), "--time '12:34' is no checkpoint: use one of 09:00"),
    (("checkpoint", "--all", "--date", "soon"), "--date 'soon' is not a date"),
    (("checkpoint", "--all", "--date", "2024-03-16"), "2024-03-16 is no trading day"),
    (("checkpoint", "--all", "--date", "2024-03-11"), "accounts are in week 2024-03-13"),
    (("rerun", *DAY), "Missing option"),
    (("rerun", *DAY, "--from", "lunch"), "--from lunch is no stage: use one of market_snapshot"),
    (("rerun", *DAY, "--from", "risk", "--set", "x"), "is not KEY=VALUE"),
    (("rerun", *DAY, "--from", "risk", "--set", "x.y=1"), "names nothing that can be set"),
    (("rerun", *DAY, "--from", "risk", "--set", "risk.max_position=a lot"), "max_position"),
    (("council", ""), "0 characters"),
    (("simulate", "--start", "2024-03-13"), "Missing option"),
    (("simulate", "--start", "x", "--end", "2024-03-13"), "--start 'x' is not a date"),
    (("demo", "--weeks", "2"), "4"),
]


@pytest.mark.parametrize(
    ("words", "said"), WRONG, ids=[" ".join(words) or "nothing" for words, _ in WRONG]
)
def test_asked_wrongly(council, used, words, said):
    before = store_heads(used)
    assert f"week/{WEEK}" in before
    store = ("--store", used) if words and words[0] != "frobnicate" else ()
    answer = council(*words, *store)
    assert answer.code == 2
    assert answer.err.startswith("error: ")
    assert answer.err.count("\n") == 1
    assert said in answer.err
    assert store_heads(used) == before


def test_a_checkpoint_before_any_week(council, empty):
    words = ("checkpoint", "--all", "--date", WEEK)
    council(*words, "--store", empty).check_refused("no account has a week yet: run `run_weekly`")
    assert store_heads(empty) == {}


def test_an_earlier_checkpoint_after_a_later_one(council, used):
    one = ("checkpoint", "--date", "2024-03-14", "--store", used, "--time")
    assert council(*one, "14:00").code == 0
    before = store_heads(used)
    council(*one, "12:00").check_refused("is over: checkpoint/2024-03-14/14:00 is done already")
    assert store_heads(used) == before


def test_prices_of_another_kind_are_refused(council, used, monkeypatch, bars):
    before = store_heads(used)
    monkeypatch.setenv("MARKET_DATA_DIR", str(bars))
    for words in ("checkpoint", "--all", "--date", "2024-03-14"), ("run_weekly", *DAY):
        council(*words, "--store", used).check_refused("prices are SIMULATED and would now be")
    assert store_heads(used) == before


@pytest.fixture
def bars(tmp_path):
    """A folder of daily bars for every symbol of the desk, 2023 to now."""
    folder = tmp_path / "bars"
    folder.mkdir()
    text = csv_text()
    for symbol in load_settings(env={}, profile="rules").policy.symbols:
        (folder / f"{symbol}.csv").write_text(text)
    return folder


def csv_text(columns: str = "date,open,high,low,close,volume", close: str = "101.0") -> str:
    """Bars of 2023 and 2024 at one price; ``close`` is the last row's."""
    sessions = calendar().sessions(date(2023, 1, 3), date(2024, 6, 28))
    row = {"open": "100.0", "high": "102.0", "low": "99.0", "close": "101.0", "volume": "1000"}
    last = {**row, "close": close}
    names = columns.split(",")[1:]
    lines = [columns]
    for number, session in enumerate(sessions, start=1):
        cells = last if number == len(sessions) else row
        lines.append(",".join([f"{session:%Y-%m-%d}", *(cells[name] for name in names)]))
    return "\n".join(lines) + "\n"


def refused_on(council, store, *words: str, code: int = 1):
    """Running a week is refused in one line, and so is nothing written."""
    council("run_weekly", *DAY, "--store", store).check_refused(*words, code=code)
    assert store_heads(store) == {}


def test_a_data_folder_that_is_none(council, empty, monkeypatch, tmp_path):
    monkeypatch.setenv("MARKET_DATA_DIR", str(tmp_path / "nowhere"))
    refused_on(council, empty, "is no folder: set MARKET_DATA_DIR")


def test_an_empty_data_folder(council, empty, monkeypatch, tmp_path):
    (tmp_path / "bars").mkdir()
    monkeypatch.setenv("MARKET_DATA_DIR", str(tmp_path / "bars"))
    refused_on(council, empty, "no bars in ", "MARKET_DATA_DIR")


def test_a_ticker_that_is_in_no_file(council, empty, monkeypatch, bars):
    (bars / "SPY.csv").unlink()
    monkeypatch.setenv("MARKET_DATA_DIR", str(bars))
    refused_on(council, empty, "SPY")


def test_an_unknown_ticker_in_the_universe(council, empty, monkeypatch, bars, root):
    assets = root / "config" / "assets.yaml"
    assets.write_text(assets.read_text().replace("symbol: GLD", "symbol: GLDX"))
    assert "GLDX" in assets.read_text()
    monkeypatch.setenv("MARKET_DATA_DIR", str(bars))
    refused_on(council, empty, "GLDX")


def test_a_csv_with_a_missing_column(council, empty, monkeypatch, bars):
    (bars / "SPY.csv").write_text(csv_text("date,open,high,low,volume"))
    monkeypatch.setenv("MARKET_DATA_DIR", str(bars))
    refused_on(council, empty, "SPY.csv", "close")


def test_a_csv_with_text_in_close(council, empty, monkeypatch, bars):
    (bars / "SPY.csv").write_text(csv_text(close="n/a yet"))
    monkeypatch.setenv("MARKET_DATA_DIR", str(bars))
    refused_on(council, empty, "SPY.csv", "close", "n/a yet")


def test_malformed_yaml(council, empty, root):
    (root / "config" / "risk.yaml").write_text("limits: [1, 2\nmore: }\n")
    council("run_weekly", *DAY, "--store", empty).check_refused("risk.yaml")
    assert not empty.exists()


def test_a_variable_that_is_no_number(council, empty, monkeypatch):
    monkeypatch.setenv("PORT_BACKEND", "high")
    council("doctor", "--store", empty).check_refused("environment PORT_BACKEND: 'high'")
    assert not empty.exists()


def test_a_read_only_store(council, used):
    before = store_heads(used)
    url = f"sqlite:///file:{used}?mode=ro&uri=true"
    council("run_weekly", "--week", "2024-03-20", "--store", url).check_refused("read-only", code=1)
    assert store_heads(used) == before


def test_a_folder_in_place_of_a_store(council, tmp_path):
    council("run_weekly", *DAY, "--store", tmp_path).check_refused("cannot be opened", code=1)


def test_a_file_that_is_no_database(council, tmp_path):
    diary = tmp_path / "diary.db"
    diary.write_text("Dear diary, " * 100)
    council("verify", "--store", diary).check_refused("not a SQLite database", code=1)
    assert diary.read_text().startswith("Dear diary")


def test_a_kind_of_database_that_is_not_supported(council):
    council("verify", "--store", "mysql://localhost/desk").check_refused("is not supported")


@pytest.mark.parametrize("command", ["run_weekly", "verify", "rebuild", "summary"])
def test_a_database_of_a_newer_version(council, used, command):
    engine = make_engine(f"sqlite:///{used}")
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    before = used.read_bytes()
    said = council(command, "--store", used)
    said.check_refused("was written by a newer version", "update this program", code=1)
    assert used.read_bytes() == before


HOLDER = """
import sys
from pathlib import Path
from storage.locks import FileLock
with FileLock(Path(sys.argv[1])).hold(sys.argv[2]):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_two_commands_at_once_on_one_week(council, used):
    """The other process really holds the week's lock, as a second `run_weekly` would."""
    before = store_heads(used)
    locks = used.with_name(f"{used.name}.locks")
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(locks), "week/2024-03-20"],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    with holder:
        assert holder.stdout.readline() == b"held\n"
        said = council("run_weekly", "--week", "2024-03-20", "--store", used)
        holder.stdin.close()
    said.check_refused(f"is being worked on by process {holder.pid}")
    assert store_heads(used) == before
    assert council("run_weekly", "--week", "2024-03-20", "--store", used).code == 0


@pytest.mark.parametrize("inside", ["raw", "events.sqlite"])
def test_an_export_that_cannot_be_written(council, used, tmp_path, inside):
    folder = tmp_path / "out"
    folder.mkdir()
    if inside == "raw":
        (folder / inside).write_text("in the way")
    else:
        (folder / inside).mkdir()
    said = council("export", folder, *DAY, "--store", used)
    said.check_refused(f"cannot write to {folder}", code=1)


def test_a_week_that_is_over_is_never_traded_at_a_real_broker(council, root, tmp_path):
    connections = root / "config" / "connections.yaml"
    connections.write_text(connections.read_text().replace("broker: simulated", "broker: alpaca"))
    (root / ".env").write_text("APCA_API_KEY_ID=PKTEST0123456789\nAPCA_API_SECRET_KEY=s3cret\n")
    mine = tmp_path / "mine.db"
    council("run_weekly", "--week", "2024-01-03", "--store", mine).check_refused(
        "2024-01-03 is over, and alpaca trades only now", "simulate"
    )
