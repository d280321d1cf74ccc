"""The consolidated extract of a wave: every pair of every source, one a line, in the order of the batches."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from adapters.files.atomic import Written, beside, sha256_of
from adapters.files.inbox import changed, open_planned
from core.errors import BadInputError, RefusedError
from core.exchange.extracted import ExtractedPair, extracted
from core.planning.plan import rest_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from adapters.files.staged import StagedFile
    from core.pairs import PairRange
    from core.planning.plan import Plan
    from core.planning.staged import StagedPair
    from core.wave.events import PlannedSource

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(ExtractedPair).decode
_END = b"\n]}\n"


def write_extract(path: Path, plan: Plan, inbox: Path) -> Written:
    """Write the extract of a plan: `{"wave": 2, "pairs": [` and a line a pair; excluded pairs stand at the end.

    Each of these has the reason why it was left out, and no batch. A source of which only a part is left out is
    read twice for that, so that memory does not grow with the excluded pairs.

    The sources are read again, in `inbox`, and must still be what was planned: RefusedError otherwise, with
    nothing written. The same plan always gives the same bytes.
    """
    with beside(path) as writer:
        writer.write(b'{"wave": %d, "pairs": [' % plan.wave)
        separator = b"\n"
        for pair in _extracted(plan, inbox):
            writer.write(separator + _encode(pair))
            separator = b",\n"
        writer.write(_END)
    return Written(path, writer.sha256, writer.size)


def read_extract(path: Path, recorded: str | None = None) -> Iterator[ExtractedPair]:
    """Yield the pairs of an extract in order, one line in memory at a time.

    Raises BadInputError when the file cannot be read or is not one that `write_extract` wrote; and, once all is
    read, RefusedError when its sha256 is not the `recorded` one, if that is given.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            for number, line in enumerate(stream):
                if recorded is not None:
                    digest.update(line)
                if number and line.startswith(b"{"):
                    yield _decode(line.rstrip(b",\n"))
    except (OSError, msgspec.MsgspecError) as error:
        raise BadInputError(f"the extract {path} cannot be read: {error}; plan the wave again") from error
    if recorded is not None and digest.hexdigest() != recorded:
        raise RefusedError(_changed(path))


def verify_extract(path: Path, sha256: str) -> None:
    """Raise RefusedError unless the extract stands at `path` with the bytes that were recorded."""
    try:
        same = sha256_of(path) == sha256
    except OSError as error:
        raise RefusedError(
            f"the extract {path} cannot be read ({error.strerror or error}); put it back, or plan the wave again"
        ) from error
    if not same:
        raise RefusedError(_changed(path))


def _changed(path: Path) -> str:
    return f"the extract {path} was changed after it was planned; restore it, or plan the wave again"


def _extracted(plan: Plan, inbox: Path) -> Iterator[ExtractedPair]:
    last = {run.source: run for batch in plan.batches for run in batch.ranges}
    readers = {source.key: _Reader(plan.wave, source, open_planned(inbox, source)) for source in plan.sources}
    for batch in plan.batches:
        for run in batch.ranges:
            reader = readers[run.source]
            yield from reader.take(run, batch.number)
            if run is last[run.source]:
                reader.finish()
    for source in plan.sources:
        rest = rest_of(source)
        if rest or not source.found:
            reader = _Reader(plan.wave, source, open_planned(inbox, source))
            for run, reason in rest:
                yield from reader.take(run, None, reason)
            reader.finish()


class _Reader:
    """Hands out the pairs of one source in order, and knows at the end whether it is still the planned file."""

    def __init__(self, wave: int, source: PlannedSource, file: StagedFile) -> None:
        self._wave = wave
        self._source = source
        self._file = file
        self._pairs = file.pairs()
        self._read = 0

    def take(self, run: PairRange, batch: int | None, excluded: str | None = None) -> Iterator[ExtractedPair]:
        """Yield the pairs of a run that stands behind those read so far; pairs between are passed over."""
        for ordinal in range(self._read + 1, run.last + 1):
            pair: StagedPair | None = next(self._pairs, None)
            if pair is None or pair.ordinal != ordinal:
                raise RefusedError(changed(self._wave, self._source))
            if ordinal >= run.first:
                yield extracted(pair, self._source, batch, excluded)
        self._read = run.last

    def finish(self) -> None:
        """Read the file to its end, which closes it."""
        rest = sum(1 for _ in self._pairs)
        if self._read + rest != self._source.found or self._file.sha256 != self._source.sha256:
            raise RefusedError(changed(self._wave, self._source))
