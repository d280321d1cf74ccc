"""From what was read of an older wave to the events that take it over, once."""

from __future__ import annotations

import json

import msgspec
import pytest

from core.adoption.batch_facts import BatchFacts, absent
from core.adoption.documents import parse
from core.adoption.findings import Findings
from core.adoption.forms import FileForm, FormClaim
from core.adoption.missing_kinds import INCOMPLETE, KINDS, LOST, kind_of
from core.adoption.stocktaking import Stocktaking, take_stock
from core.adoption.taking import Taken, take_over, wave_adopted
from core.adoption.tracking import tracking_of
from core.batch.adopted_events import AdoptedFileRead, BatchAdopted, FormClaimed
from core.batch.adoption import NEVER_SUBMITTED, WRONG_FORMAT
from core.batch.commands import HandOver, PlanBatch, RecordFailure
from core.batch.folding import evolve
from core.batch.state import Batch
from core.errors import RefusedError
from core.pairs import PairRange
from core.wave.decider import AdoptWave, decide_wave
from core.wave.events import WaveAdopted
from core.wave.state import Wave
from tests.adopted import after
from tests.batches import ADOPT, GONE, RUN, SHA, adopted_job, claim, given, later, planned, taken
from tests.ledgers import NOON
from tests.waves import wave_planned


def stock(*files: BatchFacts, forms: tuple[FormClaim, ...] = ()) -> Stocktaking:
    """Return the stock of two batches of three claimed pairs, with these batch files at hand."""
    entries = [
        {
            "batch_number": number,
            "file_path": f"sent\\b{number}.jsonl",
            "qa_count": 3,
            "first_pair_id": f"{number}_0",
            "last_pair_id": f"{number}_2",
        }
        for number in (1, 2)
    ]
    tracking = tracking_of(parse(json.dumps({"batches": entries})), "tracking.json")
    assert tracking is not None
    known = {batch.number: absent(batch, Findings("b")) for batch in tracking.batches}
    return take_stock(1, tracking, known | {each.number: each for each in files}, (), forms)


def facts(number: int, *originals: str, sha256: str = SHA, form: FileForm = FileForm.ONE_REQUEST) -> BatchFacts:
    claimed = next(batch.claimed for batch in stock().batches if batch.number == number)
    return msgspec.structs.replace(
        absent(claimed, Findings("b")),
        path=f"/old/b{number}.jsonl",
        sha256=sha256,
        form=form,
        originals=originals,
        whole=True,
        keys=(("line 1", len(originals)),),
        findings=(),
    )


def event_of(found: Stocktaking, wave: Wave = Wave(wave=1), tracking_sha256: str = SHA) -> WaveAdopted:  # noqa: B008 - a frozen value
    return wave_adopted(
        found, wave, tracking_sha256=tracking_sha256, extract_path="extract.json", extract_sha256="e" * 64, at=NOON
    )


def took(found: Stocktaking, wave: Wave = Wave(wave=1), known: dict[int, Batch] | None = None) -> Taken:  # noqa: B008 - the same
    return take_over(found, wave, known or {}, event_of(found, wave), at=NOON)


def kinds(found: Taken) -> list[tuple[str, int, str]]:
    return [(stream, version, type(event).__name__) for stream, version, event in found.writes]


def folded(found: Taken) -> dict[int, Batch]:
    """Return the batches as these writes leave them."""
    batches: dict[int, Batch] = {}
    for stream, _, event in found.writes:
        if stream.startswith("batch-"):
            number = int(stream.removeprefix("batch-"))
            batches[number] = evolve(batches.get(number, Batch(number=number)), event)  # type: ignore[arg-type] # a batch's event
    return batches


def adopted_wave(found: Stocktaking) -> Wave:
    return msgspec.structs.replace(Wave(wave=1), version=1, revision=1, adopted=event_of(found))


def test_the_wave_comes_first_and_each_batch_with_what_is_claimed_and_what_was_checked() -> None:
    found = took(stock(facts(1, "1_0", "1_1", "1_2"), forms=(FormClaim(2, 2, "operator"),)))

    assert kinds(found) == [
        ("wave-1", 1, "WaveAdopted"),
        ("batch-1", 1, "BatchAdopted"),
        ("batch-1", 2, "AdoptedFileRead"),
        ("batch-2", 1, "BatchAdopted"),
        ("batch-2", 2, "FormClaimed"),
    ]
    wave, claimed, read, _, form = (event for _, _, event in found.writes)
    assert isinstance(wave, WaveAdopted)
    assert (wave.claimed_batches, wave.claimed_pairs, wave.batches) == (2, 6, (1, 2))
    assert isinstance(claimed, BatchAdopted)
    assert (claimed.path, claimed.originals) == ("sent\\b1.jsonl", ("1_0", "1_1", "1_2"))
    assert isinstance(read, AdoptedFileRead)
    assert [(line.key, line.ranges) for line in read.requests] == [("line 1", read.ranges)]
    assert isinstance(form, FormClaimed)
    assert form.source == "operator"


