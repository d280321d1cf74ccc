"""The real pairs of wave 2: as they are they are kept, and damage to them is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.quality.material import STAGING, real_pairs
from benchmarks.quality.measure import measure
from benchmarks.quality.registry import DAMAGES
from tests.kept import findings

if TYPE_CHECKING:
    from benchmarks.quality.damage import Damage

pytestmark = pytest.mark.skipif(not STAGING.is_dir(), reason="the nine real files of wave 2 are not here")

#: Enough of each kind to see a check that no longer works; `python -m benchmarks.quality` takes all pairs.
EVERY = 12


def test_701_pairs_that_stayed_as_they_were_have_no_finding() -> None:
    pairs = real_pairs(STAGING)
    assert len(pairs) == 701
    assert [found for pair in pairs for found in findings(pair.answer, pair.answer, pair.question)] == []


@pytest.mark.parametrize("damage", [damage for damage in DAMAGES if not damage.harmless], ids=lambda one: one.name)
def test_damage_to_real_texts_is_seen(damage: Damage) -> None:
    outcome = measure(damage, real_pairs(STAGING)[::EVERY], seed=3)
    assert outcome.seen >= 0.8 * outcome.pairs


@pytest.mark.parametrize("damage", [damage for damage in DAMAGES if damage.harmless], ids=lambda one: one.name)
def test_harmless_rewriting_of_real_texts_is_let_pass(damage: Damage) -> None:
    outcome = measure(damage, real_pairs(STAGING)[::EVERY], seed=3)
    assert outcome.faults <= 0.06 * outcome.pairs, outcome.reasons
