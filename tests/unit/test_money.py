from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.memory.store import MemoryEventStore
from core.batch.events import BatchFailed, BatchPlanned, BatchSubmitted, DoubleFound, SubmissionStarted
from core.batch.numbers import repair_of
from core.planning.models import Model, models_with
from core.projections.fruitless import fruitless
from core.projections.money import Figures, costs, figures, price, total
from core.projections.rows import BatchRow
from tests.batches import MODEL, later, planned
from tests.ledgers import NOON, SetClock, new

MODELS = models_with()
PRO = "gemini-2.5-pro"
ROW = BatchRow(
    number=205,
    wave=2,
    status="downloaded",
    title="tvl",
    pairs=10,
    requests=2,
    refined=8,
    model=MODEL,
    read_at="2026-11-02T14:00:00.000000Z",
    input_tokens=100_000,
    output_tokens=40_000,
    estimated_input_tokens=110_000,
    estimated_output_tokens=50_000,
    estimated_cost_usd=0.08,
    planned_at="2026-11-02T12:00:00.000000Z",
    changed_at="2026-11-02T12:00:05.000000Z",
    version=9,
)


def row(number: int = 205, **changes: object) -> BatchRow:
    return msgspec.structs.replace(ROW, number=number, **changes)


def repair(**changes: object) -> BatchRow:
    return row(repair_of(205, 1), **{"repairs": 205, "pairs": 2, "refined": 2, "requests": 1, **changes})


TOKENS = st.integers(0, 10**7)


@given(st.sampled_from([MODEL, PRO]), st.integers(1, 60), TOKENS, TOKENS)
def test_the_price_of_requests_is_the_price_of_each_added_up(
    name: str, requests: int, tokens_in: int, tokens_out: int
) -> None:
    model = MODELS[name]

    alike = price(model, requests, tokens_in * requests, tokens_out * requests)

    assert alike == pytest.approx(requests * model.cost(tokens_in, tokens_out))


@given(st.integers(0, 60), TOKENS, TOKENS)
def test_no_token_goes_unpriced(requests: int, tokens_in: int, tokens_out: int) -> None:
    paid = price(MODELS[MODEL], requests, tokens_in, tokens_out)

    assert paid == pytest.approx((tokens_in * 0.15 + tokens_out * 1.25) / 1_000_000)


def test_short_requests_are_not_priced_as_one_long_one() -> None:
    assert price(MODELS[PRO], 3, 300_000, 0) == pytest.approx(300_000 * 0.625 / 1_000_000)
    assert price(MODELS[PRO], 1, 300_000, 0) == pytest.approx(300_000 * 1.25 / 1_000_000)


def test_a_batch_that_is_home_has_its_actual_price_beside_the_expected_one() -> None:
    found = figures(ROW, MODELS)

    assert found.usd == pytest.approx(0.065)
    assert (found.expected_usd, found.expected_home_usd) == (0.08, 0.08)
    assert found.paid_usd == found.usd
    assert found.per_thousand_usd == pytest.approx(8.125)
    assert found.refined_per_usd == pytest.approx(8 / 0.065)
    assert found.tokens_per_refined == 17_500
    assert found.of_expected == pytest.approx(0.8125)


def test_a_batch_under_way_has_cost_nothing_yet_and_is_not_compared() -> None:
    found = figures(row(read_at=None, status="processing", refined=0, input_tokens=0, output_tokens=0), MODELS)

    assert (found.batches, found.home, found.usd, found.expected_usd, found.expected_home_usd) == (
        1,
        0,
        0,
        0.08,
        0,
    )
    assert (found.of_expected, found.per_thousand_usd, found.refined_per_usd) == (None, None, None)


def test_emulated_answers_are_priced_and_not_charged() -> None:
    found = figures(row(emulated=True), MODELS)

    assert found.usd == pytest.approx(0.065)
    assert (found.paid_usd, found.emulated) == (0, 1)


def test_a_model_without_a_price_leaves_the_sum_unknown_but_not_the_tokens() -> None:
    whole = total(costs([ROW, row(206, model="a-model")], MODELS, "batch"))

    assert (whole.usd, whole.paid_usd, whole.per_thousand_usd) == (None, None, None)
    assert whole.input_tokens == 200_000


def test_own_prices_are_reckoned_with() -> None:
    own = models_with({MODEL: {"batch_input": 1.5, "batch_output": 12.5}})

    assert figures(ROW, own).usd == pytest.approx(0.65)


def test_a_repair_is_shown_right_behind_its_batch_and_its_pairs_are_counted_once() -> None:
    found = costs([repair(), row(206), ROW], MODELS, "batch")

    assert list(found) == ["205", "205r1", "206"]
    assert costs([repair(), ROW], MODELS, "wave")["2"].pairs == 10
    assert costs([repair(), ROW], MODELS, "wave")["2"].refined == 10


def test_what_was_withdrawn_costs_nothing_and_is_no_line() -> None:
    assert costs([row(status="withdrawn")], MODELS, "wave") == {}
    assert figures(row(status="withdrawn"), MODELS) == Figures()


@given(
    st.lists(
        st.builds(
            row,
            st.integers(1, 300),
            wave=st.integers(1, 3),
            model=st.sampled_from([MODEL, PRO]),
            input_tokens=TOKENS,
            output_tokens=TOKENS,
            refined=st.integers(0, 10),
        ),
        unique_by=lambda each: each.number,
    )
)
def test_waves_batches_and_models_come_to_the_same_sum(rows: list[BatchRow]) -> None:
    wholes = [total(costs(rows, MODELS, by)) for by in ("wave", "batch", "model")]

    assert len({(each.input_tokens, each.output_tokens, each.refined, each.batches) for each in wholes}) == 1
    assert wholes[0].usd == pytest.approx(wholes[1].usd) == pytest.approx(wholes[2].usd)


def ledger(*events: object) -> MemoryEventStore:
    store = MemoryEventStore(SetClock())
    store.append([new("batch-205", version, event) for version, event in enumerate(events, 1)])
    return store


def test_jobs_that_brought_nothing_home_are_listed_with_what_they_may_have_cost() -> None:
    store = ledger(
        planned(),
        SubmissionStarted(attempt=1, display_name="w2-batch_205-a1", sha256="a", at=NOON),
        BatchSubmitted(attempt=1, job_name="batches/one", how="created", at=NOON),
        BatchFailed(cause="expired", reason="48 h are over", at=later(172_800), again=True),
        SubmissionStarted(attempt=2, display_name="w2-batch_205-a2", sha256="a", at=later(172_801)),
        DoubleFound(job_name="batches/three", kept="batches/two", cancelled=False, at=later(172_802)),
        BatchSubmitted(attempt=2, job_name="batches/two", how="found", at=later(172_803)),
    )

    found = fruitless(store.read(), {205: ROW})

    assert [(each.attempt, each.job_name, each.cause, each.expected_usd) for each in found] == [
        (1, "batches/one", "expired", 0.08),
        (2, "batches/three", "double", 0.08),
    ]
    assert "batches/two was kept" in found[1].reason


def test_other_batches_are_left_out_of_the_list() -> None:
    store = ledger(planned(), BatchFailed(cause="failed", reason="13", at=NOON))

    assert fruitless(store.read(), {}) == []
    assert isinstance(next(iter(store.read())).event, BatchPlanned)


def test_every_model_of_the_table_says_where_its_prices_are_from() -> None:
    assert all(isinstance(model, Model) and model.basis in model.prices_dated for model in MODELS.values())
    assert any("second-hand" in model.prices_dated for model in MODELS.values())
