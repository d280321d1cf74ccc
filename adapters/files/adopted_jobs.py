"""A list of jobs that an older process left behind, read from disk."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from adapters.files.adopted_bytes import decoded, read_bytes
from core.adoption.job_lists import job_list_of

if TYPE_CHECKING:
    from pathlib import Path

    from core.adoption.job_claims import JobList


def read_job_list(path: Path) -> JobList:
    """Return what a list claims. Raises BadInputError when it cannot be read, or is too large to be one."""
    data = read_bytes(path)
    return job_list_of(decoded(data), str(path), sha256(data).hexdigest(), len(data))
