"""What can happen to the corpus, in the past tense; the stored shape of each step.

Folders are relative to the workspace; `manifest_sha256` is that of the step's manifest, which has inputs and
parameters in full.
"""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotations at run time

import msgspec

from core.corpus.inputs import RecordedFile  # noqa: TC001 - the same
from core.corpus.manifest import DedupCounts  # noqa: TC001 - the same
from core.corpus.stored import ImportCounts  # noqa: TC001 - the same
from core.corpus.terms import Terms  # noqa: TC001 - the same


class CorpusBuilt(msgspec.Struct, frozen=True, gc=False):
    """The refined pairs of these waves were gathered, as many as the balance has."""

    fingerprint: str
    folder: str
    manifest_sha256: str
    waves: tuple[int, ...]
    rows: int
    inputs: tuple[RecordedFile, ...]
    at: datetime


class CorpusDeduplicated(msgspec.Struct, frozen=True, gc=False):
    """The corpus `build` was searched for duplicates."""

    fingerprint: str
    folder: str
    manifest_sha256: str
    build: str
    terms: Terms
    engine: str
    counts: DedupCounts
    at: datetime


class CorpusExported(msgspec.Struct, frozen=True, gc=False):
    """The pairs that stay were handed on in a form; `train` and `validation` count them."""

    fingerprint: str
    folder: str
    manifest_sha256: str
    build: str
    dedup: str
    form: str
    train: int
    validation: int
    at: datetime


class CorpusImported(msgspec.Struct, frozen=True, gc=False):
    """The pairs that stay were taken into a database, which names this import `number`.

    `database` is where it is, without user and password, relative to the workspace where it lies there. `space`
    is that of the vectors, None without any. `fingerprint` is over all of that and what came to stand there.
    """

    fingerprint: str
    database: str
    number: int
    build: str
    dedup: str
    space: str | None
    counts: ImportCounts
    at: datetime


CorpusEvent = CorpusBuilt | CorpusDeduplicated | CorpusExported | CorpusImported
