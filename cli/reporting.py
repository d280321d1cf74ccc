"""Writes a wave's reports, and compares those that stand with what ledger and files say."""

from __future__ import annotations

import hashlib
import sys
from typing import TYPE_CHECKING

from cli.report_material import material_of, world_at, world_now
from core.errors import BatchmillError, NotFoundError
from core.reports.markdown import position_of
from core.reports.wave_reports import KINDS, PAGE, path_of, rendered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from cli.compose import Opened
    from cli.report_material import World
    from core.reports.material import Material


def write_reports(opened: Opened, wave: int, *, with_page: bool = False) -> list[str]:
    """Write a wave's reports as of now and return their paths; the page too, where it is wanted or stands already.

    Raises NotFoundError for a wave that is not there, StorageError when the disk refuses.
    """
    material = material_of(opened, world_now(opened), wave)
    kinds = [kind for kind in KINDS if kind != PAGE or with_page or opened.files.digest(path_of(wave, PAGE))]
    return [_keep(opened, path_of(wave, kind), rendered(material, kind)) for kind in kinds]


def write_after(opened: Opened, wave: int, *, assessed: bool = False) -> None:
    """Write a wave's reports after something was decided about it; a trouble with them stops nothing, and is told.

    What was decided is on record by then, and `batchmill report` makes the same reports at any time. After the
    wave was `assessed` those of other waves are made anew too, where they stand: they compare prompts with it.
    """
    try:
        written = frozenset(write_reports(opened, wave))
        if assessed:
            _made_anew(opened, world_now(opened), lambda path: path not in written)
    except (BatchmillError, OSError) as error:
        sys.stderr.write(f"note: the reports of wave {wave} were not written: {error}\n")


def rebuild_reports(opened: Opened) -> list[str]:
    """Make every report that stands anew, as of now, and return their paths."""
    return _made_anew(opened, world_now(opened), lambda _: True)


def mend_reports(opened: Opened) -> list[str]:
    """Make reports anew, as of now, that are not right for the position they name; return all that stand."""
    world = world_now(opened)
    stale = frozenset(stale_reports(opened, (row.wave for row in world.waves)))
    return _made_anew(opened, world, stale.__contains__)


def _made_anew(opened: Opened, world: World, wanted: Callable[[str], bool]) -> list[str]:
    standing = _standing(opened, (row.wave for row in world.waves))
    for wave, kinds in standing.items():
        if chosen := [kind for kind in kinds if wanted(path_of(wave, kind))]:
            material = material_of(opened, world, wave)
            for kind in chosen:
                _keep(opened, path_of(wave, kind), rendered(material, kind))
    return [path_of(wave, kind) for wave, kinds in standing.items() for kind in kinds]


def stale_reports(opened: Opened, waves: Iterable[int]) -> list[str]:
    """Return the reports that stand and are not what ledger and files say; changes nothing.

    Each is compared as of the position that it names, since the ledger may have gone on since it was made.
    """
    return [
        path_of(wave, kind)
        for wave, kinds in _standing(opened, waves).items()
        for kind, same in _as_made(opened, wave, kinds)
        if not same
    ]


def _as_made(opened: Opened, wave: int, kinds: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Yield each report with whether it is what it has to be at its position."""
    made: dict[int, Material] = {}
    for kind in kinds:
        with opened.files.open(path_of(wave, kind)) as stream:
            content = stream.read()
        position = position_of(content)
        try:
            if position is not None and position not in made:
                made[position] = material_of(opened, world_at(opened, position), wave)
        except NotFoundError:
            position = None
        yield kind, position is not None and rendered(made[position], kind) == content


def _standing(opened: Opened, waves: Iterable[int]) -> dict[int, list[str]]:
    """Return by wave the reports that were made."""
    found = {
        wave: [kind for kind in KINDS if opened.files.digest(path_of(wave, kind)) is not None] for wave in waves
    }
    return {wave: kinds for wave, kinds in found.items() if kinds}


def _keep(opened: Opened, path: str, content: bytes) -> str:
    """Write a report that is not on disk as it should be."""
    if opened.files.digest(path) != hashlib.sha256(content).hexdigest():
        with opened.files.create(path) as pending:
            pending.sink.write(content)
            pending.commit()
    return path
