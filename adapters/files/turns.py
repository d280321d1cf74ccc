"""Turns at a folder: of all threads and processes that ask for one, one has it, and the others wait."""

from __future__ import annotations

import fcntl
import os
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from core.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def turn_at(folder: Path) -> Iterator[None]:
    """Wait for the turn at a folder, which is made if need be, and have it for the block; a death ends it too.

    Raises StorageError for a folder that cannot be opened, or on a disk that knows no locks.
    """
    with ExitStack() as held:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            # The folder itself is locked, so no file of a lock is left behind.
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            held.callback(os.close, handle)
            fcntl.flock(handle, fcntl.LOCK_EX)
        except OSError as error:
            raise StorageError(f"{folder} cannot be locked ({error.strerror}); nothing was done") from error
        yield
