"""The tables of inventory, plan and written files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.render.asking import answer_lines, lacking_lines
from cli.render.findings import content_lines
from cli.render.text import clean, table, told_once
from core.batch.holds import WANTED, Hold
from core.batch.numbers import label
from core.batch.steering import way_out
from core.exchange.prompts import version_of
from core.planning.naming import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.forms import Compared
    from cli.planning import Planned
    from cli.prompts import PromptVersion
    from cli.writing import WrittenFile
    from core.batch.parts import Estimate
    from core.planning.inventory import Inventory
    from core.planning.plan import Plan


def inventory_lines(inventory: Inventory, *, listed: bool = False) -> list[str]:
    """Return one line a source, the sums, every problem, and what the content rules saw (all if `listed`)."""
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
    return lines + content_lines(
        inventory.content, inventory.content_findings, inventory.content_warnings, listed=listed
    )


def _summed(inventory: Inventory) -> str:
    return (
        f"{counted(len(inventory.sources), 'source')} in {inventory.inbox}: "
        f"{counted(inventory.found, 'pair')} found, {inventory.claimed} claimed; "
        f"{inventory.repeated} repeat an earlier question word for word"
    )


def plan_lines(planned: Planned, *, dry_run: bool, listed: bool = False) -> list[str]:
    """Return one line a batch, sums, decisions, what the content rules saw (all if `listed`), and what is new."""
    plan = planned.plan
    rows: list[tuple[object, ...]] = [
        (
            *(batch.number, batch.title, batch.pairs, batch.requests),
            *(f"{batch.most_output_tokens:,}", f"{batch.most_output_percent} %"),
            *_estimated(batch.estimate),
        )
        for batch in plan.batches
    ]
    requests = sum(batch.requests for batch in plan.batches)
    rows.append(("", "in all", plan.planned, requests, "", "", *_estimated(plan.estimate)))
    headers = (
        "batch",
        "title",
        "pairs",
        "requests",
        "longest answer",
        "of limit",
        "tokens in",
        "tokens out",
        "US$",
    )
    lines = table(headers, rows, right=(0, 2, 3, 4, 5, 6, 7, 8))
    lines += ["", _terms(plan), *_limits(plan)]
    lines += [
        clean(f"decision: {decision.subject}: {decision.action} ({decision.reason})")
        for decision in plan.decisions
    ]
    lines += content_lines(plan.content, planned.findings, planned.warnings, listed=listed, brief=True)
    lines += answer_lines(planned.answers) + lacking_lines(plan.wave, planned.lacking)
    return [*lines, _recorded(planned, dry_run=dry_run)]


def _estimated(estimate: Estimate) -> tuple[str, str, str]:
    return f"{estimate.input_tokens:,}", f"{estimate.output_tokens:,}", f"{estimate.cost_usd:.2f}"


def _terms(plan: Plan) -> str:
    return (
        f"Wave {plan.wave}: {counted(plan.found, 'pair')} found, {plan.planned} planned, "
        f"{plan.found - plan.planned} left out; {plan.model} at batch prices of {plan.prices_dated}; "
        f"at most {plan.hours} h by the provider's target"
    )


def _limits(plan: Plan) -> list[str]:
    packing = plan.settings.packing
    if packing is None:
        return []
    said = (
        f"Longest answer: the tokens expected of a batch's fullest request, where {plan.model} stops at "
        f"{packing.output_limit:,} and requests are filled to {packing.margin_percent} %; prompt version "
        f"{version_of(plan.prompt_sha256)}"
    )
    return [said]


def _recorded(planned: Planned, *, dry_run: bool) -> str:
    plan = planned.plan
    if dry_run:
        return "Nothing was recorded (--dry-run)."
    if not planned.recorded:
        return f"This plan stands in the ledger already; next: `batchmill write --wave {plan.wave}`."
    waits = f" Wave {planned.depends_on} must be accepted before it is sent." if planned.depends_on else ""
    return (
        f"Recorded as revision {plan.revision}, its pairs in {planned.extract}; next: "
        f"`batchmill write --wave {plan.wave}` and `batchmill approve --wave {plan.wave}`.{waits}"
    )


def written_lines(wave: int, written: Sequence[WrittenFile], *, hindrance: str = "") -> list[str]:
    """Return one line a batch file, and what to do next; `hindrance` is why the wave may not be sent yet."""
    rows = [(each.number, each.path, f"{each.size:,}", each.pairs, each.requests, each.done) for each in written]
    lines = table(("batch", "file", "bytes", "pairs", "requests", "done"), rows, right=(0, 2, 3, 4))
    pairs = counted(sum(each.pairs for each in written), "pair")
    lines += ["", f"Wave {wave}: {pairs} in {counted(len(written), 'file')}; {_next(written)}."]
    return [*lines, f"Before that, {hindrance}."] if hindrance else lines


def _next(written: Sequence[WrittenFile]) -> str:
    """Return the next step: a trouble's way out first, then what may be sent, then what a person held back."""
    held = [(each.number, Hold(each.held)) for each in written if each.held]
    troubles = told_once((number, _way(number, hold)) for number, hold in held if hold not in WANTED)
    wanted = [
        said for _, said in told_once((number, _way(number, hold)) for number, hold in held if hold in WANTED)
    ]
    if troubles:
        return "next: " + "; ".join([said for _, said in troubles] + wanted)
    waiting = [each.number for each in written if not each.held and each.done in {"new", "restored", "unchanged"}]
    if waiting:
        together = not any(min(waiting) < number < max(waiting) for number, _ in held)
        submit = f", or `batchmill submit {_range(waiting)}`" if together else ""
        return "; ".join([f"next: `batchmill run`{submit}", *wanted])
    return "; ".join(wanted) or "all of it has been sent"


def _way(number: int, hold: Hold) -> str:
    return f"batch {label(number)} is {hold.value}, {way_out(number, hold)}"


def _range(numbers: Sequence[int]) -> str:
    return f"{min(numbers)} {max(numbers)}" if len(numbers) > 1 else f"{numbers[0]}"


def form_lines(compared: Compared) -> list[str]:
    """Return how a wave's files differ in form from those of the last wave that went well."""
    if compared.against is None:
        return []
    if not compared.differences:
        return [f"The files have the form of wave {compared.against}'s.", ""]
    found = [f"  {clean(difference)}" for difference in compared.differences]
    return [f"The files differ in form from wave {compared.against}'s:", *found, ""]


def prompt_lines(versions: Sequence[PromptVersion]) -> list[str]:
    """Return one line a version of the refinement prompt."""
    rows = [
        (
            each.version,
            ", ".join(map(str, each.waves)) or None,
            each.state,
            "yes" if each.current else None,
            each.path,
        )
        for each in versions
    ]
    return table(("version", "waves", "text is", "current", "file"), rows)
