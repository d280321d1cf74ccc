"""The only place where adapters meet the core: one workspace, opened."""

from __future__ import annotations

import getpass
import os
import random
import secrets
import socket
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapters.clock import SystemClock
from adapters.files.workspace import Workspace
from adapters.memory.read_model import MemoryReadModel
from adapters.sql.database import Database, open_database
from cli.settings import Settings, find_root, load
from core.engine.policy import Policy
from core.errors import LedgerError
from core.ledger.recorded import Context
from core.planning.models import models_with
from core.projections.catch_up import catch_up
from core.projections.publish import publish

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.corpus.space import Space
    from core.engine.at_once import OnlineEmbedder
    from core.ports import ReadModel
    from core.provider import ProviderStore

SQLITE = "sqlite:///"


class SystemChance:
    """`core.engine.workshop.Chance` by the machine's randomness."""

    def random(self) -> float:
        """Return a number in [0, 1)."""
        return random.random()  # noqa: S311 - spreads waits, guards nothing

    def nonce(self) -> str:
        """Return eight hex digits."""
        return secrets.token_hex(4)


@dataclass(frozen=True)
class Opened:
    """A workspace with its ledger open; `actor` signs its commands, or ("") the person at the terminal."""

    root: Path
    settings: Settings
    files: Workspace
    database: Database
    clock: SystemClock
    actor: str = ""

    def context(self, command: str) -> Context:
        """Return the envelope of a command given by the person at the terminal, or by a client of this process."""
        return Context(self.actor or person(), f"{command.split(maxsplit=1)[0]}-{secrets.token_hex(4)}", command)

    def catch_up(self) -> None:
        """Bring the read model and the documents up to the ledger."""
        catch_up(self.database.store, self.database.read_model)
        publish(self.database.read_model, self.files, self.settings.folders.submissions)

    def rows(self) -> ReadModel:
        """Return rows that account for the whole ledger, for commands that only read.

        Where the tables cannot be written (a full disk), the events are folded in memory, and stderr says so.
        """
        model = self.database.read_model
        try:
            catch_up(self.database.store, model)
        except LedgerError as error:
            memory = MemoryReadModel()
            catch_up(self.database.store, memory)
            sys.stderr.write(f"note: the ledger's tables are behind ({error}); this is read from its events\n")
            return memory
        return model

    def provider(self) -> ProviderStore:
        """Return the provider that the settings name; raises CredentialsError when there is no key."""
        from adapters.gemini.provider import GeminiProvider  # noqa: PLC0415 - half a second, for two commands

        settings = self.settings.provider
        return GeminiProvider(api_key(), settings.base_url or None, settings.api_version, settings.timeout_seconds)

    def embedder(self, space: Space) -> OnlineEmbedder:
        """Return what embeds at once at the provider that the settings name; CredentialsError without a key."""
        from adapters.gemini.embedder import GeminiEmbedder  # noqa: PLC0415 - half a second, for few commands

        settings = self.settings.provider
        return GeminiEmbedder(
            space, api_key(), settings.base_url or None, settings.api_version, settings.timeout_seconds
        )

    def policy(self) -> Policy:
        """Return the engine's pace as the settings have it."""
        driving, folders = self.settings.driving, self.settings.folders
        tier = self.settings.provider.tier
        limits = ((name, model.enqueued_limit(tier)) for name, model in models_with(self.settings.models).items())
        return Policy(
            poll_every=driving.poll_every,
            jobs_at_once=driving.jobs_at_once,
            chunk=driving.chunk,
            workers=driving.workers,
            backoff_first=driving.backoff_first,
            backoff_most=driving.backoff_most,
            looks_after=driving.looks_after,
            attempts=driving.attempts,
            creates_a_minute=driving.creates_a_minute,
            enqueued_tokens={name: limit for name, limit in limits if limit is not None},
            unsure_hours=driving.unsure_hours,
            reconcile_every=driving.reconcile_hours * 3_600,
            job_hours=driving.job_hours,
            warn_hours=driving.warn_hours,
            repair_rounds=driving.repair_rounds,
            canary=driving.canary,
            canary_refined=driving.canary_refined,
            usd_per_wave=self.settings.budget.usd_per_wave,
            usd_in_all=self.settings.budget.usd_in_all,
            file_template=folders.file_template,
            submissions_folder=folders.submissions,
            results_folder=folders.results,
        )


@contextmanager
def opened(workspace: Path | None, options: list[str], actor: str = "") -> Iterator[Opened]:
    """Open the workspace (named, or found upwards) for the length of a command, which `actor` signs."""
    root = find_root(workspace)
    settings = load(root, options)
    clock = SystemClock()
    with open_database(database_url(root, settings), clock) as database:
        yield Opened(root, settings, Workspace(root), database, clock, actor)


def database_url(root: Path, settings: Settings) -> str:
    """Return the ledger's address; a relative SQLite path lies in the workspace."""
    return located(root, settings.database_url)


def located(root: Path, url: str) -> str:
    """Return the address of a database, in which a relative SQLite path lies in the workspace.

    One that names no file stays as it is, for `parse` to refuse.
    """
    if url.removeprefix(SQLITE) in {"", ":memory:"}:
        return url
    if url.startswith(SQLITE) and not url.startswith(SQLITE + "/"):
        return f"{SQLITE}{root / url.removeprefix(SQLITE)}"
    return url


def api_key() -> str:
    """Return the key from the environment, "" when there is none; it is never kept or shown."""
    return (os.environ.get("GEMINI_API_KEY") or os.environ.get("GOOGLE_API_KEY") or "").strip()


def person() -> str:
    """Return who gives commands here, as `name@machine`; BATCHMILL_ACTOR overrides it."""
    if name := os.environ.get("BATCHMILL_ACTOR"):
        return name
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = f"uid{os.getuid()}"
    return f"{user}@{socket.gethostname()}"
