"""An import: what is new, what changed, what dropped out; the same corpus imported again changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.corpus.multiset import AnyOrder
from core.corpus.stored import Brought, Held, Import, ImportCounts, Tally
from core.errors import BadInputError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from core.corpus.space import Space
    from core.corpus.stored import Block, Importing


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A corpus to be imported: the pairs that stay, the duplicates with where they went, and vectors.

    `archived` says by pair id into which pair a duplicate was merged. `contents` of a block of pairs are their
    content hashes, in the order of its keys. Of two vectors of one content the first counts.
    """

    build: str
    dedup: str
    pairs: Iterable[tuple[Block, Sequence[bytes]]]
    archived: Mapping[bytes, str]
    space: Space | None
    vectors: Iterable[Block]


def take_in(importing: Importing, source: Source, place: str, at: datetime) -> ImportCounts:
    """Bring a database to the state of a corpus, and return what that took.

    Raises RefusedError when the database holds what no import wrote, BadInputError for a pair that comes twice.
    """
    held, last = importing.held(), importing.last()
    _refuse_foreign(importing, held, last, place)
    walk = _Walk(importing, held)
    for block, contents in source.pairs:
        walk.take(block, contents)
    retired = [(key, source.archived.get(key)) for key, was in held.items() if was.current and key not in walk.now]
    vectors = _Vectors(importing, source.space, walk.contents)
    for block in source.vectors:
        vectors.take(block)
    counts = ImportCounts(
        current=len(walk.now),
        new=walk.new,
        changed=walk.changed,
        revived=len(walk.revived),
        retired=len(retired),
        unchanged=walk.unchanged,
        vectors_new=vectors.staged,
        vectors=len(vectors.having),
        vectors_missing=len(walk.contents - vectors.having),
    )
    if counts.nothing:
        return counts
    for key, _ in retired:
        held[key] = msgspec.structs.replace(held[key], current=False)
    unwanted = vectors.unwanted
    tally = Tally(
        pairs=len(held),
        former=importing.former() + walk.changed,
        vectors=importing.vectors() + vectors.added - len(unwanted),
        pairs_hash=pairs_hash(held),
    )
    imported = Import(
        number=last.number + 1 if last else 1,
        build=source.build,
        dedup=source.dedup,
        space=source.space.name if source.space else None,
        counts=counts,
        tally=tally,
        at=at,
    )
    importing.settle(
        Brought(imported=imported, space=source.space, retired=retired, revived=walk.revived, unwanted=unwanted)
    )
    return counts


def pairs_hash(held: Mapping[bytes, Held]) -> str:
    """Return the hash over all pairs, their versions, columns and whether they are current, in any order."""
    found = AnyOrder()
    for key, pair in held.items():
        found.add(key, b"%d" % pair.version, pair.row_sha256, b"current" if pair.current else b"retired")
    return found.hex()


class _Walk:
    """Goes over the pairs of the corpus, and stages what the database does not have."""

    def __init__(self, importing: Importing, held: dict[bytes, Held]) -> None:
        self._importing = importing
        self._held = held
        self.now: set[bytes] = set()
        self.contents: set[bytes] = set()
        self.revived: list[bytes] = []
        self.new = self.changed = self.unchanged = 0

    def take(self, block: Block, contents: Sequence[bytes]) -> None:
        chosen = [
            place
            for place, (key, digest) in enumerate(zip(block.keys, block.digests, strict=True))
            if self._is_staged(key, digest)
        ]
        self.contents.update(contents)
        if chosen:
            self._importing.stage_pairs(block, chosen)

    def _is_staged(self, key: bytes, digest: bytes) -> bool:
        if key in self.now:
            raise BadInputError(
                f"the corpus has the pair {key.decode()} twice; nothing was imported, run `batchmill corpus "
                "build` again"
            )
        self.now.add(key)
        was = self._held.get(key)
        if was is None:
            self.new += 1
            self._held[key] = Held(1, digest, current=True)
            return True
        if was.row_sha256 != digest:
            self.changed += 1
            self._held[key] = Held(was.version + 1, digest, current=True)
            return True
        if was.current:
            self.unchanged += 1
        else:
            self.revived.append(key)
            self._held[key] = Held(was.version, digest, current=True)
        return False


class _Vectors:
    """Goes over the vectors of a space, and stages those of current pairs that the database does not have."""

    def __init__(self, importing: Importing, space: Space | None, wanted: set[bytes]) -> None:
        self._importing = importing
        self._held = importing.held_vectors(space) if space else {}
        self._wanted = wanted
        self.having = wanted & self._held.keys()
        #: Vectors of contents that no current pair has: they can be read again from the folder of vectors.
        self.unwanted = sorted(self._held.keys() - wanted)
        self._seen: set[bytes] = set()
        self.staged = self.added = 0

    def take(self, block: Block) -> None:
        chosen = []
        for place, (key, digest) in enumerate(zip(block.keys, block.digests, strict=True)):
            if key not in self._wanted or key in self._seen:
                continue
            self._seen.add(key)
            if self._held.get(key) != digest:
                chosen.append(place)
                self.staged += 1
                self.added += key not in self._held
                self.having.add(key)
        if chosen:
            self._importing.stage_vectors(block, chosen)


def _refuse_foreign(importing: Importing, held: Mapping[bytes, Held], last: Import | None, place: str) -> None:
    """Raise RefusedError when the tables are not as the last import left them."""
    found = Tally(
        pairs=len(held), former=importing.former(), vectors=importing.vectors(), pairs_hash=pairs_hash(held)
    )
    left = last.tally if last else Tally(pairs=0, former=0, vectors=0, pairs_hash=pairs_hash({}))
    for table, now, then in (
        ("qa_pairs", found.pairs, left.pairs),
        ("qa_versions", found.former, left.former),
        ("embeddings", found.vectors, left.vectors),
    ):
        if now != then:
            raise RefusedError(
                f"{place} holds {now:,} rows in {table} where imports wrote {then:,}; nothing was imported: "
                "`batchmill corpus verify` names what differs, put it right or name an empty database in "
                "corpus.database"
            )
    if found.pairs_hash != left.pairs_hash:
        raise RefusedError(
            f"{place} holds other rows in qa_pairs than imports wrote; nothing was imported: `batchmill corpus "
            "verify` names what differs, put it right or name an empty database in corpus.database"
        )
