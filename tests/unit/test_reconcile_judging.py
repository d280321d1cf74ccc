"""The ledger beside the provider: every job, adopted batch and lonely upload gets one judgement."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from core.batch import commands as c
from core.batch.adopting_commands import AdoptJob, SettleClaim, SightJob
from core.batch.adoption import NEVER_SUBMITTED, WRONG_FORMAT
from core.batch.lifecycle import Status
from core.pairs import PairRange
from core.reconcile.judgement import Judgement, Outcome
from core.reconcile.judging import is_ours, judge_all
from core.reconcile.seen import Seen
from core.reconcile.terms import Terms
from tests.adopted import TERMS, adopted, after, job, seen, sighted, view
from tests.batches import GONE, HAND_OVER, SHA, later
from tests.ledgers import NOON

if TYPE_CHECKING:
    from core.provider import Job
    from core.reconcile.view import View

OTHER_KEY = Terms(TERMS.at, TERMS.job_hours, trusted=False)


def one(ledger: View, provider: Seen, terms: Terms = TERMS) -> Judgement:
    """Return the only judgement that there is."""
    [found] = judge_all(ledger, provider, terms)
    return found


def kinds(found: Judgement) -> list[str]:
    return [type(command).__name__ for command in found.commands]


def test_a_job_with_a_result_is_adopted_and_its_success_recorded() -> None:
    found = one(view(adopted(1, "batches/x")), seen(job("batches/x")))
    assert (found.outcome, found.number, kinds(found)) == (Outcome.FINISHED, 1, ["AdoptJob", "RecordSuccess"])
    assert after(adopted(1, "batches/x"), *found.commands).status is Status.SUCCEEDED
    assert found.ends == later(600)


def test_a_job_that_runs_is_adopted_and_awaited() -> None:
    found = one(view(adopted(1, "batches/x")), seen(job("batches/x", state="RUNNING")))
    assert (found.outcome, kinds(found)) == (Outcome.UNDER_WAY, ["AdoptJob"])
    batch = after(adopted(1, "batches/x"), *found.commands)
    assert (batch.status, batch.due) == (Status.SUBMITTED, later(48 * 3_600))


def test_a_job_that_succeeded_without_a_result_yet_is_awaited() -> None:
    assert one(view(adopted(1, "batches/x")), seen(job("batches/x", output=False))).outcome is Outcome.UNDER_WAY


@pytest.mark.parametrize("state", ["FAILED", "CANCELLED", "EXPIRED"])
def test_a_job_that_ended_without_a_result_is_lost(state: str) -> None:
    found = one(view(adopted(1, "batches/x")), seen(job("batches/x", state=state)))
    assert (found.outcome, kinds(found)) == (Outcome.LOST, ["RecordFailure"])
    failed = after(adopted(1, "batches/x"), *found.commands)
    assert (failed.status, failed.cause, len(failed.missing)) == (Status.FAILED, state.lower(), 4)


def test_what_an_expired_job_answered_is_brought_home() -> None:
    expired = job("batches/x", state="EXPIRED", output=True)
    assert one(view(adopted(1, "batches/x")), seen(expired)).outcome is Outcome.FINISHED


def test_a_claimed_job_that_the_provider_does_not_know_is_lost() -> None:
    found = one(view(adopted(1, "batches/x")), seen(gone=["batches/x"]))
    assert (found.outcome, found.job_name) == (Outcome.LOST, None)
    assert after(adopted(1, "batches/x"), *found.commands).cause == "gone"
    assert "`batchmill replan --wave 1`" in after(adopted(1), *found.commands).hold_reason


def test_one_that_is_said_to_have_been_in_the_wrong_form_is_lost_for_that_reason() -> None:
    found = one(view(adopted(1, "batches/x", wrong=True)), seen(gone=["batches/x"]))
    assert found.outcome is Outcome.WRONG_FORMAT
    assert after(adopted(1, wrong=True), *found.commands).cause == WRONG_FORMAT


def test_a_job_of_more_requests_than_pairs_proves_the_wrong_form_and_nothing_is_downloaded() -> None:
    found = one(view(adopted(1, "batches/x")), seen(job("batches/x", requests=130)))
    assert (found.outcome, kinds(found)) == (Outcome.WRONG_FORMAT, ["RecordFailure"])
    assert "ran 130 requests for 4 pairs" in found.sentence


def test_a_job_of_one_request_refutes_the_word_that_its_form_was_wrong() -> None:
    assert one(view(adopted(1, "batches/x", wrong=True)), seen(job("batches/x"))).outcome is Outcome.FINISHED


def test_a_job_in_the_right_form_goes_before_one_in_the_wrong() -> None:
    right, wrong = job("batches/x", "batch_1", "RUNNING"), job("batches/y", "batch_1", requests=130)
    first, second = judge_all(view(adopted(1, "batches/y")), seen(wrong, right), TERMS)
    assert (first.outcome, first.job_name) == (Outcome.UNDER_WAY, "batches/x")
    assert (second.outcome, second.job_name) == (Outcome.DUPLICATE, "batches/y")


def test_a_batch_that_no_list_and_no_job_names_was_never_submitted() -> None:
    found = one(view(adopted(1)), seen())
    assert found.outcome is Outcome.NEVER_SUBMITTED
    assert after(adopted(1), *found.commands).cause == NEVER_SUBMITTED


def test_nothing_is_concluded_about_a_job_that_could_not_be_asked_for() -> None:
    found = one(view(adopted(1, "batches/x")), seen(unsure=["batches/x"]))
    assert (found.outcome, found.commands) == (Outcome.UNSURE, ())


@pytest.mark.parametrize("jobs", [(), ("batches/x",)])
def test_nothing_is_concluded_from_a_provider_that_may_be_another_one(jobs: tuple[str, ...]) -> None:
    found = one(view(adopted(1, *jobs)), seen(gone=jobs), OTHER_KEY)
    assert (found.outcome, found.commands) == (Outcome.UNSURE, ())


def test_a_provider_is_the_right_one_when_it_has_a_job_of_the_ledger() -> None:
    ledger = view(adopted(1, "batches/x"))
    assert not is_ours(ledger, seen())
    assert not is_ours(ledger, seen(job("batches/y", "somebody else's")))
    assert is_ours(ledger, seen(job("batches/x")))
    assert is_ours(ledger, seen(job("batches/y", "refinement_batch_001")))
    assert not is_ours(ledger, seen(job("batches/y", "w2-batch_205-a1-c0ffee00")))  # another project has such too
    assert is_ours(view(adopted(1, sha256=SHA)), seen(job("batches/y", input_file="files/a"), a=SHA))


def test_what_is_lost_already_is_found_again_and_not_recorded_again() -> None:
    lost = after(adopted(1, "batches/x"), GONE)
    found = one(view(lost), seen(gone=["batches/x"]))
    assert (found.outcome, found.commands) == (Outcome.LOST, ())


def test_a_lost_batch_whose_job_turns_up_is_brought_home() -> None:
    found = one(view(after(adopted(1, "batches/x"), GONE)), seen(job("batches/x")))
    assert (found.outcome, kinds(found)) == (Outcome.FINISHED, ["AdoptJob", "RecordSuccess"])


def test_a_further_job_of_a_batch_is_a_duplicate_that_is_recorded_beside_the_one_that_counts() -> None:
    ledger = view(adopted(1, "batches/x"))
    first, second = judge_all(ledger, seen(job("batches/x"), job("batches/y", "batch_1", "RUNNING")), TERMS)
    assert (first.outcome, first.job_name) == (Outcome.FINISHED, "batches/x")
    assert (second.outcome, second.job_name, second.kept) == (Outcome.DUPLICATE, "batches/y", "batches/x")
    assert second.running
    batch = after(adopted(1, "batches/x"), *first.commands, *second.commands)
    assert (batch.job_name, batch.others) == ("batches/x", ("batches/y",))


def test_a_duplicate_on_record_is_told_again_and_not_recorded_again() -> None:
    home = after(adopted(1, "batches/x"), *one(view(adopted(1, "batches/x")), seen(job("batches/x"))).commands)
    double = c.RecordDouble("batches/y", "batches/x", cancelled=False, at=later(50))
    found = judge_all(view(after(home, double)), seen(job("batches/x"), job("batches/y", "batch_1")), TERMS)
    told = {each.job_name: (each.outcome, each.commands) for each in found}
    assert told["batches/y"] == (Outcome.DUPLICATE, ())
    assert told["batches/x"][1] == ()


def test_a_job_that_turns_up_when_repairs_carry_the_pairs_is_a_duplicate_and_keeps_nothing() -> None:
    again = c.HandOver(HAND_OVER.to, (PairRange("w1-adopted-b1", 1, 4),), later(70))
    parted = after(adopted(1, "batches/x"), GONE, again)
    found = one(view(parted), seen(job("batches/x", state="RUNNING")))
    assert (found.outcome, found.kept, found.running, found.commands) == (Outcome.DUPLICATE, "", True, ())


@pytest.mark.parametrize("found", [job("batches/x", state="FAILED"), job("batches/x", requests=130)])
def test_the_job_that_brought_nothing_home_is_no_duplicate_when_repairs_carry_the_pairs(found: Job) -> None:
    again = c.HandOver(HAND_OVER.to, (PairRange("w1-adopted-b1", 1, 4),), later(70))
    parted = after(adopted(1, "batches/x"), *one(view(adopted(1, "batches/x")), seen(found)).commands, again)
    told = one(view(parted), seen(found))
    assert (told.outcome, told.commands) == (Outcome.AGREES, ())


def test_a_job_of_two_batches_holds_both() -> None:
    ledger = view(adopted(1, "batches/x"), adopted(2, "batches/x"))
    found = judge_all(ledger, seen(job("batches/x")), TERMS)
    assert [(each.outcome, each.number, kinds(each)) for each in found] == [
        (Outcome.UNSETTLED, 1, ["SightJob"]),
        (Outcome.UNSETTLED, 2, ["SightJob"]),
    ]
    [sight] = found[0].commands
    assert isinstance(sight, SightJob)
    assert "`batchmill settle 1 --job batches/x`" in sight.sighted.reason


def test_a_batch_that_is_held_for_that_already_is_not_held_again() -> None:
    held = after(adopted(1, "batches/x"), sighted("batches/x"))
    found = judge_all(view(held, adopted(2, "batches/x")), seen(job("batches/x")), TERMS)
    assert [each.commands == () for each in found] == [True, False]


def test_once_a_person_has_said_whose_it_is_the_other_never_had_one() -> None:
    mine = after(adopted(1, "batches/x"), SettleClaim("batches/x", "so it is", later(30)))
    other = after(adopted(2, "batches/x"), SettleClaim(None, "so it is", later(30)))
    found = judge_all(view(mine, other), seen(job("batches/x")), TERMS)
    assert [(each.outcome, each.number) for each in found] == [
        (Outcome.FINISHED, 1),
        (Outcome.NEVER_SUBMITTED, 2),
    ]


def test_a_strangers_job_is_told_of_and_nothing_is_done_about_it() -> None:
    found = one(view(), seen(job("batches/y", "somebody else's")))
    assert (found.outcome, found.number, found.commands) == (Outcome.UNKNOWN, None, ())


def test_the_batch_of_the_same_time_is_named_as_a_hint() -> None:
    ledger = view(adopted(1, "batches/x", time="2026-11-02T12:00:00Z"))
    unknown = next(
        each
        for each in judge_all(ledger, seen(job("batches/x"), job("batches/y", created=20)), TERMS)
        if not each.number
    )
    assert unknown.sentence.endswith("it was created when batch 1 is said to have been")


def test_an_upload_without_a_job_is_that_of_the_batch_by_claim_bytes_or_name() -> None:
    ledger = view(adopted(1, uploads=["files/one"]), adopted(2, sha256=SHA), adopted(3))
    files = {
        name: msgspec.structs.replace(file, display_name=shown)
        for (name, file), shown in zip(
            (seen(one="", two=SHA, three="", four="").files or {}).items(),
            ("", "", "batch_003", "pic"),
            strict=True,
        )
    }
    found = judge_all(ledger, Seen({}, files=files), TERMS)
    uploads = {each.sentence.split()[0]: each.number for each in found if each.outcome is Outcome.UPLOADED}
    assert uploads == {"files/one": 1, "files/two": 2, "files/three": 3, "files/four": None}
    assert all(each.ends == NOON for each in found if each.outcome is Outcome.UPLOADED)


def test_the_input_of_a_job_is_no_lonely_upload() -> None:
    found = judge_all(view(), seen(job("batches/y", input_file="files/one"), one=""), TERMS)
    assert [each.outcome for each in found] == [Outcome.UNKNOWN]


def test_what_is_on_record_agrees() -> None:
    finished = one(view(adopted(1, "batches/x")), seen(job("batches/x", state="RUNNING")))
    assert [isinstance(command, AdoptJob) for command in finished.commands] == [True]
    under_way = after(adopted(1, "batches/x"), *finished.commands)
    again = one(view(under_way), seen(job("batches/x", state="RUNNING")))
    assert (again.outcome, again.commands) == (Outcome.AGREES, ())
    assert one(view(under_way), seen(job("batches/x"))).outcome is Outcome.FINISHED
