"""What makes a corpus outdated: a wave that was rejected, or a refinement that is another by now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from core.batch.adopted_events import RefinedAdopted
from core.batch.events import AnswersRead, BatchWithdrawn
from core.corpus.manifest import BuildManifest
from core.corpus.outdated import outdated
from core.ledger.recorded import Recorded
from core.wave.course_events import WaveAccepted, WaveRejected
from tests.corpora import SHA, batch_input, wave_input
from tests.ledgers import NOON

if TYPE_CHECKING:
    from collections.abc import Sequence

BUILD = BuildManifest(
    fingerprint="a" * 64,
    folder="build-aaaaaaaaaaaa",
    shape=1,
    rows=2,
    waves=(),
    parts=(),
    inputs=(wave_input(batch_input(205, 2)),),
    rows_a_part=1,
    rows_a_group=1,
    writer="",
)
REJECTED = WaveRejected("it reads badly", "", overruled=False, reverses=True, at=NOON)
ACCEPTED = WaveAccepted("it reads well", "", overruled=False, reverses=True, at=NOON)


def read(sha256: str) -> AnswersRead:
    return AnswersRead("results/batch_205_refined.jsonl", sha256, 2, (), 0, 1, 1, emulated=False, at=NOON)


def since(events: Sequence[tuple[str, Any]]) -> list[Recorded]:
    return [
        Recorded(position, stream, 1, "", 1, event, "", "", "", "")
        for position, (stream, event) in enumerate(events, 1)
    ]


@pytest.mark.parametrize(
    ("events", "reason"),
    [
        ([("wave-2", REJECTED)], "wave 2, which the corpus was built from, was rejected since"),
        ([("batch-205", read("f" * 64))], "the refined pairs of batch 205 of wave 2 changed"),
        ([("batch-205", BatchWithdrawn("a new plan", NOON))], "the refined pairs of batch 205 of wave 2 changed"),
        ([("batch-205", RefinedAdopted("p", "f" * 64, (), "s", SHA, NOON))], "the refined pairs of batch 205"),
    ],
)
def test_a_corpus_with_what_was_rejected_or_changed_is_outdated(
    events: list[tuple[str, Any]], reason: str
) -> None:
    assert (outdated(BUILD, since(events)) or "").startswith(reason)


@pytest.mark.parametrize(
    "events",
    [
        [],
        [("wave-2", REJECTED), ("wave-2", ACCEPTED)],
        [("wave-3", REJECTED)],
        [("batch-205", read(SHA))],
        [("batch-205r1", read("f" * 64))],
        [("wave-3", ACCEPTED)],
    ],
    ids=["nothing", "accepted again", "another wave", "read into the same", "more came home", "a wave more"],
)
def test_a_corpus_that_could_be_larger_is_not_outdated(events: list[tuple[str, Any]]) -> None:
    assert outdated(BUILD, since(events)) is None
