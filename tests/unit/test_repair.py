from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from adapters.emulator.emulator import Emulator
from adapters.emulator.provider import EmulatedProvider
from adapters.emulator.scenario import scenario_of
from adapters.emulator.settings import EmulatorSettings
from core.batch import events as e
from core.batch.commands import GiveUp, HandOver
from core.batch.decider import decide
from core.batch.numbers import REFINE, repair_of
from core.batch.parts import Unrefined
from core.errors import RefusedError
from core.pairs import PairRange, count, ids
from tests.batches import HAPPY, given
from tests.ledgers import NOON
from tests.mill import PENDING, RECIPE, RUNNING, MemorySupplies, Mill, Spy

if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import BinaryIO

    from core.provider import Job

R1, R2 = repair_of(205, 1), repair_of(205, 2)
replace = msgspec.structs.replace


def under(mill: Mill, scenario: str) -> Mill:
    """Put the mill's provider under a scenario."""
    settings = EmulatorSettings(
        pending_seconds=PENDING, running_seconds=RUNNING, scenario=scenario_of(scenario, "the test's")
    )
    mill.emulator = Emulator(settings, mill.clock)
    mill.provider = Spy(EmulatedProvider(mill.emulator))
    return mill


def row(fault: str, *, name: str = "*batch_205-*", when: str = 'on = "1"') -> str:
    """Return a scenario in which rows of the jobs of this name meet a fault."""
    return f'[[row]]\nfault = "{fault}"\n{when}\ndisplay_name = "{name}"\n'


def carried(mill: Mill, number: int) -> list[str]:
    return list(ids(mill.batch(number).ranges))


def test_pairs_that_did_not_come_home_are_asked_for_once_more_and_no_others(mill: Mill) -> None:
    under(mill, row("missing"))
    mill.stage(205)

    mill.drive()

    lost = [pair.pair_id for pair in mill.events(205, e.AnswersRead)[0].unrefined]
    assert len(lost) == 2
    assert carried(mill, R1) == lost
    assert mill.events(205, e.PairsHandedOver)[0].to == R1
    assert mill.balance() == mill.balance().__class__(staged=4, refined=4)
    assert sorted(mill.jobs().values()) == [1, 1]
    mill.check_books()


def test_a_repair_is_a_batch_with_a_file_a_job_and_results_of_its_own(mill: Mill) -> None:
    under(mill, row("missing"))
    mill.stage(205)

    mill.drive()

    assert mill.types(R1)[:3] == ["planned", "written", "submission_started"]
    assert mill.batch(R1).file_path == "submissions/batch_205r1.jsonl"
    assert mill.batch(R1).result_path == "results/batch_205r1_results.jsonl"
    assert mill.batch(R1).display_name.startswith("w2-batch_205r1-a1-")
    assert [request.key for request in mill.batch(R1).requests] == ["batch_205r1/r01", "batch_205r1/r02"]


def test_what_no_round_brings_home_is_given_up_by_name(mill: Mill) -> None:
    under(mill, row("missing", name="*batch_205*", when="every = 1"))
    mill.stage(205)

    mill.drive()

    [given_up] = mill.events(R2, e.PairsGivenUp)
    assert [pair.pair_id for pair in given_up.pairs] == carried(mill, R2)
    assert all(pair.reason for pair in given_up.pairs)
    assert (mill.balance().refined, mill.balance().given_up, mill.balance().missing) == (0, 4, 0)
    assert mill.engine().pulse().open == 0
    mill.check_books()


def test_without_a_round_to_go_missing_pairs_are_given_up_at_once(mill: Mill) -> None:
    mill.policy = replace(mill.policy, repair_rounds=0)
    under(mill, row("missing"))
    mill.stage(205)

    mill.drive()

    assert mill.balance().given_up == 2
    assert sum(mill.jobs().values()) == 1


def test_a_pair_that_was_blocked_stands_alone_in_the_repair_so_that_others_come_home(mill: Mill) -> None:
    mill.stage(205)
    blocked = list(ids(mill.batch(205).ranges))[1]
    under(mill, f'[[row]]\nfault = "blocked"\nholds = "{blocked}"\n')

    mill.drive()

    assert [len(request.ranges[0]) for request in mill.batch(R1).requests] == [1, 1]
    [given_up] = mill.events(R2, e.PairsGivenUp)
    assert [(pair.pair_id, pair.verdict) for pair in given_up.pairs] == [(blocked, "blocked")]
    assert (mill.balance().refined, mill.balance().given_up) == (3, 1)
    assert [len(mill.batch(number).requests) for number in (R1, R2)] == [2, 1]


def test_pairs_that_were_cut_off_get_requests_of_half_as_many_pairs(mill: Mill) -> None:
    under(mill, row("cut-off", when="every = 1"))
    mill.pairs = 8
    mill.stage(205)
    mill.drive()

    lost = [pair for pair in mill.events(205, e.AnswersRead)[0].unrefined if pair.verdict == "cut_off"]
    assert lost
    assert [sum(map(len, request.ranges)) for request in mill.batch(R1).requests] == [1] * len(lost)
    assert mill.balance().refined == 8


@pytest.fixture
def eight(mill: Mill, monkeypatch: pytest.MonkeyPatch) -> Mill:
    """Return a mill whose batches have eight pairs, all in one request."""
    monkeypatch.setattr("tests.mill.RECIPE", RECIPE._replace(max_pairs=8))
    mill.pairs = 8
    mill.stage(205)
    return mill


def sizes(mill: Mill, number: int) -> list[int]:
    return [count(request.ranges) for request in mill.batch(number).requests]


