"""Puts vectors that came home into the folder of their space, where dedup and search read them."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from adapters.corpus.vectors import VectorFolder
from cli.corpus_standing import FOLDER
from core.batch.commands import GiveUpVectors
from core.batch.events import AnswersRead
from core.corpus.space import Space
from core.embedding.asking import about
from core.embedding.vectors import embedded_lines
from core.engine.books import Books, Entry
from core.errors import NotFoundError, RefusedError
from core.ledger.load import load_batch
from core.ledger.streams import batch_stream
from core.pairs import ids
from core.planning.naming import counted

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from cli.compose import Opened
    from core.projections.rows import BatchRow

_ANEW = "`batchmill replay --rebuild` makes it anew from its result"
_DIGITS = 12


class Lost(NamedTuple):
    """A batch whose vectors stand neither in the folder of their space nor where they can be made anew from.

    `contents` are the hashes of the texts that have no vector now, `reason` says what is gone.
    """

    number: int
    label: str
    contents: frozenset[str]
    reason: str


class Synced(NamedTuple):
    """The folder of a space, how many vectors were just put there, and the batches whose vectors are lost."""

    folder: VectorFolder
    put: int
    lost: tuple[Lost, ...]


def gathered(opened: Opened, space: Space, *, afresh: bool = False) -> VectorFolder:
    """Return the folder of a space, with every vector of it that the ledger knows; a file is put there once.

    Files that nobody touched since they were hashed are taken as they are, unless `afresh`.

    Raises RefusedError when a file of vectors is missing or not as it was recorded, StorageError when the disk
    refuses. What a killed command left out, and what was altered since, is put there by the next.
    """
    found = synced(opened, space, afresh=afresh)
    refuse_lost(found.lost)
    return found.folder


def refuse_lost(lost: Sequence[Lost]) -> None:
    """Raise RefusedError that names these batches, if there are any, and what can be done about them."""
    said = [f"{each.reason}, so {counted(len(each.contents), 'text')} lost a vector" for each in lost]
    if said:
        raise RefusedError(
            f"{'; '.join(said)}; put one of these files back from a backup, or run `batchmill corpus embed "
            "--again`, which shows what embedding these texts again costs and asks"
        )


def synced(opened: Opened, space: Space, *, afresh: bool = False) -> Synced:
    """Do as `gathered` does, and return what is lost in every place instead of refusing; see there."""
    folder = VectorFolder(opened.root / FOLDER, space)
    folder.drop_altered(afresh=afresh)
    standing, gone, put = folder.names(), [], 0
    for row in opened.rows().batches():
        if row.embeds and row.model == space.model and row.refined and row.read_at:
            read = _reading(opened, row)
            name = f"{row.label}-{read.sha256[:_DIGITS]}"
            if name in standing or space_of(opened, row) != space:
                continue
            try:
                put += _put(opened, row, read, folder, name)
            except RefusedError:
                if _can_be_made_anew(opened, row):
                    raise
                gone.append((row, read))
    held = folder.held() if gone else ()
    losses = (_loss(opened, row, read, held) for row, read in gone)
    return Synced(folder, put, tuple(loss for loss in losses if loss.contents))


def give_up(opened: Opened, lost: Sequence[Lost]) -> None:
    """Put on record that these vectors are lost, so that their texts are new and may be paid for again."""
    books, now = Books(opened.database.store, opened.context("corpus-embed").actor), opened.clock.now()
    entries = [
        Entry(each.number, (GiveUpVectors(len(each.contents), each.reason, now),), "corpus embed --again")
        for each in lost
    ]
    if entries:
        books.write(entries)
        opened.catch_up()


def space_of(opened: Opened, row: BatchRow) -> Space | None:
    """Return the space that a batch's vectors lie in, as its requests say; None for one that was not written."""
    requests = load_batch(opened.database.store, row.number).requests
    if not requests:
        return None
    asked = about(requests[0].key)
    return Space(row.model, asked.dimensions, asked.task)


def _reading(opened: Opened, row: BatchRow) -> AnswersRead:
    events = (recorded.event for recorded in opened.database.store.read_stream(batch_stream(row.number)))
    return [event for event in events if isinstance(event, AnswersRead)][-1]


def _can_be_made_anew(opened: Opened, row: BatchRow) -> bool:
    batch = load_batch(opened.database.store, row.number)
    return opened.files.digest(batch.result_path) == batch.result_sha256


def _loss(opened: Opened, row: BatchRow, read: AnswersRead, held: Collection[str]) -> Lost:
    """Return which texts of a batch have no vector any more; none of one that was given up before."""
    batch = load_batch(opened.database.store, row.number)
    never = {pair.pair_id for pair in read.unrefined}
    contents = {
        about(request.key).content_sha256
        for request in batch.requests
        if not batch.vectors_lost and never.isdisjoint(ids(request.ranges))
    }
    reason = f"{read.path} and {batch.result_path} of batch {row.label} are both gone or altered"
    return Lost(row.number, row.label, frozenset(contents.difference(held)), reason)


def _put(opened: Opened, row: BatchRow, read: AnswersRead, folder: VectorFolder, name: str) -> int:
    try:
        with opened.files.open(read.path) as stream:
            content = stream.read()
    except NotFoundError as error:
        raise RefusedError(f"the vectors of batch {row.label} are gone: {error}; {_ANEW}") from error
    if hashlib.sha256(content).hexdigest() != read.sha256:
        raise RefusedError(f"the vectors of batch {row.label} in {read.path} are not what was recorded; {_ANEW}")
    try:
        lines = list(embedded_lines(content.splitlines()))
    except msgspec.MsgspecError as error:
        raise RefusedError(f"{read.path} holds a line that is no vector ({error}); {_ANEW}") from error
    packed = [base64.b64decode(each.vector) for each in lines]
    return folder.put(name, [each.content_sha256 for each in lines], packed).rows
