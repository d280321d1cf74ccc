"""Every kind of damage that is made and every rewriting that does no harm, in one shape; more are added here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from benchmarks.quality import figures, formed_damage, harmless, signs, terms, written_damage
from benchmarks.quality.damage import Pair
from benchmarks.quality.refinements import edited, fields, unchanged
from core.quality.draws import Draws
from core.quality.findings import FORMED, KEPT, WRITTEN, After, Before

if TYPE_CHECKING:
    from benchmarks.quality.damage import Damage

#: Refines one pair without any damage.
Rewriting = Callable[[Before], After]
#: Pairs of one batch with their refinements.
Refined = Sequence[tuple[Before, After]]


class Kind(NamedTuple):
    """A kind of damage, or a rewriting that does no harm, and the criterion whose checks are asked about it.

    `do` takes a batch with its refinements, the place of a pair, a rewriting and a seed; it returns that pair with
    its refinement, spoilt, or None where the pair offers nothing to spoil. `across` is for what is noticed only
    where a batch is looked at as a whole.
    """

    name: str
    criterion: str
    do: Callable[[Refined, int, Rewriting, str], tuple[Before, After] | None]
    across: bool = False


def _of_texts(damage: Damage) -> Kind:
    """Return damage that is done to the source's text, which is refined after it."""

    def do(refined: Refined, at: int, rewriting: Rewriting, seed: str) -> tuple[Before, After] | None:
        source = refined[at][0]
        others = [Pair(before.question, before.answer) for before, _ in refined]
        done = damage.do(Random(f"{seed} {damage.name} {source.pair_id}"), others[at], others)  # noqa: S311 - damage
        if done is None:
            return None
        before, after = (replace(source, question=pair.question, answer=pair.answer) for pair in done)
        return before, rewriting(after)

    return Kind(damage.name, damage.criterion, do)


def _of_refinements(damage: formed_damage.Damage) -> Kind:
    """Return damage that is done to what came back."""

    def do(refined: Refined, at: int, _rewriting: Rewriting, seed: str) -> tuple[Before, After] | None:
        before = refined[at][0]
        after = damage.function(refined, at, Draws(f"{seed}/{damage.name}/{before.pair_id}"))
        return None if after is None else (before, after)

    return Kind(damage.name, damage.criterion, do, damage.across)


def _rewritten(name: str, criterion: str, rewriting: Rewriting) -> Kind:
    def do(refined: Refined, at: int, _rewriting: Rewriting, _seed: str) -> tuple[Before, After]:
        return refined[at][0], rewriting(refined[at][0])

    return Kind(name, criterion, do, across=True)


REWRITINGS: dict[str, Rewriting] = {"as it was": unchanged, "another form": edited}

DAMAGES = (
    *map(_of_texts, (*figures.DAMAGES, *signs.DAMAGES, *terms.DAMAGES)),
    *map(_of_refinements, (*written_damage.DAMAGES, *formed_damage.DAMAGES)),
)
HARMLESS = (
    *map(_of_texts, harmless.DAMAGES),
    *(
        _rewritten(name, criterion, rewriting)
        for criterion in (KEPT, WRITTEN, FORMED)
        for name, rewriting in REWRITINGS.items()
    ),
)


def as_told(before: Before) -> After:
    """Return a pair's own texts as its refinement: what was done to them is all that was done."""
    return After(before.question, before.answer, fields())
