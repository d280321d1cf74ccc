"""The tables of inventory, plan and written files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.render.text import clean, number_ranges, table
from core.planning.naming import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.planning import Planned
    from cli.writing import WrittenFile
    from core.batch.events import Estimate
    from core.planning.inventory import Inventory
    from core.planning.plan import Plan


def inventory_lines(inventory: Inventory) -> list[str]:
    """Return one line a source, the sums, and every finding."""
    rows = [
        (
            source.path,
            source.session,
            source.indicator,
            source.category,
            source.claimed,
            source.found,
            source.repeated or None,
            len(source.findings) or None,
        )
        for source in inventory.sources
    ]
    headers = ("source", "session", "indicator", "category", "claimed", "found", "repeated", "findings")
    lines = table(headers, rows, right=(1, 4, 5, 6, 7))
    lines += ["", _summed(inventory)]
    lines += [f"{finding.severity}: {clean(str(finding))}" for finding in inventory.findings()]
    if inventory.errors:
        lines.append(f"{counted(inventory.errors, 'error')}: a plan is refused until that is mended.")
    return lines


def _summed(inventory: Inventory) -> str:
    return (
        f"{counted(len(inventory.sources), 'source')} in {inventory.inbox}: "
        f"{counted(inventory.found, 'pair')} found, {inventory.claimed} claimed; "
        f"{inventory.repeated} repeat an earlier question word for word"
    )


def plan_lines(planned: Planned, *, dry_run: bool) -> list[str]:
    """Return one line a batch, the sums, the decisions, and what was recorded."""
    plan = planned.plan
    rows: list[tuple[object, ...]] = [
        (batch.number, batch.title, batch.pairs, batch.requests, *_estimated(batch.estimate))
        for batch in plan.batches
    ]
    requests = sum(batch.requests for batch in plan.batches)
    rows.append(("", "in all", plan.planned, requests, *_estimated(plan.estimate)))
    lines = table(
        ("batch", "title", "pairs", "requests", "tokens in", "tokens out", "US$"), rows, right=(0, 2, 3, 4, 5, 6)
    )
    lines += ["", _terms(plan)]
    lines += [
        clean(f"decision: {decision.subject}: {decision.action} ({decision.reason})")
        for decision in plan.decisions
    ]
    return [*lines, _recorded(planned, dry_run=dry_run)]


def _estimated(estimate: Estimate) -> tuple[str, str, str]:
    return f"{estimate.input_tokens:,}", f"{estimate.output_tokens:,}", f"{estimate.cost_usd:.2f}"


def _terms(plan: Plan) -> str:
    return (
        f"Wave {plan.wave}: {counted(plan.found, 'pair')} found, {plan.planned} planned, "
        f"{plan.found - plan.planned} left out; {plan.model} at batch prices of {plan.prices_dated}; "
        f"at most {plan.hours} h by the provider's target"
    )


def _recorded(planned: Planned, *, dry_run: bool) -> str:
    plan = planned.plan
    if dry_run:
        return "Nothing was recorded (--dry-run)."
    if not planned.recorded:
        return f"This plan stands in the ledger already; next: `batchmill write --wave {plan.wave}`."
    return (
        f"Recorded as revision {plan.revision}, its pairs in {planned.extract}; next: "
        f"`batchmill write --wave {plan.wave}`."
    )


def written_lines(wave: int, written: Sequence[WrittenFile]) -> list[str]:
    """Return one line a batch file, and what to do next."""
    rows = [(each.number, each.path, f"{each.size:,}", each.pairs, each.requests, each.done) for each in written]
    lines = table(("batch", "file", "bytes", "pairs", "requests", "done"), rows, right=(0, 2, 3, 4))
    pairs = counted(sum(each.pairs for each in written), "pair")
    return [*lines, "", f"Wave {wave}: {pairs} in {counted(len(written), 'file')}; {_next(written)}."]


def _next(written: Sequence[WrittenFile]) -> str:
    held = [each.number for each in written if each.held]
    if held:
        return f"next: `batchmill retry {_range(held)}`, since batch {number_ranges(held)} waits for you"
    waiting = [each.number for each in written if each.done in {"new", "restored", "unchanged"}]
    if waiting:
        return f"next: `batchmill run`, or `batchmill submit {_range(waiting)}`"
    return "all of it has been sent"


def _range(numbers: Sequence[int]) -> str:
    return f"{min(numbers)} {max(numbers)}" if len(numbers) > 1 else f"{numbers[0]}"
