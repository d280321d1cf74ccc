"""`batchmill corpus search`: pairs by meaning and by words, merged into one ranking."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from adapters.corpus.nearest import nearest
from cli.corpus_choices import Way
from cli.corpus_database import corpus_database, shown
from cli.corpus_standing import OUTDATED, TAKEN_OUT, rejected_since
from cli.embedding_spaces import embedder_of, settings_space
from core.corpus.database import Hit  # noqa: TC001 - msgspec reads the annotations at run time
from core.corpus.fusion import fuse
from core.corpus.space import DOCUMENT, QUERY
from core.errors import BadInputError, ProviderError

if TYPE_CHECKING:
    from adapters.sql.corpus.database import SqlCorpus
    from cli.compose import Opened
    from core.corpus.space import Space

#: How far down each ranking is looked, beside what is shown: a pair that both have low may be the best of all.
DEPTH = 100
#: Characters of a query that are used; models read no more, and nobody asks more.
LONGEST = 4_000


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A pair with its place in the merged ranking and in each of the two, None where it is not in sight there.

    `similarity` is the cosine of its vector and that of the query: 1 for the same direction, 0 for nothing shared.
    """

    rank: int
    score: float
    by_vector: int | None
    by_text: int | None
    similarity: float | None
    pair: Hit


class Searched(msgspec.Struct, frozen=True, kw_only=True):
    """What a search found; `note` says what one way of it did not bring, and why, and what was rejected since."""

    query: str
    database: str
    ways: tuple[Way, ...]
    note: str | None
    found: tuple[Found, ...]


def search(opened: Opened, query: str, most: int, only: Way | None) -> Searched:
    """Return the `most` best pairs for a text, whatever it holds.

    Raises BadInputError for a query without a word, DatabaseError when the database cannot be used or holds no
    corpus; and with `only` vectors what kept them away, which is a note otherwise.
    """
    # What a terminal hands on that is no UTF-8 cannot be said to a database or a provider.
    query = query.encode("utf-8", "replace").decode().strip()[:LONGEST]
    if not query:
        raise BadInputError("there is nothing to search for; give some words or a question")
    depth = max(most, DEPTH)
    rankings: dict[Way, list[str]] = {}
    cosines: dict[str, float] = {}
    notes: list[str] = []
    with corpus_database(opened) as database:
        last = database.last()
        if only is not Way.TEXT:
            space = settings_space(opened)
            try:
                _check_vectors(last.space if last else None, space)
                cosines = dict(_by_vector(opened, database, space, query, depth))
                rankings[Way.VECTOR] = list(cosines)
            except (BadInputError, ProviderError) as error:
                if only is Way.VECTOR:
                    raise
                notes.append(f"by words alone: {error}")
        if only is not Way.VECTOR:
            rankings[Way.TEXT] = database.by_text(query, depth)
            if cosines and not rankings[Way.TEXT]:
                notes.append(
                    "by meaning alone: no pair has one of these words; the nearest follow, however far they are"
                )
        if last and (waves := rejected_since(opened, last.build)):
            notes.append(f"{OUTDATED.format(', '.join(map(str, waves)))}; {TAKEN_OUT}")
        fused = fuse(list(rankings.values()))[:most]
        hits = {hit.pair_id: hit for hit in database.hits([pair_id for pair_id, _ in fused])}
        places = {way: {pair: place for place, pair in enumerate(found, 1)} for way, found in rankings.items()}
        return Searched(
            query=query,
            database=shown(opened, database.place),
            ways=tuple(rankings),
            note="; ".join(notes) or None,
            found=tuple(
                Found(
                    rank=rank,
                    score=round(score, 6),
                    by_vector=places.get(Way.VECTOR, {}).get(pair_id),
                    by_text=places.get(Way.TEXT, {}).get(pair_id),
                    similarity=round(cosines[pair_id], 4) if pair_id in cosines else None,
                    pair=hits[pair_id],
                )
                for rank, (pair_id, score) in enumerate(fused, 1)
                if pair_id in hits
            ),
        )


def _check_vectors(imported: str | None, space: Space) -> None:
    if imported is None:
        raise BadInputError(
            "no vectors were imported; run `batchmill corpus embed`, then `batchmill corpus import`"
        )
    if imported != space.name:
        raise BadInputError(
            f"the vectors that were imported are of {imported}, and the settings name {space.name}; embed and "
            "import those, or set embedding.model and embedding.dimensions back"
        )


def _by_vector(
    opened: Opened, database: SqlCorpus, space: Space, query: str, depth: int
) -> list[tuple[str, float]]:
    """Return the nearest pairs; what finds documents is a query, and every other task is its own counterpart."""
    task = QUERY if space.task == DOCUMENT else space.task
    [vector] = embedder_of(opened).embed([query], task)
    return database.by_vector(space, vector, depth, nearest)
