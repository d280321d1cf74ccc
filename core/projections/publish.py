"""The documents people and other tools read, rendered from the read model and kept current on disk."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from core.projections.timeline import milestones, timeline_document
from core.projections.tracking import tracking_document

if TYPE_CHECKING:
    from core.ports import ReadModel, WorkspaceFiles

TRACKING = "batch_tracking.json"
TIMELINE = "timeline.md"


def documents(model: ReadModel, submissions: str) -> dict[str, bytes]:
    """Return every document's bytes by its path in the workspace; a pure function of the read model's rows."""
    batches = model.batches()
    return {
        f"{submissions}/{TRACKING}": tracking_document(batches),
        TIMELINE: timeline_document(milestones(model.waves(), batches)),
    }


def publish(model: ReadModel, files: WorkspaceFiles, submissions: str) -> list[str]:
    """Write every document that is not on disk as it should be, and return the paths written.

    When another process moves the read model on meanwhile, the documents are rendered again, so that the last
    word on disk is never older than the rows.
    """
    written: list[str] = []
    while True:
        checkpoint = model.checkpoint()
        for path, content in documents(model, submissions).items():
            if files.digest(path) != hashlib.sha256(content).hexdigest():
                with files.create(path) as pending:
                    pending.sink.write(content)
                    pending.commit()
                written.append(path)
        if model.checkpoint() == checkpoint:
            return written


def stale(model: ReadModel, files: WorkspaceFiles, submissions: str) -> list[str]:
    """Return the documents on disk that are missing or differ from what the rows say; changes nothing."""
    return [
        path
        for path, content in documents(model, submissions).items()
        if files.digest(path) != hashlib.sha256(content).hexdigest()
    ]
