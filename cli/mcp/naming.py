"""Which batch a client means: our number as people write it, or the provider's name of its job."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core.batch.numbers import label, parse
from core.errors import BadInputError, NotFoundError
from core.one_line import one_line

if TYPE_CHECKING:
    from cli.compose import Opened
    from core.projections.rows import BatchRow

JOBS = "batches/"
#: An upload's name, alone or at the end of its address.
_UPLOAD = re.compile(r"(?:https?://[^\s?#]+/)?(files/[A-Za-z0-9_-]{1,100})")
MOST_SHOWN = 80


def row_named(opened: Opened, text: str) -> BatchRow:
    """Return the row of a batch by its number or its job's name.

    Raises NotFoundError for one that the ledger does not have, BadInputError for words that name none.
    """
    opened.catch_up()
    rows = opened.database.read_model.batches()
    shown = one_line(text)[:MOST_SHOWN]
    if text.startswith(JOBS):
        found = next((row for row in rows if row.job_name == text), None)
        if found is None:
            raise NotFoundError(
                f"the ledger knows no job {shown}; batch_list names those it has, and reconcile finds out what "
                "else the provider has"
            )
        return found
    try:
        number = parse(text)
    except BadInputError:
        raise BadInputError(
            f"{shown!r} names no batch; give a number such as 205, 205r1 or j3, or a job's name, batches/abc"
        ) from None
    found = next((row for row in rows if row.number == number), None)
    if found is None:
        raise NotFoundError(f"the ledger has no batch {label(number)}; batch_list names those it has")
    return found


def file_named(uri: str) -> str | None:
    """Return the name of an upload, `files/…`, from its name or address; None for words that name none."""
    found = _UPLOAD.fullmatch(uri)
    return found[1] if found else None


def batches_counted(number: int) -> str:
    """Return a number of batches with its noun."""
    return f"{number} batch" if number == 1 else f"{number} batches"
