"""Puts vectors that came home into the folder of their space, where dedup and search read them."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

import msgspec

from adapters.corpus.vectors import VectorFolder
from cli.corpus_standing import FOLDER
from core.batch.events import AnswersRead
from core.corpus.space import Space
from core.embedding.asking import about
from core.embedding.vectors import embedded_lines
from core.errors import NotFoundError, RefusedError
from core.ledger.load import load_batch
from core.ledger.streams import batch_stream

if TYPE_CHECKING:
    from cli.compose import Opened
    from core.projections.rows import BatchRow

_ANEW = "`batchmill replay --rebuild` makes it anew from its result"
_DIGITS = 12


def gathered(opened: Opened, space: Space) -> VectorFolder:
    """Return the folder of a space, with every vector of it that the ledger knows; a file is put there once.

    Raises RefusedError when a file of vectors is missing or not as it was recorded, StorageError when the disk
    refuses. What a killed command left out, and what was altered since, is put there by the next.
    """
    folder = VectorFolder(opened.root / FOLDER, space)
    folder.drop_altered()
    standing = folder.names()
    for row in opened.rows().batches():
        if row.embeds and row.model == space.model and row.refined and row.read_at:
            read = _reading(opened, row)
            name = f"{row.label}-{read.sha256[:_DIGITS]}"
            if name not in standing and space_of(opened, row) == space:
                _put(opened, row, read, folder, name)
    return folder


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


def _put(opened: Opened, row: BatchRow, read: AnswersRead, folder: VectorFolder, name: str) -> None:
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
    folder.put(name, [each.content_sha256 for each in lines], [base64.b64decode(each.vector) for each in lines])
