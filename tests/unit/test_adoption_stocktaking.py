from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec

from core.adoption.adopted_batch import Known
from core.adoption.batch_facts import BatchFacts, absent
from core.adoption.documents import parse
from core.adoption.findings import Findings
from core.adoption.forms import FileForm, FormClaim
from core.adoption.job_lists import job_list_of
from core.adoption.stocktaking import Stocktaking, take_stock
from core.adoption.tracking import Tracking, tracking_of

if TYPE_CHECKING:
    from core.adoption.job_claims import JobClaim

OPERATOR = FormClaim(1, 2, "operator")


def tracking(count: int) -> Tracking:
    entries = [
        {
            "batch_number": number,
            "file_path": f"b{number}.jsonl",
            "qa_count": 3,
            "file_size": 9,
            "first_pair_id": f"{number}_0",
            "last_pair_id": f"{number}_2",
        }
        for number in range(1, count + 1)
    ]
    found = tracking_of(parse(json.dumps({"batches": entries})), "tracking.json")
    assert found is not None
    return found


def facts(number: int, *originals: str, form: FileForm = FileForm.ONE_REQUEST, whole: bool = True) -> BatchFacts:
    found = absent(tracking(number).batches[-1], Findings("b"))
    return msgspec.structs.replace(found, path="b", form=form, originals=originals, whole=whole)


def stock(
    *files: BatchFacts, claims: tuple[JobClaim, ...] = (), forms: tuple[FormClaim, ...] = (), batches: int = 4
) -> Stocktaking:
    tracked = tracking(batches)
    known = {batch.number: absent(batch, Findings("b")) for batch in tracked.batches}
    return take_stock(1, tracked, known | {each.number: each for each in files}, claims, forms)


def codes(found: Stocktaking) -> list[str]:
    return [finding.code for finding in found.findings]


def test_a_batch_without_a_file_counts_as_claimed_and_one_with_it_as_found() -> None:
    found = stock(facts(1, "a", "b"), facts(2, "c", whole=False))
    assert [batch.pairs_known for batch in found.batches] == ["checked", "claimed", "claimed", "claimed"]
    assert [batch.ids.count for batch in found.batches] == [2, 3, 3, 3]
    assert (found.figures.claimed_pairs, found.figures.ids_minted, found.figures.pairs_found) == (12, 11, 3)


def test_ids_that_several_batches_have_are_one_finding() -> None:
    found = stock(facts(1, "1", "2"), facts(2, "1", "2"), facts(3, "2"))
    assert (found.figures.distinct_ids, found.figures.collisions) == (2, 3)
    assert [(each.batches, each.ids) for each in found.collisions] == [((1, 2), 1), ((1, 2, 3), 1)]
    assert codes(found) == ["ids-collide", "ids-collide"]


def test_a_wrong_form_is_claimed_by_a_word_and_checked_by_a_file() -> None:
    found = stock(facts(1, "a"), facts(3, "b", form=FileForm.LINE_PER_REQUEST), forms=(OPERATOR,))
    assert [batch.wrong_form for batch in found.batches] == [Known.CLAIMED, Known.CLAIMED, Known.CHECKED, None]


def test_a_word_that_the_file_at_hand_does_not_bear_out_is_told_of() -> None:
    found = stock(facts(1, "a"), forms=(OPERATOR,))
    (finding,) = [each for each in found.findings if each.code == "form-disagrees"]
    assert (finding.batch, finding.file) == (1, "operator")


def test_jobs_uploads_and_batches_with_neither_are_told_apart() -> None:
    text = (
        '[{"batch": 1, "job": "batches/a"}, {"batch": 2, "file_uri": "files/u"}, {"batch": 9, "job": "batches/z"}]'
    )
    found = stock(claims=job_list_of(text, "list").claims, forms=(OPERATOR,))
    figures = found.figures
    assert (figures.with_job, figures.without_job, figures.uploaded_only, figures.wrong_form) == (1, 3, 1, 1)
    assert found.batches[0].jobs == ("batches/a",)
    assert found.batches[1].uploads == ("files/u",)
    assert [claim.number for claim in found.strangers] == [9]
    assert codes(found) == ["batch-unknown"]


def test_contradictions_are_listed_and_none_is_settled() -> None:
    claims = job_list_of("Batch 1: batches/a\nBatch 1: batches/b", "list").claims
    found = stock(claims=claims)
    assert [conflict.code for conflict in found.conflicts] == ["two-jobs"]
    assert found.batches[0].jobs == ("batches/a", "batches/b")


def test_batches_without_files_that_claim_the_same_ids_may_collide() -> None:
    tracked = tracking(2)
    same = [msgspec.structs.replace(b, first_pair_id="1", last_pair_id="100") for b in tracked.batches]
    found = take_stock(
        1,
        msgspec.structs.replace(tracked, batches=tuple(same)),
        {batch.number: absent(batch, Findings("b")) for batch in same},
    )
    assert codes(found) == ["ids-may-collide"]
