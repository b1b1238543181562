"""Which hosts are ours, who is listed, and where the web app may listen."""

from __future__ import annotations

import shutil

import pytest

from config.access import LOOPBACK_HOSTS, WebAccess, host_allowed
from config.binding import is_loopback_address, refuse_open_binding
from config.identity import NEEDED
from config.known_secrets import known_values
from config.settings import load_settings
from core.errors import ConfigError
from tests.fixture_files import ROOT


@pytest.fixture
def root(tmp_path):
    ignore = shutil.ignore_patterns("*.py", "__pycache__")
    shutil.copytree(ROOT / "config", tmp_path / "config", ignore=ignore)
    return tmp_path


def test_by_default_only_this_machines_names_are_ours(root):
    assert load_settings(root, {}).access == WebAccess()
    assert WebAccess().allowed_hosts == LOOPBACK_HOSTS


def test_hosts_come_from_three_variables_and_the_origin_is_known(root):
    env = {
        "ALLOWED_HOSTS": "Desk.example, *.team.example [fd7a::1]",
        "TAILSCALE_IP": "100.64.0.7",
        "PUBLIC_BASE_URL": "https://Council.example:8443/desk",
    }
    settings = load_settings(root, env)
    assert settings.access.allowed_hosts == (
        *LOOPBACK_HOSTS,
        "desk.example",
        "*.team.example",
        "fd7a::1",
        "100.64.0.7",
        "council.example",
    )
    assert settings.origins["ALLOWED_HOSTS"].origin == "environment ALLOWED_HOSTS"


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("desk.example", True),
        ("a.team.example", True),
        ("a.b.team.example", True),
        ("team.example", False),
        ("evilteam.example", False),
        ("desk.example.evil", False),
        ("", False),
        (None, False),
    ],
)
def test_a_host_is_ours_or_below_a_star(name, ours):
    assert host_allowed(name, ("desk.example", "*.team.example")) is ours


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", "http://desk.example"),
        ("ALLOWED_HOSTS", "desk.example:8200"),
        ("ALLOWED_HOSTS", "a*.example"),
        ("TAILSCALE_IP", "desk"),
        ("OPERATOR_EMAILS", "boss"),
        ("VIEWER_EMAILS", "a@b@c"),
        ("PUBLIC_READ_ONLY", "perhaps"),
    ],
)
def test_what_is_no_host_or_address_is_named(root, name, value):
    with pytest.raises(ConfigError, match=f"environment {name}"):
        load_settings(root, {name: value})


def test_an_identity_provider_is_found_in_streamlits_secrets(root):
    folder = root / ".streamlit"
    folder.mkdir()
    (folder / "secrets.toml").write_text("[other]\nclient_id = 'x'\n")
    assert not load_settings(root, {}).access.oidc
    lines = [f"{name} = '{name} of ours'" for name in NEEDED]
    (folder / "secrets.toml").write_text("\n".join(["[auth]", *lines]))
    settings = load_settings(root, {})
    assert settings.access.oidc
    assert {"client_secret of ours", "cookie_secret of ours"} <= set(known_values(settings))
    (folder / "secrets.toml").write_text("[auth\nclient_secret = 'canary'\n")
    with pytest.raises(ConfigError, match=r"secrets\.toml: cannot be read as TOML") as caught:
        load_settings(root, {})
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("auth", ["auth = 'x'\n", "[auth.google]\nclient_id = 'x'\n"])
def test_a_provider_that_could_log_nobody_in_is_refused_by_name(root, auth):
    (root / ".streamlit").mkdir()
    (root / ".streamlit" / "secrets.toml").write_text(auth)
    with pytest.raises(ConfigError, match=r"\[auth\] has no redirect_uri and no cookie_secret"):
        load_settings(root, {})


LISTED = WebAccess(oidc=True, viewer_emails=("eye@desk.example",))


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1", "[::1]", "127.0.0.9"])
def test_on_this_machine_alone_nobody_needs_a_login(address):
    assert is_loopback_address(address)
    refuse_open_binding(address, WebAccess(), passwords=False)


@pytest.mark.parametrize("address", ["", "0.0.0.0", "::", "192.168.1.4", "desk.example"])
def test_open_to_a_network_it_needs_a_login_or_to_be_read_only(address):
    refuse_open_binding(address, WebAccess(), passwords=True)
    refuse_open_binding(address, WebAccess(public_read_only=True), passwords=False)
    refuse_open_binding(address, LISTED, passwords=False)
    with pytest.raises(ConfigError, match="nobody can log in: set OPERATOR_PASSWORD_HASH"):
        refuse_open_binding(address, WebAccess(), passwords=False)
    with pytest.raises(ConfigError, match="list somebody in OPERATOR_EMAILS"):
        refuse_open_binding(address, WebAccess(oidc=True), passwords=False)
