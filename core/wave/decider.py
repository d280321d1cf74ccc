"""Judges a plan: the wave's event and its batches' events come together or not at all."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotations at run time
from typing import TYPE_CHECKING

import msgspec

from core.batch import decider
from core.batch.commands import PlanBatch, WithdrawBatch
from core.batch.state import Batch
from core.errors import RefusedError
from core.exchange.prompts import version_of
from core.ledger.streams import batch_stream, wave_stream
from core.planning.plan import check_balance
from core.wave.course import CourseCommand, decide_course
from core.wave.events import (
    Form,
    FormCompared,
    JobsListed,
    WaveAdopted,
    WaveHeld,
    WavePlanned,
    WaveReleased,
    WaveReplanned,
)
from core.wave.lifecycle import Trigger, follow
from core.wave.scoring import RecordScores, decide_scores

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from core.batch.events import BatchEvent, BatchPlanned
    from core.wave.events import PlanSettings, WaveEvent
    from core.wave.state import Wave

#: (stream, version, event), ready for the ledger.
Write = tuple[str, int, object]


class PlanWave(msgspec.Struct, frozen=True):
    """Put a plan into the ledger; `replace` allows it to take the place of an earlier, different one."""

    planned: WavePlanned
    batches: tuple[BatchPlanned, ...]
    replace: bool = False


class ReleaseWave(msgspec.Struct, frozen=True):
    """Let all of the wave be sent."""

    reason: str
    at: datetime


class HoldWave(msgspec.Struct, frozen=True):
    """Send no more of the wave until a person releases it."""

    reason: str
    at: datetime


class RecordForm(msgspec.Struct, frozen=True):
    """The form of the wave's files, beside that of the wave `against`, if there is one."""

    form: Form
    against: int | None
    differences: tuple[str, ...]
    at: datetime


class AdoptWave(msgspec.Struct, frozen=True):
    """Take over a wave of an older process, or what was found of it since."""

    adopted: WaveAdopted


class RecordList(msgspec.Struct, frozen=True):
    """A list of jobs was read."""

    listed: JobsListed


class ReplanWave(msgspec.Struct, frozen=True):
    """Ask again for pairs of an adopted wave that did not come home."""

    replanned: WaveReplanned


WaveCommand = (
    ReleaseWave | HoldWave | RecordForm | AdoptWave | RecordList | ReplanWave | RecordScores | CourseCommand
)


def decide_wave(wave: Wave, command: WaveCommand) -> list[WaveEvent]:
    """Return what follows for the wave; nothing when it is so already.

    Raises RefusedError for a wave without a plan, and for one that was planned here where it should be adopted.
    """
    match command:
        case AdoptWave(adopted=adopted):
            return _adopt(wave, adopted)
        case RecordList(listed=listed):
            _refuse_unless_adopted(wave)
            return [] if (listed.source, listed.sha256) in wave.lists else [listed]
        case ReplanWave(replanned=replanned):
            _refuse_unless_adopted(wave)
            if wave.replanned and _same_terms(wave.replanned, replanned):
                return []
            follow(wave.name, wave.status, Trigger.REPLAN)
            return [replanned]
        case ReleaseWave() | HoldWave() | RecordForm():
            return _steer(wave, command)
        case RecordScores():
            return [*decide_scores(wave, command)]
        case _:
            return [*decide_course(wave, command)]


def _adopt(wave: Wave, adopted: WaveAdopted) -> list[WaveEvent]:
    if wave.plan is not None:
        raise RefusedError(
            f"wave {wave.wave} was planned here and cannot be adopted; adopt the older one as another with --wave"
        )
    known = wave.adopted
    if known is None:
        return [adopted]
    if known.tracking_sha256 != adopted.tracking_sha256:
        raise RefusedError(
            f"wave {wave.wave} was adopted from {known.tracking}, and {adopted.tracking} is another file; adopt "
            "that one as another wave with --wave"
        )
    learnt = (adopted.sources, adopted.extract_sha256) != (known.sources, known.extract_sha256)
    return [adopted] if learnt else []


def _refuse_unless_adopted(wave: Wave) -> None:
    if wave.adopted is None:
        raise RefusedError(
            f"wave {wave.wave} was not adopted; adopt its tracking file first: "
            f"`batchmill adopt tracking FILE --wave {wave.wave}`"
        )


def _same_terms(known: WaveReplanned, new: WaveReplanned) -> bool:
    """Whether a plan for missing pairs repeats the last one: what was cut short goes on under the same terms."""
    return msgspec.structs.replace(new, at=known.at) == known


def _steer(wave: Wave, command: ReleaseWave | HoldWave | RecordForm) -> list[WaveEvent]:
    if wave.plan is None and wave.replanned is None:
        raise RefusedError(f"wave {wave.wave} has no plan; run `batchmill plan --wave {wave.wave}` first")
    match command:
        case ReleaseWave(reason=reason, at=at):
            return [] if wave.released else [WaveReleased(reason=reason, at=at)]
        case HoldWave(reason=reason, at=at):
            return [] if wave.held == reason else [WaveHeld(reason=reason, at=at)]
        case RecordForm(form=form, against=against, differences=differences, at=at):
            known = wave.form == form
            return [] if known else [FormCompared(form=form, against=against, differences=differences, at=at)]


