"""What the ledger has of the corpus's steps, and what it has to have before each of them."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from core.corpus.events import CorpusBuilt, CorpusDeduplicated, CorpusEvent, CorpusExported, CorpusImported
from core.corpus.history import CorpusHistory, evolve, is_news, unfounded
from core.corpus.inputs import RecordedFile
from core.corpus.manifest import DedupCounts
from core.corpus.stored import ImportCounts
from core.corpus.terms import Terms
from core.ledger.recorded import Recorded, stamp
from core.ledger.streams import CORPUS
from core.ledger.verify import verify_stream
from tests.ledgers import NOON

ONE, TWO, THREE = "a" * 64, "b" * 64, "c" * 64
BUILT = CorpusBuilt(
    fingerprint=ONE,
    folder="corpus/build-aaaaaaaaaaaa",
    manifest_sha256=TWO,
    waves=(1, 2),
    rows=701,
    inputs=(RecordedFile("results/batch_205_refined.jsonl", THREE),),
    at=NOON,
)
DEDUPLICATED = CorpusDeduplicated(
    fingerprint=TWO,
    folder="corpus/dedup-bbbbbbbbbbbb",
    manifest_sha256=THREE,
    build=ONE,
    terms=Terms(threshold=0.9),
    engine="daft 0.7.26, native",
    counts=DedupCounts(**dict.fromkeys(DedupCounts.__struct_fields__, 7)),
    at=NOON,
)
EXPORTED = CorpusExported(
    fingerprint=THREE,
    folder="corpus/export-hf-cccccccccccc",
    manifest_sha256=ONE,
    build=ONE,
    dedup=TWO,
    form="hf",
    train=630,
    validation=71,
    at=NOON,
)
IMPORTED = CorpusImported(
    fingerprint="d" * 64,
    database="corpus.db",
    number=1,
    build=ONE,
    dedup=TWO,
    space="gemini-embedding-001-768",
    counts=ImportCounts(**dict.fromkeys(ImportCounts.__struct_fields__, 7)),
    at=NOON,
)


def _after(*events: CorpusEvent) -> CorpusHistory:
    corpus = CorpusHistory()
    for event in events:
        corpus = evolve(corpus, event)
    return corpus


def _faults(*events: CorpusEvent) -> list[str]:
    found = [
        Recorded(number, CORPUS, number, "corpus", 1, event, stamp(NOON), "anna@desk", "c", "because")
        for number, event in enumerate(events, start=1)
    ]
    return [fault.reason for fault in verify_stream(found)]


@pytest.mark.parametrize(
    "event", [BUILT, DEDUPLICATED, EXPORTED, IMPORTED], ids=lambda event: type(event).__name__
)
def test_the_same_step_is_no_news_at_a_later_hour(event: CorpusEvent) -> None:
    later = msgspec.structs.replace(event, at=NOON + timedelta(days=1))
    assert is_news(_after(), event)
    assert not is_news(_after(BUILT, DEDUPLICATED, EXPORTED, IMPORTED), later)


def test_a_step_that_came_to_something_else_is_news() -> None:
    assert is_news(_after(BUILT), msgspec.structs.replace(BUILT, rows=702))


def test_each_form_is_a_step_of_its_own() -> None:
    assert is_news(_after(BUILT, DEDUPLICATED, EXPORTED), msgspec.structs.replace(EXPORTED, form="chat"))


def test_each_database_has_imports_of_its_own() -> None:
    elsewhere = msgspec.structs.replace(IMPORTED, database="PostgreSQL mill/corpus")
    assert is_news(_after(BUILT, DEDUPLICATED, IMPORTED), elsewhere)
    assert not is_news(_after(BUILT, DEDUPLICATED, IMPORTED, elsewhere), IMPORTED)


def test_a_sound_history_has_no_fault() -> None:
    assert _faults(BUILT, DEDUPLICATED, EXPORTED, IMPORTED, BUILT) == []


def test_a_step_without_the_one_it_is_made_from_is_a_fault() -> None:
    assert unfounded(_after(BUILT), EXPORTED) is not None
    assert _faults(DEDUPLICATED) == ["it is made from build aaaaaaaaaaaa, which no event before it made"]
    for event in (EXPORTED, IMPORTED):
        assert _faults(BUILT, event) == [
            "it is made from deduplication bbbbbbbbbbbb, which no event before it made"
        ]
