"""From the inventory and the settings to a plan: a pure function, so planning again gives the same plan."""

from __future__ import annotations

from array import array
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from core.errors import BadInputError
from core.planning.estimate import estimate, expected_hours, total
from core.planning.fitting import Fitted, fit
from core.planning.grouping import Group, Grouping, Judging, group
from core.planning.inventory import COUNT_DIFFERS, Inventory, PairSizes, Stock
from core.planning.learning import Learned
from core.planning.models import Model  # noqa: TC001 - msgspec reads the annotations at run time
from core.planning.naming import source_keys
from core.planning.order import in_order
from core.planning.packing import Packing
from core.planning.plan import Plan, PlannedBatch
from core.planning.sifting import Source
from core.planning.staged import ERROR, Finding
from core.wave.events import Decision, PlannedSource, PlanSettings, RequestTerms

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from core.pairs import PairRange

STRATEGIES = ("indicator", "size")
LOW_COUNT_ACTIONS = ("combine", "skip", "hold")


class PlanTerms(msgspec.Struct, frozen=True):
    """What a plan is made for, beside the sources and the settings.

    `next_number` is the number of the first batch unless the settings give one. With `accept_counts` a claim that
    disagrees with its file is recorded as accepted instead of stopping the plan. `elsewhere` gives, by sha256, the
    other wave that carries a file already. `requests` is how many a batch shall have (None: as few as fit); too
    few stop the plan unless `force` is said. `learned` is what earlier answers teach about the length of these.
    With `accept_findings` pairs that a content rule holds are sent as they are, and that is recorded.
    """

    wave: int
    revision: int
    next_number: int
    model: Model
    prompt_sha256: str
    prompt_characters: int
    max_pairs_per_request: int | None = None
    accept_counts: bool = False
    elsewhere: dict[str, int] = {}
    requests: int | None = None
    force: bool = False
    learned: Learned = Learned()
    accept_findings: bool = False

    @property
    def packing(self) -> Packing:
        """What requests are packed by."""
        return Packing(
            self.model, self.prompt_characters, self.max_pairs_per_request, self.learned.room, self.requests
        )

    def recorded(self, *, forced: bool) -> RequestTerms:
        """Return what requests are packed by as the plan keeps it, for writing and for repairs."""
        return RequestTerms(
            requests=self.requests,
            max_pairs=self.max_pairs_per_request,
            forced=forced,
            room=self.learned.room,
            basis=self.learned.basis,
            input_limit=self.model.input_limit,
            output_limit=self.model.output_limit,
            thinking_budget=self.model.thinking_budget,
            margin_percent=self.model.margin_percent,
        )


def make_plan(stock: Stock, settings: PlanSettings, terms: PlanTerms) -> Plan:
    """Propose the batches of a wave.

    Raises BadInputError for settings that make no sense, sources with errors, and a wave without a single pair;
    RefusedError for too few requests, for pairs too long for any, and for pairs that a content rule holds and
    nobody accepted.
    """
    _check_settings(settings, terms)
    decisions = _accepted(stock.inventory, terms)
    ordered = in_order(stock.inventory.files())
    keys = source_keys(terms.wave, ordered)
    judging = Judging(terms.wave, terms.elsewhere, stock.content, terms.accept_findings)
    grouping = group([Source(keys[source.path], source) for source in ordered], settings, judging)
    if not grouping.groups:
        raise BadInputError(
            f"wave {terms.wave} cannot be planned: its sources hold no pair that may be sent"
            + "".join(f"; {one.subject}: {one.reason}" for one in grouping.decisions[1:4])
        )
    sizes = {keys[path]: stock.sizes[path] for path in keys}
    first = terms.next_number if settings.first_number is None else settings.first_number
    groups = dict(enumerate(grouping.groups, start=first))
    characters = {number: _characters(each.ranges, sizes) for number, each in groups.items()}
    ranges = {number: each.ranges for number, each in groups.items()}
    fitted = fit(terms.wave, characters, terms.packing, ranges=ranges, force=terms.force)
    settings = msgspec.structs.replace(settings, packing=terms.recorded(forced=fitted.forced))
    batches = tuple(_batches(groups, fitted, terms.model))
    return Plan(
        wave=terms.wave,
        revision=terms.revision,
        inbox=stock.inventory.inbox,
        sources=_sources([Source(keys[source.path], source) for source in ordered], grouping),
        batches=batches,
        settings=settings,
        decisions=(*grouping.decisions, *_learned(terms), *decisions, *fitted.decisions),
        model=terms.model.name,
        prompt_sha256=terms.prompt_sha256,
        prices_dated=terms.model.prices_dated,
        estimate=total(batch.estimate for batch in batches),
        hours=expected_hours(len(batches)),
        fingerprint=_fingerprint(ordered_hashes(stock.inventory), settings, terms, _judged(stock, grouping)),
        content=grouping.found,
    )


