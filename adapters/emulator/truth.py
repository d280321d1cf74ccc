"""The truth file: jobs and uploaded files that exist when an emulator starts, as its user wrote them in JSON."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec

from adapters.emulator.files import LONGEST_ID, RESULT_PREFIX
from adapters.emulator.when import Count  # noqa: TC001 - msgspec reads the annotations at run time
from core.errors import BadInputError
from core.one_line import one_line

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
"""A moment in RFC 3339, with its offset from UTC."""

State = Literal["PENDING", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED", "EXPIRED"]

_JOB = re.compile(r"batches/[a-z0-9][a-z0-9_-]{0,99}")
_FILE = re.compile(r"files/[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SEE = "docs/emulator.md says what can stand there"


class TrueJob(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A job: `batches/…`, where it stands, and what it was made of.

    `input` is the path of the JSONL that was sent, `file` the name of the uploaded file, whose own path is the
    input where none is given; `requests` counts the lines of an input that is not at hand. A job that tells no
    `created` came into being when it ended, one that tells no `ended` ended when it was loaded. `error` and its
    google.rpc code are those of a FAILED job.
    """

    name: str
    state: State
    display_name: str = ""
    model: str = "gemini-2.5-flash"
    created: Moment | None = None
    ended: Moment | None = None
    input: str = ""
    file: str = ""
    requests: Count | None = None
    error: str = ""
    error_code: Count = 13

    def __post_init__(self) -> None:
        """Refuse names that the API cannot have given, and what contradicts itself; raises ValueError."""
        if not _JOB.fullmatch(self.name):
            raise ValueError("its name is not batches/ and lower-case letters, digits, dashes or underscores")
        if self.file:
            _check_file(self.file)
        if not self.model:
            raise ValueError("its model is empty")
        if self.ended and not self.over:
            raise ValueError(f"it has ended, and is {self.state}")
        if self.ended and self.created and self.ended < self.created:
            raise ValueError("it ended before it was created")
        if self.error and self.state != "FAILED":
            raise ValueError(f"it has an error, and is {self.state}; only a FAILED job has one")

    @property
    def over(self) -> bool:
        """Whether the job has ended, well or not."""
        return self.state not in {"PENDING", "RUNNING"}


class TrueFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An uploaded file, `files/…`, with its content from a `path` or without, its size and hash only told."""

    name: str
    display_name: str = ""
    path: str = ""
    size: Annotated[int, msgspec.Meta(ge=0)] | None = None
    sha256: str = ""
    created: Moment | None = None

    def __post_init__(self) -> None:
        """Refuse names that no upload can have, and what is told twice; raises ValueError."""
        _check_file(self.name)
        if self.path and (self.size is not None or self.sha256):
            raise ValueError("it has a path, from which its size and sha256 follow; leave them out")
        if self.sha256 and not _SHA256.fullmatch(self.sha256):
            raise ValueError("its sha256 is not 64 lower-case hexadecimal digits")


T = TypeVar("T", TrueJob, TrueFile)


class Truth(msgspec.Struct, frozen=True, kw_only=True):
    """Jobs and uploaded files, of equal moments the later one newer; paths are relative to `folder`.

    `source` is what messages call it. Raises BadInputError when two entries have one name.
    """

    jobs: tuple[TrueJob, ...] = ()
    files: tuple[TrueFile, ...] = ()
    folder: Path = Path()
    source: str = "the truth"

    def __post_init__(self) -> None:
        """Refuse two entries of one name."""
        for entries in (self.jobs, self.files):
            seen: set[str] = set()
            for entry in entries:
                if entry.name in seen:
                    raise BadInputError(f"{self.source} has {entry.name} twice; leave one of them")
                seen.add(entry.name)


def read_truth(path: Path) -> Truth:
    """Read a truth file; raises BadInputError that names the file and the entry which cannot be used."""
    try:
        text = path.read_bytes()
    except OSError as error:
        raise BadInputError(f"the truth {path} cannot be read ({error.strerror}); name another file") from error
    return truth_of(text, path.parent, f"the truth {path}")


def truth_of(text: bytes | str, folder: Path, source: str) -> Truth:
    """Return the truth that a JSON text tells; raises BadInputError naming `source` and the entry."""
    try:
        said = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInputError(f"{source} is not JSON: {error}") from error
    if not isinstance(said, dict) or set(said) - {"jobs", "files"}:
        raise BadInputError(f'{source} is not an object of "jobs" and "files", each a list; {_SEE}')
    return Truth(
        jobs=_entries(said.get("jobs", []), "job", TrueJob, source),
        files=_entries(said.get("files", []), "file", TrueFile, source),
        folder=folder,
        source=source,
    )


def _entries(said: object, what: str, kind: type[T], source: str) -> tuple[T, ...]:
    if not isinstance(said, list):
        raise BadInputError(f'{source}: "{what}s" is not a list; {_SEE}')
    return tuple(_entry(each, f"{source}, {what} {number}", kind) for number, each in enumerate(said, 1))


def _entry(said: object, where: str, kind: type[T]) -> T:
    try:
        return msgspec.convert(said, kind)
    except msgspec.ValidationError as error:
        name = said.get("name") if isinstance(said, dict) else None
        named = f"{where} ({name})" if isinstance(name, str) else where
        raise BadInputError(one_line(f"{named}: {error}; {_SEE}")) from error


def _check_file(name: str) -> None:
    file_id = name.removeprefix("files/")
    if not _FILE.fullmatch(name) or len(file_id) > LONGEST_ID or file_id.startswith(RESULT_PREFIX):
        raise ValueError(
            f"{name!r} cannot be an uploaded file's name: files/ and at most {LONGEST_ID} lower-case letters, "
            f"digits and dashes, not {RESULT_PREFIX!r} at their beginning"
        )
