"""A plan carries every pair it found or says why not, whatever the sources and the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInputError, RefusedError
from core.pairs import PairRange, ids
from core.planning.make_plan import PlanTerms, make_plan
from core.planning.models import DEFAULT_MODEL, models_with
from core.planning.plan import Plan
from core.wave.events import PlanSettings
from tests.stocks import source, stock_of, wave_2

if TYPE_CHECKING:
    from core.planning.inventory import SourceStock

TERMS = PlanTerms(2, 1, 205, models_with()[DEFAULT_MODEL], "sha256 of the prompt", 5_000)
SETTINGS = PlanSettings("indicator", 100, "combine", 10, None)

names = st.sampled_from(
    ["dex_volume_24h", "dex_volume_7d", "Supply Rate", "supply-rate", "borrow_rate", "Ω", "a", "b_1h"]
)
sources = st.lists(
    st.builds(source, names, st.sampled_from([None, 30, 31]), st.integers(0, 30)),
    min_size=1,
    max_size=8,
    unique_by=lambda each: (each.session, each.indicator.casefold()),
)
settings_drawn = st.builds(
    PlanSettings,
    st.sampled_from(["indicator", "size"]),
    st.integers(1, 25),
    st.sampled_from(["combine", "skip", "hold"]),
    st.integers(1, 30),
    st.none() | st.integers(1, 500),
)


@given(sources, settings_drawn)
def test_every_pair_is_in_one_batch_or_left_out_for_a_reason(
    drawn: list[SourceStock], settings: PlanSettings
) -> None:
    staged = [msgspec.structs.replace(each, path=f"{place}.json") for place, each in enumerate(drawn)]
    try:
        plan = make_plan(stock_of(*staged), settings, TERMS)
    except BadInputError:
        assert settings.low_count != "combine" or not any(each.found for each in staged)
        return
    planned = [pair for batch in plan.batches for pair in ids(batch.ranges)]
    assert len(set(planned)) == len(planned)
    excluded = sum(each.found for each in plan.sources if each.excluded is not None)
    assert len(planned) + excluded == sum(each.found for each in staged)
    assert all(each.excluded for each in plan.sources if each.planned != each.found or each.found == 0)
    assert all(0 < batch.pairs <= settings.batch_size + settings.low_count_below for batch in plan.batches)
    first = 205 if settings.first_number is None else settings.first_number
    assert [batch.number for batch in plan.batches] == list(range(first, first + len(plan.batches)))


@given(st.data())
def test_a_plan_that_loses_or_doubles_a_pair_cannot_be_built(data: st.DataObject) -> None:
    plan = make_plan(wave_2(), SETTINGS, TERMS)
    place = data.draw(st.integers(0, 6))
    batch = plan.batches[place]
    run = batch.ranges[0]
    wrong = data.draw(
        st.sampled_from(
            [
                (),
                (PairRange(run.source, 2, 100),),
                (PairRange(run.source, 1, 101),),
                (PairRange(run.source, 0, 99),),
                (PairRange(run.source, 1, 60), PairRange(run.source, 60, 100)),
                (*batch.ranges, PairRange("w2-s30-unknown", 1, 1)),
                (*batch.ranges, plan.batches[place - 1].ranges[0]),
            ]
        )
    )
    batches = list(plan.batches)
    batches[place] = msgspec.structs.replace(batch, ranges=wrong)
    with pytest.raises(RefusedError, match="cannot be planned"):
        Plan(**{**msgspec.structs.asdict(plan), "batches": tuple(batches)})


def test_a_source_left_out_without_a_reason_cannot_be_built() -> None:
    plan = make_plan(wave_2(), PlanSettings("indicator", 100, "hold", 10, None), TERMS)
    silent = tuple(msgspec.structs.replace(each, excluded=None) for each in plan.sources)
    with pytest.raises(RefusedError, match="without a reason"):
        Plan(**{**msgspec.structs.asdict(plan), "sources": silent})


def test_two_batches_of_one_number_cannot_be_built() -> None:
    plan = make_plan(wave_2(), SETTINGS, TERMS)
    same = (*plan.batches[:-1], msgspec.structs.replace(plan.batches[-1], number=205))
    with pytest.raises(RefusedError, match="same number"):
        Plan(**{**msgspec.structs.asdict(plan), "batches": same})
