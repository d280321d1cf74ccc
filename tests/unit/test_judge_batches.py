"""Batches that judge go through the same engine as all others, and carry no pair of their wave."""

from __future__ import annotations

import msgspec
import pytest

from core.batch import events as e
from core.batch.commands import RecordAnswers
from core.batch.holds import Hold
from core.batch.lifecycle import Status
from core.batch.numbers import JUDGE, number_of, parse, repair_of
from core.engine.books import Entry
from core.engine.read import read_into
from core.errors import RefusedError
from core.ledger.load import load_wave
from core.ledger.streams import wave_stream
from core.pairs import ids
from core.planning.learning import experience
from core.planning.models import models_with
from core.projections.bookkeeping import PairBooks
from core.projections.money import costs, total
from core.projections.timeline import milestones
from core.projections.waiting import kept_back
from core.quality.judged_lines import judgements_in
from core.quality.judgements import preferences
from core.reconcile.matching import OUR_NAME
from core.wave.course import RejectWave
from core.wave.decider import decide_wave
from core.wave.score_events import PairScored
from core.wave.scoring import RecordScores
from core.wave.state import Wave
from tests.documents import tracked
from tests.mill import Mill
from tests.pairs_home import HOME, home, pair_ids, rows, under

J1 = number_of(JUDGE, 1)
REVIEWER = "model:gemini-2.5-flash"


def scores(mill: Mill) -> list[PairScored]:
    found = (recorded.event for recorded in mill.store.read_stream(wave_stream(2)))
    return [event for event in found if isinstance(event, PairScored)]


@pytest.fixture
def mill() -> Mill:
    return Mill()


def test_judgements_come_home_as_scores_of_the_model(mill: Mill) -> None:
    home(mill).judge(J1, pair_ids(mill))

    mill.drive()

    assert mill.batch(J1).status is Status.DOWNLOADED
    assert mill.events(J1, e.AnswersRead)[0].refined == 4
    assert [score.pair_id for score in scores(mill)] == pair_ids(mill)
    assert {score.reviewer for score in scores(mill)} == {REVIEWER}
    assert all("(A is the text " in score.comment for score in scores(mill))
    mill.check_books()


def test_scores_and_the_reading_they_come_from_are_one_commit(mill: Mill) -> None:
    home(mill).judge(J1, pair_ids(mill))
    mill.drive()

    [read] = [
        each for each in mill.store.read() if each.stream == "batch-j1" and each.type == "batch.answers_read"
    ]
    given = [each for each in mill.store.read() if isinstance(each.event, PairScored)]
    assert [each.position - read.position for each in given] == [1, 2, 3, 4]
    assert {(each.recorded_at, each.correlation) for each in given} == {(read.recorded_at, "batch-j1/a1")}


def test_a_file_of_judgements_has_the_coin_undone_and_is_made_anew_from_the_result(mill: Mill) -> None:
    home(mill).judge(J1, pair_ids(mill))
    mill.drive()

    path = mill.events(J1, e.AnswersRead)[0].path
    kept = mill.files.kept.pop(path)
    found = list(judgements_in(kept.splitlines()))
    assert path == "results/judge_batch_001_judged.jsonl"
    assert {judgement.preferred for judgement in found} == {"after"}
    assert preferences(found).after == 4
    assert read_into(mill.files, mill.batch(J1), path).judgements == tuple(found)
    assert mill.files.kept[path] == kept


def test_judging_moves_no_pair_of_the_balance_at_any_event(mill: Mill) -> None:
    home(mill).judge(J1, pair_ids(mill))
    before = mill.store.head()
    under(mill, "*batch_j1-*", 'fault = "missing"\non = "1"')
    mill.drive()

    books = PairBooks()
    for recorded in mill.store.read():
        books.fold(recorded)
        if recorded.position >= before:
            assert books.balances() == {2: HOME}
    assert mill.balance() == HOME
    assert mill.store.head() > before + 20


def test_judgements_that_are_missing_are_asked_for_again_with_the_same_coin(mill: Mill) -> None:
    home(mill).judge(J1, pair_ids(mill))
    under(mill, "*batch_j1-*", 'fault = "missing"\non = "1"')
    mill.drive()

    repair = repair_of(J1, 1)
    lost = [pair.pair_id for pair in mill.events(J1, e.AnswersRead)[0].unrefined]
    assert len(lost) == 2
    assert list(ids(mill.batch(repair).ranges)) == lost
    assert mill.batch(repair).file_path == "submissions/judge_batch_001r1.jsonl"
    assert mill.batch(repair).requests[0].key == "batch_j001r1/r01"
    assert sorted(score.pair_id for score in scores(mill)) == pair_ids(mill)
    again = mill.files.kept[mill.events(repair, e.AnswersRead)[0].path]
    assert {judgement.preferred for judgement in judgements_in(again.splitlines())} == {"after"}
    mill.check_books()