def test_taking_it_over_again_writes_nothing() -> None:
    found = stock(facts(1, "1_0", "1_1", "1_2"))
    assert took(found, adopted_wave(found), folded(took(found))).writes == []


def test_a_file_that_turns_up_later_is_written_with_a_new_revision_of_the_wave_and_nothing_else() -> None:
    before = stock()
    known = folded(took(before))
    assert kinds(took(stock(facts(2, "2_0", "2_1", "2_2")), adopted_wave(before), known)) == [
        ("wave-1", 2, "WaveAdopted"),
        ("batch-2", 2, "AdoptedFileRead"),
    ]


def test_a_file_in_a_wrong_form_carries_no_requests() -> None:
    found = folded(took(stock(facts(1, "1_0", "1_1", "1_2", form=FileForm.LINE_PER_REQUEST))))
    assert (found[1].requests, found[1].pairs) == ((), 3)


def test_a_file_that_is_gone_or_has_other_bytes_than_before_is_refused() -> None:
    before = stock(facts(1, "1_0", "1_1", "1_2"))
    wave, known = adopted_wave(before), folded(took(before))
    with pytest.raises(RefusedError, match=r"was read before .* and is not there now"):
        took(stock(), wave, known)
    with pytest.raises(RefusedError, match="has other bytes than when batch 1 was adopted"):
        took(stock(facts(1, "1_0", sha256="f" * 64)), wave, known)


def test_a_number_of_another_wave_is_refused() -> None:
    other = after(Batch(number=2), PlanBatch(planned(2)))
    with pytest.raises(RefusedError, match="batch 2 belongs to wave 2 here"):
        took(stock(), known={2: other})


def test_a_file_that_comes_too_late_to_change_the_pairs_is_a_finding() -> None:
    before = stock()
    known = folded(took(before))
    handed_over = HandOver(1_000_000_001, known[1].ranges, later(2))
    known[1] = after(known[1], RecordFailure("gone", "so it is", later(1)), handed_over)
    found = took(stock(facts(1, "1_0", "1_1", "1_2")), adopted_wave(before), known)
    assert (found.findings, kinds(found)[1:]) == ([], [("batch-1", 4, "AdoptedFileRead")])
    found = took(stock(facts(1, "1_0", "1_1", "1_2", "1_3")), adopted_wave(before), known)
    assert [(finding.code, finding.batch) for finding in found.findings] == [("file-late", 1)]
    assert kinds(found) == [("wave-1", 2, "WaveAdopted")]


def test_another_tracking_file_and_a_planned_wave_are_refused() -> None:
    found = stock()
    with pytest.raises(RefusedError, match="is another file"):
        decide_wave(adopted_wave(found), AdoptWave(event_of(found, tracking_sha256="b" * 64)))
    planned_here = msgspec.structs.replace(Wave(wave=1), plan=wave_planned(wave=1))
    with pytest.raises(RefusedError, match="was planned here"):
        decide_wave(planned_here, AdoptWave(event_of(found)))


@pytest.mark.parametrize(
    ("batch", "kind"),
    [
        (given(ADOPT), None),
        (given(ADOPT, GONE), LOST),
        (given(ADOPT, RecordFailure("expired", "it took too long", later(60))), LOST),
        (given(ADOPT, RecordFailure(NEVER_SUBMITTED, "no list names it", later(60))), NEVER_SUBMITTED),
        (given(ADOPT, RecordFailure(WRONG_FORMAT, "109 requests", later(60))), WRONG_FORMAT),
        (given(ADOPT, claim(), adopted_job()), None),
        (given(ADOPT, taken(1, 3)), INCOMPLETE),
        (given(ADOPT, taken(1, 4)), None),
        (given(ADOPT, GONE, HandOver(1_000_000_205, RUN, later(70))), None),
        (given(ADOPT, GONE, HandOver(1_000_000_205, (PairRange(RUN[0].source, 1, 1),), later(70))), LOST),
        (given(PlanBatch(planned())), None),
    ],
)
def test_why_pairs_are_missing_is_one_of_four_kinds_or_not_known_yet(batch: Batch, kind: str | None) -> None:
    assert kind_of(batch) == kind
    assert kind is None or kind in KINDS
