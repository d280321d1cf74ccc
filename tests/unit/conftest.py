"""The mill: an engine in memory, fresh for each test."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

from tests.mill import Mill

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def mill() -> Iterator[Mill]:
    mill = Mill()
    with contextlib.closing(mill.emulator):
        yield mill
