"""What a reconciliation found: how many of each kind, what was done, and what needs a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.render.text import batches_named, clean, clock_time, number_ranges, table
from core.ledger.recorded import stamp
from core.planning.naming import counted
from core.reconcile.judgement import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.repricing import Again
    from core.engine.reconcile import Reconciliation
    from core.reconcile.judgement import Judgement

#: Findings of one kind that are told one by one; `--json` has all of them.
MOST_OF_A_KIND = 12
#: What a person is told one by one, since it may need one.
TOLD = (Outcome.UNSETTLED, Outcome.DUPLICATE, Outcome.UNKNOWN, Outcome.UPLOADED)


def reconciled_lines(found: Reconciliation, again: Sequence[Again], *, dry_run: bool) -> list[str]:
    """Return the table of outcomes, then what was done, what it would cost, and what needs a person."""
    calls = found.calls
    looked = (
        f"{counted(found.listed, 'job')} at the provider, read in {counted(calls.pages, 'page')}; "
        f"{counted(calls.gets, 'job')} asked for by name, {counted(calls.file_pages, 'page')} of files."
    )
    lines = [
        looked,
        "",
        *_table(found.judgements),
        "",
    ]
    for outcome in TOLD:
        lines += _told(outcome, [each for each in found.judgements if each.outcome is outcome])
    lines += [f"trouble: {clean(each)}" for each in found.troubles]
    lines += [_price(each) for each in again]
    if not found.trusted and any(each.outcome is Outcome.UNSURE for each in found.judgements):
        lines.append(
            "The provider has no job of this ledger at all: is it another key, project or address? If it is the "
            "right one, say --same-project."
        )
    return [*lines, _done(found, dry_run=dry_run)]


def _table(judgements: Sequence[Judgement]) -> list[str]:
    rows = []
    for outcome in Outcome:
        some = [each for each in judgements if each.outcome is outcome]
        if some:
            numbers = {each.number: each.pairs for each in some if each.number is not None}
            rows.append((outcome.value, len(some), sum(numbers.values()), number_ranges(numbers)))
    if not rows:
        return ["Neither the provider nor the ledger has any job."]
    return table(("found", "number", "pairs", "batches"), rows, right=(1, 2))


def _told(outcome: Outcome, some: Sequence[Judgement]) -> list[str]:
    lines = []
    for each in some[:MOST_OF_A_KIND]:
        who = f"batch {number_ranges([each.number])}: " if each.number is not None else ""
        until = (
            f" (kept until {clock_time(stamp(each.ends))} UTC)"
            if outcome is Outcome.UPLOADED and each.ends
            else ""
        )
        lines.append(f"{outcome.value}: {who}{clean(each.sentence)}{until}")
    if len(some) > MOST_OF_A_KIND:
        lines.append(f"… and {len(some) - MOST_OF_A_KIND} more {outcome.value}; --json has all of them")
    return lines


def _price(again: Again) -> str:
    unknown = f" ({again.without_text:,} more have no batch file at hand)" if again.without_text else ""
    return (
        f"To run the {again.pairs:,} missing pairs of wave {again.wave} again is expected to cost "
        f"${again.cost_usd:.2f}{unknown}; `batchmill replan --wave {again.wave} --dry-run` has the details."
    )


def _done(found: Reconciliation, *, dry_run: bool) -> str:
    if dry_run:
        return "Nothing was recorded or fetched."
    said = [f"{counted(found.recorded, 'event')} recorded"]
    if found.downloaded:
        said.append(f"results of {batches_named(found.downloaded)} downloaded and read")
    if found.cancelled:
        said.append(f"{counted(len(found.cancelled), 'duplicate')} cancelled")
    running = [each for each in found.judgements if each.outcome is Outcome.DUPLICATE and each.running]
    if len(running) > len(found.cancelled):
        said.append("duplicates still run, which --cancel-duplicates stops")
    return f"{', '.join(said)}."
