"""Makes all checks, one after the other, with as much of the workspace as there is."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

from adapters.clock import SystemClock
from adapters.files.workspace import Workspace
from adapters.sql.database import open_database
from adapters.sql.glance import glance
from cli.compose import Opened, api_key, database_url
from cli.doctor import corpus, files, ledger, machine, provider
from cli.doctor import settings as pace
from cli.doctor.finding import safely

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from adapters.sql.glance import Glance
    from cli.doctor.finding import Finding
    from cli.setting_sections import Provider
    from cli.settings import Settings
    from core.projections.rows import BatchRow

#: A person waits for the answer, so the one call is given no more than this, in seconds.
LONGEST_CALL = 20.0


def examine(named: Path | None, options: list[str], *, offline: bool) -> Iterator[Finding]:
    """Yield what every check finds, as it is found; nothing is changed, and what is raised becomes a finding.

    `offline` leaves out the call to the provider.
    """
    root, settings = yield from pace.check_workspace(named, options)
    yield from provider.check_key(os.environ)
    if root is None or settings is None:
        return
    patient = _Examined(root, settings)
    yield from safely("base URL", lambda: pace.check_base_url(settings.provider))
    yield from safely("pace", lambda: pace.check_pace(settings))
    if not offline:
        yield from safely("provider", lambda: _live(settings.provider))
    yield from safely("database", patient.ledger)
    yield from safely("folders", lambda: machine.check_folders(patient.files, settings.folders))
    yield from safely("disk", lambda: machine.check_room(patient.places(), machine.need(patient.rows)))
    yield from safely("leftover parts", lambda: machine.check_parts(patient.files, settings.folders))


def _live(settings: Provider) -> Iterator[Finding]:
    if api_key():
        yield from provider.check_live(_client(settings), SystemClock())
    else:
        yield from provider.not_asked()


def _client(settings: Provider) -> provider.Greeter:
    from adapters.gemini.provider import GeminiProvider  # noqa: PLC0415 - half a second, and not needed offline

    # It says aloud that it takes the other variable where both are set; it is given the key that wins here.
    logging.getLogger("google_genai").setLevel(logging.ERROR)
    seconds = min(settings.timeout_seconds, LONGEST_CALL)
    return GeminiProvider(api_key(), settings.base_url or None, settings.api_version, seconds)


class _Examined:
    """A workspace whose ledger may or may not be there, and what was learnt of it so far."""

    def __init__(self, root: Path, settings: Settings) -> None:
        self.root = root
        self.files = Workspace(root)
        self.rows: list[BatchRow] = []
        self._settings = settings
        self._clock = SystemClock()
        self._database_file: Path | None = None
        self._driven = False

    def places(self) -> dict[str, Path]:
        """Return the folders that grow, by what they hold."""
        folders = self._settings.folders
        places = {"the workspace": self.root}
        places |= {name: self.root / name for name in (folders.submissions, folders.results)}
        return places | ({"the ledger": self._database_file.parent} if self._database_file else {})

    def ledger(self) -> Iterator[Finding]:
        """Look at the database from outside, and into the ledger if it is of this program's schema."""
        url = database_url(self.root, self._settings)
        with glance(url) as database:
            self._database_file = database.file
            if not (yield from ledger.check_database(database)):
                return
            with open_database(url, self._clock) as ports:
                yield from self._contents(
                    Opened(self.root, self._settings, self.files, ports, self._clock), database
                )

    def _contents(self, opened: Opened, database: Glance) -> Iterator[Finding]:
        rows = yield from ledger.check_events(opened.database.store)
        self.rows = rows.batches if rows else []
        yield from safely("head", lambda: ledger.check_head(opened.database.store, opened.database.stored))
        yield from safely("driver", lambda: self._driver(database, rows.under_way if rows else None))
        if rows is None:
            return
        model, submissions = opened.database.read_model, self._settings.folders.submissions
        yield from safely("tables", lambda: ledger.check_tables(opened.database.store, model, rows))
        yield from safely(
            "documents", lambda: files.check_documents(model, self.files, submissions, driven=self._driven)
        )
        yield from safely("recorded files", lambda: files.check_recorded(opened, rows))
        yield from safely(corpus.CHECK, lambda: corpus.check_corpus(opened))

    def _driver(self, database: Glance, under_way: int | None) -> Iterator[Finding]:
        drivers = ledger.sort_drivers(database.drivers(), self._clock.now())
        self._driven = bool(drivers.living)
        yield ledger.judge_drivers(drivers, under_way)
