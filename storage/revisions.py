"""The revisions of a store's schema: those this program knows, and what to do about any other."""

from __future__ import annotations

from pathlib import Path

VERSIONS = Path(__file__).parent / "migrations" / "versions"


def revisions() -> list[str]:
    """Every revision this program knows, oldest first, from the file names alone."""
    return sorted(path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*_*.py"))


def refusal(found: str) -> str | None:
    """What is wrong with a store or backup of this revision, and the way out; None for a known one."""
    known = revisions()
    if found in known:
        return None
    if is_newer(found):
        return (
            f"was written by a newer version (revision {found}, this program knows {known[-1]}): "
            "update this program"
        )
    return (
        f"has revision {found}, which no version of this program has (it knows {known[0]} to "
        f"{known[-1]}): restore its newest backup into a new store, `cli.py restore FILE --store URL`"
    )


def is_newer(found: str) -> bool:
    return found.isdigit() and int(found) > int(revisions()[-1])
