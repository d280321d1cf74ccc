"""What a corpus is gathered from: accepted waves, their extracts, and the refined-pairs files of their batches."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from core.projections.balance import Balance  # noqa: TC001 - msgspec reads the annotations at run time

if TYPE_CHECKING:
    from collections.abc import Iterable


class RecordedFile(msgspec.Struct, frozen=True, gc=False):
    """A file as an event vouches for it: path relative to the workspace, sha256 in hex."""

    path: str
    sha256: str


class BatchInput(msgspec.Struct, frozen=True, gc=False):
    """A batch (or repair) whose answers were read: its refined-pairs file, and how many pairs it brought home.

    `base` is the number of the batch of the plan, which a repair repairs; `round` is 0 for that batch itself.
    `emulated` says that the answers come from an emulator and not from a model.
    """

    number: int
    base: int
    round: int
    label: str
    refined: RecordedFile
    pairs: int
    emulated: bool


class WaveInput(msgspec.Struct, frozen=True, gc=False):
    """A wave to be gathered: its balance when it was asked for, its extract, and its batches, repairs behind them.

    `extract` is None for a wave without one (adopted from an older process): nothing is known of its pairs but
    what came home. `assessed` has the verdict on each pair, None for a wave that was not assessed.
    """

    wave: int
    balance: Balance
    extract: RecordedFile | None
    batches: tuple[BatchInput, ...]
    assessed: RecordedFile | None = None


def files_of(waves: Iterable[WaveInput]) -> list[RecordedFile]:
    """Return every file that the waves are gathered from, in order."""
    found: list[RecordedFile] = []
    for wave in waves:
        found += [file for file in (wave.extract, wave.assessed) if file]
        found += [batch.refined for batch in wave.batches]
    return found


def fingerprint(*facts: object) -> str:
    """Return the sha256 (hex) over facts that JSON can hold: what a step was made from and by which parameters."""
    return hashlib.sha256(msgspec.json.encode(facts)).hexdigest()
