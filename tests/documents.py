"""The documents of a read model, rendered as they would stand on disk."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from core.projections.publish import TRACKING, documents, render

if TYPE_CHECKING:
    from core.ports import ReadModel

SUBMISSIONS = "submissions"


def rendered_by(model: ReadModel) -> dict[str, bytes]:
    """Return every document's bytes by its path."""
    return {each.path: render(model, each) for each in documents(model, SUBMISSIONS)}


def tracked(model: ReadModel) -> dict[str, Any]:
    """Return the tracking file as other tools read it."""
    found: dict[str, Any] = json.loads(rendered_by(model)[f"{SUBMISSIONS}/{TRACKING}"])
    return found
