"""Finds duplicates by Daft, on this machine or on a Ray cluster: the same plan, the same answer."""

from __future__ import annotations

import socket
import tempfile
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import daft
from daft import DataType, col, lit
from daft.exceptions import DaftCoreException
from daft.functions import count, explode, get, list_agg, to_list

from adapters.corpus.comparing import compared, texts_of
from adapters.corpus.disk import sentence
from adapters.corpus.sketch import KEYS, band_keys, sketches
from core.corpus.banding import bucket_pairs
from core.corpus.ports import Found, Kind, Same
from core.errors import RefusedError, StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from core.corpus.ports import Near
    from core.corpus.terms import Terms

#: Decides about what is found.
VERSION: str = daft.__version__
#: Parts of the corpus whose texts are in memory together, here and on a cluster.
PARTS_AT_ONCE, PARTS_ON_RAY = 2, 64
#: Band keys that are in memory together: with more texts, fewer bands are looked at at once.
KEYS_AT_ONCE = 4_000_000
#: Candidates whose texts are in memory together.
PAIRS_AT_ONCE = 50_000
#: A disk that does not take so many bytes refused the engine too: it writes some megabytes at once.
ROOM = 64 << 20
_PIECE = 1 << 20
#: Seconds in which a cluster takes a connection, if it is there.
_PATIENCE = 10
_BUCKETS_AT_ONCE = 2_000
_PAIR = DataType.struct({"one": DataType.int64(), "other": DataType.int64()})
_SAME = {Kind.BOTH: KEYS, Kind.ANSWER: KEYS[2:], Kind.QUESTION: KEYS[:2]}


def use_native() -> None:
    """Run what follows in this process, on all its cores."""
    try:
        daft.set_runner_native()
    except DaftCoreException:  # it was set before, which a process may do once
        if daft.runners.get_or_infer_runner_type() != "native":
            raise


def use_ray(address: str | None) -> None:
    """Run what follows on a Ray cluster (None: one on this machine); RefusedError when none answers."""
    try:
        where = urlsplit(f"//{(address or '').rpartition('//')[2]}")
        if where.port:  # Ray itself would look for many minutes
            socket.create_connection((where.hostname, where.port), _PATIENCE).close()
        daft.set_runner_ray(address=address)
    except (OSError, ValueError) as error:
        raise RefusedError(
            f"no Ray cluster answers at {address or 'this machine'}; start one with `ray start --head`, "
            "name another with --ray-address, or leave --engine out"
        ) from error


