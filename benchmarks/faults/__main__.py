"""Runs the table of faults and tools: `python -m benchmarks.faults [--tools A,B] [--faults X,Y]`."""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.faults.cell import Cell, run_cell
from benchmarks.faults.faults import FAULTS, Fault
from benchmarks.faults.starts import Driver
from benchmarks.faults.table import as_json, evidence, markdown
from benchmarks.faults.tools import TOOLS, Tool, interpreter
from benchmarks.faults.verdict import SILENT
from benchmarks.faults.work import prepare

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def main() -> None:
    """Run the cells that are asked for, print each as it comes and the table at the end."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults", description=__doc__)
    names = ", ".join(tool.name for tool in TOOLS)
    parser.add_argument("--tools", default="", metavar="A,B", help=f"of {names} (default: all)")
    parser.add_argument(
        "--faults", default="", metavar="X,Y", help=f"of {', '.join(one.name for one in FAULTS)} (default: all)"
    )
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table there too")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every count there")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep logs, states and results there")
    given = parser.parse_args()
    tools = [tool for tool in TOOLS if _asked(tool.name, given.tools, [tool.name for tool in TOOLS], parser)]
    faults = [fault for fault in FAULTS if _asked(fault.name, given.faults, [one.name for one in FAULTS], parser)]
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="batchmill-faults-") as folder:
        cells, absent = run(tools, faults, given.keep or Path(folder))
    table = markdown(faults, tools, cells, absent)
    print(f"\n{table}\n{time.monotonic() - begun:.0f} s")
    if given.markdown:
        given.markdown.write_text(table, encoding="utf-8")
    if given.json:
        given.json.write_text(as_json(cells, absent), encoding="utf-8")


def run(tools: Sequence[Tool], faults: Sequence[Fault], folder: Path) -> tuple[list[Cell], dict[str, str]]:
    """Run every cell; return them, and by name why a tool could not be installed."""
    works: dict[tuple[int, int], Path] = {}
    for fault in faults:
        size = fault.batches, fault.rows
        if size not in works:
            works[size] = prepare(folder / f"work-{fault.batches}x{fault.rows}", *size)
    cells: list[Cell] = []
    absent: dict[str, str] = {}
    for tool in tools:
        try:
            driver = Driver(tool.name, interpreter(tool), tool.driver)
        except (OSError, LookupError, subprocess.SubprocessError) as error:
            absent[tool.name] = f"cannot be installed here ({error})"
            print(f"{tool.title} {absent[tool.name]}")
            continue
        for cell in _column(driver, faults, works, folder):
            cells.append(cell)
            print(evidence(cell), flush=True)
    return cells, absent


def _column(
    driver: Driver, faults: Sequence[Fault], works: dict[tuple[int, int], Path], folder: Path
) -> Iterator[Cell]:
    """Yield the cells of one tool; one that made no call in the first of them is not asked again."""
    silent: Cell | None = None
    for fault in faults:
        if silent:
            yield silent._replace(fault=fault.name)
            continue
        cell = run_cell(driver, fault, works[fault.batches, fault.rows], folder / f"{driver.tool}-{fault.name}")
        silent = cell if cell.says == SILENT else None
        yield cell


def _asked(name: str, given: str, known: list[str], parser: argparse.ArgumentParser) -> bool:
    wanted = given.split(",") if given else known
    if unknown := set(wanted) - set(known):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    return name in wanted


if __name__ == "__main__":
    main()
