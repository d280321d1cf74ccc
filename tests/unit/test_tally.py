from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.engine.metered import Metered
from core.errors import CredentialsError, ProviderError, RateLimitedError
from tests.mill import RUNNING
from tests.tallies import check_standing, standing_of
from tests.waves import approval

if TYPE_CHECKING:
    from tests.mill import Mill


class Heard:
    """Implements core.engine.metered.CallListener."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, float]] = []
        self.under_way: list[str] = []

    def began(self, verb: str) -> None:
        self.under_way.append(verb)

    def ended(self, verb: str, outcome: str, seconds: float) -> None:
        assert self.under_way.pop() == verb
        self.calls.append((verb, outcome, seconds))


def test_nothing_is_counted_in_an_empty_ledger(mill: Mill) -> None:
    empty = standing_of(mill.store)
    assert (empty.batches, empty.holds, empty.oldest_job_at, empty.spent_usd) == ({}, {}, None, 0.0)


def test_the_oldest_job_is_the_one_under_way_longest(mill: Mill) -> None:
    mill.stage(205)
    engine = mill.engine()
    engine.pulse()
    began = mill.clock.now()
    mill.clock.advance(5)
    mill.plan(206, wave=3)
    mill.tell_wave(3, approval(mill.store, 3))
    engine.pulse()

    found = standing_of(mill.store)
    assert found.batches == {"submitted": 2}
    assert found.oldest_job_at == began
    assert found.reserved_usd > 0 == found.spent_usd


def test_what_came_home_is_spent_and_has_no_age(mill: Mill) -> None:
    mill.stage(205, 206)
    mill.drive()

    found = standing_of(mill.store)
    assert found.batches == {"downloaded": 2}
    assert found.oldest_job_at is None
    assert found.spent_usd > 0 == found.reserved_usd


def test_it_counts_as_the_rows_do_while_jobs_are_under_way(mill: Mill) -> None:
    mill.stage(205, 206)
    engine = mill.engine()
    engine.pulse()
    mill.clock.advance(RUNNING)
    engine.pulse()

    check_standing(mill.store)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (None, "ok"),
        (RateLimitedError("429"), "rate_limited"),
        (CredentialsError("401"), "credentials"),
        (ProviderError("something else"), "error"),
        (ValueError("no error of a provider"), "error"),
    ],
)
def test_every_call_is_told_with_what_came_of_it(mill: Mill, error: Exception | None, outcome: str) -> None:
    heard, ticks = Heard(), iter((10.0, 12.5))
    metered = Metered(mill.provider, heard, lambda: next(ticks))

    def fail(_: str) -> None:
        if error is not None:
            raise error

    mill.provider.before["list"] = fail
    if error is None:
        metered.list_jobs(page_size=1)
    else:
        with pytest.raises(type(error)):
            metered.list_jobs(page_size=1)

    assert heard.calls == [("list_jobs", outcome, 2.5)]
    assert heard.under_way == []


def test_a_wave_is_driven_through_it_with_one_create_a_batch(mill: Mill) -> None:
    heard = Heard()
    mill.stage(205, 206)
    spied = mill.provider
    mill.provider = Metered(spied, heard, lambda: 0.0)  # type: ignore[assignment] # the same calls
    mill.drive()

    assert [verb for verb, outcome, _ in heard.calls if verb == "create" and outcome == "ok"] == ["create"] * 2
    assert len(heard.calls) == len(spied.calls)
    assert mill.balance().refined == mill.balance().staged
