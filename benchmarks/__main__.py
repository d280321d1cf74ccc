"""Runs the benchmarks: `python -m benchmarks [PART]... [--rivals]`, every part by default."""

from __future__ import annotations

import argparse
import sys

from benchmarks import driving, ledger, machine, planning, reading, reconciling, startup

PARTS = {
    "planning": planning.run,
    "reading": reading.run,
    "driving": driving.run,
    "ledger": ledger.run,
    "reconciling": reconciling.run,
    "startup": startup.run,
}


def main() -> None:
    """Print the machine and the table of each part named."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure Batchmill on this machine.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)} (default: all)")
    parser.add_argument("--rivals", action="store_true", help="drive with other programs too, where they install")
    given = parser.parse_args()
    if unknown := set(given.parts) - PARTS.keys():
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    machine.run()
    for name, part in PARTS.items():
        if not given.parts or name in given.parts:
            part(**({"rivals": given.rivals} if name == "driving" else {}))
            sys.stdout.flush()


if __name__ == "__main__":
    main()
