"""Turns of clients at what only one may do at a time: two that confirm the same at once do it once."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from adapters.files.turns import turn_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.compose import Opened


@contextmanager
def in_turn(opened: Opened) -> Iterator[None]:
    """Create or delete in the block one after the other, whoever else does in this workspace.

    Of two clients that confirm the same at once, the second finds the errand of the first, or the job gone; and
    neither writes over the other's file.
    """
    with turn_at(opened.files.place(opened.settings.folders.submissions)):
        yield
