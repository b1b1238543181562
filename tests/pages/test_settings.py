"""Settings: every value with its origin, keys by name alone, fingerprints held against the store's."""

from __future__ import annotations

import pytest

from pages.http import store as web_store
from pages.http.store import STORE_VARIABLE
from tests.fakes.stored_weeks import open_desk, start_run
from tests.pages.conftest import said

SECRET = "sk-or-v1-very-secret-value"


@pytest.fixture(autouse=True)
def _settings_read_anew():
    yield
    web_store._settings.cache_clear()
    web_store._recorded.cache_clear()


@pytest.fixture
def desk(store_at):
    open_desk(store_at)
    start_run(store_at)
    return store_at


def table(app, number=0):
    return app.dataframe[number].value


def test_a_store_that_does_not_exist_still_shows_what_is_in_force(show, tmp_path, monkeypatch):
    monkeypatch.setenv(STORE_VARIABLE, f"sqlite:///{tmp_path / 'none.db'}")
    app = show("settings")
    assert {one.label: one.value for one in app.metric}["Schema"] == "None yet"
    assert "risk.min_conviction" in set(table(app)["setting"])


def test_values_stand_beside_their_origins_and_the_address_chooses(show, desk):
    app = show("settings", part="Risk", find="SLIPPAGE")
    [row] = table(app).to_dict("records")
    assert row["setting"] == "risk.slippage_bps"
    assert row["origin"].startswith("config/risk.yaml:")
    app = show("settings", find="no such setting")
    assert "No setting is called that" in said(app)
    assert "default" not in set(table(show("settings", given="true"))["origin"])


def test_no_key_comes_to_the_page_in_any_form(show, desk, monkeypatch):
    web_store._settings.cache_clear()
    web_store._recorded.cache_clear()
    monkeypatch.setenv("PERPLEXITY_API_KEY", SECRET)
    app = show("settings")
    keys = table(app, 1).set_index("key")
    assert keys.loc["PERPLEXITY_API_KEY", "is"] == "present"
    assert keys.loc["PERPLEXITY_API_KEY", "found in"] == "environment PERPLEXITY_API_KEY"
    assert keys.loc["GEMINI_API_KEY", "is"] == "absent"
    assert SECRET not in str(app.main) + said(app)
    for frame in app.dataframe:
        assert (
            not frame.value.astype(str)
            .apply(lambda column: column.str.contains(SECRET))
            .any()
            .any()
        )


def test_another_policy_than_the_newest_runs_is_said(show, desk):
    words = said(show("settings"))
    assert "another" in words or "the same" in words
    assert "This process" in words
