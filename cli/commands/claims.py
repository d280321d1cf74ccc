"""`batchmill claims`."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import Annotated

import typer

from cli.commands import HIGHEST


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(claims)


def claims(  # noqa: PLR0913 - every option of the command
    tracking: Annotated[Path, typer.Argument(help="The older process's batch_tracking.json.")],
    job_lists: Annotated[
        list[Path] | None, typer.Argument(metavar="[JOBLIST]...", help="Its lists of jobs, in whatever form.")
    ] = None,
    *,
    wave: Annotated[int, typer.Option("--wave", min=1, max=HIGHEST, help="The wave it was.")] = 1,
    submissions: Annotated[
        Path | None, typer.Option(help="Where its batch files lie (default: beside the tracking file).")
    ] = None,
    refined: Annotated[list[Path] | None, typer.Option(help="A file of refined pairs that came home.")] = None,
    wrong_form: Annotated[
        str | None, typer.Option(metavar="N[-M]", help="Batches that you know were sent in a wrong form.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Take stock of what an older process claims to have sent; nothing is changed.

    Its tracking file is compared with the batch files where they are, with its lists of jobs and with results on
    disk. What is claimed and what was checked are kept apart, and every contradiction is named.
    """
    from cli.claims import claims_of
    from cli.render.claims import claims_lines
    from cli.render.text import emit_json, say

    found = claims_of(
        wave,
        tracking,
        job_lists or (),
        submissions=submissions,
        refined=refined or (),
        wrong_form=wrong_form,
    )
    if as_json:
        emit_json(found)
    else:
        say("\n".join(claims_lines(found)))
