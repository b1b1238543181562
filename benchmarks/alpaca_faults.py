"""Every fault of the loopback Alpaca, 200 orders each and all again: `python -m benchmarks.alpaca_faults`."""

from __future__ import annotations

import sys
import time

from tests.servers.alpaca_sweep import SCENARIOS, sweep

ORDERS = 200


def main() -> None:
    """Print one line a fault; exit code 1 when one of them leaves a difference."""
    orders = int(sys.argv[1]) if len(sys.argv) > 1 else ORDERS
    print(f"{'fault':36} {'intended':>8} {'there':>6} {'sent':>6} {'unknown':>8} {'s':>6}  books")
    differing = 0
    for name, scenario in SCENARIOS.items():
        started = time.perf_counter()
        swept = sweep(scenario, orders)
        took = time.perf_counter() - started
        books = "equal" if not swept.differs else f"{len(swept.differs)} differ: {swept.differs[0]}"
        differing += bool(swept.differs)
        print(
            f"{name:36} {swept.intended:8d} {swept.at_server:6d} {swept.sent:6d} "
            f"{swept.unknown_at_first:8d} {took:6.1f}  {books}",
            flush=True,
        )
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
