"""The keys that these settings name, read from their own folder and the environment."""

from __future__ import annotations

from config.secrets import Secrets, load_secrets
from config.settings import Settings


def secrets_of(settings: Settings) -> Secrets:
    """The keys of the settings' own folder, those of named servers included."""
    named = {name: spec.key for name, spec in settings.endpoints.items() if spec.key}
    return load_secrets(settings.paths.root, endpoints=named)
