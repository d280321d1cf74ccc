"""Where a pair's id leads: its source in a wave's plan, and the batches that carried it."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

import msgspec

from core.errors import NotFoundError
from core.ledger.load import load_wave
from core.ledger.recorded import stamp
from core.ledger.streams import WAVE, batch_stream, wave_number
from core.one_line import one_line
from core.pairs import pair_id
from core.projections.passage import passage

if TYPE_CHECKING:
    from cli.compose import Opened
    from core.ports import EventStore
    from core.projections.rows import BatchRow
    from core.projections.way import Passage
    from core.wave.events import PlannedSource
    from core.wave.state import Wave

#: How much alike a source's key must be to be what was meant.
ALIKE = 0.5
#: The most digits of an ordinal: no file holds more pairs.
DIGITS = 12


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """The staged file that a pair stands in, its place there (from 1), and the plan that took it up.

    Of an adopted pair it is the batch file of the older process, and `origin` is that one's tracking file.
    """

    path: str
    inbox: str
    sha256: str
    key: str
    ordinal: int
    found: int
    session: int | None
    indicator: str
    category: str | None
    wave: int
    revision: int
    planned_at: str
    prompt_path: str
    prompt_sha256: str
    extract_path: str
    origin: str | None = None


def find_source(store: EventStore, asked: str) -> Source:
    """Return where a pair stands; NotFoundError names the nearest id that there is."""
    key, _, digits = asked.strip().rpartition("-")
    ordinal = int(digits) if digits.isdecimal() and digits.isascii() and len(digits) <= DIGITS else None
    numbers = [wave_number(stream) for stream in store.streams(WAVE)]
    waves = [load_wave(store, number) for number in numbers if number is not None]
    known = {source.key: (source, wave) for wave in waves for source in wave.sources}
    if key in known and ordinal is not None:
        source, wave = known[key]
        if 1 <= ordinal <= source.found and pair_id(key, ordinal) == asked.strip():
            return _source(source, wave, ordinal)
    raise NotFoundError(_nearest({name: source.found for name, (source, _) in known.items()}, asked, key, ordinal))


def _nearest(found: dict[str, int], asked: str, key: str, ordinal: int | None) -> str:
    """Return a sentence that says what was perhaps meant; empty sources have no pair to mean."""
    holding = {name: pairs for name, pairs in found.items() if pairs}
    said = f"no pair of the ledger has the id {one_line(asked)}"
    for word in (key, asked) if ordinal is not None else (asked, key):
        for name in [word] if word in holding else get_close_matches(word, holding, 1, ALIKE):
            meant = pair_id(name, min(max(ordinal or 1, 1), holding[name]))
            return f"{said}; did you mean {meant}? {name} has pairs 1 to {holding[name]}"
    if key in found:
        return f"{said}; the source {one_line(key)} holds no pair at all"
    example = next((pair_id(name, 1) for name in holding), None)
    return f"{said}; " + (
        f"ids read like {example}" if example else "plan a wave first: `batchmill plan --wave N`"
    )


def _source(source: PlannedSource, wave: Wave, ordinal: int) -> Source:
    origin, terms, plan = wave.adopted or wave.plan, wave.terms, wave.plan
    return Source(
        path=source.path,
        inbox=plan.inbox if plan else "",
        sha256=source.sha256,
        key=source.key,
        ordinal=ordinal,
        found=source.found,
        session=source.session,
        indicator=source.indicator,
        category=source.category,
        wave=wave.wave,
        revision=wave.revision,
        planned_at=stamp(origin.at) if origin else "",
        prompt_path=terms.prompt_path if terms else "",
        prompt_sha256=terms.prompt_sha256 if terms else "",
        extract_path=wave.extract.path if wave.extract else "",
        origin=wave.adopted.tracking if wave.adopted else None,
    )


def carriers(opened: Opened, source: Source, name: str, *, named: int | None, known: bool) -> list[Passage]:
    """Return the pair's way through its batch and then the repairs that took it over; [] if it was left out.

    `named` is the batch that the extract names, if `known`; without an extract the batch is looked for.
    """
    way: list[Passage] = []
    numbers = [named] if named is not None else _likely(opened, source, certain=known)
    following = next((found for number in numbers if (found := _through(opened, number, source, name))), None)
    while following is not None:
        way.append(following)
        to = following.handed_to
        following = _through(opened, to, source, name) if to is not None else None
    return way


def _through(opened: Opened, number: int, source: Source, name: str) -> Passage | None:
    events = opened.database.store.read_stream(batch_stream(number))
    return passage(events, source.key, source.ordinal, name)


def _likely(opened: Opened, source: Source, *, certain: bool) -> list[int]:
    """Return the wave's batches that may carry the pair; the unlikely follow unless the extract is certain."""
    rows = opened.database.read_model.batches()
    rows = [row for row in rows if row.wave == source.wave and row.repairs is None and row.refines and row.pairs]
    rows.sort(key=lambda row: not _may_carry(row, source))
    return [row.number for row in rows if not certain or _may_carry(row, source)]


def _may_carry(row: BatchRow, source: Source) -> bool:
    """Return whether the batch probably carries the pair: its first and last pair tell most of what it holds."""
    ends = [(text or "-0").rpartition("-") for text in (row.first_pair_id, row.last_pair_id)]
    (first, _, low), (last, _, high) = ends
    if first == last == source.key:
        return int(low) <= source.ordinal <= int(high)
    return first != last
