"""A corpus beside the database that it was imported into: what lacks, what is foreign, what differs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from core.corpus.columns import COLUMNS, Kind, storable
from core.corpus.multiset import AnyOrder
from core.corpus.row import content_sha256

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from core.corpus.database import References, StoredText, Words
    from core.corpus.stored import Import, Tally


class Wanted(NamedTuple):
    """What the corpus says of a pair, of which all is compared.

    `content` is its content hash, `text` that of its text as a database holds it, which has no character NUL.
    """

    content: bytes
    text: bytes
    session: int | None
    indicator: str | None


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """All pairs by their texts: how many there are here and there, a hash over ids and content hashes each."""

    here: int
    there: int
    hash_here: str
    hash_there: str
    differences: tuple[str, ...]


def compared(expected: Mapping[str, Wanted], stored: Iterable[StoredText]) -> Compared:
    """Return how the current pairs of a database differ from those of a corpus, by pair id.

    A stored pair counts by the hash of the text that it holds, whatever hash stands beside it.
    """
    here, there = AnyOrder(), AnyOrder()
    for pair_id, each in expected.items():
        here.add(pair_id.encode(), each.text)
    found: list[str] = []
    seen: set[str] = set()
    for pair in stored:
        content = bytes.fromhex(content_sha256(pair.question, pair.answer))
        there.add(pair.pair_id.encode(), content)
        seen.add(pair.pair_id)
        if (wanted := expected.get(pair.pair_id)) is None:
            found.append(f"pair {pair.pair_id} is in the database and not in the corpus")
            continue
        if content != wanted.text:
            found.append(f"pair {pair.pair_id} has another text in the database")
        elif pair.content_sha256 != wanted.content:
            found.append(f"pair {pair.pair_id} has another content_sha256 in the database than its text")
        found += [
            f"pair {pair.pair_id} has another {name} in the database"
            for name in ("session", "indicator")
            if getattr(pair, name) != getattr(wanted, name)
        ]
    found += [f"pair {pair_id} is missing in the database" for pair_id in expected if pair_id not in seen]
    return Compared(
        here=here.count,
        there=there.count,
        hash_here=here.hex(),
        hash_there=there.hex(),
        differences=tuple(found),
    )


def column_differences(pair_id: str, here: Mapping[str, Any], there: Mapping[str, Any] | None) -> Iterator[str]:
    """Yield which columns of a pair differ; a pair that is not there differs elsewhere already."""
    for name, kind, _ in COLUMNS if there else ():
        value = bytes.fromhex(here[name]) if kind is Kind.DIGEST else storable(here[name])
        if (there or {})[name] != value:
            yield f"pair {pair_id} has another {name} in the database"


def vector_differences(here: Mapping[bytes, bytes], there: Mapping[bytes, bytes]) -> Iterator[str]:
    """Yield which vectors of the texts of a corpus differ, by content hash and the sha256 of the vector."""
    for content, digest in here.items():
        if (found := there.get(content)) is None:
            yield f"the vector of the text {content.hex()[:12]} is missing in the database"
        elif found != digest:
            yield f"the vector of the text {content.hex()[:12]} is another in the database"
    for content in there.keys() - here.keys():
        yield f"the vector of the text {content.hex()[:12]} is in the database and not in the corpus"


def tally_differences(last: Import | None, now: Tally) -> Iterator[str]:
    """Yield in which table there is more or less than the last import left."""
    if last is None:
        yield "no import is on record in the database"
        return
    left = last.tally
    for table, found, then in (
        ("qa_pairs", now.pairs, left.pairs),
        ("qa_versions", now.former, left.former),
        ("embeddings", now.vectors, left.vectors),
    ):
        if found != then:
            yield f"{table} holds {found:,} rows, and the last import left {then:,}"
    if now.pairs == left.pairs and now.pairs_hash != left.pairs_hash:
        yield "the versions, digests or states of qa_pairs are not those that the last import left"


def space_difference(last: Import | None, named: str) -> Iterator[str]:
    """Yield that the last import brought vectors of another space than the settings name, and what to do."""
    if last is not None and last.space not in {None, named}:
        yield (
            f"the vectors that were imported are of {last.space}, and the settings name {named}: they were not "
            "compared; embed and import those, or set embedding.model and embedding.dimensions back"
        )


def reference_differences(found: Iterable[References]) -> Iterator[str]:
    """Yield which sessions and indicators lack that pairs refer to."""
    for each in found:
        yield from (f"{each.table} lacks {name}, which a pair refers to" for name in each.lacking)


def word_differences(words: Words) -> Iterator[str]:
    """Yield in which ways searching does not know what the pairs hold."""
    if words.broken:
        yield "the full text in qa_words is not what qa_pairs holds"
    if words.lacking:
        yield f"qa_words lacks the words of {words.lacking:,} texts; the next import makes up for that"
    if words.needless:
        yield f"qa_words has words of {words.needless:,} texts of no current pair; the next import drops them"
    for content in words.other:
        yield f"qa_words has other words of the text {content.hex()[:12]} than it holds"
    for name in words.unindexed:
        yield f"the index over {name} is missing; the next import builds it"
