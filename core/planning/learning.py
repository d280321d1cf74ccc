"""What the answers of earlier waves teach about the length of those to come."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from core.projections.rows import BatchRow
    from core.wave.events import WavePlanned

#: So many refined pairs there must be before anything is learned from them.
FEWEST_PAIRS = 50

#: Nothing is learned that would be shorter or longer than that: rather than by so much, texts differ in kind.
SHORTEST, LONGEST = 0.5, 3.0

#: A batch is no measure when more than one pair in so many came back as something that cannot be read.
_GARBAGE = 10


class Experience(NamedTuple):
    """One batch that was read: tokens that its refined pairs were expected to have, and those that came."""

    wave: int
    model: str
    prompt_sha256: str
    emulated: bool
    pairs: int
    expected: float
    answered: int


class Learned(NamedTuple):
    """How many times as long as their texts lead to expect answers are, and why ("": nothing was learned)."""

    room: float = 1.0
    basis: str = ""


def experience(row: BatchRow, plan: WavePlanned) -> Experience | None:
    """Return what a batch of a wave teaches, None for a repair, a judging one, one not read or no measure.

    The tokens of an answer that was cut off belong to the pairs that were whole and to half of one more. Thoughts
    count as answer, which errs on the safe side.
    """
    if not row.refines or row.read_at is None or row.repairs is not None or row.malformed * _GARBAGE > row.pairs:
        return None
    packing = plan.settings.packing
    thinking, room = (packing.thinking_budget, packing.room) if packing else (0, 1.0)
    by_texts = (row.estimated_output_tokens - thinking * row.requests) / room
    whole = row.refined + min(row.cut_off, row.requests) / 2
    return Experience(
        wave=row.wave,
        model=row.model,
        prompt_sha256=plan.prompt_sha256,
        emulated=row.emulated,
        pairs=row.refined,
        expected=by_texts * whole / row.pairs,
        answered=row.output_tokens,
    )


def learn(experiences: Iterable[Experience], *, prompt_sha256: str, model: str, emulated: bool) -> Learned:
    """Return what answers to the same prompt teach: of the same model, or of any where that one is unknown.

    It is the middle of the batches' ratios of tokens that came to tokens expected, each batch weighing as much as
    it has refined pairs. Answers of an emulator teach only what is to be `emulated`.
    """
    alike = [
        each
        for each in experiences
        if each.prompt_sha256 == prompt_sha256 and each.emulated == emulated and each.expected > 0
    ]
    for known in ([each for each in alike if each.model == model], alike):
        if sum(each.pairs for each in known) >= FEWEST_PAIRS:
            return _learned(known, model)
    return Learned()


def _learned(known: Sequence[Experience], model: str) -> Learned:
    ratios = sorted((each.answered / each.expected, each.pairs) for each in known)
    reached = accumulate(pairs for _, pairs in ratios)
    pairs = sum(pairs for _, pairs in ratios)
    middle = next(ratio for (ratio, _), so_far in zip(ratios, reached, strict=True) if so_far * 2 > pairs)
    room = round(min(LONGEST, max(SHORTEST, middle)), 2)
    waves = ", ".join(map(str, sorted({each.wave for each in known})))
    bound = "" if SHORTEST <= middle <= LONGEST else f" ({middle:.2f}, taken as {room:.2f})"
    others = "" if any(each.model == model for each in known) else f", of {known[0].model}"
    source = "emulated answers" if known[0].emulated else "answers"
    basis = (
        f"{source} were {middle:.2f} times as long as expected{bound}, measured on {pairs:,} pairs "
        f"of wave {waves}{others}"
    )
    return Learned(room, basis)
