"""What the tracking file and the timeline say of a wave that an older process sent, and how each is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.memory.read_model import MemoryReadModel
from core.batch.adoption import NEVER_SUBMITTED, WRONG_FORMAT
from core.batch.commands import HandOver, RecordFailure
from core.projections.catch_up import catch_up
from core.projections.timeline import milestones
from tests.batches import (
    FILE_READ,
    GONE,
    HAPPY,
    RUN,
    SETTLE,
    SIGHT,
    WRONG_FORM,
    adopted_job,
    claim,
    later,
    taken,
)
from tests.documents import tracked
from tests.unit.test_adopted_batch import happened

if TYPE_CHECKING:
    from core.batch.commands import BatchCommand


def model(*commands: BatchCommand) -> MemoryReadModel:
    found = MemoryReadModel()
    catch_up(happened(commands), found)
    return found


def entry(*commands: BatchCommand) -> dict[str, Any]:
    """Return the tracking file's entry of the adopted batch after these commands."""
    [found] = tracked(model(*commands))["batches"]
    return dict(found)


def lines(*commands: BatchCommand) -> dict[str, str]:
    found = model(*commands)
    return {line.text: line.state for line in milestones(found.waves(), found.batches())}


def test_an_entry_keeps_path_size_and_ids_as_the_older_tools_wrote_them() -> None:
    found = entry(FILE_READ)
    assert (found["file_path"], found["qa_count"], found["file_size"]) == (
        "submissions\\batch_205.jsonl",
        4,
        4_096,
    )
    assert (found["first_pair_id"], found["last_pair_id"]) == ("7_0", "7_3")
    assert (found["first_ledger_id"], found["file_read"]) == ("w1-adopted-b205-001", "/old/batch_205.jsonl")


def test_it_says_how_the_batch_is_known() -> None:
    assert entry()["known"] == "claimed"
    assert entry(FILE_READ)["known"] == "checked"
    assert entry(FILE_READ, adopted_job())["known"] == "adopted"
    assert entry(taken(1, 4))["known"] == "adopted"


def test_it_has_all_claimed_jobs_beside_the_one_that_was_found() -> None:
    two = claim(), claim("batches/other", "jobs.md")
    assert entry(*two)["claimed_jobs"] == ["batches/old", "batches/other"]
    assert entry(*two)["job_name"] is None
    assert entry(*two, adopted_job())["job_name"] == "batches/old"
    assert entry(*two, SETTLE)["claimed_jobs"] == ["batches/old"]
    assert entry(claim(None))["claimed_jobs"] == []


def test_it_says_why_nothing_came_home() -> None:
    assert (entry(GONE)["status"], entry(GONE)["cause"]) == ("failed", "gone")
    assert entry(WRONG_FORM)["wrong_form"] == "claimed"
    assert entry(WRONG_FORM, adopted_job())["wrong_form"] is None, "a job of one request refutes it"
    assert entry(SIGHT)["reason"] == "the provider has batches/maybe, which may be its job"
    assert entry(SIGHT, SETTLE)["reason"] is None


def test_a_batch_found_after_it_was_thought_lost_tells_nothing_of_that() -> None:
    found = entry(GONE, adopted_job())
    assert (found["status"], found["cause"], found["reason"]) == ("submitted", None, None)


def test_the_timeline_says_what_is_claimed_looked_up_and_taken_over() -> None:
    assert lines(FILE_READ, claim()) == {
        "Wave 1 adopted (1 batch, 4 pairs claimed, 1 batch file read, 1 job claimed)": "done",
        "Wave 1 looked up at the provider (0 of 1 batches, 0 found)": "pending",
        "Wave 1 answers taken over (0 of 4 pairs refined)": "pending",
        "Wave 1 quality validation": "pending",
    }


def test_a_batch_under_way_is_waited_for() -> None:
    found = lines(adopted_job())
    assert found["Wave 1 looked up at the provider (1 of 1 batches, 1 found)"] == "done"
    assert found["Wave 1 answers taken over (0 of 4 pairs refined)"] == "pending"
    assert any(text.startswith("Wave 1 deadline: the job under way ends by") for text in found)


def test_what_is_lost_is_told_by_its_reason_until_it_is_asked_for_again() -> None:
    assert lines(GONE)["Wave 1: 1 batch gone (205)"] == "failed"
    again = HandOver(1_000_000_205, RUN, later(70))
    assert lines(GONE, again)["Wave 1: 1 batch gone (205), asked for again"] == "done"
    for cause, words in ((NEVER_SUBMITTED, "never submitted"), (WRONG_FORMAT, "in the wrong format")):
        failure = RecordFailure(cause, "so it is", later(60))
        assert lines(failure)[f"Wave 1: 1 batch {words} (205)"] == "failed"


def test_a_wave_that_came_home_is_done() -> None:
    found = lines(FILE_READ, claim(), adopted_job(), *HAPPY[5:8])
    assert found["Wave 1 looked up at the provider (1 of 1 batches, 1 found)"] == "done"
    assert lines(taken(1, 4))["Wave 1 answers taken over (4 of 4 pairs refined)"] == "done"
