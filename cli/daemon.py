"""The daemon as a whole: its log, its drive, and those who watch over it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from adapters.systemd import ServiceManager
from cli.attending import Attention
from cli.compose import database_url
from cli.driving import Drive
from cli.logs import open_log, tell, whereabouts
from cli.submission import closing, complain
from cli.telling import telling
from cli.vitals import Vitals
from cli.watched import watched

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cli.compose import Opened
    from core.engine.advance import Pulse
    from core.ledger.recorded import Recorded


class Wishes(NamedTuple):
    """How the daemon is to run: until nothing is left to do, with a log for machines, beside others."""

    until_idle: bool
    as_json: bool
    shared: bool


def serve(workspace: Opened, wishes: Wishes) -> None:
    """Drive the workspace until a signal, or until nothing is left to do.

    Raises BadInputError before anything else is done when its watch port is taken, RefusedError at the end when a
    batch failed or waits for a person, and what `Drive.run` raises.
    """
    log = open_log(as_json=wishes.as_json)
    settings = workspace.settings
    vitals = Vitals(workspace.clock, database_url(workspace.root, settings), settings.watch.still_seconds)

    def warn(text: str) -> None:
        log.warning("trouble", said=text)

    def observe(events: Sequence[Recorded]) -> None:
        vitals.appended(events)
        trace(events)
        if wishes.as_json:
            tell(log, events, lambda recorded: whereabouts(drive.books, recorded))
        else:
            tell(log, events)

    manager = ServiceManager()
    with watched(settings.watch, vitals) as url, telling(workspace.database, warn) as trace:
        drive = Drive(
            workspace,
            "daemon",
            shared=wishes.shared,
            attention=Attention(workspace, log) if settings.driving.watch_inbox else None,
            vitals=vitals,
            observe=observe,
            warn=warn,
        )
        idleness = Idleness()

        @contextmanager
        def begun() -> Iterator[None]:
            more = {"watch": url} if url else {}
            log.info("daemon.started", workspace=str(workspace.root), until_idle=wishes.until_idle, **more)
            with manager.kept_informed(vitals.alive, vitals.status):
                yield

        drive.run(lambda pulse: idleness.after(pulse) and wishes.until_idle, begun=begun, ending=manager.stopping)
    log.info("daemon.stopped", idle=idleness.reached)
    if wishes.until_idle and idleness.reached:
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
