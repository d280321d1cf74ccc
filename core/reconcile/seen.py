"""What the provider was seen to have, and how many calls it took to see it."""

from __future__ import annotations

import msgspec

from core.provider import Job, RemoteFile  # noqa: TC001 - msgspec reads the annotations at run time


class Calls(msgspec.Struct):
    """Calls by kind: pages of the job list, single jobs, pages of the file list, cancellations, downloads."""

    pages: int = 0
    gets: int = 0
    file_pages: int = 0
    cancels: int = 0
    downloads: int = 0


class Seen(msgspec.Struct, frozen=True):
    """The provider's jobs by name, as its whole list and single questions show them.

    `gone` are names that it says it does not know, `unsure` those that it could not be asked about. `files` are
    the uploaded files by name, None where they were not asked for.
    """

    jobs: dict[str, Job]
    gone: frozenset[str] = frozenset()
    unsure: frozenset[str] = frozenset()
    files: dict[str, RemoteFile] | None = None
