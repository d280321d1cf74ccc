"""Measures the corpus: `python -m benchmarks.corpus [compare|steps|import] [NUMBER]...`, all by default."""

from __future__ import annotations

import argparse

from benchmarks import machine
from benchmarks.corpus import compare, importing, steps


def main() -> None:
    """Print the machine and the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.corpus", description="Measure the corpus.")
    parser.add_argument("part", nargs="?", choices=("compare", "steps", "import"), help="only this (default: all)")
    parser.add_argument("numbers", nargs="*", type=int, help="texts (default: 52000 to compare, 200000 otherwise)")
    parser.add_argument("--tools", nargs="*", default=[], help="compare only these")
    given = parser.parse_args()
    machine.run()
    if given.part in {None, "compare"}:
        compare.run(given.numbers or [52_000], given.tools)
    if given.part in {None, "steps"}:
        steps.run(given.numbers or [200_000])
    if given.part in {None, "import"}:
        importing.run(given.numbers or [200_000])


if __name__ == "__main__":
    main()
