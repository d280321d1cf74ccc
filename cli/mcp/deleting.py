"""Puts on record that the provider is to forget a batch's job or upload, before it is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.batch.commands import AskDeletion
from core.engine.books import Books, Entry
from core.one_line import one_line

if TYPE_CHECKING:
    from cli.compose import Opened


def ask_deletion(opened: Opened, number: int, what: str, name: str, reason: str) -> None:
    """Record it for the batch `number`; `what` is JOB or FILE of `core.batch.commands`.

    Raises RefusedError while the batch still needs what is to be deleted.
    """
    books = Books(opened.database.store, opened.context("delete").actor)
    command = AskDeletion(what, name, one_line(reason), opened.clock.now())
    books.write([Entry(number, (command,), f"delete {name}")])
    opened.catch_up()
