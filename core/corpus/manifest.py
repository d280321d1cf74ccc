"""The manifest of each step: what it was made from, by which parameters, what came out, and where it stands.

Manifests hold no time: the same inputs and parameters give the same bytes.
"""

from __future__ import annotations

import msgspec

from core.corpus.inputs import WaveInput  # noqa: TC001 - msgspec reads the annotations at run time
from core.projections.balance import Balance  # noqa: TC001 - the same


class Part(msgspec.Struct, frozen=True, gc=False):
    """A file of a step: its path relative to the step's folder, rows, bytes and sha256 (hex)."""

    path: str
    rows: int
    size: int
    sha256: str


class WaveCount(msgspec.Struct, frozen=True, gc=False):
    """How a wave's count closes: as many rows as its balance has refined pairs."""

    wave: int
    rows: int
    balance: Balance


class BuildManifest(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The corpus as it was gathered; `fingerprint` is the sha256 over inputs, shape and parameters."""

    fingerprint: str
    folder: str
    shape: int
    rows: int
    waves: tuple[WaveCount, ...]
    parts: tuple[Part, ...]
    inputs: tuple[WaveInput, ...]
    rows_a_part: int
    rows_a_group: int
    writer: str
