"""What came of one batch's turn in a piece of work that is done for many."""

from __future__ import annotations

import msgspec

from core.engine.books import Entry  # noqa: TC001 - msgspec reads the annotations at run time
from core.errors import BatchmillError  # noqa: TC001 - the same


class Haul(msgspec.Struct, frozen=True):
    """An entry for the books, or the trouble that leaves the batch for the next time."""

    number: int
    entry: Entry | None = None
    trouble: BatchmillError | None = None
