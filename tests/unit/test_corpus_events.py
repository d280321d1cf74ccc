"""The payloads of the corpus's events come back from JSON as they went in."""

from __future__ import annotations

import msgspec
import pytest

from core.corpus.events import CorpusBuilt, CorpusDeduplicated, CorpusEvent, CorpusExported
from core.corpus.inputs import RecordedFile
from core.corpus.manifest import DedupCounts
from core.corpus.terms import Repeated, Terms
from tests.ledgers import NOON

ONE, TWO, THREE = "a" * 64, "b" * 64, "c" * 64
COUNTS = DedupCounts(**dict.fromkeys(DedupCounts.__struct_fields__, 7))
EVENTS: list[CorpusEvent] = [
    CorpusBuilt(
        fingerprint=ONE,
        folder="corpus/build-aaaaaaaaaaaa",
        manifest_sha256=TWO,
        waves=(1, 2),
        rows=701,
        inputs=(RecordedFile("results/batch_205_refined.jsonl", THREE),),
        at=NOON,
    ),
    CorpusDeduplicated(
        fingerprint=TWO,
        folder="corpus/dedup-bbbbbbbbbbbb",
        manifest_sha256=THREE,
        build=ONE,
        terms=Terms(threshold=0.9, repeated=Repeated.MERGE),
        engine="daft 0.7.26, native",
        counts=COUNTS,
        at=NOON,
    ),
    CorpusExported(
        fingerprint=THREE,
        folder="corpus/export-hf-cccccccccccc",
        manifest_sha256=ONE,
        build=ONE,
        dedup=TWO,
        form="hf",
        train=630,
        validation=71,
        at=NOON,
    ),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_an_event_comes_back_as_it_went_in(event: CorpusEvent) -> None:
    assert msgspec.json.decode(msgspec.json.encode(event), type=type(event)) == event
