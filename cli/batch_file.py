"""Writes the file of a batch that `write` does not: one that judges, embeds or repairs, or an errand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.batch.events import BatchWritten

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from cli.compose import Opened
    from core.batch.parts import RequestLine


def written(opened: Opened, path: str, lines: Iterable[tuple[RequestLine, bytes]], at: datetime) -> BatchWritten:
    """Write requests and their lines to `path`, flushed to disk, and return the event that says so.

    Raises StorageError when the disk refuses; then nothing stands at `path` that did not before.
    """
    requests: list[RequestLine] = []
    with opened.files.create(path) as pending:
        for request, line in lines:
            pending.sink.write(line)
            requests.append(request)
        stored = pending.commit()
    return BatchWritten(stored.path, stored.sha256, stored.size, tuple(requests), at)