def decide_plan(wave: Wave, existing: Mapping[int, Batch], command: PlanWave) -> list[Write]:
    """Return what the plan adds to the ledger: nothing when the same plan stands there already.

    `existing` holds every batch that the new or the former plan names, as far as the ledger has it. Raises
    RefusedError when another plan stands and `replace` was not said, when a number belongs to another wave, when
    the wave is decided or anything of it has been sent, or when the plan does not account for every pair.
    """
    planned = command.planned
    if wave.adopted is not None:
        raise RefusedError(
            f"wave {wave.wave} was adopted from {wave.adopted.tracking} and cannot be planned; "
            f"`batchmill replan --wave {wave.wave}` asks again for what it did not bring home"
        )
    if wave.plan is not None:
        if (wave.plan.fingerprint, wave.depends_on) == (planned.fingerprint, planned.depends_on):
            return []
        if not command.replace:
            raise RefusedError(
                f"{differing(wave.plan, planned)}; look at this one with --dry-run, then plan again with --replace"
            )
    try:
        follow(wave.name, wave.status, Trigger.PLAN)
    except RefusedError as refusal:
        raise RefusedError(f"{refusal}; plan the pairs that it lacks as a wave of their own") from None
    _account(command)
    writes: list[Write] = [(wave_stream(planned.wave), wave.version + 1, planned)]
    for event in command.batches:
        batch = existing.get(event.number, Batch(number=event.number))
        if batch.wave not in (0, planned.wave):
            raise RefusedError(
                f"{batch.name} belongs to wave {batch.wave}; plan wave {planned.wave} with another --first-number"
            )
        writes += _number(batch, decider.decide(batch, PlanBatch(planned=event)))
    for number in sorted(set(wave.batches) - set(planned.batches)):
        batch = existing[number]
        reason = f"revision {planned.revision} of wave {planned.wave} does without it"
        writes += _number(batch, decider.decide(batch, WithdrawBatch(reason=reason, at=planned.at)))
    return writes


def differing(old: WavePlanned, new: WavePlanned) -> str:
    """Return in words that a wave has a plan already, and what is different in a new one."""
    return f"wave {new.wave} has a plan (revision {old.revision}), and this one differs from it: " + "; ".join(
        _changes(old, new)
    )


def _changes(old: WavePlanned, new: WavePlanned) -> Iterator[str]:
    found = list(_differences(old, new))
    yield from found or ["a figure of the model or a setting of the content rules is another"]


def _differences(old: WavePlanned, new: WavePlanned) -> Iterator[str]:
    if new.model != old.model:
        yield f"the model is {new.model}, and was {old.model}"
    if new.prompt_sha256 != old.prompt_sha256:
        yield f"the prompt is version {version_of(new.prompt_sha256)}, and was {version_of(old.prompt_sha256)}"
    now, before = ({each.path: each for each in plan.sources} for plan in (new, old))
    for what, paths in (
        ("is new", now.keys() - before.keys()),
        ("is gone", before.keys() - now.keys()),
        ("has another content", {path for path in now.keys() & before if now[path].sha256 != before[path].sha256}),
    ):
        if paths:
            more = f" (and {len(paths) - 1} more)" if len(paths) > 1 else ""
            yield f"the source {min(paths)}{more} {what}"
    carried, were = (sum(source.planned for source in plan.sources) for plan in (new, old))
    if carried != were:
        yield f"{carried} pairs are sent, and {were} were"
    if new.depends_on != old.depends_on:
        now_on, was_on = (f"wave {plan.depends_on}" if plan.depends_on else "no wave" for plan in (new, old))
        yield f"it depends on {now_on}, and did on {was_on}"
    yield from _settings(old.settings, new.settings)


def _settings(old: PlanSettings, new: PlanSettings) -> Iterator[str]:
    now, before = (msgspec.to_builtins(settings) for settings in (new, old))
    now |= now.pop("packing") or {}
    before |= before.pop("packing") or {}
    for name, value in now.items():
        if name in before and name != "basis" and value != before[name]:
            yield f"{name} is {_said(value)}, and was {_said(before[name])}"


def _said(value: object) -> str:
    return "not set" if value is None else f"{value}"


def _number(batch: Batch, events: Sequence[BatchEvent]) -> list[Write]:
    stream = batch_stream(batch.number)
    return [(stream, version, event) for version, event in enumerate(events, start=batch.version + 1)]


def _account(command: PlanWave) -> None:
    """Refuse a plan that loses a pair, gives one twice, or names two sources alike."""
    if tuple(event.number for event in command.batches) != command.planned.batches:
        raise RefusedError(f"the plan of wave {command.planned.wave} names other batches than it carries")
    check_balance(command.planned.wave, command.planned.sources, command.batches)
