"""What of the corpus has no vector yet, and is not asked for by a batch under way."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from adapters.corpus.parts import read_columns
from adapters.corpus.tables import read_structs
from cli.corpus_standing import built, paths_of, searched
from cli.vector_syncing import refuse_lost, space_of, synced
from core.batch.holds import Hold
from core.batch.lifecycle import Status
from core.corpus.outcome import Member
from core.corpus.space import text_to_embed
from core.embedding.asking import Text, about
from core.ledger.load import load_batch
from core.pairs import ids

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from adapters.corpus.folder import CorpusFolder
    from adapters.corpus.vectors import VectorFolder
    from cli.compose import Opened
    from cli.vector_syncing import Lost
    from core.corpus.manifest import BuildManifest
    from core.corpus.space import Space
    from core.embedding.asking import EmbedRecipe

_COLUMNS = ("pair_id", "wave", "question", "answer", "content_sha256")


class Stock(NamedTuple):
    """The corpus as it stands, beside the vectors of a space and those that are asked for.

    `archived` are pairs that a search for duplicates put aside, and that are left out; None where the corpus was
    not searched since it was built. `under_way` has by content
    hash the label of the batch that asks for its vector; `lost` are batches whose vectors are to be had nowhere,
    `put` counts those that were put into the folder just now.
    """

    home: CorpusFolder
    corpus: BuildManifest
    archived: Collection[str] | None
    vectors: VectorFolder
    held: Collection[str]
    under_way: dict[str, str]
    lost: tuple[Lost, ...]
    put: int


def stock_of(opened: Opened, space: Space, *, whole: bool, again: bool = False) -> Stock:
    """Return what there is, once vectors that came home are in their folder.

    Raises what `built` raises, and what `gathered` raises: for vectors that are lost only if not `again`.
    """
    home, corpus = built(opened)
    vectors, put, lost = synced(opened, space)
    if not again:
        refuse_lost(lost)
    archived = set() if whole else _archived(opened, home, corpus)
    return Stock(home, corpus, archived, vectors, vectors.held(), asked_for(opened, space), lost, put)


def asked_for(opened: Opened, space: Space) -> dict[str, str]:
    """Return the content hashes whose vectors a batch is to bring home, each with the batch's label.

    A batch that waits for a person counts: what it asks for was approved. One that was cancelled before it had a
    job does not, nor do pairs that were given up.
    """
    found: dict[str, str] = {}
    for row in opened.rows().batches():
        if not row.embeds or row.model != space.model or row.status == Status.WITHDRAWN.value or row.passed_on:
            continue
        if row.read_at and not row.missing_now:
            continue
        batch = load_batch(opened.database.store, row.number)
        unasked = batch.hold is Hold.CANCELLED and not batch.jobs and not batch.intent_open
        if unasked or space_of(opened, row) != space:
            continue
        waiting = {pair.pair_id for pair in batch.missing} if batch.read else None
        for request in batch.requests:
            if waiting is None or not waiting.isdisjoint(ids(request.ranges)):
                found[about(request.key).content_sha256] = row.label
    return found


def lacking(stock: Stock, tally: Counter[str] | None = None) -> Iterator[tuple[int, Text]]:
    """Yield wave and text of each content that has no vector and is not asked for, once, in the corpus's order.

    A `tally` counts the others: contents `held` and `under_way`, `archived` pairs, and pairs with the `same`
    content as one before them.
    """
    tally = Counter() if tally is None else tally
    seen: set[str] = set()
    for columns in read_columns(paths_of(stock.home, stock.corpus), _COLUMNS):
        for pair_id, wave, question, answer, content in zip(*(columns[each] for each in _COLUMNS), strict=True):
            if stock.archived and pair_id in stock.archived:
                tally["archived"] += 1
            elif content in seen:
                tally["same"] += 1
            else:
                seen.add(content)
                if content in stock.held:
                    tally["held"] += 1
                elif content in stock.under_way:
                    tally["under_way"] += 1
                else:
                    yield wave, Text(pair_id, content, text_to_embed(question, answer))


def cut(
    stock: Stock, recipe: EmbedRecipe, size: int, tokens: int | None, tally: Counter[str] | None = None
) -> Iterator[tuple[int, list[Text]]]:
    """Yield what lacks a vector in batches of one wave each, with at most so many texts and expected tokens.

    For `tally` see `lacking`.
    """
    held: list[Text] = []
    of, sum_ = 0, 0
    for wave, text in lacking(stock, tally):
        more = recipe.tokens(text)
        if held and (wave != of or len(held) == size or (tokens is not None and sum_ + more > tokens)):
            yield of, held
            held, sum_ = [], 0
        of = wave
        held.append(text)
        sum_ += more
    if held:
        yield of, held


def _archived(opened: Opened, home: CorpusFolder, corpus: BuildManifest) -> set[str] | None:
    """Return the pairs that the last search put aside, None where the corpus as it is now was not searched."""
    manifest = searched(opened, home, corpus)
    if manifest is None:
        return None
    members = read_structs(home.root / manifest.folder / "members.parquet", Member)
    return {member.pair_id for member in members if member.merged_into is not None}
