"""This machine's processes: who we are, and whether another one still lives."""

from __future__ import annotations

import os
import secrets
import socket
from pathlib import Path
from typing import TYPE_CHECKING

from core.ports import Holder

if TYPE_CHECKING:
    from datetime import datetime

_PROC = Path("/proc")
_STATE, _START = 0, 19


def this_process(kind: str, now: datetime) -> Holder:
    """Return this process as the holder of a lease.

    `kind` says what it does (daemon, submit); `started` is the time `now`, and after a space what tells this
    process from a later one with the same id, where the system says so.
    """
    pid = os.getpid()
    started = f"{now:%Y-%m-%dT%H:%M:%SZ} {_birth(pid)}".rstrip()
    return Holder(kind, socket.gethostname(), pid, started, secrets.token_hex(8))


def is_dead(holder: Holder) -> bool:
    """Return whether the holder's process is known to have ended; False where nobody here can tell."""
    if holder.host != socket.gethostname() or os.name != "posix":
        return False
    if not exists(holder.pid):
        return True
    born, now = holder.started.partition(" ")[2], _birth(holder.pid)
    return bool(born and now) and born != now


def describe(holder: Holder) -> str:
    """Return the holder in words, e.g. `daemon (process 4711 on mill, since 2026-11-02T12:00:00Z)`."""
    since = holder.started.partition(" ")[0]
    return f"{holder.kind} (process {holder.pid} on {holder.host}, since {since})"


def with_article(holder: Holder) -> str:
    """Return the holder in words as a sentence begins with it: `a daemon (…)`, `an errand (…)`."""
    return f"{'an' if holder.kind[:1] in {*'aeiou'} else 'a'} {describe(holder)}"


def _birth(pid: int) -> str:
    """Return the boot and the tick a process began at, `ended` for a zombie, "" where there is no /proc."""
    try:
        # The command's name stands in brackets and may itself hold any character.
        fields = (_PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""
    return "ended" if fields[_STATE] in {"Z", "X"} else f"{boot}/{fields[_START]}"


def exists(pid: int) -> bool:
    """Return whether there is a process with this id on this machine."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
