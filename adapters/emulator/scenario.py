"""The scenario file: which trouble the emulator makes, and when, as its user wrote it in TOML."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from adapters.emulator.call_faults import CallFault
from adapters.emulator.job_faults import JobFault
from adapters.emulator.quotas import Quotas
from adapters.emulator.row_faults import RowFault
from core.errors import BadInputError

if TYPE_CHECKING:
    from pathlib import Path

T = TypeVar("T")

_TABLES = {"seed", "quotas", "call", "job", "row"}


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """Rules about calls, jobs and rows, in the order of the file; the first that strikes at a turn wins."""

    seed: int = 0
    quotas: Quotas = Quotas()
    call: tuple[CallFault, ...] = ()
    job: tuple[JobFault, ...] = ()
    row: tuple[RowFault, ...] = ()


def read_scenario(path: Path) -> Scenario:
    """Read a scenario file; raises BadInputError that names the file and the rule which cannot be used."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"the scenario {path} cannot be read ({error}); name another file") from error
    return scenario_of(text, str(path))


def scenario_of(text: str, source: str) -> Scenario:
    """Return the scenario that a TOML text tells; raises BadInputError naming `source` and the rule."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInputError(f"the scenario {source} is not TOML: {error}") from error
    unknown = sorted(set(tables) - _TABLES)
    if unknown:
        raise BadInputError(
            f"the scenario {source} has {unknown[0]!r}, which means nothing there; "
            "it takes seed, [quotas], [[call]], [[job]] and [[row]]"
        )
    return Scenario(
        seed=_read(tables.get("seed", 0), int, f"the scenario {source}, seed"),
        quotas=_read(tables.get("quotas", {}), Quotas, f"the scenario {source}, [quotas]"),
        call=_rules(tables, "call", CallFault, source),
        job=_rules(tables, "job", JobFault, source),
        row=_rules(tables, "row", RowFault, source),
    )


def _rules(tables: dict[str, Any], table: str, kind: Any, source: str) -> tuple[Any, ...]:  # noqa: ANN401 - a union is no type
    rules = tables.get(table, [])
    if not isinstance(rules, list):
        raise BadInputError(f"the scenario {source}: write [[{table}]] with two brackets, once for each rule")
    return tuple(
        _read(rule, kind, f"the scenario {source}, rule {number} of [[{table}]]")
        for number, rule in enumerate(rules, 1)
    )


def _read(value: object, kind: type[T], where: str) -> T:
    if isinstance(value, dict) and kind is not Quotas and "fault" not in value:
        raise BadInputError(f"{where}: it has no `fault`; docs/emulator.md lists them")
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise BadInputError(f"{where}: {error}; docs/emulator.md lists what can stand there") from error
