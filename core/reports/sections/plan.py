"""What was planned: sources, the plan's settings and decisions with their options, batches, and what waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.batch.numbers import label
from core.exchange.prompts import version_of
from core.planning.estimate import expected_hours
from core.planning.make_plan import LOW_COUNT_ACTIONS, STRATEGIES
from core.planning.naming import counted
from core.projections.waiting import hindrances
from core.reports.blocks import Block, Heading, Items, Sentence, facts, table
from core.reports.figures import usd, whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.reports.material import Material
    from core.wave.events import LeftOut, PlannedSource, WavePlanned

#: Runs of left-out pairs that are named.
_RUNS = 12
#: Repairs that are named.
_NAMED = 20


def inventory(material: Material) -> list[Block]:
    """Return every source with what it holds and what of it is in batches."""
    sources = material.record.state.sources
    rows = [
        (
            *(each.path, each.session, each.indicator, each.category, whole(each.claimed)),
            *(whole(each.found), whole(each.planned), whole(each.found - each.planned)),
        )
        for each in sources
    ]
    headers = ("file", "session", "indicator", "category", "claimed", "found", "in batches", "left out")
    found, planned = sum(each.found for each in sources), sum(each.planned for each in sources)
    caption = f"{counted(len(sources), 'source')}, {found:,} pairs found, {planned:,} of them in batches"
    return [Heading("Inventory"), *table(caption, headers, rows, right=(1, 4, 5, 6, 7))]


def left_out(material: Material) -> list[Block]:
    """Return what no batch carries and why, as the plan recorded it; content rules name the places."""
    rows: list[tuple[object, ...]] = []
    for source in material.record.state.sources:
        rows += [(source.path, each.rule, len(each), each.reason, _places(each)) for each in source.left_out]
        rest = _rest(source)
        if source.excluded and (rest or not source.found):
            rows.append((source.path, "the plan", rest, source.excluded, "all others"))
    heads: list[Block] = [Heading("Left out, and why")]
    if not rows:
        return [*heads, Sentence("Nothing is left out: every pair that was found is in a batch.")]
    headers = ("file", "by", "pairs", "why", "places in the file")
    return heads + table("What content rules and the plan left out", headers, rows, right=(2,))


def _rest(source: PlannedSource) -> int:
    return source.found - source.planned - sum(map(len, source.left_out))


def _places(left: LeftOut) -> str:
    runs = [str(first) if first == last else f"{first}-{last}" for first, last in left.runs[:_RUNS]]
    more = len(left.runs) - _RUNS
    return ", ".join(runs) + (f" and {more:,} more" if more > 0 else "")


def choices(material: Material) -> list[Block]:
    """Return the settings of the plan beside what else could be chosen, and every decision that followed."""
    plan = material.record.state.plan
    if plan is None:
        return []
    rows = [(each.subject, each.action, each.reason) for each in plan.decisions]
    made: list[Block] = [Sentence("The plan had nothing to decide beyond these settings.")]
    if rows:
        made = table("Decisions of the plan", ("about", "what", "why"), rows)
    return [
        Heading("Choices and decisions"),
        *table("What was chosen, and from what", ("choice", "chosen", "options"), _choices(plan)),
        *made,
    ]


def _choices(plan: WavePlanned) -> list[tuple[object, ...]]:
    chosen, packing = plan.settings, plan.settings.packing
    rows: list[tuple[object, ...]] = [
        ("batches by", chosen.strategy, ", ".join(STRATEGIES)),
        ("pairs a batch, at most", whole(chosen.batch_size), "any number"),
        ("sources of few pairs", chosen.low_count, ", ".join(LOW_COUNT_ACTIONS)),
        ("few pairs are fewer than", whole(chosen.low_count_below), "any number"),
        ("first number", chosen.first_number, "any number that is free"),
    ]
    if packing:
        asked = "auto" if packing.requests is None else "single" if packing.requests == 1 else packing.requests
        rows += [
            ("requests a batch", asked, "auto, single, a number"),
            ("pairs a request, at most", packing.max_pairs or "no cap", "any number, or no cap"),
            ("limits of the model passed", "yes" if packing.forced else "no", "no, or forced"),
            ("expected answer", f"{packing.room:.2f} times the estimate", packing.basis or "nothing learned yet"),
        ]
    return [*rows, ("prompt", f"{plan.prompt_path} ({version_of(plan.prompt_sha256)})", "any kept version")]


def batches(material: Material) -> list[Block]:
    """Return the planned batches with what each is expected to take, and the sum."""
    rows = [
        (
            *(label(row.number), row.title, whole(row.pairs)),
            *(whole(row.requests) if row.requests else None, whole(row.estimated_input_tokens)),
            *(whole(row.estimated_output_tokens), usd(row.estimated_cost_usd)),
        )
        for row in material.planned
    ]
    headers = ("batch", "carries", "pairs", "requests", "tokens in", "tokens out", "US dollars")
    plan = material.record.state.plan
    if plan is None:
        return [
            Heading("Batches"),
            *table("Batches", headers, rows, right=(2, 3, 4, 5, 6)),
            *_asked_again(material),
        ]
    sums = facts(
        "Expected in all",
        (
            ("batches", whole(len(plan.batches))),
            ("pairs", whole(sum(each.planned for each in plan.sources))),
            ("model", plan.model),
            ("tokens in", whole(plan.estimate.input_tokens)),
            ("tokens out", whole(plan.estimate.output_tokens)),
            ("US dollars", usd(plan.estimate.cost_usd)),
            ("prices of", plan.prices_dated),
            ("hours, at most, by the provider's target", expected_hours(len(plan.batches))),
        ),
    )
    return [Heading("Batches"), *table("Batches as planned", headers, rows, right=(2, 3, 4, 5, 6)), *sums]


def _asked_again(material: Material) -> list[Block]:
    """Return what the missing pairs of an adopted wave were last planned again by, if they were."""
    again = material.record.state.replanned
    if again is None:
        return []
    rows = (
        ("of the kinds", ", ".join(again.only)),
        ("pairs", whole(again.pairs)),
        ("repairs", _listing(again.batches)),
        ("model", again.model),
        ("tokens in", whole(again.estimate.input_tokens)),
        ("tokens out", whole(again.estimate.output_tokens)),
        ("US dollars", usd(again.estimate.cost_usd)),
        ("prices of", again.prices_dated),
        ("hours, at most, by the provider's target", expected_hours(len(again.batches))),
        ("prompt", f"{again.prompt_path} ({version_of(again.prompt_sha256)})"),
    )
    return facts("Missing pairs asked for again", rows)


def _listing(batches: Sequence[int]) -> str:
    """Return batches as people name them, `205r1`, at most twenty of them."""
    more = len(batches) - _NAMED
    named = ", ".join(map(label, batches[:_NAMED]))
    return f"{named} and {more:,} more" if more > 0 else named


def waiting(material: Material) -> list[Block]:
    """Return what the wave waits for before it is sent."""
    row = material.row
    lines = []
    if why := hindrances(material.waves).get(row.wave):
        lines.append(why)
    if row.held:
        lines.append(row.held)
    lines += [
        f"batch {each.label} is on hold: {each.hold}, {each.reason or ''}" for each in material.own if each.hold
    ]
    found: list[Block] = [Items(tuple(lines)) if lines else Sentence("It waits for nothing.")]
    if row.approved_at and row.approved_usd is not None:
        found.append(Sentence(f"It was approved at an expected {row.approved_usd:,.4f} US dollars."))
    return [Heading("What it waits for"), *found]