def _check_settings(settings: PlanSettings, terms: PlanTerms) -> None:
    if settings.strategy not in STRATEGIES:
        raise BadInputError(f"there is no strategy {settings.strategy!r}; choose one of {', '.join(STRATEGIES)}")
    if settings.low_count not in LOW_COUNT_ACTIONS:
        raise BadInputError(
            f"low counts cannot be treated by {settings.low_count!r}; choose one of {', '.join(LOW_COUNT_ACTIONS)}"
        )
    numbers = {
        "wave": terms.wave,
        "batch_size": settings.batch_size,
        "first_number": settings.first_number,
        "low_count_below": settings.low_count_below,
        "max_pairs_per_request": terms.max_pairs_per_request,
        "requests": terms.requests,
    }
    for name, number in numbers.items():
        if number is not None and number < 1:
            raise BadInputError(f"{name} must be 1 or more, not {number}")


def _accepted(inventory: Inventory, terms: PlanTerms) -> list[Decision]:
    """Refuse sources with errors; return a decision for every claim that was accepted as it is."""
    errors = [finding for finding in inventory.findings() if finding.severity == ERROR]
    accepted = [finding for finding in errors if terms.accept_counts and finding.code == COUNT_DIFFERS]
    stopping = [finding for finding in errors if finding not in accepted]
    if stopping:
        raise BadInputError(_refusal(terms.wave, stopping))
    return [Decision(each.path, "count accepted", f"it {each.sentence}; accepted by hand") for each in accepted]


def _refusal(wave: int, stopping: list[Finding]) -> str:
    first, others = stopping[0], len(stopping) - 1
    more = "" if not others else f" (and {others} more, shown by `batchmill inventory`)"
    if all(finding.code == COUNT_DIFFERS for finding in stopping):
        return f"wave {wave} cannot be planned: {first}{more}; mend it, or plan with --accept-counts"
    return f"wave {wave} cannot be planned: {first}{more}; mend the file or leave it out of the inbox"


def _sources(ordered: list[Source], grouping: Grouping) -> tuple[PlannedSource, ...]:
    return tuple(
        PlannedSource(
            key=source.key,
            path=source.stock.path,
            sha256=source.stock.sha256,
            session=source.stock.session,
            indicator=source.stock.indicator,
            category=source.stock.category,
            claimed=source.stock.claimed,
            found=source.stock.found,
            planned=0 if source.key in grouping.excluded else source.pairs,
            excluded=grouping.excluded.get(source.key),
            left_out=source.left_out,
        )
        for source in (each._replace(left_out=grouping.left_out.get(each.key, ())) for each in ordered)
    )


def _learned(terms: PlanTerms) -> list[Decision]:
    if not terms.learned.basis:
        return []
    return [Decision("expected answers", f"{terms.learned.room:.2f} times the estimate", terms.learned.basis)]


def _batches(groups: Mapping[int, Group], fitted: Fitted, model: Model) -> Iterator[PlannedBatch]:
    for number, each in groups.items():
        slots = fitted.slots[number]
        most = max(slot.output_tokens for slot in slots)
        share = 100 * most // model.output_limit
        yield PlannedBatch(number, each.title, each.ranges, len(slots), estimate(slots, model), most, share)


def _characters(ranges: tuple[PairRange, ...], sizes: Mapping[str, PairSizes]) -> PairSizes:
    joined = PairSizes(array("I"), array("I"))
    for run in ranges:
        joined.questions.extend(sizes[run.source].questions[run.first - 1 : run.last])
        joined.answers.extend(sizes[run.source].answers[run.first - 1 : run.last])
    return joined


def ordered_hashes(inventory: Inventory) -> list[tuple[str, str]]:
    """Return (path, sha256) of every source, by path."""
    return sorted((source.path, source.sha256) for source in inventory.files())


def _judged(stock: Stock, grouping: Grouping) -> list[object]:
    """Return what the content rules brought into the plan: they themselves, and what became of single pairs."""
    return [stock.content.terms, grouping.left_out, grouping.accepted]


def _fingerprint(
    hashes: list[tuple[str, str]], settings: PlanSettings, terms: PlanTerms, judged: list[object]
) -> str:
    made_from = [
        terms.wave,
        hashes,
        settings,
        terms.model,
        terms.prompt_sha256,
        terms.accept_counts,
        [path for path, sha256 in hashes if sha256 in terms.elsewhere],
        judged,
    ]
    return sha256(msgspec.json.encode(made_from)).hexdigest()