def test_judgements_that_stay_blocked_are_given_up_and_the_pairs_stay_refined(mill: Mill) -> None:
    home(mill).judge(J1, pair_ids(mill))
    under(mill, "*batch_j1*", 'fault = "blocked"\non = "1-99"')
    mill.drive()

    last = repair_of(J1, mill.policy.repair_rounds)
    assert len(mill.events(last, e.PairsGivenUp)[0].pairs) == 4
    assert scores(mill) == []
    assert mill.balance() == HOME
    mill.check_books()


def test_a_budget_holds_judging_that_would_pass_it(mill: Mill) -> None:
    home(mill).judge(J1, pair_ids(mill))
    mill.policy = msgspec.structs.replace(mill.policy, usd_per_wave=0.000_001)

    mill.drive()

    held = mill.batch(J1)
    assert (held.status, held.hold) == (Status.WRITTEN, Hold.BUDGET)
    assert "budget.usd_per_wave, then run `batchmill retry j1`" in held.hold_reason
    assert len(mill.jobs()) == 1


def test_nothing_of_a_rejected_wave_is_judged(mill: Mill) -> None:
    home(mill).judge(J1, pair_ids(mill))
    mill.tell_wave(2, RejectWave("the answers are worse", mill.clock.now()))

    mill.drive()

    assert mill.batch(J1).status is Status.WRITTEN
    model = rows(mill)
    assert [row.number for row in kept_back(model.waves(), model.batches())[2]] == [J1]


def test_the_papers_of_a_wave_do_not_count_what_judges_it(mill: Mill) -> None:
    home(mill)
    before = rows(mill)
    mill.judge(J1, pair_ids(mill))
    mill.drive()

    after = rows(mill)
    assert tracked(after) == tracked(before)
    told = milestones(after.waves(), after.batches())
    assert [line for line in told if "judged by" not in line.text] == milestones(before.waves(), before.batches())
    assert [(line.text, line.state) for line in told if "judged by" in line.text] == [
        ("Wave 2 judged by gemini-2.5-flash (4 of 4 pairs)", "done")
    ]


def test_the_cost_of_judging_is_in_the_sums_and_in_no_refined_pairs_price(mill: Mill) -> None:
    home(mill)
    before = total(costs(rows(mill).batches(), models_with(), "wave"))
    mill.judge(J1, pair_ids(mill))
    mill.drive()

    by_batch = costs(rows(mill).batches(), models_with(), "batch")
    whole = total(by_batch)
    assert list(by_batch) == ["205", "j1"]
    assert (whole.pairs, whole.refined, whole.judging) == (4, 4, 1)
    assert whole.judging_usd == by_batch["j1"].usd
    assert whole.usd == pytest.approx((before.usd or 0) + (whole.judging_usd or 0))
    assert whole.usd > (before.usd or 0) > 0
    assert whole.per_thousand_usd == pytest.approx(before.per_thousand_usd)
    assert whole.tokens_per_refined == pytest.approx(before.tokens_per_refined)


def test_a_job_that_judges_is_known_by_its_name_to_a_ledger_that_lost_it(mill: Mill) -> None:
    home(mill).judge(J1, pair_ids(mill))
    mill.drive()

    [name] = [name for name in mill.jobs() if "batch_j" in name]
    found = OUR_NAME.fullmatch(name)
    assert found is not None
    assert parse(found["batch"]) == J1


def test_what_judges_teaches_nothing_about_the_length_of_refinements(mill: Mill) -> None:
    home(mill).judge(J1, pair_ids(mill))
    mill.drive()

    plan = load_wave(mill.store, 2).plan
    assert plan is not None
    lessons = {row.number: experience(row, plan) is not None for row in rows(mill).batches()}
    assert lessons == {205: True, J1: False}


def test_two_judging_batches_of_one_wave_are_scored_in_one_commit(mill: Mill) -> None:
    home(mill)
    mill.judge(J1, pair_ids(mill)[:2])
    mill.judge(number_of(JUDGE, 2), pair_ids(mill)[2:])
    mill.drive()

    assert [score.pair_id for score in scores(mill)] == pair_ids(mill)
    reads = [each for each in mill.store.read() if isinstance(each.event, e.AnswersRead)][-2:]
    assert len({each.recorded_at for each in reads}) == 1
    mill.check_books()


def test_a_reading_that_another_process_recorded_brings_no_second_scores(mill: Mill) -> None:
    home(mill).judge(J1, pair_ids(mill))
    mill.drive()
    before = mill.store.head()
    read = RecordAnswers(mill.events(J1, e.AnswersRead)[0])
    wave = RecordScores(tuple(scores(mill)))

    assert mill.workshop().books.write([Entry(J1, (read,), "again", wave=wave)]) == []
    assert mill.store.head() == before


def test_a_wave_without_a_plan_takes_no_scores() -> None:
    with pytest.raises(RefusedError, match="wave 3 has no plan, so none of its pairs can be scored"):
        decide_wave(Wave(wave=3), RecordScores(()))
