"""Whose job it is: a person's word, what the provider says, what lists claim; time is never enough alone."""

from __future__ import annotations

import pytest

from core.batch.adopting_commands import SettleClaim
from core.provider import RemoteFile
from core.reconcile.matching import Match, Matcher, Torn, best_first
from tests.adopted import adopted, after, job, later, view
from tests.batches import SHA

NOON = "2026-11-02T12:00:00Z"


def owner(found: Match | Torn | None) -> object:
    match found:
        case Match(number=number, by=by):
            return number, by
        case Torn(numbers=numbers, by=by):
            return numbers, by
        case None:
            return None


def test_a_job_that_a_list_names_is_that_batchs() -> None:
    matcher = Matcher(view(adopted(1, "batches/one"), adopted(2, "batches/two")))
    assert owner(matcher.match(job("batches/two"))) == (2, ("name",))


def test_a_job_that_no_list_names_is_known_by_its_display_name() -> None:
    assert owner(Matcher(view(adopted(7))).match(job("batches/x", "refinement_batch_007"))) == (
        7,
        ("display name",),
    )


@pytest.mark.parametrize(
    ("name", "number"),
    [("batch-7", 7), ("Batch 007 (again)", 7), ("7", None), ("import 7", None), ("batch_7 and batch_8", None)],
)
def test_only_a_display_name_that_says_batch_and_one_number_counts(name: str, number: int | None) -> None:
    found = Matcher(view(adopted(7), adopted(8))).match(job("batches/x", name))
    assert (found.number if isinstance(found, Match) else found) == number


def test_a_display_name_of_no_adopted_batch_says_nothing() -> None:
    assert Matcher(view(adopted(7))).match(job("batches/x", "refinement_batch_008")) is None


def test_a_name_of_ours_is_no_older_processs() -> None:
    assert Matcher(view(adopted(7))).match(job("batches/x", "w1-batch_007-a1-c0ffee00")) is None


def test_a_job_is_known_by_the_upload_that_lists_tell_of() -> None:
    matcher = Matcher(view(adopted(7, uploads=["files/seven"])))
    assert owner(matcher.match(job("batches/x", input_file="files/seven"))) == (7, ("input file",))


def test_a_job_is_known_by_the_bytes_that_it_was_given_whatever_lists_say_of_the_upload() -> None:
    files = {"files/some": RemoteFile("files/some", 9, None, "", SHA)}
    matcher = Matcher(view(adopted(7, sha256=SHA), adopted(8, uploads=["files/some"])), files)
    assert owner(matcher.match(job("batches/x", input_file="files/some"))) == (7, ("input file",))


def test_a_file_without_a_digest_proves_nothing() -> None:
    files = {"files/some": RemoteFile("files/some", 9, None)}
    assert Matcher(view(adopted(7)), files).match(job("batches/x", input_file="files/some")) is None


def test_what_the_provider_says_goes_before_what_a_list_says() -> None:
    found = Matcher(view(adopted(1, "batches/x"), adopted(2))).match(job("batches/x", "refinement_batch_002"))
    assert isinstance(found, Match)
    assert (found.number, found.by, found.others) == (2, ("display name",), (1,))


def test_a_job_that_two_lists_claim_for_two_batches_is_the_one_that_its_display_name_says() -> None:
    matcher = Matcher(view(adopted(1, "batches/x"), adopted(2, "batches/x")))
    assert owner(matcher.match(job("batches/x", "batch_002"))) == (2, ("name", "display name"))


def test_or_the_one_whose_time_it_is() -> None:
    matcher = Matcher(
        view(adopted(1, "batches/x", time=NOON), adopted(2, "batches/x", time="2026-11-02T15:00:00Z"))
    )
    assert owner(matcher.match(job("batches/x", created=60))) == (1, ("name", "time"))


@pytest.mark.parametrize("time", [None, "2026-11-02", "noon", "2026-13-45T99:00:00Z"])
def test_without_such_evidence_it_is_torn_between_both(time: str | None) -> None:
    matcher = Matcher(view(adopted(1, "batches/x", time=time), adopted(2, "batches/x", time=time)))
    assert owner(matcher.match(job("batches/x"))) == ((1, 2), ("name",))


def test_time_alone_is_a_hint_and_no_match() -> None:
    matcher = Matcher(view(adopted(1, "batches/other", time=NOON)))
    assert matcher.match(job("batches/x", created=30)) is None
    assert matcher.by_time(job("batches/x", created=30)) == (1,)
    assert matcher.by_time(job("batches/x", created=900)) == ()
    assert matcher.by_time(job("batches/x", created=None)) == ()


def test_a_persons_word_stands_above_lists_and_provider() -> None:
    settled = after(adopted(1, "batches/one"), SettleClaim("batches/x", "so it is", later(30)))
    matcher = Matcher(view(settled, adopted(2, "batches/x")))
    assert owner(matcher.match(job("batches/x", "batch_002"))) == (1, ("a person's word",))
    assert matcher.match(job("batches/one", "batch_001")) is None


def test_a_batch_that_never_had_a_job_by_a_persons_word_gets_none() -> None:
    settled = after(adopted(1, "batches/x", sha256=SHA), SettleClaim(None, "so it is", later(30)))
    matcher = Matcher(view(settled, adopted(2, "batches/x")))
    assert owner(matcher.match(job("batches/x"))) == (2, ("name",))
    assert matcher.match(job("batches/y", "batch_001")) is None


def test_of_several_jobs_one_with_a_result_goes_first_then_one_that_may_have_one_then_the_listed_and_oldest() -> (
    None
):
    jobs = [
        job("batches/failed", state="FAILED"),
        job("batches/running", state="RUNNING"),
        job("batches/late", created=500),
        job("batches/early", created=10),
        job("batches/listed", created=900),
        job("batches/partly", state="EXPIRED", output=True, created=700),
        job("batches/undated", created=None),
    ]
    by = {"batches/listed": ("name",)}
    ranked = best_first(Match(each, 1, by.get(each.name, ("display name",))) for each in jobs)
    assert [match.job.name[8:] for match in ranked] == [
        "listed",
        "early",
        "late",
        "partly",
        "undated",
        "running",
        "failed",
    ]
