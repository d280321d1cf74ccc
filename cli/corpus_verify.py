"""`batchmill corpus verify`: the corpus in its files beside the corpus in its database."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import msgspec

from adapters.corpus.loading import pair_blocks
from adapters.corpus.sampling import pairs_named, vectors_held
from cli.corpus_database import corpus_database, shown
from cli.corpus_import import archived_of
from cli.corpus_standing import deduplicated, paths_of
from cli.embedding_spaces import settings_space
from cli.vector_syncing import gathered
from core.corpus.verifying import column_differences, compared, tally_differences, vector_differences

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from adapters.corpus.vectors import VectorFolder
    from adapters.sql.corpus.database import SqlCorpus
    from cli.compose import Opened


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """What was compared, and in which ways the database is not as the corpus is: none when all is well.

    `corpus` and `stored` count pairs; the hashes are over pair ids and texts in any order; `vectors` are those
    that texts of the corpus have in `space`. Every text and every vector's sha256 was compared, and of `sampled`
    pairs every column and the vector value by value.
    """

    database: str
    corpus: int
    stored: int
    corpus_hash: str
    stored_hash: str
    space: str | None
    vectors: int
    stored_vectors: int
    sampled: int
    seed: int
    differences: tuple[str, ...]


def verify(opened: Opened, sample: int, seed: int) -> Verified:
    """Compare the whole, and a sample in full.

    Raises what `deduplicated` and `gathered` raise, DatabaseError when the database cannot be used.
    """
    home, corpus, found = deduplicated(opened)
    paths, archived = paths_of(home, corpus), archived_of(home.root / found.folder)
    folder = gathered(opened, settings_space(opened), afresh=True)
    expected = {
        key.decode(): content
        for block, contents in pair_blocks(paths, archived)
        for key, content in zip(block.keys, contents, strict=True)
    }
    chosen = random.Random(seed).sample(sorted(expected), min(sample, len(expected)))  # noqa: S311 - a sample, no secret
    with corpus_database(opened) as database:
        texts = compared(expected, database.texts())
        differences = [*tally_differences(database.last(), database.tally()), *texts.differences]
        differences += _columns(database, paths, chosen)
        digests, vectors = vectors_held(folder, set(expected.values()), {expected[each] for each in chosen})
        stored = database.vector_digests(folder.space)
        differences += vector_differences(digests, stored)
        differences += _vectors(database, folder, vectors)
        return Verified(
            database=shown(opened, database.place),
            corpus=texts.here,
            stored=texts.there,
            corpus_hash=texts.hash_here,
            stored_hash=texts.hash_there,
            space=folder.space.name if digests or stored else None,
            vectors=len(digests),
            stored_vectors=len(stored),
            sampled=len(chosen),
            seed=seed,
            differences=tuple(dict.fromkeys(differences)),
        )


def _columns(database: SqlCorpus, paths: Sequence[Path], chosen: Sequence[str]) -> Iterator[str]:
    there = database.rows(chosen)
    for row in pairs_named(paths, chosen):
        yield from column_differences(row["pair_id"], row, there.get(row["pair_id"]))


def _vectors(database: SqlCorpus, folder: VectorFolder, here: Mapping[bytes, bytes]) -> Iterator[str]:
    there = database.vectors_of(folder.space, list(here))
    for content, vector in here.items():
        if content in there and there[content] != vector:
            yield f"the vector of the text {content.hex()[:12]} is another in the database"
