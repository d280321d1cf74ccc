"""Learner sentences and their corrections by four people, read in place, in the spacing that people write."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from core.quality.draws import Draws
from core.quality.written.measures import measure
from tests.workspaces import SHARED

if TYPE_CHECKING:
    from adapters.language.harper import HarperChecker

GRAMMAR = SHARED / "data" / "grammar"
VERSIONS = ("src", "ref0", "ref1", "ref2", "ref3")


def sentences(version: str) -> list[str]:
    """Return the sentences of one version; the files hold words and marks with blanks between all of them."""
    lines = (GRAMMAR / f"dev.{version}").read_text(encoding="utf-8").splitlines()
    return [_joined(line.strip()) for line in lines]


@cache
def scores(checker: HarperChecker, every: int = 1) -> dict[str, list[float]]:
    """Return the score of every `every`-th sentence by version."""
    return {
        version: [measure("", sentence, checker, 250).score for sentence in sentences(version)[::every]]
        for version in VERSIONS
    }


def batch(scored: dict[str, list[float]], size: int, seed: str, *, shuffled: bool = False) -> list[float]:
    """Return the gains of `size` sentences, corrected by one of the four; or swapped by a coin each."""
    draws = Draws(seed)
    chosen = draws.order(len(scored["src"]))[:size]
    gains = [
        scored[VERSIONS[1 + by]][at] - scored["src"][at]
        for at, by in zip(chosen, draws.below(4, size), strict=True)
    ]
    if not shuffled:
        return gains
    return [-gain if swapped else gain for gain, swapped in zip(gains, draws.bits(size), strict=True)]


def _joined(line: str) -> str:
    line = re.sub(r" (n't|'s|'re|'ve|'ll|'d|'m)\b", r"\1", line)
    line = re.sub(r"\b([Cc]an) not\b", r"\1not", line)
    line = re.sub(r" ([.,;:!?%)\]])", r"\1", line)
    line = re.sub(r"([(\[$]) ", r"\1", line)
    line = re.sub(r"``|''", '"', line)
    return re.sub(r'" ([^"]*?) "', r'"\1"', line)
