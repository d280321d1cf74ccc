"""What a model is asked to judge, in lines: the batches, what they cost, what comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.render.text import clean, number_ranges, table
from core.exchange.prompts import version_of
from core.planning.naming import counted

if TYPE_CHECKING:
    from cli.judging import Judging


def judging_lines(found: Judging) -> list[str]:
    """Return a line a batch with what it is expected to cost, and what the budgets leave for all of them."""
    before = f"{found.model} was asked about {counted(found.known, 'pair')} of it before, by the same prompt"
    if not found.batches:
        return [clean(f"{before}; none is left.")]
    rows = [
        (
            each.label,
            len(each.pair_ids),
            each.requests,
            f"{each.estimate.input_tokens:,}",
            f"{each.estimate.output_tokens:,}",
            f"{each.estimate.cost_usd:.4f}",
        )
        for each in found.batches
    ]
    what = "the sample" if found.of == "sample" else "all refined pairs"
    prompt = f"the judging prompt {version_of(found.prompt_sha256)}"
    return [
        *table(("batch", "pairs", "requests", "tokens in", "tokens out", "US$"), rows, right=range(1, 6)),
        "",
        clean(
            f"Wave {found.wave}, {what}: {counted(found.pairs, 'pair')}, judged by {found.model} and {prompt}, "
            f"expected to cost US$ {found.estimate.cost_usd:.4f}."
        ),
        *([clean(f"{before}, and they are left out.")] if found.known else []),
        *_budgets(found),
    ]


def _budgets(found: Judging) -> list[str]:
    lines = []
    for left, whose, setting in (
        (found.left.for_wave_usd, f"wave {found.wave}", "budget.usd_per_wave"),
        (found.left.in_all_usd, "all waves", "budget.usd_in_all"),
    ):
        if left is not None:
            short = left < found.estimate.cost_usd
            what = f"; what passes it will be held, unless you raise {setting}" if short else ""
            lines.append(f"The budget of {whose} leaves US$ {left:.4f}{what}.")
    return lines


def next_line(found: Judging) -> str:
    """Return what was done and what comes next."""
    scores = f"`batchmill scores --wave {found.wave}`"
    if not found.batches:
        return f"Next: {scores} shows what it said."
    if not found.written:
        return "Nothing was written."
    numbers = [each.number for each in found.batches]
    named = number_ranges(numbers)
    first_and_last = " ".join(dict.fromkeys((found.batches[0].label, found.batches[-1].label)))
    return (
        f"Written and approved: {named}. `batchmill run` sends it, or `batchmill submit {first_and_last}`; "
        f"then {scores} shows what the model said."
    )
