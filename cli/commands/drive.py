"""`batchmill submit` and `run`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from cli.commands import First, Last  # noqa: TC001 - typer reads the annotations at run time


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(submit)
    app.command()(run)


def submit(context: typer.Context, first: First, last: Last = None) -> None:
    """Submit a range of written batches in the foreground, and wait out rate limits.

    Stop it at any point and start it again: what is submitted already is skipped, and a job whose answer was lost
    is looked up at the provider before anything is created again.
    """
    from cli.compose import opened
    from cli.driving import Drive, unsent
    from cli.logs import open_log, tell
    from cli.render.text import say
    from cli.submission import report, select

    with opened(*context.obj) as workspace:
        chosen = select(workspace, first, first if last is None else last)
        for line in chosen.skipped:
            say(line)
        if chosen.numbers:
            log = open_log(as_json=False)
            drive = Drive(
                workspace,
                "submit",
                only=chosen.numbers,
                observe=lambda events: tell(log, events),
                warn=lambda text: log.warning("trouble", said=text),
            )
            drive.run(lambda _: not unsent(drive.books, chosen.numbers))
        for line in report(workspace, chosen.numbers):
            say(line)


class LogFormat(StrEnum):
    """How the daemon's log is written."""

    TEXT = "text"
    JSON = "json"


def run(  # noqa: PLR0913 - the options of one command
    context: typer.Context,
    *,
    until_idle: Annotated[bool, typer.Option("--until-idle", help="End when nothing is left to do.")] = False,
    log_format: Annotated[
        LogFormat, typer.Option("--log-format", help="Lines for people, or JSON lines for machines.")
    ] = LogFormat.TEXT,
    json_log: Annotated[bool, typer.Option("--json-log", help="Short for --log-format json.")] = False,
    watch_port: Annotated[
        int | None,
        typer.Option(
            "--watch-port",
            metavar="PORT",
            min=0,
            max=65_535,
            help="Answer /healthz and /metrics there, on loopback (setting watch.port); 0: any free port.",
        ),
    ] = None,
    shared: Annotated[
        bool,
        typer.Option(
            "--shared", help="Divide the batches with other daemons started with --shared; PostgreSQL only."
        ),
    ] = False,
) -> None:
    """Run the daemon: submit written batches, poll their jobs, download results, read the answers.

    It says which staged files come into the inbox, and which request they answer (driving.watch_inbox); to plan
    them is up to you.

    SIGTERM or Ctrl-C ends it within five seconds, and nothing is lost. A second daemon on the same ledger refuses
    to start, unless both were started with --shared. With --until-idle the exit status is 1 if a batch failed or
    waits for a person.
    """
    from cli.compose import opened
    from cli.daemon import Wishes, serve

    folder, options = context.obj
    if watch_port is not None:
        options = [*options, f"watch.port={watch_port}"]
    wishes = Wishes(until_idle, as_json=json_log or log_format is LogFormat.JSON, shared=shared)
    with opened(folder, options) as workspace:
        serve(workspace, wishes)
