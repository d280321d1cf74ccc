"""`batchmill submit` and `run`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands import First, Last  # noqa: TC001 - typer reads the annotations at run time

if TYPE_CHECKING:
    from core.engine.advance import Pulse


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


def run(
    context: typer.Context,
    *,
    until_idle: Annotated[bool, typer.Option("--until-idle", help="End when nothing is left to do.")] = False,
    json_log: Annotated[bool, typer.Option("--json-log", help="Log JSON lines instead of text.")] = False,
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
    from cli.attending import Attention
    from cli.compose import opened
    from cli.driving import Drive
    from cli.logs import open_log, tell
    from cli.submission import closing, complain

    with opened(*context.obj) as workspace:
        log = open_log(as_json=json_log)
        drive = Drive(
            workspace,
            "daemon",
            shared=shared,
            attention=Attention(workspace, log) if workspace.settings.driving.watch_inbox else None,
            observe=lambda events: tell(log, events),
            warn=lambda text: log.warning("trouble", said=text),
        )
        idleness = Idleness()
        drive.run(
            lambda pulse: idleness.after(pulse) and until_idle,
            begun=lambda: log.info("daemon.started", workspace=str(workspace.root), until_idle=until_idle),
        )
        log.info("daemon.stopped", idle=idleness.reached)
        if until_idle and idleness.reached:
            if said := closing(workspace):
                log.info(said)
            complain(workspace)


class Idleness:
    """Whether the last pulse left nothing to do: what waits for a person to release its wave does not count."""

    reached = False

    def after(self, pulse: Pulse) -> bool:
        """Take note of a pulse, and return whether it left nothing to do."""
        self.reached = pulse.open == 0
        return self.reached
