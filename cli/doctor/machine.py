"""Checks of the machine: folders that can be written to, room on the disks, and parts that dead writes left."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import time
from typing import TYPE_CHECKING, NamedTuple

from adapters.files.atomic import PARTS, part_of
from adapters.process import is_dead
from cli.doctor.finding import fail, fail_of, ok, warn
from cli.doctor.ledger import UNDER_WAY, listed
from core.batch.lifecycle import Status
from core.errors import RefusedError, StorageError
from core.ports import Holder
from core.quality.request_documents import OUTBOX

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from adapters.files.workspace import Workspace
    from cli.doctor.finding import Finding
    from cli.setting_sections import Folders
    from core.projections.rows import BatchRow

MIB = 1 << 20
#: Below this a disk is soon full, and below the other nothing can be begun on it; in bytes.
ROOM_WARNS, ROOM_FAILS = 1024 * MIB, 8 * MIB
#: A batch file, the result that comes of it and the refined pairs in that, each about as large as the first.
COPIES = 3
#: Bytes of text a token stands for.
TOKEN_BYTES = 4
#: What is written into a folder to see whether that can be done; a disk may have room for a name and no block.
TRIAL = b"\0" * 4096
#: A part that was not touched for so long belongs to nobody, whoever has its process's number now; in seconds.
FORGOTTEN = 3600


class Part(NamedTuple):
    """A file that a write began beside its place: its size in bytes, its process, seconds since its last write."""

    path: str
    size: int
    pid: int | None
    age: float


def check_folders(files: Workspace, folders: Folders) -> Iterator[Finding]:
    """Write a file into each folder of the workspace, and take it away again."""
    for name in (".", folders.inbox, folders.submissions, folders.results):
        yield _try_folder(files, name, needed=name != folders.inbox)


def _try_folder(files: Workspace, name: str, *, needed: bool) -> Finding:
    check = "workspace folder" if name == "." else f"folder {name}"
    try:
        place = files.place(name)
        if not place.exists():
            return warn(check, "missing", "run `batchmill init` to make it")
        if not place.is_dir():
            return fail(check, "a file stands where the folder ought to be", "move it away, run `batchmill init`")
        with part_of(place / "doctor") as part:
            part.write(TRIAL)
            part.flush()
            os.fsync(part.fileno())
    except (RefusedError, OSError) as error:
        return fail_of(check, error)
    except StorageError as error:
        judge = fail if needed else warn
        return judge(check, *_refusal(error))
    return ok(check, "can be written to")


def _refusal(error: StorageError) -> tuple[str, str]:
    """Return what a folder's disk said to a write, and what to do about it."""
    cause = error.__cause__
    if not isinstance(cause, OSError):
        return str(error), "mend that and ask again"
    full = cause.errno in (errno.ENOSPC, errno.EDQUOT)
    advice = "make room on its disk" if full else "mend its permissions, or the disk it is on"
    return f"cannot be written to: {cause.strerror}", advice


def need(rows: Iterable[BatchRow]) -> int:
    """Return how many bytes the batches that are not home yet may still take up."""
    open_statuses = {Status.PLANNED.value, Status.WRITTEN.value, *UNDER_WAY}
    sizes = (
        row.file_size or row.estimated_input_tokens * TOKEN_BYTES for row in rows if row.status in open_statuses
    )
    return COPIES * sum(sizes)


def check_room(places: Mapping[str, Path], needed: int) -> Iterator[Finding]:
    """Look at the disk of each place, by what lies there; one disk is looked at once."""
    disks: dict[int, list[str]] = {}
    for what, place in places.items():
        if place.is_dir():
            disks.setdefault(place.stat().st_dev, []).append(what)
    for names in disks.values():
        yield judge_room(", ".join(names), shutil.disk_usage(places[names[0]]).free, needed)


def judge_room(what: str, free: int, needed: int) -> Finding:
    """Compare the free bytes of the disk that holds `what` with those that are needed."""
    found = f"{amount(free)} free for {what}"
    if needed:
        found += f", the batches under way may need {amount(needed)}"
    advice = "make room: a full disk stops submissions, and results wait at the provider until they expire"
    if free < ROOM_FAILS:
        return fail("disk", found, advice)
    if free < max(ROOM_WARNS, needed):
        return warn("disk", found, advice)
    return ok("disk", found)


def amount(size: int) -> str:
    """Return a number of bytes as people say it: `1.5 GiB`."""
    for unit, factor in (("GiB", 1024 * MIB), ("MiB", MIB), ("KiB", 1024)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} bytes"


def check_parts(files: Workspace, folders: Folders) -> Iterator[Finding]:
    """Look for parts that a write left when its process died, where files of the workspace are written."""
    found = {name: _parts(files, name) for name in (".", folders.submissions, folders.results, OUTBOX)}
    swept = judge_parts(found.pop(folders.results), "the next `batchmill run` removes it at its start")
    rest = judge_parts([part for parts in found.values() for part in parts], "nothing uses it: delete it by hand")
    yield from [*swept, *rest] or [ok("leftover parts", "none")]


def judge_parts(parts: Iterable[Part], advice: str) -> list[Finding]:
    """Return one warning for all parts that nobody writes any more, none when there is no such part."""
    left = [part for part in parts if is_left(part)]
    if not left:
        return []
    names = listed([f"{part.path} ({amount(part.size)})" for part in left])
    return [warn("leftover parts", names, advice)]


def is_left(part: Part) -> bool:
    """Return whether the process that began a part is gone, or has forgotten it."""
    if part.pid is None or part.age > FORGOTTEN:
        return True
    return is_dead(Holder("writer", socket.gethostname(), part.pid, "", ""))


def _parts(files: Workspace, folder: str) -> list[Part]:
    parts = []
    for path in sorted(files.place(folder).glob(PARTS)):
        try:
            status = path.stat()
        except FileNotFoundError:
            continue
        number = path.name.split(".")[-3]
        pid = int(number) if number.isdecimal() else None
        shown = path.relative_to(files.root).as_posix()
        parts.append(Part(shown, status.st_size, pid, time.time() - status.st_mtime))
    return parts
