"""`batchmill corpus verify`: the corpus in its files beside the corpus in its database."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import msgspec

from adapters.corpus.loading import pair_blocks
from adapters.corpus.sampling import pairs_named, vectors_held
from cli.corpus_database import corpus_database, shown
from cli.corpus_import import archived_of
from cli.corpus_standing import deduplicated, paths_of
from cli.embedding_spaces import settings_space
from cli.vector_syncing import gathered
from core.corpus.columns import storable
from core.corpus.verifying import (
    column_differences,
    compared,
    reference_differences,
    space_difference,
    tally_differences,
    vector_differences,
    word_differences,
)
from core.planning.naming import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from adapters.corpus.vectors import VectorFolder
    from adapters.sql.corpus.database import SqlCorpus
    from cli.compose import Opened
    from core.corpus.database import References
    from core.corpus.space import Space


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """What was compared, and in which ways the database is not as the corpus is: none when all is well.

    `corpus` and `stored` count pairs; the hashes are over pair ids and texts in any order; `vectors` are those
    that texts of the corpus have in `space`. Every text and every vector's sha256 was compared, whether searching
    by words knows them, and what pairs refer to; of `sampled` pairs every column, the words, and the vector value
    by value. `notes` name what is there beside the corpus and does no harm.
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
    notes: tuple[str, ...]
    differences: tuple[str, ...]


def verify(opened: Opened, sample: int, seed: int) -> Verified:
    """Compare the whole, and a sample in full.

    Raises what `deduplicated` and `gathered` raise, DatabaseError when the database cannot be used.
    """
    home, corpus, found = deduplicated(opened)
    paths, archived = paths_of(home, corpus), archived_of(home.root / found.folder)
    folder = gathered(opened, settings_space(opened), afresh=True)
    expected = {pair: wanted for block, _ in pair_blocks(paths, archived) for pair, wanted in block.wanted()}
    contents = {each.content for each in expected.values()}
    chosen = random.Random(seed).sample(sorted(expected), min(sample, len(expected)))  # noqa: S311 - a sample, no secret
    with corpus_database(opened) as database:
        texts = compared(expected, database.texts())
        last, spaces = database.last(), database.spaces()
        differences = [*tally_differences(last, database.tally()), *texts.differences]
        differences += space_difference(last, folder.space.name)
        sampled = list(pairs_named(paths, chosen))
        differences += _columns(database, sampled)
        references = database.references()
        differences += reference_differences(references)
        texts_of = {
            expected[row["pair_id"]].content: (storable(row["question"]), storable(row["answer"]))
            for row in sampled
        }
        differences += word_differences(database.words(folder.space, texts_of))
        digests, vectors = vectors_held(folder, contents, set(texts_of))
        stored = database.vector_digests(folder.space)
        differences += vector_differences(digests, stored)
        differences += _vectors(database, folder, vectors)
        return Verified(
            database=shown(opened, database.place),
            corpus=texts.here,
            stored=texts.there,
            corpus_hash=texts.hash_here,
            stored_hash=texts.hash_there,
            space=folder.space.name if digests or spaces else None,
            vectors=len(digests),
            stored_vectors=len(stored),
            sampled=len(chosen),
            seed=seed,
            notes=(*_beside(references), *_other_spaces(folder.space, spaces)),
            differences=tuple(dict.fromkeys(differences)),
        )


def _beside(references: Sequence[References]) -> Iterator[str]:
    for each in references:
        if each.needless:
            yield f"{each.table} holds {counted(each.needless, 'row')} that no pair refers to, left alone"


def _other_spaces(named: Space, spaces: Mapping[str, int]) -> Iterator[str]:
    for space, number in spaces.items():
        if space != named.name:
            yield f"embeddings holds {number:,} vectors of {space} too, which the settings do not name"


def _columns(database: SqlCorpus, sampled: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    there = database.rows([row["pair_id"] for row in sampled])
    for row in sampled:
        yield from column_differences(row["pair_id"], row, there.get(row["pair_id"]))


def _vectors(database: SqlCorpus, folder: VectorFolder, here: Mapping[bytes, bytes]) -> Iterator[str]:
    there = database.vectors_of(folder.space, list(here))
    for content, vector in here.items():
        if content in there and there[content] != vector:
            yield f"the vector of the text {content.hex()[:12]} is another in the database"
