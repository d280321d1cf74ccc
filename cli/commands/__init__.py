"""The commands, one module a group, and the arguments they share."""

from typing import Annotated

import typer

from core.batch.numbers import HIGHEST, parse
from core.errors import BadInputError


def batch_number(text: str | int) -> int:
    """Return the number that a person means by `205` or `205r1`; a usage error for anything else."""
    try:
        return parse(str(text))
    except BadInputError as error:
        raise typer.BadParameter(str(error)) from None


First = Annotated[int, typer.Argument(parser=batch_number, metavar="BATCH", help="The first batch number.")]
Last = Annotated[
    int | None,
    typer.Argument(parser=batch_number, metavar="[LAST]", help="The last one (default: only the first)."),
]
Reason = Annotated[str, typer.Option(help="Why, for the ledger.")]

__all__ = ["HIGHEST", "First", "Last", "Reason", "batch_number"]
