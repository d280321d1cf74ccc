from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from core.batch import events as e
from core.batch.commands import RetryBatch
from core.engine.books import Books, Entry
from core.errors import RefusedError
from core.wave.decider import HoldWave, ReleaseWave, decide_wave
from core.wave.events import WaveHeld, WaveReleased
from core.wave.state import Wave, evolve
from tests.ledgers import NOON
from tests.unit.test_repair import row, under
from tests.waves import wave_planned

if TYPE_CHECKING:
    from tests.mill import Mill

replace = msgspec.structs.replace


@pytest.fixture
def careful(mill: Mill) -> Mill:
    """Give a mill in which one batch of a wave goes first."""
    mill.policy = replace(mill.policy, canary=1)
    return mill


def wave_events(mill: Mill) -> list[object]:
    """Return what became of wave 2 once it was planned, approved and started."""
    return [recorded.event for recorded in mill.store.read_stream("wave-2")][3:]


def sent(mill: Mill) -> set[int]:
    return {number for number in (205, 206, 207) if mill.events(number, e.SubmissionStarted)}


def test_the_first_batch_of_a_wave_goes_alone_and_the_rest_follows_when_it_is_home(careful: Mill) -> None:
    careful.stage(205, 206, 207)
    engine = careful.engine()
    engine.pulse()
    assert sent(careful) == {205}

    careful.drive(engine)

    [released] = wave_events(careful)
    assert isinstance(released, WaveReleased)
    assert released.reason == "batch 205 came home with 4 of 4 pairs refined"
    assert careful.balance().refined == 12
    careful.check_books()


def test_a_canary_that_came_home_badly_holds_the_rest_until_a_person_releases_it(careful: Mill) -> None:
    under(careful, row("garbage", when="every = 1"))
    careful.stage(205, 206)

    assert careful.drive().open == 0

    [held] = wave_events(careful)
    assert isinstance(held, WaveHeld)
    assert held.reason.startswith(
        "batch 205 came home with 0 of 4 pairs refined, fewer than 80%; look at `batchmill history 205`,"
    )
    assert sent(careful) == {205}
    assert careful.balance().planned == 4

    release(careful)
    careful.drive()

    assert careful.balance().refined == 8


def test_a_canary_that_failed_holds_the_rest_and_a_good_retry_releases_it(careful: Mill) -> None:
    under(careful, '[[job]]\non = "1"\nfault = "failed"\ncode = 3\n')
    careful.stage(205, 206)

    careful.drive()

    [held] = wave_events(careful)
    assert isinstance(held, WaveHeld)
    assert held.reason.startswith("its canary batch 205 is failed: ")

    books = Books(careful.store, "ann@desk")
    books.write([Entry(205, (RetryBatch("mended", careful.clock.now()),), "retry 205")])
    careful.drive()

    assert careful.balance().refined == 8
    assert isinstance(wave_events(careful)[-1], WaveReleased)


def test_a_wave_with_no_more_batches_than_canaries_does_not_wait(careful: Mill) -> None:
    careful.policy = replace(careful.policy, canary=2)
    careful.stage(205, 206)

    careful.engine().pulse()

    assert sent(careful) == {205, 206}


def test_a_restart_remembers_that_a_wave_was_released(careful: Mill) -> None:
    careful.stage(205, 206)
    release(careful)

    careful.engine().pulse()

    assert sent(careful) == {205, 206}


def test_the_repair_of_a_canary_does_not_wait_for_the_wave(careful: Mill) -> None:
    under(careful, row("garbage", when="every = 1"))
    careful.stage(205, 206)

    careful.drive()

    assert careful.balance().refined == 4


def test_a_new_plan_is_released_anew() -> None:
    wave = Wave(wave=2)
    for event in (wave_planned(), WaveReleased("well", NOON), wave_planned(revision=2)):
        wave = evolve(wave, event)

    assert not wave.released


def test_a_wave_without_a_plan_cannot_be_released() -> None:
    with pytest.raises(RefusedError, match="wave 2 has no plan; run `batchmill plan --wave 2` first"):
        decide_wave(Wave(wave=2), ReleaseWave("go", NOON))


def test_the_same_is_not_said_twice() -> None:
    wave = evolve(Wave(wave=2), wave_planned())
    held = evolve(wave, WaveHeld("badly", NOON))
    released = evolve(held, WaveReleased("all the same", NOON))

    assert decide_wave(held, HoldWave("badly", NOON)) == []
    assert decide_wave(released, ReleaseWave("go", NOON)) == []
    assert (held.held, released.held) == ("badly", "")


def release(mill: Mill) -> None:
    books = Books(mill.store, "ann@desk")
    books.write_wave(2, ReleaseWave("I looked at it", mill.clock.now()), "release --wave 2")
