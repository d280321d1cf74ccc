"""systemd's manager of a user's own services, by its command `systemctl --user`."""

from __future__ import annotations

import shutil
import subprocess
from typing import NamedTuple

#: Seconds; a start waits until the service says that it is ready.
PATIENCE = 180.0


class Said(NamedTuple):
    """How a command ended, and what it printed on both of its outputs."""

    command: str
    fine: bool
    text: str


class UserManager:
    """The manager that runs this user's services, if there is one."""

    def __init__(self) -> None:
        """Look for the command; nothing is run yet."""
        self._program = shutil.which("systemctl")

    def answers(self) -> Said:
        """Return whether the manager answers, and what the command says if it does not."""
        return self.ask("show-environment")

    def ask(self, *words: str) -> Said:
        """Run `systemctl --user` with these words; a missing command, or one that hangs, is an answer too."""
        command = " ".join(("systemctl --user", *words))
        if self._program is None:
            return Said(command, fine=False, text="there is no systemctl on this machine")
        try:
            ended = subprocess.run(  # noqa: S603 - the words are our own, and units' names plain
                [self._program, "--user", "--no-pager", *words],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Said(command, fine=False, text=f"it gave no answer in {PATIENCE:.0f} s")
        return Said(command, ended.returncode == 0, ended.stdout.decode(errors="replace").strip())