class DaftFinder:
    """`core.corpus.ports.DuplicateFinder` by Daft.

    Band keys and the texts of candidates wait on disk in `scratch`, which every node must reach. Memory holds
    the texts of some parts, the keys of as many bands as `KEYS_AT_ONCE` allows, and the texts of `PAIRS_AT_ONCE`
    candidates.
    """

    def __init__(self, scratch: Path, parts_at_once: int = PARTS_AT_ONCE) -> None:
        """Work in `scratch`, a folder that does not exist yet and is somebody else's to remove."""
        self._scratch = scratch
        self._at_once = parts_at_once

    def find(self, parts: Sequence[str], terms: Terms) -> Found:
        """Return what the pairs have in common; see the protocol. Raises StorageError when a disk refuses."""
        with _engine(self._scratch):
            kept = self._kept("sketch", parts, lambda some: sketches(some, terms))
            rows = kept.count_rows()
            same = [each for kind in _SAME for each in _same(kept, kind, terms)]
            repeats = [row for each in same if each.kind is Kind.BOTH for row in each.rows[1:]]
            wide = self._candidates(kept, rows, repeats, terms)
            candidates = daft.read_parquet(f"{self._scratch}/candidates*/*.parquet").distinct().collect()
            near: list[Near] = []
            if candidates.count_rows():
                texts = self._kept("texts", parts, lambda some: texts_of(candidates, some))
                near = [each for some in _slices(candidates) for each in compared(some, texts, terms)]
            return Found(rows, tuple(same), tuple(sorted(near, key=_ends)), candidates.count_rows(), wide)

    def _kept(
        self, name: str, parts: Sequence[str], made: Callable[[Sequence[str]], daft.DataFrame]
    ) -> daft.DataFrame:
        """Put what is made of the parts on disk, some parts at a time, and return what reads it from there.

        Left to itself, the engine reads texts ahead of what folds them, until all are in memory.
        """
        for first in range(0, len(parts), self._at_once):
            some = made(parts[first : first + self._at_once])
            some.write_parquet(f"{self._scratch}/{name}", compression="zstd")
        return daft.read_parquet(f"{self._scratch}/{name}/*.parquet")

    def _candidates(self, kept: daft.DataFrame, rows: int, repeats: list[int], terms: Terms) -> int:
        """Put the candidates of some bands at a time on disk; return the number of wide buckets."""
        if repeats:  # pairs of the very same text are joined already, and would fill whole buckets
            kept = kept.join(daft.from_pydict({"row": repeats}), on="row", how="anti")
        names = band_keys(terms)
        step = max(1, KEYS_AT_ONCE // max(rows, 1))
        wide = 0
        for first in range(0, len(names), step):
            buckets = _buckets(kept, names[first : first + step]).collect()
            wide += buckets.where(col("texts") > lit(terms.widest)).count_rows()
            pairs = buckets.select(
                explode(cast("daft.Expression", _pairs(col("rows"), terms.widest))).alias("pair")
            )
            ends = pairs.select(get(col("pair"), "one").alias("one"), get(col("pair"), "other").alias("other"))
            ends.distinct().write_parquet(f"{self._scratch}/candidates{first}", compression="zstd")
        return wide


def _same(kept: daft.DataFrame, kind: Kind, terms: Terms) -> Iterator[Same]:
    """Yield the groups of rows with the same text, by their lowest row."""
    keys = _SAME[kind]
    known = kept
    for key in keys[::2]:
        known = known.where(col(key).not_null())
    if kind is Kind.ANSWER:
        known = known.where(col("words") >= lit(terms.answer_words))
    found = _shared(known, keys).select("rows").to_pydict()["rows"]
    yield from (Same(kind, rows) for rows in sorted(tuple(sorted(rows)) for rows in found))


def _buckets(kept: daft.DataFrame, names: Sequence[str]) -> daft.DataFrame:
    """Return what several texts share a band key of these."""
    keyed = kept.select(col("row"), to_list(*(col(name) for name in names)).alias("key")).explode("key")
    return _shared(keyed.where(col("key").not_null()), ["key"])


def _shared(frame: daft.DataFrame, keys: Sequence[str]) -> daft.DataFrame:
    """Return the rows (a list) of each key that more than one text has, and their number.

    Most keys are one text's alone; they are only counted, since a list for each would fill the memory.
    """
    texts = count(col("row")).alias("texts")
    often = frame.groupby(*keys).agg(texts).where(col("texts") > lit(1)).select(*keys)
    return (
        frame.join(often, on=list(keys), how="semi").groupby(*keys).agg(list_agg(col("row")).alias("rows"), texts)
    )


@daft.func.batch(return_dtype=DataType.list(_PAIR), batch_size=_BUCKETS_AT_ONCE)
def _pairs(rows: daft.Series, widest: int) -> list[list[dict[str, int]]]:
    return [
        [{"one": one, "other": other} for one, other in bucket_pairs(bucket, widest)]
        for bucket in rows.to_pylist()
    ]


def _slices(candidates: daft.DataFrame) -> Iterator[daft.DataFrame]:
    """Yield the candidates, of which there are some, so many at a time."""
    ones: list[Any] = sorted(candidates.select("one").to_pydict()["one"])
    bounds = sorted(set(ones[::PAIRS_AT_ONCE]))
    for low, high in pairwise([*bounds, ones[-1] + 1]):
        yield candidates.where((col("one") >= lit(low)) & (col("one") < lit(high)))


def _ends(near: Near) -> tuple[int, int]:
    return near.one, near.other


@contextmanager
def _engine(scratch: Path) -> Iterator[None]:
    """Say in one sentence what the engine stumbled over; of a full disk it says only that a channel was closed."""
    try:
        yield
    except (OSError, DaftCoreException) as error:
        raise StorageError(sentence(scratch, _refusal(scratch) or error, "worked in")) from error


def _refusal(scratch: Path) -> OSError | None:
    """Return what the disk says to somebody who writes there what the engine does, None when it takes it."""
    try:
        scratch.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=scratch, buffering=0) as probe:
            for _ in range(ROOM // _PIECE):
                probe.write(bytes(_PIECE))
    except OSError as error:
        return error
    return None
