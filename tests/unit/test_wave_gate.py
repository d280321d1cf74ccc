from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from adapters.memory.read_model import MemoryReadModel
from core.batch import commands as c
from core.batch import events as e
from core.batch.numbers import repair_of
from core.engine.books import Entry
from core.engine.submit import submit
from core.ledger.load import load_wave
from core.projections.catch_up import catch_up
from core.projections.timeline import milestones
from core.projections.waiting import hindrances, kept_back
from core.wave.course_events import WaveFoundRunning, WaveStarted
from core.wave.decider import decide_plan
from core.wave.lifecycle import Status
from tests.courses import ACCEPT, BAD, GOOD, REJECT
from tests.unit.test_repair import row, under
from tests.waves import approval, plan_of

if TYPE_CHECKING:
    from core.projections.rows import WaveRow
    from tests.mill import Mill

replace = msgspec.structs.replace
APPROVE_2 = "wave 2 waits for its approval (`batchmill approve --wave 2`)"
ACCEPT_2 = "wave 3 waits until wave 2 is accepted (`batchmill accept --wave 2 --reason …`)"


def sent(mill: Mill, *numbers: int) -> set[int]:
    return {number for number in numbers if mill.events(number, e.SubmissionStarted)}


def types(mill: Mill, wave: int = 2) -> list[str]:
    return [recorded.type.removeprefix("wave.") for recorded in mill.store.read_stream(f"wave-{wave}")]


def rows(mill: Mill) -> MemoryReadModel:
    model = MemoryReadModel()
    catch_up(mill.store, model)
    return model


def wave_row(mill: Mill, wave: int = 2) -> WaveRow:
    return next(each for each in rows(mill).waves() if each.wave == wave)


def test_nothing_of_an_unapproved_wave_is_sent_and_the_daemon_says_so_once(mill: Mill) -> None:
    mill.plan(205, 206)
    engine = mill.engine()

    assert [engine.pulse().open for _ in range(3)] == [0, 0, 0]

    assert mill.warnings == [APPROVE_2]
    assert not mill.provider.verbs["create"]
    assert hindrances(rows(mill).waves()) == {2: APPROVE_2}
    assert [each.number for each in kept_back(rows(mill).waves(), rows(mill).batches())[2]] == [205, 206]


def test_a_wave_goes_on_by_itself_once_it_is_approved_and_starts_before_its_first_intent(mill: Mill) -> None:
    mill.plan(205, 206)
    engine = mill.engine()
    engine.pulse()

    mill.tell_wave(2, approval(mill.store, 2))
    mill.drive(engine)

    assert mill.balance().refined == 8
    assert types(mill) == ["planned", "approved", "started"]
    started = next(each for each in mill.store.read() if isinstance(each.event, WaveStarted))
    intent = next(each for each in mill.store.read() if isinstance(each.event, e.SubmissionStarted))
    assert started.position < intent.position
    assert (wave_row(mill).status, wave_row(mill).approved_usd) == ("running", 0.081)
    mill.check_books()


def test_a_wave_starts_once_however_often_the_daemon_does(mill: Mill) -> None:
    mill.stage(205, 206)
    mill.engine(only=[205]).pulse()
    mill.engine().pulse()

    assert sent(mill, 205, 206) == {205, 206}
    assert types(mill).count("started") == 1


def test_a_wave_waits_for_the_one_it_depends_on_and_goes_on_once_that_is_accepted(mill: Mill) -> None:
    mill.stage(205)
    mill.plan(305, wave=3, depends_on=2)
    mill.tell_wave(3, approval(mill.store, 3))
    engine = mill.engine()

    assert mill.drive(engine).open == 0
    assert (sent(mill, 205, 305), mill.warnings) == ({205}, [ACCEPT_2])
    mill.tell_wave(2, BAD)
    assert mill.drive(engine).open == 0
    assert sent(mill, 305) == set()

    mill.tell_wave(2, ACCEPT)
    mill.drive(engine)

    assert mill.balance().refined == 8
    assert mill.warnings == [ACCEPT_2]
    mill.check_books()


def test_all_that_a_wave_waits_for_is_said(mill: Mill) -> None:
    mill.plan(305, wave=3, depends_on=2)
    mill.engine().pulse()

    approve, accept = "`batchmill approve --wave 3`", "`batchmill accept --wave 2 --reason …`"
    assert mill.warnings == [f"wave 3 waits for its approval ({approve}) and until wave 2 is accepted ({accept})"]


def test_a_foreground_submission_does_not_speak_of_other_waves(mill: Mill) -> None:
    mill.stage(205)
    mill.plan(305, wave=3, depends_on=2)

    mill.drive(mill.engine(only=[205]))

    assert mill.warnings == []


def test_what_is_left_of_a_rejected_wave_is_not_sent_not_even_a_repair_until_that_is_reversed(mill: Mill) -> None:
    under(mill, row("garbage", when="every = 1"))
    mill.policy = replace(mill.policy, jobs_at_once=1)
    mill.stage(205, 206)
    engine = mill.engine()
    engine.pulse()
    mill.tell_wave(2, REJECT)

    assert mill.drive(engine).open == 0

    repair = repair_of(205, 1)
    assert sent(mill, 205, 206, repair) == {205}
    assert mill.warnings == [
        "wave 2 was rejected, and no more of it is sent; `batchmill accept --wave 2 --reason …` reverses that"
    ]
    mill.tell_wave(2, ACCEPT)
    mill.drive(engine)
    assert sent(mill, 206, repair) == {206, repair}
    mill.check_books()


