from __future__ import annotations

from core.quality.assessment.beside import Columns, beside
from core.quality.findings import FORMED, KEPT
from tests.qualities import found, quality


def columns(gains: list[float], errors: float = 1.0, faulty: int = 0) -> Columns:
    made = Columns()
    made.add(
        quality(n, *([found(KEPT), found(FORMED)] if n < faulty else []), gain=gain, errors=(5.0, errors))
        for n, gain in enumerate(gains)
    )
    return made


EARLIER = columns([1.0, 1.2, 0.8, 1.1, 0.9] * 10)


def test_two_waves_that_differ_by_chance_are_said_to_be_within_noise() -> None:
    said = beside(1, EARLIER, columns([0.9, 1.1, 0.8, 1.2, 1.05] * 10), "1/before", 0.05)
    assert [each.name for each in said] == ["gain in writing", "errors after", "kept", "well formed"]
    assert said[0].sentence == (
        "gain in writing: 1.010 errors per 100 words, 1.000 in wave 1; the difference is within noise"
    )
    assert all(each.sentence.endswith("in wave 1; the difference is within noise") for each in said)


def test_a_wave_that_is_better_or_worse_is_said_to_be_so_with_its_size() -> None:
    better = beside(1, EARLIER, columns([2.0, 2.2, 1.8, 2.1, 1.9] * 10, errors=0.5), "1/before", 0.05)
    worse = beside(1, EARLIER, columns([1.0, 1.2, 0.8, 1.1, 0.9] * 10, errors=2.0, faulty=20), "1/before", 0.05)

    assert "2.000 errors per 100 words, 1.000 in wave 1; better by 1.000 (0.9" in better[0].sentence
    assert "0.500 errors per 100 words, 1.000 in wave 1; better by 0.500" in better[1].sentence
    assert "within noise" in worse[0].sentence
    assert "errors after: 2.000 errors per 100 words, 1.000 in wave 1; worse by 1.000" in worse[1].sentence
    assert "kept: 0.600 of the pairs, 1.000 in wave 1; worse by 0.400 (0.2" in worse[2].sentence
    assert "well formed: 0.600 of the pairs, 1.000 in wave 1; worse by 0.400" in worse[3].sentence


def test_a_loss_in_writing_is_shown_with_its_sign() -> None:
    (gain, errors, *_) = beside(1, EARLIER, columns([-0.5] * 50, errors=0.0), "1/before", 0.05)
    assert (gain.before, gain.now) == (1.0, -0.5)
    assert gain.sentence.startswith(
        "gain in writing: -0.500 errors per 100 words, 1.000 in wave 1; worse by 1.500"
    )
    assert errors.sentence.startswith("errors after: 0.000 errors per 100 words")
