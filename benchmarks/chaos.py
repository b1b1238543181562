"""Months of two schedulers in a storm: `python -m benchmarks.chaos --weeks 26 --seed 1 [--postgres]`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests.chaos.postgres import restartable_server
from tests.chaos.weather import Weather, brave


@contextmanager
def weather_of(given: argparse.Namespace) -> Iterator[Weather]:
    """As the command line asks for it; PostgreSQL lives as long as the block."""
    asked = Weather(given.seed, given.weeks, given.often, given.broker)
    if not given.postgres:
        yield asked
        return
    with restartable_server() as (url, restart):
        yield replace(asked, url=url, restart=restart)


def main() -> None:
    """Print the numbers; exit code 1 and what is wrong when something is."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--weeks", type=int, default=1)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--often", type=float, default=0.3, help="share of slots something strikes")
    asked.add_argument("--broker", choices=("six keys", "one key", "simulated"), default="six keys")
    asked.add_argument("--postgres", action="store_true", help="with its server restarted")
    given = asked.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="chaos"))
    print(f"{given.weeks} weeks, seed {given.seed}, {given.broker}, in {folder}", flush=True)
    with weather_of(given) as weather:
        after = brave(weather, folder)
    print(after.table())
    sys.exit(1 if after.found.wrong or after.died else 0)


if __name__ == "__main__":
    main()
