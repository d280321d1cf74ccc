"""The documents people and other tools read, rendered from the read model and kept current on disk."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from core.projections.timeline import timeline_chunks
from core.projections.tracking import tracking_chunks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from core.ports import ReadModel, WorkspaceFiles
    from core.projections.rows import BatchRow

TRACKING = "batch_tracking.json"
TIMELINE = "timeline.md"
#: Rows in memory at a time: a document's size must not show in the memory of a daemon that runs for months.
AT_ONCE = 200


class Document(NamedTuple):
    """A document's path in the workspace, and what renders it: its bytes from first to last, each time anew."""

    path: str
    chunks: Callable[[], Iterator[bytes]]


def documents(model: ReadModel, submissions: str) -> tuple[Document, ...]:
    """Return every document; its bytes are a pure function of the read model's rows."""

    def rows(numbers: Sequence[int]) -> Iterator[BatchRow]:
        for start in range(0, len(numbers), AT_ONCE):
            some = numbers[start : start + AT_ONCE]
            found = {row.number: row for row in model.batches(some)}
            yield from (found[number] for number in some if number in found)

    return (
        Document(f"{submissions}/{TRACKING}", lambda: tracking_chunks(model.outlines(), rows)),
        Document(TIMELINE, lambda: timeline_chunks(model.waves(), model.outlines(), rows)),
    )


def render(model: ReadModel, document: Document) -> bytes:
    """Return a document's bytes; rows that another process moves on meanwhile are read again."""
    while True:
        checkpoint = model.checkpoint()
        content = b"".join(document.chunks())
        if model.checkpoint() == checkpoint:
            return content


def publish(model: ReadModel, files: WorkspaceFiles, submissions: str) -> list[str]:
    """Write every document that is not on disk as it should be, and return the paths written.

    When another process moves the read model on meanwhile, the documents are rendered again, so that the last
    word on disk is never older than the rows.
    """
    written: list[str] = []
    while True:
        checkpoint = model.checkpoint()
        for document in stale(model, files, submissions):
            with files.create(document.path) as pending:
                pending.sink.writelines(document.chunks())
                pending.commit()
            written.append(document.path)
        if model.checkpoint() == checkpoint:
            return written


def stale(model: ReadModel, files: WorkspaceFiles, submissions: str) -> list[Document]:
    """Return the documents on disk that are missing or differ from what the rows say; changes nothing."""
    return [
        document
        for document in documents(model, submissions)
        if files.digest(document.path) != _digest(document.chunks())
    ]


def _digest(chunks: Iterator[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()
