"""The tracking file of an older process, read from disk."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from adapters.files.adopted_bytes import decoded, read_bytes
from core.adoption.documents import parse
from core.adoption.tracking import Tracking, tracking_of
from core.errors import BadInputError

if TYPE_CHECKING:
    from pathlib import Path


def read_tracking(path: Path) -> tuple[Tracking, str]:
    """Return what a tracking file claims, and its sha256; raises BadInputError for one that cannot be read."""
    data = read_bytes(path)
    text = decoded(data)
    try:
        document = parse(text)
    except ValueError as error:
        raise BadInputError(f"{path} is not JSON: {error}; name the batch_tracking.json itself") from error
    tracking = tracking_of(document, str(path))
    if tracking is None:
        raise BadInputError(f"{path} holds no list named batches; name the batch_tracking.json itself")
    return tracking, sha256(data).hexdigest()
