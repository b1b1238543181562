"""Where things lie: the folder a desk lives in, and what it reads and writes there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from core.errors import ConfigError
from core.schemas.base import Schema

PROJECT_ROOT = Path(__file__).resolve().parent.parent
ROOT_VARIABLE = "COUNCIL_ROOT"
"""Another folder with ``config/``, ``.env`` and ``runs/`` than the checkout's own."""


class Paths(Schema):
    """Where things lie; ``runs`` receives stores and closed weeks, ``exports`` what jobs write."""

    root: Path
    config_dir: Path
    env_file: Path
    runs: Path
    exports: Path

    @property
    def demo_store(self) -> str:
        """The demonstration desk's own store, as a database URL."""
        return f"sqlite:///{self.runs / 'demo.db'}"


def root_folder(env: Mapping[str, str]) -> Path:
    """COUNCIL_ROOT's folder, the checkout by default; ConfigError when it has no ``config``."""
    named = env.get(ROOT_VARIABLE, "").strip()
    root = Path(named).expanduser().resolve() if named else PROJECT_ROOT
    if not (root / "config").is_dir():
        raise ConfigError(f"{ROOT_VARIABLE}={named}: there is no folder config in it")
    return root


def paths_under(root: Path, config_dir: Path | None) -> Paths:
    config = config_dir or root / "config"
    return Paths(
        root=root,
        config_dir=config,
        env_file=root / ".env",
        runs=root / "runs",
        exports=root / "exports",
    )


def folder_named(text: str | None, root: Path) -> Path | None:
    return (root / Path(text).expanduser()).resolve() if text else None
