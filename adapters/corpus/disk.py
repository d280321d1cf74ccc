"""What a disk, or a file that is not what it should be, says, as one sentence."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pyarrow as pa

from core.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def on_disk(path: Path, doing: str = "written") -> Iterator[None]:
    """Raise StorageError that names `path` for what goes wrong with it inside the block."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        raise StorageError(sentence(path, error, doing)) from error


def sentence(path: Path, error: Exception, doing: str = "written") -> str:
    """Return what went wrong and what to do next."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{path} cannot be {doing}: the disk is full; make room and run the same command again"
    # The number says it in the system's words; pyarrow has words of its own beside it.
    why = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error).partition("\n")[0]
    return f"{path} cannot be {doing}: {why}; mend that and run the same command again"
