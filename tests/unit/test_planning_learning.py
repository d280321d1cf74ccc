"""The length of answers is learned from those that came home, and only from such as these will be."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.planning.learning import FEWEST_PAIRS, LONGEST, SHORTEST, Experience, Learned, experience, learn
from core.projections.rows import BatchRow
from core.wave.events import RequestTerms
from tests.waves import wave_planned

ROW = BatchRow(
    number=5,
    wave=1,
    status="downloaded",
    title="tvl",
    model="gemini-2.5-flash",
    pairs=100,
    requests=3,
    refined=100,
    estimated_output_tokens=100_000,
    output_tokens=112_000,
    read_at="2026-11-02T12:00:00Z",
    planned_at="2026-11-02T10:00:00Z",
    changed_at="2026-11-02T12:00:00Z",
    version=9,
)
PLAN = wave_planned(wave=1)


def known(ratio: float, pairs: int = 100, **changes: object) -> Experience:
    base = Experience(1, "m", "sha", emulated=False, pairs=pairs, expected=1_000.0 * pairs, answered=0)
    return base._replace(answered=int(1_000 * ratio * pairs))._replace(**changes)  # type: ignore[arg-type]


def learned(*experiences: Experience, emulated: bool = False) -> Learned:
    return learn(experiences, prompt_sha256="sha", model="m", emulated=emulated)


def test_answers_that_were_longer_make_longer_ones_expected() -> None:
    assert learned(known(1.12, 700), known(1.12, 600, wave=3)) == Learned(
        1.12, "answers were 1.12 times as long as expected, measured on 1,300 pairs of wave 1, 3"
    )


def test_a_whole_batch_teaches_its_tokens() -> None:
    assert experience(ROW, PLAN) == Experience(1, PLAN.model, "c" * 64, False, 100, 100_000, 112_000)  # noqa: FBT003 - a row


def test_an_answer_that_was_cut_off_counts_for_the_pairs_in_it() -> None:
    cut = msgspec.structs.replace(ROW, requests=1, refined=57, cut_off=43, output_tokens=65_536)
    found = experience(cut, PLAN)
    assert found is not None
    assert found.answered / found.expected == pytest.approx(65_536 / 57_500)


def test_what_a_plan_had_learned_is_not_learned_again() -> None:
    terms = RequestTerms(None, None, False, 2.0, "so it was", 1_048_576, 65_536, 4_096, 75)  # noqa: FBT003 - a row
    plan = msgspec.structs.replace(PLAN, settings=msgspec.structs.replace(PLAN.settings, packing=terms))
    row = msgspec.structs.replace(ROW, estimated_output_tokens=200_000 + 3 * 4_096)
    found = experience(row, plan)
    assert found is not None
    assert found.expected == 100_000


@pytest.mark.parametrize("changes", [{"read_at": None}, {"repairs": 5}, {"malformed": 11, "refined": 89}])
def test_what_is_no_measure_teaches_nothing(changes: dict[str, object]) -> None:
    assert experience(msgspec.structs.replace(ROW, **changes), PLAN) is None


def test_too_few_pairs_teach_nothing() -> None:
    assert learned(known(2.0, FEWEST_PAIRS - 1)) == Learned()
    assert learned(known(2.0, FEWEST_PAIRS)).room == 2.0


def test_another_prompt_teaches_nothing() -> None:
    assert learned(known(2.0, prompt_sha256="other")) == Learned()


def test_the_same_model_teaches_before_another_one_does() -> None:
    assert learned(known(1.2), known(2.0, 900, model="other")).room == 1.2
    other = learned(known(1.2, 10), known(2.0, 900, model="other"))
    assert other.room == 2.0
    assert learned(known(2.0, model="other")).basis.endswith("of wave 1, of other")


@given(st.floats(0.01, 10), st.integers(1, 500))
def test_emulated_answers_never_teach_real_ones(ratio: float, pairs: int) -> None:
    emulated = known(ratio, pairs, emulated=True)
    assert learned(emulated) == Learned()
    real = known(1.3)
    assert learned(emulated, real) == learned(real)
    assert learned(emulated, real, emulated=True) == learned(emulated, emulated=True)


@given(st.lists(st.tuples(st.floats(0, 50), st.integers(0, 200)), max_size=12))
def test_whatever_came_the_factor_is_bounded(batches: list[tuple[float, int]]) -> None:
    room, basis = learned(*(known(*each) for each in batches))
    assert SHORTEST <= room <= LONGEST
    assert (room == 1.0) or basis


def test_one_broken_batch_does_not_move_the_middle() -> None:
    assert learned(*[known(1.1)] * 6, known(40.0)).room == 1.1
