"""The real papers of wave 1, read in place: what they come to, and what they do not say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.files.adopted_batches import AdoptedBatchFile, read_facts
from adapters.files.adopted_jobs import read_job_list
from adapters.files.adopted_tracking import read_tracking
from core.adoption.adopted_batch import Known
from core.adoption.forms import FileForm, FormClaim
from core.adoption.job_claims import jobs_by_batch, uploads_without_job
from core.adoption.pair_ids import ids_between
from core.adoption.stocktaking import Stocktaking, take_stock
from tests.workspaces import SHARED

if TYPE_CHECKING:
    from tests.workspaces import Mill

WAVE = SHARED / "data" / "wave1"
SUBMISSIONS = WAVE / "gemini_batch_submissions_proper"
LISTS = WAVE / "job_lists"

pytestmark = pytest.mark.skipif(not WAVE.is_dir(), reason="the real papers of wave 1 are not here")


def taken(*forms: FormClaim) -> Stocktaking:
    tracking, _ = read_tracking(SUBMISSIONS / "batch_tracking.json")
    facts = {batch.number: read_facts(batch, SUBMISSIONS) for batch in tracking.batches}
    claims = [claim for path in sorted(LISTS.iterdir()) for claim in read_job_list(path).claims]
    return take_stock(1, tracking, facts, claims, forms)


@pytest.fixture(scope="module")
def stock() -> Stocktaking:
    return taken(FormClaim(1, 10, "operator"))


def test_204_batches_claim_20356_pairs(stock: Stocktaking) -> None:
    assert (stock.figures.batches, stock.figures.claimed_pairs) == (204, 20_356)


def test_every_pair_has_a_ledger_id_of_its_own(stock: Stocktaking) -> None:
    minted = [ledger_id for batch in stock.batches for ledger_id in batch.ids.range]
    assert len(minted) == len(set(minted)) == 20_356


def test_the_14_files_hold_1356_pairs_of_656_ids_so_700_collide(stock: Stocktaking) -> None:
    figures = stock.figures
    assert (figures.files, figures.pairs_found, figures.distinct_ids, figures.collisions) == (14, 1_356, 656, 700)
    assert [(each.batches, each.ids, each.pairs) for each in stock.collisions] == [
        (tuple(range(197, 205)), 100, 800)
    ]


def test_an_original_id_finds_its_pair_within_each_of_the_eight_batches(stock: Stocktaking) -> None:
    named = {batch.number: batch.ids.named("57") for batch in stock.batches if batch.number >= 197}
    assert named == {number: (f"w1-adopted-b{number}-057",) for number in range(197, 205)}


def test_the_files_are_whole_and_as_claimed(stock: Stocktaking) -> None:
    files = [batch for batch in stock.batches if batch.facts.at_hand]
    assert {batch.facts.form for batch in files} == {FileForm.ONE_REQUEST}
    assert all(
        batch.facts.whole and batch.facts.stated == batch.facts.pairs == batch.claimed.pairs for batch in files
    )
    assert all(batch.facts.size == batch.claimed.file_size for batch in files)
    assert {f.code for batch in files for f in batch.facts.findings} == {"ids-are-numbers"}


def test_the_190_files_that_are_not_here_are_named(stock: Stocktaking) -> None:
    missing = [finding.batch for finding in stock.findings if finding.code == "file-missing"]
    assert (len(missing), missing[:2]) == (190, [3, 4])


def test_91_batches_have_a_claimed_job_and_113_none(stock: Stocktaking) -> None:
    assert (stock.figures.with_job, stock.figures.without_job) == (91, 113)
    with_job = [batch.number for batch in stock.batches if batch.jobs]
    assert with_job == [*range(1, 36), *range(51, 72), *range(170, 205)]
    assert len({job for batch in stock.batches for job in batch.jobs}) == 91


def test_24_batches_were_uploaded_and_have_no_job(stock: Stocktaking) -> None:
    claims = [claim for batch in stock.batches for claim in batch.claims]
    assert list(uploads_without_job(claims)) == [*range(36, 51), *range(72, 81)]
    assert stock.figures.uploaded_only == 24


def test_the_lists_name_no_batch_or_job_twice(stock: Stocktaking) -> None:
    assert stock.conflicts == ()
    assert stock.strangers == ()
    for path in LISTS.iterdir():
        assert read_job_list(path).findings == ()


def test_a_claim_keeps_what_its_list_says(stock: Stocktaking) -> None:
    (claim,) = stock.batches[169].claims
    assert (claim.display_name, claim.state) == ("batch-170-crypto-qa", "JOB_STATE_PENDING")
    assert claim.time == "2025-11-02T17:40:05.932581134Z"
    assert claim.place == "submitted_batches[0]"


def test_10_of_them_are_in_the_wrong_form_only_because_the_operator_says_so(stock: Stocktaking) -> None:
    assert (stock.figures.wrong_form, stock.figures.wrong_form_checked) == (10, 0)
    wrong = [batch.number for batch in stock.batches if batch.wrong_form is Known.CLAIMED]
    assert wrong == list(range(1, 11))
    assert taken().figures.wrong_form == 0


def test_the_files_of_batches_1_and_2_do_not_bear_that_out(stock: Stocktaking) -> None:
    (finding,) = [finding for finding in stock.findings if finding.code == "form-disagrees"]
    assert finding.sentence.startswith("batches 1-2 are said")


def test_ids_that_follow_from_the_tracking_file_are_those_that_stand_in_the_files(stock: Stocktaking) -> None:
    derived = {
        batch.number: ids_between(batch.claimed.first_pair_id, batch.claimed.last_pair_id, batch.claimed.pairs)
        for batch in stock.batches
    }
    compared = {batch.number: batch.facts.originals for batch in stock.batches if batch.facts.at_hand}
    assert sum(map(bool, derived.values())) == 51
    agreeing = [number for number, originals in compared.items() if derived[number] == originals]
    assert agreeing == [number for number in compared if derived[number]]
    assert len(agreeing) == 11


def test_texts_are_streamed_a_request_at_a_time() -> None:
    tracking, _ = read_tracking(SUBMISSIONS / "batch_tracking.json")
    file = AdoptedBatchFile(tracking.batches[0], SUBMISSIONS)
    (request,) = file.requests()
    assert (request.line, request.key, len(request.pairs)) == (1, None, 100)
    assert request.pairs[0].original == "200_0"
    assert sum(len(pair.answer or "") for pair in request.pairs) == file.facts.answer_characters


def test_jobs_are_found_list_by_list() -> None:
    found = {path.name: len(jobs_by_batch(read_job_list(path).claims)) for path in LISTS.iterdir()}
    assert sorted(found.values()) == [10, 21, 25, 35]


def test_the_command_says_the_figures_and_changes_nothing(mill: Mill) -> None:
    words = (
        f"claims {SUBMISSIONS}/batch_tracking.json {' '.join(map(str, sorted(LISTS.iterdir())))} --wrong-form 1-10"
    )

    figures = mill.json(words)["figures"]
    shown = mill.run(words)

    assert (figures["batches"], figures["claimed_pairs"]) == (204, 20_356)
    assert (figures["pairs_found"], figures["distinct_ids"], figures["collisions"]) == (1_356, 656, 700)
    assert (figures["with_job"], figures["wrong_form"], figures["without_job"]) == (91, 10, 113)
    assert "pairs that share an id with another     700" in shown
    assert list(mill.root.iterdir()) == []


def test_a_tracking_file_that_is_none_is_refused_with_a_sentence(mill: Mill) -> None:
    mill.root.mkdir(exist_ok=True)
    (mill.root / "tracking.json").write_text("no json", encoding="utf-8")

    ended = mill.call("claims tracking.json")

    assert (ended.status, "Traceback" in ended.stderr) == (1, False)
    assert "tracking.json" in ended.stderr
