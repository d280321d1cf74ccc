"""Writes the pairs that stay in the form that was asked for, a split at a time, as they are read."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa

from adapters.corpus.disk import on_disk
from adapters.corpus.parts import ROWS_A_PART, batches_of, part_of, writing
from core.corpus.census import COUNTED
from core.corpus.forms import columns_of, record
from core.corpus.splits import Split

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from core.corpus.census import Census
    from core.corpus.manifest import ExportTerms, Part

    #: Says of a row and its pair id where it goes; None: nowhere.
    Placing = Callable[[int, str], Split | None]


class _Writer(Protocol):
    def add(self, batch: pa.RecordBatch, splits: Sequence[Split | None]) -> None: ...

    def close(self) -> list[tuple[str, int]]:
        """Return the files written, relative to the folder, and the rows of each."""
        ...


def write_export(
    folder: Path, paths: Sequence[Path], terms: ExportTerms, placing: Placing, census: Census
) -> list[Part]:
    """Write the pairs of a corpus to `folder`, counting them in `census`; some thousand are in memory at a time.

    Raises StorageError when the disk refuses.
    """
    writer: _Writer
    with on_disk(folder), ExitStack() as stack:
        (folder / terms.form.folder).mkdir(exist_ok=True)
        columns = terms.form.in_columns
        writer = _Columns(folder, terms.form.folder, stack) if columns else _Lines(folder, terms, stack)
        for batch in batches_of(paths):
            ends = zip(batch.column("row").to_pylist(), batch.column("pair_id").to_pylist(), strict=True)
            splits = [placing(row, pair_id) for row, pair_id in ends]
            for row, split in zip(batch.select(list(COUNTED)).to_pylist(), splits, strict=True):
                if split is not None:
                    census.add(row, split)
            writer.add(batch, splits)
        written = writer.close()
    return [part_of(folder, path, rows) for path, rows in written]


class _Lines:
    """A file of JSON lines for each split, empty where nothing goes there."""

    def __init__(self, folder: Path, terms: ExportTerms, stack: ExitStack) -> None:
        self._terms = terms
        self._files: dict[Split, BinaryIO] = {
            split: stack.enter_context((folder / f"{split}.jsonl").open("wb")) for split in Split
        }
        self._rows = dict.fromkeys(Split, 0)

    def add(self, batch: pa.RecordBatch, splits: Sequence[Split | None]) -> None:
        form, system = self._terms.form, self._terms.system
        for row, split in zip(batch.select(list(columns_of(form))).to_pylist(), splits, strict=True):
            if split is not None:
                self._files[split].write(record(form, row, system) + b"\n")
                self._rows[split] += 1

    def close(self) -> list[tuple[str, int]]:
        for file in self._files.values():
            file.close()
        return [(f"{split}.jsonl", rows) for split, rows in self._rows.items()]


class _Columns:
    """Parquet files of bounded size for each split."""

    def __init__(self, folder: Path, inside: str, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._inside = inside
        self._open: dict[Split, Any] = {}
        self._closing: dict[Split, ExitStack] = {}
        self._written: dict[Split, list[int]] = {split: [] for split in Split}

    def add(self, batch: pa.RecordBatch, splits: Sequence[Split | None]) -> None:
        for split in Split:
            mine = batch.filter(pa.array([each is split for each in splits], pa.bool_()))
            if mine.num_rows:
                self._writer(split, mine.schema).write_batch(mine)
                self._written[split][-1] += mine.num_rows

    def close(self) -> list[tuple[str, int]]:
        for closing in self._closing.values():
            closing.close()
        return [
            (self._path(split, number), rows)
            for split, parts in self._written.items()
            for number, rows in enumerate(parts)
        ]

    def _writer(self, split: Split, schema: pa.Schema) -> Any:  # noqa: ANN401 - pyarrow has no types
        parts = self._written[split]
        if not parts or parts[-1] >= ROWS_A_PART:
            if parts:
                self._closing[split].close()
            path = self._folder / self._path(split, len(parts))
            self._closing[split] = self._stack.enter_context(ExitStack())
            self._open[split] = self._closing[split].enter_context(writing(path, schema))
            parts.append(0)
        return self._open[split]

    def _path(self, split: Split, number: int) -> str:
        return f"{self._inside}{split}-{number:05d}.parquet"
