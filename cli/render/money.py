"""What was expected beside what it came to, in tokens and US dollars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.render.fitting import Fit, fitted
from cli.render.text import clean, clock_time
from core.planning.naming import counted

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from core.planning.models import Model
    from core.projections.fruitless import Fruitless
    from core.projections.money import Figures

HEADERS = ("home", "refined", "in", "in, exp.", "out", "out, exp.", "US$", "US$, exp.", "US$/1,000")
#: What a narrow terminal does without.
SPARE = ("in, exp.", "out, exp.", "home")
#: Jobs that brought nothing home are shown so many at most; `--json` has them all.
MOST = 20


def cost_lines(by_name: Mapping[str, Figures], whole: Figures, by: str, columns: int | None = None) -> list[str]:
    """Return a line for each wave, batch or model, one for all of them, and what they come to.

    In and out are tokens, beside those expected (exp.) by the plan; the last price is that of 1,000 refined pairs.
    """
    width = max((len(name.partition("r")[0]) for name in by_name), default=0) if by == "batch" else 0
    rows = [(_named(name, by, width), *_row(each)) for name, each in by_name.items()]
    if len(by_name) != 1:
        rows.append(("all", *_row(whole)))
    lines = fitted((by, *HEADERS, ""), rows, Fit(by, SPARE, frozenset(HEADERS)), columns)
    return [*lines, "", *_summed(whole)]


def _named(name: str, by: str, width: int) -> str:
    if by != "batch":
        return name
    base, _, repair = name.partition("r")
    return f"  {base:>{width}}r{repair}" if repair else f"{base:>{width}}"


def _row(each: Figures) -> tuple[str, ...]:
    return (
        f"{each.home} of {each.batches}",
        f"{each.refined:,}",
        f"{each.input_tokens:,}",
        f"{each.expected_input_tokens:,}",
        f"{each.output_tokens:,}",
        f"{each.expected_output_tokens:,}",
        _dollars(each.usd),
        _dollars(each.expected_usd),
        _dollars(each.per_thousand_usd),
        _mark(each),
    )


def _mark(each: Figures) -> str:
    if not each.emulated:
        return ""
    return "emulated" if each.emulated == each.home else f"{each.emulated} of {each.home} emulated"


def _dollars(amount: float | None) -> str:
    return "?" if amount is None else f"{amount:,.4f}"


def _summed(whole: Figures) -> list[str]:
    """Return what the figures come to for one pair and one dollar, and what of it was really charged."""
    lines = []
    if whole.refined and whole.tokens_per_refined is not None:
        lines.append(
            f"{counted(whole.refined, 'refined pair')} took {whole.tokens_per_refined:,.0f} tokens each, "
            f"in and out{_priced(whole)}."
        )
    for what, batches, usd, expected in (
        ("Judging", whole.judging, whole.judging_usd, whole.judging_expected_usd),
        ("Embedding", whole.embedding, whole.embedding_usd, whole.embedding_expected_usd),
        ("Errands", whole.errands, whole.errands_usd, whole.errands_expected_usd),
    ):
        if batches:
            lines.append(
                f"{what} took {batches} of {whole.batches} batches: US$ {_dollars(usd)} of these sums, "
                f"US$ {_dollars(expected)} expected, and in no refined pair's price."
            )
    if whole.of_expected is not None:
        lines.append(
            f"What is home was expected to cost US$ {whole.expected_home_usd:,.4f}; it came to "
            f"{whole.of_expected:.0%} of that."
        )
    if whole.emulated:
        lines.append(
            f"Emulated answers cost nothing: of these prices US$ {_dollars(whole.paid_usd)} was charged, the rest "
            "is what the model would have taken."
        )
    return lines


def _priced(whole: Figures) -> str:
    if whole.per_thousand_usd is None:
        return "; the price is not known"
    bought = f", {whole.refined_per_usd:,.0f} of them for a dollar" if whole.refined_per_usd else ""
    return f": US$ {whole.per_thousand_usd:,.4f} for 1,000{bought}"


def price_lines(models: Mapping[str, Model], names: Collection[str]) -> list[str]:
    """Return the batch prices that were reckoned with, and where and when they were read."""
    lines = []
    for name in sorted(names):
        model = models.get(name)
        if model is None:
            said = "no price is known; give batch_input and batch_output for it in the settings"
        else:
            dollars = f"US$ {model.batch_input:g} a million tokens in, {model.batch_output:g} out"
            said = f"{dollars}, at the batch price ({model.prices_dated})"
        lines.append(clean(f"{name}: {said}"))
    return lines


def fruitless_lines(jobs: Sequence[Fruitless]) -> list[str]:
    """Return every job that brought nothing home, a line each, and what they may have cost at most."""
    if not jobs:
        return []
    charged = sum(job.expected_usd for job in jobs if not job.emulated)
    spent = f"US$ {charged:,.4f} may have been spent for nothing, which is in no sum above"
    lines = [f"{counted(len(jobs), 'job')} brought nothing home; {spent}:"]
    lines += [_fruitless(job) for job in jobs[:MOST]]
    more = len(jobs) - MOST
    return [*lines, f"… and {more} more; --json has them all"] if more > 0 else lines


def _fruitless(job: Fruitless) -> str:
    emulated = " (emulated)" if job.emulated else ""
    expected = f"expected US$ {job.expected_usd:,.4f}{emulated}"
    who = f"batch {job.label}, attempt {job.attempt}, {clock_time(job.at)}"
    return clean(f"{who}: {job.cause}, {job.job_name or '-'}, {expected}: {job.reason}")
