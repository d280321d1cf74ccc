"""`batchmill corpus import`: from the deduplicated corpus and its vectors to a database, all of it or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from adapters.corpus.loading import ahead, pair_blocks, vector_blocks
from adapters.corpus.rereading import digests_of
from adapters.corpus.tables import read_structs
from cli.corpus_database import corpus_database, shown
from cli.corpus_recording import record_import
from cli.corpus_standing import deduplicated, locked, paths_of
from cli.embedding_spaces import settings_space
from cli.vector_syncing import gathered
from core.corpus.database import Indexed  # noqa: TC001 - msgspec reads the annotations at run time
from core.corpus.importing import Source, take_in
from core.corpus.outcome import Member
from core.corpus.stored import ImportCounts  # noqa: TC001 - msgspec reads the annotations at run time

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from adapters.corpus.blocks import PairBlock
    from cli.compose import Opened


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What an import did, and where: `new` says whether it changed the database, `space` the vectors' space.

    `replaced` names, by pair id, the columns in which U+FFFD stands for the character NUL.
    """

    new: bool
    database: str
    build: str
    dedup: str
    space: str | None
    counts: ImportCounts
    replaced: dict[str, tuple[str, ...]]
    indexed: Indexed


def import_corpus(opened: Opened, *, repair: bool = False) -> Imported:
    """Bring the database to the state of the corpus, in one transaction, and put that on record.

    With `repair` the database is read and hashed anew, and what was altered in it is put right. Raises what
    `deduplicated` and `gathered` raise, DatabaseError when the database cannot be used, RefusedError when it holds
    what no import wrote and nothing is to be repaired; then it is as before.
    """
    with locked(opened), corpus_database(opened) as database:
        home, corpus, found = deduplicated(opened)
        folder = gathered(opened, settings_space(opened))
        space = folder.space if folder.files() else None
        archived = archived_of(home.root / found.folder)
        replaced: dict[str, tuple[str, ...]] = {}
        source = Source(
            build=corpus.fingerprint,
            dedup=found.fingerprint,
            pairs=ahead(_noting(pair_blocks(paths_of(home, corpus), archived), replaced)),
            archived={key.encode(): into for key, into in archived.items()},
            space=space,
            vectors=ahead(vector_blocks(folder)),
        )
        with database.importing() as importing:
            before = importing.last()
            digested = digests_of if repair else None
            counts = take_in(importing, source, database.place, opened.clock.now(), digested)
        where = shown(opened, database.place)
        if (last := database.last()) is not None:
            record_import(opened, (home, corpus, found), where, last)
        return Imported(
            new=before != last,
            database=where,
            build=corpus.fingerprint,
            dedup=found.fingerprint,
            space=space.name if space else None,
            counts=counts,
            replaced=replaced,
            indexed=database.index(space),
        )


def _noting(
    blocks: Iterable[tuple[PairBlock, Sequence[bytes]]], replaced: dict[str, tuple[str, ...]]
) -> Iterator[tuple[PairBlock, Sequence[bytes]]]:
    """Yield blocks, and note which columns of which pairs do not stand there as they came."""
    for block, contents in blocks:
        replaced |= {key.decode(): tuple(names) for key, names in block.replaced.items()}
        yield block, contents


def archived_of(folder: Path) -> dict[str, str]:
    """Return the pairs that a deduplication archived, each with the one it was merged into."""
    members = read_structs(folder / "members.parquet", Member)
    return {each.pair_id: each.merged_into for each in members if each.merged_into is not None}