def test_repairs_of_a_running_wave_go_on_when_what_it_depends_on_is_rejected_and_its_plan_does_not(
    mill: Mill,
) -> None:
    under(mill, row("garbage", name="*batch_305-*", when="every = 1"))
    mill.policy = replace(mill.policy, jobs_at_once=1)
    mill.stage(105)
    mill.drive()
    mill.tell_wave(2, ACCEPT)
    mill.plan(305, 306, wave=3, depends_on=2)
    mill.tell_wave(3, approval(mill.store, 3))
    engine = mill.engine()
    engine.pulse()
    mill.tell_wave(2, REJECT)

    mill.drive(engine)

    assert sent(mill, 305, 306, repair_of(305, 1)) == {305, repair_of(305, 1)}


def test_a_plan_that_takes_the_place_of_an_approved_one_must_be_approved_anew(mill: Mill) -> None:
    mill.stage(205, 206)
    plan = plan_of(205, pairs=4, revision=2, fingerprint="two", replace=True)
    wave = load_wave(mill.store, 2)
    mill.append(decide_plan(wave, {number: mill.batch(number) for number in (205, 206)}, plan))
    mill.write(plan.batches[0])

    mill.drive()

    assert sent(mill, 205, 206) == set()
    assert mill.warnings == [APPROVE_2]


def test_what_was_planned_anew_between_a_look_and_its_submission_is_not_sent(mill: Mill) -> None:
    mill.stage(205, 206)
    shop = mill.workshop()
    shop.books.refresh()
    looked_at = [shop.books.get(205)]
    plan = plan_of(205, pairs=4, revision=2, fingerprint="two", replace=True)
    wave = load_wave(mill.store, 2)
    mill.append(decide_plan(wave, {number: mill.batch(number) for number in (205, 206)}, plan))
    mill.write(plan.batches[0])

    submit(shop, looked_at)

    assert not mill.provider.verbs["create"]
    assert load_wave(mill.store, 2).status is Status.PLANNED
    assert mill.batch(205).intent_open is False


def test_a_plan_of_which_a_submission_was_refused_may_be_planned_and_approved_again(mill: Mill) -> None:
    mill.stage(205)
    mill.files.kept["submissions/batch_205.jsonl"] = b"changed"
    mill.drive()
    plan = plan_of(205, pairs=4, revision=2, fingerprint="two", replace=True)
    mill.append(decide_plan(load_wave(mill.store, 2), {205: mill.batch(205)}, plan))
    mill.write(plan.batches[0])
    mill.tell_wave(2, approval(mill.store, 2))

    mill.drive()

    assert mill.balance().refined == 4
    mill.check_books()


@pytest.fixture
def old(mill: Mill) -> Mill:
    """Give a mill whose wave was sent in part before waves had to be approved."""
    mill.plan(205, 206)
    shop = mill.workshop()
    shop.books.refresh()
    now = mill.clock.now()
    job = mill.provider.upload(mill.files.open("submissions/batch_205.jsonl"), display_name="w2-batch_205")
    start = c.StartSubmission(nonce="0ddba11", at=now)
    shop.books.write([Entry(205, (start,), "due")])
    name = mill.batch(205).display_name
    made = mill.provider.create(model=mill.batch(205).model, input_file=job.name, display_name=name)
    shop.books.write([Entry(205, (c.RecordJob(made.name, "created", now, now),), "created")])
    return mill


def test_a_wave_of_an_older_ledger_of_which_something_was_sent_goes_on_without_an_approval(old: Mill) -> None:
    assert wave_row(old).status == "running"
    assert "Wave 2 approval" not in {line.text for line in milestones(rows(old).waves(), rows(old).batches())}

    old.drive()

    assert old.balance().refined == 8
    assert old.warnings == []
    assert types(old) == ["planned", "found_running"]
    found = next(each for each in old.store.read() if isinstance(each.event, WaveFoundRunning))
    assert found.event.reason == "batch 205 was sent before waves had to be approved"
    old.check_books()


def test_a_wave_of_an_older_ledger_is_decided_like_any_other(old: Mill) -> None:
    books = old.workshop().books
    books.refresh()

    books.write_wave(2, GOOD, "gate")
    books.write_wave(2, ACCEPT, "accept")

    assert types(old) == ["planned", "found_running", "assessed", "accepted"]
    assert (wave_row(old).status, wave_row(old).overruled) == ("accepted", False)
    old.check_books()


def test_the_timeline_tells_how_a_wave_came_to_its_acceptance(mill: Mill) -> None:
    mill.plan(205)

    def told() -> list[tuple[str, str]]:
        lines = milestones(rows(mill).waves(), rows(mill).batches())
        return [(line.text, line.state) for line in lines if "batch" not in line.text and "read" not in line.text]

    quality = "Wave 2 quality validation"
    assert told() == [("Wave 2 approval", "pending"), (quality, "pending")]
    mill.tell_wave(2, approval(mill.store, 2))
    assert told() == [("Wave 2 approved", "done"), (quality, "pending")]
    mill.drive()
    mill.tell_wave(2, BAD)
    judged = ("Wave 2 quality validation (not good)", "failed")
    assert told()[1:] == [judged, ("Wave 2 acceptance", "pending")]
    mill.tell_wave(2, ACCEPT)
    assert told()[1:] == [judged, ("Wave 2 accepted against the gate's verdict (not good)", "done")]
    mill.tell_wave(2, REJECT)
    assert told()[1:] == [judged, ("Wave 2 rejected", "failed")]
    mill.plan(305, wave=3, depends_on=2)
    assert ("Wave 3 waits until wave 2 is accepted", "pending") in told()
