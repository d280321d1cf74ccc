"""What a backup says of itself, as the first file in it."""

from __future__ import annotations

from typing import Literal

import msgspec

from adapters.files.archive import is_inside
from core.errors import BadInputError
from core.ledger.chain import Head, parse_head
from core.ports import StoredFile  # noqa: TC001 - msgspec reads the annotations at run time

#: The names in an archive: the ledger, and the folder that holds the workspace's files.
LEDGER, WORKSPACE = "ledger.db", "workspace"


class Absent(msgspec.Struct, frozen=True):
    """A file that events name and that could not be saved, and why."""

    path: str
    reason: str


class Manifest(msgspec.Struct, frozen=True):
    """When and of what a backup was made, with the sha256 of everything in it.

    `head` is where the ledger ended; `ledger` is None where it lies in PostgreSQL and was not saved. Paths of
    `files` are relative to the workspace.
    """

    format: Literal["batchmill.backup"]
    version: Literal[1]
    made_at: str
    program: str
    schema: str
    head: str
    ledger: StoredFile | None
    files: tuple[StoredFile, ...]
    absent: tuple[Absent, ...]

    @property
    def ends_at(self) -> Head:
        """The head, as such."""
        return parse_head(self.head)

    def members(self) -> dict[str, StoredFile]:
        """Return everything that is announced, by its name in the archive."""
        members = {f"{WORKSPACE}/{file.path}": file for file in self.files}
        return members | ({LEDGER: self.ledger} if self.ledger else {})


def encode(manifest: Manifest) -> bytes:
    """Return a manifest as a person may read it."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"


def decode(content: bytes) -> Manifest:
    """Return the manifest in these bytes; BadInputError for any other bytes, and for paths that lead elsewhere."""
    try:
        manifest = msgspec.json.decode(content, type=Manifest)
        parse_head(manifest.head)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadInputError(f"its manifest cannot be read ({error}); a newer batchmill may have made it") from None
    for file in manifest.files:
        if not is_inside(file.path):
            raise BadInputError(f"it would put a file at {file.path!r}, out of the workspace")
    if len(manifest.members()) != len(manifest.files) + (manifest.ledger is not None):
        raise BadInputError("its manifest names a file twice")
    return manifest
