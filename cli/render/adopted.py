"""What was taken over of an older process, and what is asked for again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.render.claims import finding_lines
from cli.render.text import batches_named, clean, table
from core.planning.naming import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.adopting import Adopted, JobsAdopted
    from cli.adopting_refined import RefinedTaken
    from cli.replanning import Replan

#: Conflicts and findings shown; `--json` has all of them.
MOST_LINES = 40


def tracking_lines(found: Adopted) -> list[str]:
    """Return what came of adopting a tracking file: the figures, then the findings as far as a screen goes."""
    figures = found.figures
    rows = [
        ("batches adopted", figures.batches),
        ("pairs claimed", figures.claimed_pairs),
        ("pairs that have an id now", figures.ids_minted),
        ("batch files at hand", figures.files),
        ("pairs found in them", figures.pairs_found),
        ("different original ids", figures.distinct_ids),
        ("pairs that shared an id with another", figures.collisions),
    ]
    lines = [*table((f"wave {found.wave}", "number"), rows, right=(1,)), "", *_few(finding_lines(found.findings))]
    if not found.events:
        return [*lines, "", "Nothing is new: the ledger had all of it."]
    return [
        *lines,
        "",
        f"{counted(found.events, 'event')} recorded, all pairs found in {found.extract}.",
        "Next: `batchmill adopt jobs FILE…` for its lists of jobs, then `batchmill reconcile`.",
    ]


def jobs_lines(found: JobsAdopted) -> list[str]:
    """Return what came of job lists: a row a list, the figures of the wave, then contradictions and findings."""
    rows = [(each.source, each.claims, each.new, each.loose) for each in found.lists]
    lines = table(("list", "claims", "new", "of no adopted batch"), rows, right=(1, 2, 3))
    figures = (
        f"Wave {found.wave}: {found.with_job} batches with a claimed job, {found.wrong_form} of them said to be "
        f"in the wrong form, {found.without_job} without any."
    )
    lines += ["", figures]
    said = [f"conflict: {clean(str(conflict))}" for conflict in found.conflicts]
    said += finding_lines(found.findings)
    return [*lines, *_few(said), "Next: `batchmill reconcile` asks the provider."]


def refined_lines(found: Sequence[RefinedTaken]) -> list[str]:
    """Return what came of files of refined pairs, a row a file, and what could not be taken."""
    rows = [(each.source, each.found, each.taken, each.passed_over) for each in found]
    lines = table(("file", "found", "taken over", "home already"), rows, right=(1, 2, 3))
    for each in found:
        if each.batches:
            lines.append(f"{clean(each.source)}: {batches_named(each.batches)}")
    return lines + _few(finding_lines([finding for each in found for finding in each.findings]))


def replan_lines(found: Replan, *, dry_run: bool) -> list[str]:
    """Return the price first, then what is asked for again by kind, and what is left out and why."""
    rows = []
    for kind in found.only:
        some = [each for each in found.portions if each.kind == kind]
        rows.append(
            (
                kind,
                len(some),
                sum(len(each.pair_ids) for each in some),
                sum(each.requests for each in some),
                f"{sum(each.estimate.cost_usd for each in some):.2f}",
            )
        )
    price = (
        f"To ask for {counted(found.pairs, 'pair')} of wave {found.wave} again is expected to cost "
        f"${found.estimate.cost_usd:.2f} with {found.model} "
        f"({found.estimate.input_tokens:,} tokens in, {found.estimate.output_tokens:,} out)."
    )
    lines = [
        price,
        "",
        *table(("kind", "batches", "pairs", "requests", "US $"), rows, right=(1, 2, 3, 4)),
    ]
    lines += [
        f"left out: {counted(each.pairs, 'pair')} of {batches_named(each.batches)}, since {clean(each.reason)}"
        for each in found.left_out
    ]
    if found.busy:
        lines.append(f"under way: repairs of {batches_named(found.busy)}; `batchmill run` brings them home first")
    if found.unsettled:
        lines.append(
            f"not looked up yet: {batches_named(found.unsettled)}; `batchmill reconcile` asks the provider for "
            f"{'their jobs' if len(found.unsettled) > 1 else 'its job'} first"
        )
    return [*lines, "", _next(found, dry_run=dry_run)]


def _next(found: Replan, *, dry_run: bool) -> str:
    if not found.portions:
        return "There is nothing to ask for again."
    if dry_run:
        return "Nothing was recorded; without --dry-run the repairs are written."
    wave = found.wave
    return (
        f"{counted(found.written, 'repair')} written; next: `batchmill approve --wave {wave}` and `batchmill run`."
    )


def _few(lines: Sequence[str]) -> list[str]:
    if len(lines) <= MOST_LINES:
        return list(lines)
    return [*lines[:MOST_LINES], f"… and {len(lines) - MOST_LINES} more; --json has all of them"]
