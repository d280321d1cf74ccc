"""The numbered batch files on disk, written whole from a wave's extract in one pass."""

from __future__ import annotations

from itertools import islice
from string import Formatter
from typing import TYPE_CHECKING, NamedTuple

from adapters.files.atomic import Written, beside, sync_folder
from adapters.files.extract import read_extract, verify_extract
from core.errors import BadInputError, RefusedError
from core.exchange.requests import Recipe, render_requests
from core.pairs import count, ids

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from core.batch.parts import RequestLine
    from core.exchange.extracted import ExtractedPair
    from core.pairs import PairRange

DEFAULT_TEMPLATE = "batch_{number:03d}.jsonl"


class Extract(NamedTuple):
    """A wave's extract as the ledger knows it."""

    path: Path
    sha256: str


class BatchToWrite(NamedTuple):
    """A planned batch: its number and its pairs."""

    number: int
    ranges: tuple[PairRange, ...]


class WrittenBatch(NamedTuple):
    """A batch file that stands on disk, and the requests in it."""

    number: int
    file: Written
    requests: tuple[RequestLine, ...]


class BatchFolder:
    """The folder of batch files, named by a template such as `batch_{number:03d}.jsonl`."""

    def __init__(self, folder: Path, template: str = DEFAULT_TEMPLATE) -> None:
        """Name files by `template`; raises BadInputError for one that could not name every batch its own file."""
        _check_template(template)
        self._folder = folder
        self._template = template

    def path(self, number: int) -> Path:
        """Return where the file of a batch stands."""
        return self._folder / self._template.format(number=number)

    def write(self, extract: Extract, batches: Sequence[BatchToWrite], recipe: Recipe) -> list[WrittenBatch]:
        """Write the files of these batches of one wave, and return them by number; the same input, the same bytes.

        Each file is beside its place until it is whole; one that already has its bytes is left untouched. Raises
        RefusedError when the extract is not the recorded one, or does not hold a batch's pairs.
        """
        verify_extract(extract.path, extract.sha256)
        by_number = {batch.number: batch for batch in batches}
        written = []
        for number, pairs in _of_batches(extract.path, by_number):
            written.append(self._write(by_number.pop(number), pairs, recipe))
        if by_number:
            raise RefusedError(f"the extract {extract.path} holds no pair of batch {min(by_number)}; plan again")
        if written:
            sync_folder(self._folder)
        return sorted(written)

    def _write(self, batch: BatchToWrite, pairs: list[ExtractedPair], recipe: Recipe) -> WrittenBatch:
        if [pair.pair_id for pair in pairs] != list(ids(batch.ranges)):
            raise RefusedError(
                f"the extract does not hold the {count(batch.ranges)} pairs of batch {batch.number}; plan again"
            )
        path = self.path(batch.number)
        requests = []
        with beside(path, flush_folder=False) as writer:
            for request, line in render_requests(batch.number, batch.ranges, pairs, recipe):
                writer.write(line)
                requests.append(request)
        return WrittenBatch(batch.number, Written(path, writer.sha256, writer.size), tuple(requests))


def _of_batches(extract: Path, wanted: dict[int, BatchToWrite]) -> Iterator[tuple[int, list[ExtractedPair]]]:
    """Yield the pairs of each wanted batch; the extract is in the order of the batches."""
    sizes = {number: count(batch.ranges) for number, batch in wanted.items()}
    pairs = read_extract(extract)
    for pair in pairs:
        if pair.batch is not None and pair.batch in sizes:
            size = sizes.pop(pair.batch)
            yield pair.batch, [pair, *islice(pairs, size - 1)]


def _check_template(template: str) -> None:
    try:
        fields = [name for _, name, _, _ in Formatter().parse(template) if name is not None]
        names = {template.format(number=number) for number in (1, 2, 10, 100, 1_000)}
    except (ValueError, KeyError, IndexError, AttributeError, TypeError) as error:
        raise BadInputError(f"the file name template {template!r} cannot be used: {error}") from error
    if fields != ["number"]:
        raise BadInputError(
            f"the file name template {template!r} must have {{number}} in it once, and nothing else"
        )
    if len(names) < 5 or any(set(name) & set("/\\\0:\n") or name.startswith(".") for name in names):  # noqa: PLR2004 - one name each
        raise BadInputError(
            f"the file name template {template!r} must give each batch a plain name of its own within the folder"
        )
