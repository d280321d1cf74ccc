"""The manifest of each step: what it was made from, by which parameters, what came out, and where it stands.

Manifests hold no time: the same inputs and parameters give the same bytes.
"""

from __future__ import annotations

import msgspec

from core.corpus.choices import Form  # noqa: TC001 - msgspec reads the annotations at run time
from core.corpus.inputs import WaveInput  # noqa: TC001 - the same
from core.corpus.terms import Terms  # noqa: TC001 - the same
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


class DedupCounts(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a deduplication found: pairs unless named otherwise.

    `rows` = `kept` + `archived`. `same_…` are groups with the same text, `near` links at or above the threshold
    among `candidates`, `cosine` links of vectors; of the pairs that stay, `without_vector` were not compared by
    those, where any were. `other_figures` links join pairs that state other figures, or would have. Hints are
    pairs that the model and we (`both`), we alone, or the model alone take for duplicates.
    """

    rows: int
    kept: int
    archived: int
    clusters: int
    largest_cluster: int
    same_both: int
    same_answer: int
    same_question: int
    candidates: int
    near: int
    wide_buckets: int
    repeated_questions: int
    pairs_of_repeated_questions: int
    hints_both: int
    hints_ours: int
    hints_model: int
    cosine: int = 0
    without_vector: int = 0
    other_figures: int = 0


class DedupManifest(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Which pairs of the corpus `build` (its fingerprint) are duplicates, by these terms and this rule.

    `chance` is the probability that two texts just at the threshold become candidates, `vectors` the space whose
    vectors were compared, "" where none were.
    """

    fingerprint: str
    folder: str
    build: str
    terms: Terms
    chance: float
    rule: str
    engine: str
    counts: DedupCounts
    parts: tuple[Part, ...]
    vectors: str = ""


class ExportTerms(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How pairs are handed on: `validation` is a share from 0 to 1, `archived` says that duplicates go along.

    `license` is what the card says (an SPDX id), `system` what a chat begins with.
    """

    form: Form
    validation: float = 0.1
    seed: int = 1
    archived: bool = False
    license: str = "unknown"
    system: str | None = None


class ExportManifest(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The corpus `build`, without the duplicates that `dedup` archived, in a form; counts are pairs."""

    fingerprint: str
    folder: str
    build: str
    dedup: str
    terms: ExportTerms
    train: int
    validation: int
    left_out: int
    parts: tuple[Part, ...]
