"""Gathers a wave's refined pairs into rows, in the order in which they were staged, and closes the count."""

from __future__ import annotations

from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING

from core.batch.numbers import label
from core.corpus.row import corpus_row
from core.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from core.corpus.inputs import BatchInput, RecordedFile, WaveInput
    from core.corpus.refined_line import RefinedLine
    from core.corpus.row import CorpusRow
    from core.corpus.verdicts import PairVerdict
    from core.exchange.extracted import ExtractedPair

    Lines = Callable[[RecordedFile], Iterable[RefinedLine]]
    Extract = Callable[[RecordedFile], Iterable[ExtractedPair]]
    Home = tuple[RefinedLine, BatchInput]


def gather(
    wave: WaveInput,
    extract: Extract,
    lines: Lines,
    first: int = 0,
    judged: Mapping[str, PairVerdict] = MappingProxyType({}),
) -> Iterator[CorpusRow]:
    """Yield the rows of a wave, numbered from `first`; the pairs of one batch are in memory at a time.

    `judged` has the verdict on each pair that was assessed.

    Raises BadInputError that names the batch or pair where a pair has two refinements, was not asked of its batch,
    or where the number of pairs is not that of the ledger; and what reading the files raises.
    """
    by_base: dict[int, list[BatchInput]] = {}
    for batch in wave.batches:
        by_base.setdefault(batch.base, []).append(batch)
    row = first
    for base, staged in _groups(wave, by_base, extract):
        home = _home(by_base.pop(base, []), lines)
        for pair_id in staged if staged is not None else list(home):
            found = home.pop(pair_id, None)
            if found is not None:
                yield corpus_row(row, found, staged[pair_id] if staged else None, wave, judged.get(pair_id))
                row += 1
        _refuse_strangers(wave, home)
    _refuse_unasked(wave, by_base)
    if row - first != wave.balance.refined:
        raise BadInputError(
            f"wave {wave.wave} has {wave.balance.refined} refined pairs by its balance and {row - first} in its "
            "files; run `batchmill replay --check`"
        )


def _groups(
    wave: WaveInput, by_base: dict[int, list[BatchInput]], extract: Extract
) -> Iterator[tuple[int, dict[str, ExtractedPair] | None]]:
    """Yield each batch of the plan with its pairs by id, in order; None for pairs that no extract tells of."""
    if wave.extract is None:
        yield from ((base, None) for base in list(by_base))
        return
    for base, pairs in groupby(extract(wave.extract), key=lambda pair: pair.batch):
        if base is None:  # left out by the plan; they are passed over one by one
            continue
        yield base, {pair.pair_id: pair for pair in pairs}


def _home(batches: Iterable[BatchInput], lines: Lines) -> dict[str, Home]:
    """Return the pairs that a batch and its repairs brought home, by id."""
    home: dict[str, Home] = {}
    for batch in batches:
        before = len(home)
        for line in lines(batch.refined):
            earlier = home.get(line.pair_id)
            if earlier is not None:
                raise BadInputError(
                    f"pair {line.pair_id} has two refinements, in {earlier[1].refined.path} and "
                    f"{batch.refined.path}; nothing was built, look at `batchmill pair {line.pair_id}`"
                )
            home[line.pair_id] = (line, batch)
        if len(home) - before != batch.pairs:
            raise BadInputError(
                f"batch {batch.label} brought {batch.pairs} pairs home by the ledger, and {batch.refined.path} "
                f"holds {len(home) - before}; run `batchmill replay --check`"
            )
    return home


def _refuse_strangers(wave: WaveInput, home: dict[str, Home]) -> None:
    for pair_id, (_, batch) in home.items():
        raise BadInputError(
            f"{batch.refined.path} holds pair {pair_id}, which the plan of wave {wave.wave} does not carry in "
            f"batch {label(batch.base)}; look at `batchmill pair {pair_id}`"
        )


def _refuse_unasked(wave: WaveInput, left: dict[int, list[BatchInput]]) -> None:
    for batches in left.values():
        for batch in batches:
            if batch.pairs:
                raise BadInputError(
                    f"batch {batch.label} brought {batch.pairs} pairs home, and the extract of wave {wave.wave} "
                    "carries none of them; run `batchmill replay --check`"
                )
