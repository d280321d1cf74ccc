"""The checks of form on the real pairs of wave 2: as they are, in another form, and spoilt."""

from __future__ import annotations

import pytest

from benchmarks.quality.formed import caught, false_alarms, faults
from benchmarks.quality.formed_damage import DAMAGES, Damage
from benchmarks.quality.refinements import STAGING, sources, unchanged

pytestmark = pytest.mark.skipif(not STAGING.is_dir(), reason="the nine real files of wave 2 are not here")


def test_pairs_that_came_back_as_they_were_have_no_fault() -> None:
    pairs = [[(before, unchanged(before)) for before in batch] for batch in sources()]

    assert sum(map(len, pairs)) == 701
    assert [fault for batch in pairs for fault in faults(batch)] == []


def test_of_pairs_in_another_form_at_most_two_in_a_hundred_are_blamed() -> None:
    """One of them rightly: the emulated model puts a line break into a bold heading."""
    found = false_alarms(sources(), "edited")

    assert found.total() / 701 <= 0.02
    assert found["bold-unbalanced"] == 1


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: str(damage.name))
def test_of_spoilt_pairs_95_in_a_hundred_are_noticed(damage: Damage) -> None:
    result = caught(sources()[1:4], "unchanged", damage, rounds=1)

    assert result.spoilt == 60
    assert result.seen / result.spoilt >= 0.95
