"""An import: what is new, what changed, what dropped out; the same corpus imported again changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.corpus.multiset import AnyOrder
from core.corpus.repairing import Altered, lost, read_again
from core.corpus.stored import Brought, Held, Import, ImportCounts, Repaired, Tally
from core.errors import BadInputError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from core.corpus.repairing import Digested
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


def take_in(
    importing: Importing, source: Source, place: str, at: datetime, digested: Digested | None = None
) -> ImportCounts:
    """Bring a database to the state of a corpus, and return what that took.

    With `digested` it repairs: all that the tables hold is hashed anew, what differs is written again, and rows
    that no import wrote are retired. Without, RefusedError is raised when there are such rows. BadInputError for a
    pair that comes twice.
    """
    altered = read_again(importing, source.space, digested) if digested else Altered()
    held, last = importing.held(), importing.last()
    found, left = _found(importing, held), last.tally if last else _NOTHING
    if digested is None:
        _refuse_strangers(found, left, place)
    walk = _Walk(importing, held, altered)
    for block, contents in source.pairs:
        walk.take(block, contents)
    retired = [(key, source.archived.get(key)) for key, was in held.items() if was.current and key not in walk.now]
    vectors = _Vectors(importing, source.space, walk.contents, altered)
    for block in source.vectors:
        vectors.take(block)
    admitted = [(key, digest) for key, digest in altered.pairs.items() if key not in walk.now and digest]
    for key, digest in admitted:
        held[key] = msgspec.structs.replace(held[key], row_sha256=digest)
    aside = vectors.strange if digested else []
    repaired = Repaired(
        pairs=walk.rewritten,
        vectors=vectors.rewritten,
        aside=len(aside),
        references=altered.ready.references,
        texts=altered.ready.texts,
        lost=lost(left, found, held) + len(altered.pairs.keys() - walk.now),
    )
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
        replaced=walk.replaced,
        repaired=repaired if digested else None,
    )
    for key, _ in retired:
        held[key] = msgspec.structs.replace(held[key], current=False)
    unwanted = sorted(vectors.unwanted.difference(aside))
    tally = Tally(
        pairs=len(held),
        former=found.former + walk.changed,
        vectors=found.vectors + vectors.added - len(unwanted),
        pairs_hash=pairs_hash(held),
    )
    # What no file has is no longer expected by the next import, once a repair has said that it is gone.
    if counts.nothing and tally == left:
        if not (digested and (texts := importing.mend_words())):
            return counts
        counts = _with_texts(counts, texts)
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
        Brought(
            imported=imported,
            space=source.space,
            retired=retired,
            revived=walk.revived,
            unwanted=unwanted,
            continued=walk.continued,
            admitted=admitted,
            aside=aside,
            repairs=digested is not None,
        )
    )
    if digested and (texts := importing.mend_words()):
        counts = _with_texts(counts, texts)
        importing.amend(msgspec.structs.replace(imported, counts=counts))
    return counts


def pairs_hash(held: Mapping[bytes, Held]) -> str:
    """Return the hash over all pairs, their versions, columns and whether they are current, in any order."""
    found = AnyOrder()
    for key, pair in held.items():
        found.add(key, b"%d" % pair.version, pair.row_sha256, b"current" if pair.current else b"retired")
    return found.hex()


class _Walk:
    """Goes over the pairs of the corpus, and stages what the database does not have."""

    def __init__(self, importing: Importing, held: dict[bytes, Held], altered: Altered) -> None:
        self._importing = importing
        self._held = held
        self._altered = altered
        self.now: set[bytes] = set()
        self.contents: set[bytes] = set()
        self.revived: list[bytes] = []
        self.continued: list[tuple[bytes, int]] = []
        self.new = self.changed = self.unchanged = self.rewritten = self.replaced = 0

    def take(self, block: Block, contents: Sequence[bytes]) -> None:
        chosen = [
            place
            for place, (key, digest) in enumerate(zip(block.keys, block.digests, strict=True))
            if self._is_staged(key, digest)
        ]
        self.contents.update(contents)
        self.replaced += len(block.replaced)
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
            version = self._altered.versions.get(key, 0) + 1
            if version > 1:
                self.continued.append((key, version))
            self._held[key] = Held(version, digest, current=True)
            return True
        if was.row_sha256 != digest or key in self._altered.pairs:
            self.changed += 1
            self.rewritten += key in self._altered.pairs
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

    def __init__(self, importing: Importing, space: Space | None, wanted: set[bytes], altered: Altered) -> None:
        self._importing = importing
        self._space = space
        self._altered = altered.vectors
        self._held = importing.held_vectors(space) if space else {}
        self._wanted = wanted
        self.having = wanted & self._held.keys()
        #: Vectors of contents that no current pair has: they can be read again from the folder of vectors.
        self.unwanted = self._held.keys() - wanted
        self._filed: set[bytes] = set()
        self._seen: set[bytes] = set()
        self.staged = self.added = self.rewritten = 0

    @property
    def strange(self) -> list[bytes]:
        """Those among the unwanted that no file has."""
        return sorted(self.unwanted - self._filed)

    def take(self, block: Block) -> None:
        chosen = []
        for place, (key, digest) in enumerate(zip(block.keys, block.digests, strict=True)):
            if key in self.unwanted and self._held[key] == digest and key not in self._altered:
                self._filed.add(key)
            if key not in self._wanted or key in self._seen:
                continue
            self._seen.add(key)
            if self._held.get(key) != digest or key in self._altered:
                chosen.append(place)
                self.staged += 1
                self.added += key not in self._held
                self.rewritten += key in self._altered
                self.having.add(key)
        if chosen and self._space:
            self._importing.stage_vectors(self._space, block, chosen)


def _with_texts(counts: ImportCounts, texts: int) -> ImportCounts:
    """Return the counts of a repair that analysed some more texts."""
    before = counts.repaired or Repaired()
    return msgspec.structs.replace(counts, repaired=msgspec.structs.replace(before, texts=before.texts + texts))


def _found(importing: Importing, held: Mapping[bytes, Held]) -> Tally:
    """Return what the tables hold."""
    return Tally(
        pairs=len(held), former=importing.former(), vectors=importing.vectors(), pairs_hash=pairs_hash(held)
    )


def _refuse_strangers(found: Tally, left: Tally, place: str) -> None:
    """Raise RefusedError when the tables are not as the last import left them."""
    advice = (
        "nothing was imported: `batchmill corpus verify` names what differs, and `batchmill corpus import "
        "--repair` puts it right"
    )
    for table, now, then in (
        ("qa_pairs", found.pairs, left.pairs),
        ("qa_versions", found.former, left.former),
        ("embeddings", found.vectors, left.vectors),
    ):
        if now != then:
            raise RefusedError(f"{place} holds {now:,} rows in {table} where imports wrote {then:,}; {advice}")
    if found.pairs_hash != left.pairs_hash:
        raise RefusedError(f"{place} holds other rows in qa_pairs than imports wrote; {advice}")


#: What tables hold that no import has written to.
_NOTHING = Tally(pairs=0, former=0, vectors=0, pairs_hash=pairs_hash({}))
