"""Inventory and plan as whole pieces of work: from paths and settings to the ledger."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec

from adapters.files.extract import write_extract
from adapters.files.inbox import open_staged
from cli.answering import fulfilments, judged, of_note, staged_of
from cli.asking import asking_in, known_bytes, lacking
from cli.experience import learned
from cli.prompts import keep_version, prompt_of
from cli.screening import content_of
from core.batch.numbers import serial_of
from core.errors import BadInputError, RefusedError
from core.ledger.load import load_batch, load_wave
from core.ledger.recorded import NewEvent
from core.ledger.streams import WAVE, wave_number
from core.planning.admission import named
from core.planning.inventory import Stock, take_stock
from core.planning.make_plan import PlanTerms, make_plan
from core.planning.models import Model, model_named, models_with
from core.planning.packing import asked_requests
from core.planning.plan import Plan  # noqa: TC001 - msgspec reads the annotations at run time
from core.planning.plan_events import batches_planned, wave_planned
from core.projections.catch_up import catch_up
from core.quality.arrivals import Arrival  # noqa: TC001 - the same
from core.quality.asking import Asking, still_to_ask
from core.screening.findings import ContentFinding  # noqa: TC001 - the same
from core.wave.decider import PlanWave, Write, decide_plan, differing
from core.wave.events import PlanSettings, WavePlanned

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cli.compose import Opened
    from core.batch.state import Batch
    from core.planning.content import Content
    from core.wave.state import Wave


class Request(msgspec.Struct, frozen=True):
    """What a plan is asked for; None means the setting (or, for the first number, the ledger's next).

    `depends_on` is a wave's number or "none"; None means the wave before.
    """

    wave: int
    paths: tuple[Path, ...]
    strategy: str | None = None
    batch_size: int | None = None
    low_count: str | None = None
    requests: str | None = None
    force: bool = False
    first_number: int | None = None
    accept_counts: bool = False
    replace: bool = False
    again: bool = False
    accept_findings: bool = False
    keep_findings: bool = False
    depends_on: str | None = None


class Planned(msgspec.Struct, frozen=True):
    """A plan, whether it is new to the ledger, and where its extract stands.

    `findings` has every content finding on a pair of the sources sent, where they were to be kept; `warnings` says
    what the content rules could not compare, and how a dry run's plan differs from the one that stands.
    `depends_on` is the wave that has to be accepted before this one is sent. `lacking` counts the usable pairs, by
    indicator, of sources that have none or few and were not asked for again yet; `answers` are files that answer
    an open request, or fall short of one.
    """

    plan: Plan
    recorded: bool
    extract: str
    depends_on: int | None
    findings: tuple[ContentFinding, ...] = ()
    warnings: tuple[str, ...] = ()
    lacking: tuple[tuple[str, int], ...] = ()
    answers: tuple[Arrival, ...] = ()


def stock_of(
    opened: Opened, paths: Sequence[Path], content: Content, asking: Asking | None = None
) -> tuple[Stock, Path]:
    """Return what the staged files at `paths` hold (the workspace's inbox if there are none), and their inbox.

    `content` is shown every pair. A file that was asked for again, by `asking`, may stand beside its answer.
    """
    inbox = opened.root / opened.settings.folders.inbox
    staged = open_staged(tuple(paths) or (inbox,), inbox)
    shown = shown_path(staged.inbox, opened.root)
    low = opened.settings.planning.low_count_below
    about = (asking or Asking()).about()
    stock = take_stock(staged.sources, inbox=shown, low_count_below=low, content=content, asked_again=about)
    return stock, staged.inbox


def answers_in(opened: Opened, stock: Stock, asking: Asking, *, wave: int | None = None) -> tuple[Arrival, ...]:
    """Return the files of an inventory, made for a `wave`, that answer an open request or fall short of one."""
    known = known_bytes(opened.database.store, asking, but=wave)
    return of_note(judged(asking, staged_of(stock), known), known)


def plan_wave(opened: Opened, request: Request, *, dry_run: bool = False) -> Planned:
    """Plan a wave and put the plan into the ledger; the same plan again changes nothing.

    A dry run shows a plan that differs from the one that stands, and says how. Raises BadInputError for sources
    with errors, and RefusedError as `make_plan` and `decide_plan` do.
    """
    content = content_of(opened, request.wave, keep_all=request.keep_findings, again=request.again)
    asking = asking_in(opened.database.store)
    stock, inbox = stock_of(opened, request.paths, content, asking)
    wave = load_wave(opened.database.store, request.wave)
    plan = make_plan(stock, _settings(opened, request, wave), _terms(opened, request, wave))
    extract = f"{opened.settings.folders.submissions}/wave{request.wave}_extracted.json"
    existing = {
        number: load_batch(opened.database.store, number)
        for number in {*wave.batches, *(batch.number for batch in plan.batches)}
    }
    before = depends_on(opened, request, wave)
    answers = answers_in(opened, stock, asking, wave=request.wave)
    # Judged once before the extract is written, so that a refused plan leaves the accepted one's extract alone.
    asked = msgspec.structs.replace(request, replace=True) if dry_run else request
    event = partial(_event, opened, plan, path=extract, before=before)
    writes = _decide(asked, wave, existing, plan, event(digest=""))
    if not writes:
        plan = msgspec.structs.replace(plan, revision=wave.revision)
    if dry_run:
        differs = _differing(wave, writes)
        planned = _planned(plan, content, extract, before, recorded=bool(writes), differs=differs)
        return _with_answers(opened, planned, asking, answers)
    digest = write_extract(opened.root / extract, plan, inbox).sha256
    keep_version(opened, plan.prompt_sha256)
    writes = _decide(request, wave, existing, plan, event(digest=digest))
    _record(opened, request.wave, writes, answers, stock.inventory.inbox)
    planned = _planned(plan, content, extract, before, recorded=bool(writes))
    return _with_answers(opened, planned, asking, answers)


def _record(opened: Opened, wave: int, writes: Sequence[Write], answers: Sequence[Arrival], inbox: str) -> None:
    """Append a plan and what its files answer, in one commit."""
    store = opened.database.store
    fulfilled = fulfilments(store, answers, inbox, opened.clock.now(), after=writes)
    if writes or fulfilled:
        context = opened.context(f"plan --wave {wave}")
        store.append([NewEvent(*write, context) for write in (*writes, *fulfilled)])
    opened.catch_up()


def _with_answers(opened: Opened, planned: Planned, asking: Asking, answers: tuple[Arrival, ...]) -> Planned:
    """Return a plan with what its sources lack and was not asked for yet, and with what was waited for."""
    plan = planned.plan
    asked = still_to_ask(asking, lacking(opened, plan.sources, plan.wave, plan.settings.low_count_below))
    return msgspec.structs.replace(
        planned, lacking=tuple((each.indicator, each.have) for each in asked), answers=answers
    )


def _planned(  # noqa: PLR0913 - what a plan is told with
    plan: Plan, content: Content, extract: str, before: int | None, *, recorded: bool, differs: str = ""
) -> Planned:
    keys = {source.path: source.key for source in plan.sources if source.excluded is None}
    findings = (named(each, keys[each.source]) for each in content.findings if each.source in keys)
    warnings = (*content.warnings, *([differs] if differs else []))
    return Planned(plan, recorded, extract, before, tuple(findings), warnings)


def _differing(wave: Wave, writes: Sequence[Write]) -> str:
    """Return how the plan that would be written differs from the one that stands, "" where there is none."""
    planned = next((event for _, _, event in writes if isinstance(event, WavePlanned)), None)
    if wave.plan is None or planned is None:
        return ""
    return f"{differing(wave.plan, planned)}; --replace puts it in its place"


def _event(opened: Opened, plan: Plan, *, path: str, digest: str, before: int | None) -> WavePlanned:
    return wave_planned(
        plan,
        extract_path=path,
        extract_sha256=digest,
        prompt_path=opened.settings.model.prompt_file,
        depends_on=before,
        at=opened.clock.now(),
    )


def _decide(
    request: Request, wave: Wave, existing: dict[int, Batch], plan: Plan, planned: WavePlanned
) -> list[Write]:
    batches = tuple(batches_planned(plan, at=planned.at))
    return decide_plan(wave, existing, PlanWave(planned=planned, batches=batches, replace=request.replace))


def depends_on(opened: Opened, request: Request, wave: Wave) -> int | None:
    """Return the wave that a plan is to wait for: the one asked for, that of the plan before, or the wave before.

    Raises BadInputError for words that name no wave, and RefusedError for a wave that the ledger does not have or
    that does not come before.
    """
    asked = request.depends_on
    if asked is None and wave.plan is not None:
        return wave.depends_on
    known = {number for each in opened.database.store.streams(WAVE) if (number := wave_number(each)) is not None}
    before = {number for number in known if number < request.wave}
    if asked is None:
        return max(before, default=None)
    if asked == "none":
        return None
    if not asked.isdecimal():
        raise BadInputError(f"--depends-on {asked}: give the number of a wave, or none")
    if int(asked) not in before:
        has = f"the ledger has {', '.join(map(str, sorted(before)))}" if before else "the ledger has none"
        raise RefusedError(
            f"wave {request.wave} can only depend on a wave with a lower number, of which {has}; "
            "--depends-on none lets it depend on none"
        )
    return int(asked)


def _settings(opened: Opened, request: Request, wave: Wave) -> PlanSettings:
    """Return the plan's knobs; a wave that is planned again keeps its first number unless another is given."""
    planning = opened.settings.planning
    first = request.first_number
    if first is None and wave.plan is not None:
        first = wave.plan.settings.first_number
    return PlanSettings(
        strategy=request.strategy or planning.strategy,
        batch_size=request.batch_size or planning.batch_size,
        low_count=request.low_count or planning.low_count,
        low_count_below=planning.low_count_below,
        first_number=first,
    )


def _terms(opened: Opened, request: Request, wave: Wave) -> PlanTerms:
    prompt, digest = prompt_of(opened)
    name = opened.settings.model.name
    catch_up(opened.database.store, opened.database.read_model)
    rows = opened.database.read_model.batches()
    highest = max((serial_of(row.number) for row in rows if row.refines), default=0)
    return PlanTerms(
        wave=request.wave,
        revision=wave.revision + 1,
        next_number=min(wave.batches, default=highest + 1),
        model=model_of(opened, name),
        prompt_sha256=digest,
        prompt_characters=len(prompt),
        max_pairs_per_request=opened.settings.planning.max_pairs_per_request,
        requests=asked_requests(request.requests or opened.settings.planning.requests),
        force=request.force,
        learned=learned(opened, wave, prompt_sha256=digest, model=name, anew=request.replace),
        accept_counts=request.accept_counts,
        accept_findings=request.accept_findings,
        elsewhere={} if request.again else _elsewhere(opened, request.wave),
    )


def _elsewhere(opened: Opened, wave: int) -> dict[str, int]:
    """Return, by the sha256 of every file whose pairs another wave carries, the number of that wave."""
    store = opened.database.store
    numbers = (wave_number(stream) for stream in store.streams(WAVE))
    others = [load_wave(store, number) for number in numbers if number is not None and number != wave]
    return {source.sha256: other.wave for other in others for source in other.sources if source.planned}


def model_of(opened: Opened, name: str, *, vectors: bool = False) -> Model:
    """Return a model's prices and limits, with the settings' own figures.

    BadInputError for one without any names those there are: that answer, or those that make `vectors`.
    """
    return model_named(models_with(opened.settings.models), name, vectors=vectors)


def shown_path(path: Path, root: Path) -> str:
    """Return a path as the ledger records it: relative to the workspace where it lies inside."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