@pytest.mark.parametrize("fault", ["missing", "garbage", "failed"])
def test_a_pair_that_spoils_every_request_takes_no_neighbour_with_it(eight: Mill, fault: str) -> None:
    bad = list(ids(eight.batch(205).ranges))[2]
    under(eight, f'[[row]]\nfault = "{fault}"\nholds = "{bad}"\n')

    eight.drive()

    assert [sizes(eight, number) for number in (205, R1, R2)] == [[8], [4, 4], [1] * 4]
    assert [pair.pair_id for pair in eight.events(R2, e.PairsGivenUp)[0].pairs] == [bad]
    assert (eight.balance().refined, eight.balance().given_up) == (7, 1)
    eight.check_books()


def test_in_the_last_round_of_the_policy_every_pair_stands_alone(eight: Mill) -> None:
    eight.policy = replace(eight.policy, repair_rounds=1)
    under(eight, row("missing"))

    eight.drive()

    assert sizes(eight, R1) == [1] * 8


def test_a_repair_has_room_for_longer_answers_and_expects_to_pay_for_none_of_it(eight: Mill) -> None:
    pairs = list(MemorySupplies().pairs(2, REFINE, set(ids(eight.batch(205).ranges))).values())
    tight = replace(RECIPE.model, output_limit=8_000)
    plain = RECIPE._replace(max_pairs=8, model=tight)
    roomy = plain._replace(spare=4.0)

    assert len(roomy.slots(pairs)) > len(plain.slots(pairs))
    assert roomy.estimate(pairs).output_tokens == plain.estimate(pairs).output_tokens


def test_no_request_is_expected_to_write_more_than_the_model_may() -> None:
    [pair] = MemorySupplies().pairs(2, REFINE, {"w2-s30-tvl-001"}).values()
    long = replace(pair, answer="x" * 1_000_000)

    assert RECIPE._replace(spare=2.0).estimate([long, long]).output_tokens == 2 * RECIPE.model.output_limit


def alone_and_cut_off(mill: Mill, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.mill.RECIPE", RECIPE._replace(max_pairs=1))
    under(mill, row("cut-off"))
    mill.stage(205)


def test_a_pair_that_had_all_the_output_to_itself_and_was_cut_off_is_given_up_at_once(
    mill: Mill, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone_and_cut_off(mill, monkeypatch)

    mill.drive()

    [given_up] = mill.events(205, e.PairsGivenUp)
    assert [pair.reason for pair in given_up.pairs] == ["the answer ended at the output limit after 0 of 1 pairs"]
    assert (sum(mill.jobs().values()), mill.balance().refined) == (1, 3)
    mill.check_books()


class BrokenOff(Spy):
    """A provider whose answers break off without a word of the output limit."""

    def download(self, job: Job, sink: BinaryIO) -> None:
        whole = io.BytesIO()
        super().download(job, whole)
        sink.write(whole.getvalue().replace(b"MAX_TOKENS", b"STOP"))


def test_a_pair_that_stood_alone_and_whose_answer_broke_off_below_the_limit_is_asked_for_again(
    mill: Mill, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone_and_cut_off(mill, monkeypatch)
    mill.provider = BrokenOff(mill.provider)

    mill.drive()

    assert (sizes(mill, R1), mill.balance().refined) == ([1], 4)


def test_a_power_cut_between_the_repairs_file_and_its_events_leaves_one_repair(mill: Mill) -> None:
    under(mill, row("missing"))
    mill.stage(205)
    mill.policy = replace(mill.policy, repair_rounds=0)
    mill.files.kept["submissions/batch_205r1.jsonl"] = b"half a file"
    mill.policy = replace(mill.policy, repair_rounds=2)

    mill.drive()

    assert mill.files.digest("submissions/batch_205r1.jsonl") == mill.batch(R1).file_sha256
    assert mill.balance().refined == 4


class Lost(MemorySupplies):
    """The extract is not there, until it is put back."""

    back = False

    def pairs(self, wave: int, kind: str, pair_ids: Collection[str]) -> dict[str, Any]:
        if not self.back:
            raise RefusedError("the extract submissions/wave2_extracted.json cannot be read; put it back")
        return super().pairs(wave, kind, pair_ids)


def test_a_repair_whose_extract_is_missing_waits_until_it_is_back_and_says_so(mill: Mill) -> None:
    under(mill, row("missing"))
    lost = Lost()
    mill.supplies = lost
    mill.stage(205)
    engine = mill.engine()
    for _ in range(60):
        engine.pulse()
        mill.clock.advance(30)
    assert "batch 205: the extract submissions/wave2_extracted.json cannot be read; put it back" in mill.warnings
    assert mill.balance().missing == 2

    lost.back = True
    mill.drive(engine)

    assert mill.balance().refined == 4


@pytest.mark.parametrize(
    "command",
    [
        HandOver(R1, (PairRange("w2-s30-tvl", 1, 1),), NOON),
        HandOver(R1, (), NOON),
        GiveUp((Unrefined("w2-s30-tvl-001", "missing", "so"),), NOON),
    ],
)
def test_a_pair_that_is_home_cannot_be_handed_over_or_given_up(command: HandOver | GiveUp) -> None:
    with pytest.raises(RefusedError, match="batch 205 does not miss just those pairs"):
        decide(given(*HAPPY), command)


def test_a_pair_is_handed_over_only_once() -> None:
    over = HandOver(R1, (PairRange("w2-s30-tvl", 4, 4),), NOON)

    assert decide(given(*HAPPY), over)
    with pytest.raises(RefusedError, match="they may have been taken over meanwhile"):
        decide(given(*HAPPY, over), over)
