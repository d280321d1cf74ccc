"""Puts the daemon's unit in place for the user's own systemd, and takes it out again."""

from __future__ import annotations

import os
import re
import shutil
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from cli.service.unit import MARK, driven, render, unit_name
from core.errors import NotFoundError, RefusedError, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from adapters.systemctl import UserManager

#: What a new environment file says, and how a key that a person put there looks.
KEY = re.compile(r"^\s*(GEMINI|GOOGLE)_API_KEY=\S", re.MULTILINE)
#: Settings that a shell may give, and a service has from its own environment file alone.
OWN = "BATCHMILL_"
ENVIRONMENT = "# Read by systemd for the Batchmill daemon; keep it to yourself (mode 0600).\n# GEMINI_API_KEY=\n"


class Placed(msgspec.Struct, frozen=True):
    """What was done, as paths, and a line for each thing that a person is told or has to do."""

    unit: str
    environment: str
    started: bool
    lines: tuple[str, ...]


class Service:
    """The unit of one workspace in the user's own folders."""

    def __init__(self, workspace: Path, options: Sequence[str], manager: UserManager) -> None:
        """Name the files; nothing is written yet."""
        config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config").absolute()
        self.name = unit_name(workspace)
        self.unit = config / "systemd" / "user" / self.name
        self.environment = config / "batchmill" / f"{self.name.removesuffix('.service')}.env"
        self._workspace = workspace
        self._options = options
        self._manager = manager

    def text(self) -> str:
        """Return the unit file as this program would write it."""
        return render(program(), self._workspace, self._options, self.environment)

    def install(self, *, now: bool, force: bool) -> Placed:
        """Write the unit and an environment file without a key, and have systemd take it up; `now` starts it.

        Raises RefusedError for a unit that somebody else made or changed, unless with `force`, for an environment
        file that others may read, and when systemd does not do as it is told.
        """
        text = self.text()
        self._refuse_others_work(text, force=force)
        self._refuse_open_secret()
        lines: list[str] = []
        try:
            if not self.environment.exists():
                _write(self.environment, ENVIRONMENT, 0o600)
                lines.append(f"Put the key into {self.environment}: GEMINI_API_KEY=…")
            _write(self.unit, text, 0o644)
        except OSError as error:
            raise StorageError(
                f"{error.filename or self.unit} cannot be written: {error.strerror}; see who owns that folder"
            ) from error
        if left := sorted(name for name in os.environ if name.startswith(OWN)):
            lines.append(
                f"Your environment's {', '.join(left)} will not be the service's: put what it needs into "
                f"{self.environment} too, or say it with --set"
            )
        if now and not self._has_key():
            now = False
            lines.append(f"It is not started: {self.environment} holds no key yet")
        wanted = [("daemon-reload",), ("enable", *(["--now"] if now else []), self.name)]
        reached = self._manager.answers()
        if not reached.fine:
            lines.append(f"systemd did not answer here: {reached.text}")
            lines += [f"Run, as this user: systemctl --user {' '.join(words)}" for words in wanted]
        else:
            lines += self._told(wanted, f"{self.unit} is written; mend what it says and run the command again")
            if not now:
                lines.append(f"Start it with: systemctl --user start {self.name}")
        lines.append("So that it runs while you are logged out: loginctl enable-linger")
        return Placed(str(self.unit), str(self.environment), now and reached.fine, tuple(lines))

    def uninstall(self, *, force: bool) -> Placed:
        """Stop the service, and remove its unit; the environment file stays, since it may hold a key.

        Raises NotFoundError when there is no unit, RefusedError for one that was made otherwise or drives another
        workspace, unless with `force`.
        """
        if not self.unit.exists():
            raise NotFoundError(f"there is no {self.unit}; nothing is installed for {self._workspace}")
        if not force:
            self._refuse_others_unit(self.unit.read_text(encoding="utf-8", errors="replace"))
        lines: list[str] = []
        reached = self._manager.answers()
        if reached.fine:
            lines += self._told([("disable", "--now", self.name)], f"{self.unit} is still there")
        else:
            lines.append(f"systemd did not answer here: {reached.text}")
        self.unit.unlink()
        if reached.fine:
            lines += self._told([("daemon-reload",)], f"{self.unit} is removed")
        if self.environment.exists():
            lines.append(f"{self.environment} was left: it may hold a key")
        return Placed(str(self.unit), str(self.environment), started=False, lines=tuple(lines))

    def _told(self, wanted: Sequence[tuple[str, ...]], standing: str) -> Iterator[str]:
        for words in wanted:
            said = self._manager.ask(*words)
            if not said.fine:
                raise RefusedError(f"`{said.command}` failed ({said.text}); {standing}")
            yield from said.text.splitlines()

    def _refuse_others_work(self, text: str, *, force: bool) -> None:
        try:
            found = self.unit.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return
        if found != text and not force:
            raise RefusedError(
                f"{self.unit} is there already and says something else; compare it with `batchmill service show`, "
                "and say --force to replace it"
            )

    def _refuse_others_unit(self, found: str) -> None:
        if not found.startswith(MARK):
            raise RefusedError(f"{self.unit} was not made by `batchmill service install`; remove it by hand")
        if driven(self._workspace) not in found:
            raise RefusedError(
                f"{self.unit} does not drive {self._workspace}: somebody changed it; say --force to remove it"
            )

    def _has_key(self) -> bool:
        return KEY.search(self.environment.read_text(encoding="utf-8", errors="replace")) is not None

    def _refuse_open_secret(self) -> None:
        if self.environment.exists() and stat.S_IMODE(self.environment.stat().st_mode) & 0o077:
            raise RefusedError(f"{self.environment} may be read by others; run `chmod 600 '{self.environment}'`")


def program() -> Path:
    """Return the command that the service runs; raises NotFoundError where it cannot be found."""
    beside = Path(sys.executable).absolute().with_name("batchmill")
    found = beside if os.access(beside, os.X_OK) else shutil.which("batchmill")
    if found is None:
        raise NotFoundError(f"there is no batchmill command beside {sys.executable}; install batchmill there")
    return Path(found).absolute()


def _write(path: Path, text: str, mode: int) -> None:
    """Write a whole file or none, with a mode that nobody has to narrow afterwards."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    part.replace(path)
