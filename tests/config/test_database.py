"""Which store is meant, in the order the documentation gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.database import store_address, store_url, without_password
from config.environment import read_environment
from config.variables import read_variables
from core.errors import ConfigError

ROOT = Path("/srv/desk")


def address(store: str | None = None, **env: str):
    environment, origins = read_environment(read_variables(Path("/nowhere/.env"), env))
    return store_address(environment, origins, ROOT, store)


def test_the_command_line_comes_first_then_the_url_then_the_name_then_the_path():
    env = {"DATABASE_PATH": "a.db"}
    assert address(**env).url == "sqlite:////srv/desk/a.db"
    env["DB_NAME"] = "council"
    assert address(**env).url == "postgresql+psycopg://localhost:5432/council"
    env["DATABASE_URL"] = "sqlite:////b.db"
    assert address(**env).url == "sqlite:////b.db"
    assert address("sqlite:////c.db", **env).url == "sqlite:////c.db"


def test_a_password_is_quoted_in_the_url_and_shown_nowhere():
    found = address(
        DATABASE_NAME="council", DATABASE_USER="desk", DATABASE_PASSWORD="p@ss/word", DB_HOST="db"
    )
    assert found.url == "postgresql+psycopg://desk:p%40ss%2Fword@db:5432/council"
    assert found.shown == "postgresql+psycopg://desk:***@db:5432/council"
    assert "word" not in repr(found)


def test_a_server_without_a_database_name_is_refused():
    with pytest.raises(ConfigError, match="environment DB_HOST without DATABASE_NAME"):
        address(DB_HOST="db")


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("runs/x.db", "sqlite:////srv/desk/runs/x.db"),
        ("./x.db", "sqlite:////srv/desk/x.db"),
        ("/x.db", "sqlite:////x.db"),
        ("sqlite:///x.db", "sqlite:////srv/desk/x.db"),
        ("sqlite:////x.db", "sqlite:////x.db"),
        ("sqlite://", "sqlite://"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
        ("postgres://h/d", "postgresql+psycopg://h/d"),
        ("postgresql://h/d", "postgresql+psycopg://h/d"),
        ("postgresql+psycopg://h/d", "postgresql+psycopg://h/d"),
    ],
)
def test_a_store_is_a_path_or_a_url(text, url):
    assert store_url(text, ROOT) == url


@pytest.mark.parametrize("text", ["mysql://u:secret@h/d", "postgresql+asyncpg://u:secret@h/d"])
def test_another_database_is_refused_without_showing_its_password(text):
    with pytest.raises(ConfigError, match="is not supported: use sqlite") as caught:
        store_url(text, ROOT)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["sqlite:////x.db", "postgresql+psycopg://u@h/d", "x"])
def test_a_url_without_a_password_is_shown_as_it_is(url):
    assert without_password(url) == url


def test_a_malformed_url_is_not_shown():
    assert without_password("postgresql://u:secret@[bad/d") == "postgresql://…"
