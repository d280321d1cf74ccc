"""Assesses a wave: every refined pair examined, compared, and judged by rule; written to the ledger."""

from __future__ import annotations

import signal
from contextlib import closing, contextmanager, suppress
from itertools import chain
from threading import current_thread, main_thread
from typing import TYPE_CHECKING

import msgspec

from cli.assessments import read_assessment
from cli.deciding import assess as record
from cli.examining import examined, rules_of
from cli.refined import refined_batches
from cli.scoring import scores_of
from core.errors import NotFoundError, RefusedError
from core.ledger.load import load_wave
from core.ledger.streams import batch_stream, wave_stream
from core.quality.agreement import agreement
from core.quality.assessment.beside import Columns, beside
from core.quality.assessment.completion import completion_of
from core.quality.assessment.groups import Tallies
from core.quality.assessment.pair_quality import PairQuality
from core.quality.assessment.report import Assessment
from core.quality.assessment.terms import GateTerms
from core.quality.assessment.verdict import criteria, verdict_of
from core.quality.assessment.worst import Worst
from core.quality.means import wave_means
from core.quality.scores import by_models, by_people
from core.wave.course_events import WaveAccepted, WaveAssessed, WaveFoundRunning, WaveRejected
from core.wave.lifecycle import Trigger, follow
from core.wave.score_events import SampleDrawn

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Sequence

    from cli.compose import Opened
    from core.ports import StoredFile
    from core.projections.rows import BatchRow
    from core.quality.assessment.report import Beside
    from core.wave.state import Wave

#: Where assessments are kept, relative to the workspace.
FOLDER = "reports"


class Assessed(msgspec.Struct, frozen=True):
    """An assessment, where it is kept, and whether the ledger learnt something by it."""

    assessment: Assessment
    path: str
    recorded: bool


def assess_wave(opened: Opened, number: int, *, dry_run: bool = False) -> Assessed:
    """Examine every refined pair of a wave, judge it by the settings' criteria, and record the verdict.

    The same ledger, files and settings give the same assessment. A dry run keeps and records nothing. Raises
    NotFoundError for a wave that is not there, RefusedError for one of which nothing came home or whose files are
    not what they were.
    """
    wave = load_wave(opened.database.store, number)
    if wave.extract is None:
        raise NotFoundError(f"the ledger has no wave {number}; `batchmill status` shows those it has")
    rows = opened.rows().batches()
    if not any(row.refined for row in rows if row.wave == number):
        raise RefusedError(f"wave {number} has no refined pair yet; assess it when its answers came home")
    follow(wave.name, wave.status, Trigger.ASSESS)
    rules, terms, gate = rules_of(opened), gate_terms(opened), opened.settings.gate
    tallies, columns, worst = Tallies(f"wave-{number}"), Columns(), Worst()
    place = f"{FOLDER}/wave_{number}_quality.jsonl"

    def seen(batches: Iterable[list[PairQuality]]) -> Generator[bytes]:
        encode = msgspec.json.Encoder().encode
        for pairs in batches:
            tallies.add(pairs)
            columns.add(pairs)
            worst.add(pairs)
            yield from (encode(pair) + b"\n" for pair in pairs)

    with (
        _ended_by_sigterm(),
        closing(seen(examined(refined_batches(opened, wave, rows), rules, gate.workers))) as found,
    ):
        stored = _keep(opened, place, found, dry_run=dry_run)
    seed = f"{gate.seed}/wave-{number}"
    whole = tallies.whole.group(seed, terms.error_rate)
    scores = scores_of(opened, number)
    people, models = by_people(scores), by_models(scores)
    means = wave_means(people, terms.people_least) if people else None
    completion = completion_of(number, rows)
    judged = tuple(criteria(completion, whole, worst.ids(), means, terms))
    assessment = Assessment(
        wave=number,
        position=_position(opened, number, rows),
        verdict=verdict_of(judged, terms),
        criteria=judged,
        seed=gate.seed,
        checker=rules.checker,
        completion=completion,
        whole=whole,
        groups=tallies.groups(seed, terms.error_rate),
        people=means,
        models=wave_means(models, terms.people_least) if models else None,
        agreement=agreement(people) if people else None,
        compared=_before(opened, wave, rules.checker, columns, f"{seed}/before", terms.error_rate),
        pairs_path=place if stored else "",
        pairs_sha256=stored.sha256 if stored else "",
    )
    if dry_run:
        return Assessed(assessment, "", recorded=False)
    return _record(opened, assessment, terms)


def gate_terms(opened: Opened) -> GateTerms:
    """Return the thresholds of the verdict as the settings have them."""
    gate = opened.settings.gate
    return GateTerms(**{name: getattr(gate, name) for name in GateTerms.__struct_fields__})


def _position(opened: Opened, number: int, rows: Sequence[BatchRow]) -> int:
    """Return the position of the last event that an assessment rests on: no assessment, and nothing after one."""
    store = opened.database.store
    passed = WaveAssessed | WaveAccepted | WaveRejected | WaveFoundRunning | SampleDrawn
    batches = (store.read_stream(batch_stream(row.number)) for row in rows if row.wave == number)
    events = chain(store.read_stream(wave_stream(number)), chain.from_iterable(batches))
    return max(each.position for each in events if not isinstance(each.event, passed))


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """Let SIGTERM end the block as Ctrl-C does, so that nothing half done is left.

    Signals are heard in a process's first thread; whoever works in another one answers for them itself.
    """
    if current_thread() is not main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _keep(opened: Opened, place: str, lines: Iterator[bytes], *, dry_run: bool) -> StoredFile | None:
    """Write a line a pair, or only look at each."""
    if dry_run:
        for _ in lines:
            pass
        return None
    with opened.files.create(place) as pending:
        pending.sink.writelines(lines)
        return pending.commit()


def _before(  # noqa: PLR0913, PLR0917 - what a comparison needs
    opened: Opened, wave: Wave, checker: str, columns: Columns, seed: str, error_rate: float
) -> tuple[Beside, ...]:
    """Compare with the wave before, as far as that one was assessed by the same checker."""
    earlier = wave.depends_on
    known = load_wave(opened.database.store, earlier).assessed if earlier is not None else None
    if earlier is None or known is None:
        return ()
    with suppress(NotFoundError, RefusedError, msgspec.MsgspecError):
        report = read_assessment(opened, known)
        if (
            report is None
            or report.checker != checker
            or opened.files.digest(report.pairs_path) != report.pairs_sha256
        ):
            return ()
        old = Columns()
        with opened.files.open(report.pairs_path) as lines:
            old.add(msgspec.json.decode(line, type=PairQuality) for line in lines)
        return beside(earlier, old, columns, seed, error_rate)
    return ()


def _record(opened: Opened, assessment: Assessment, terms: GateTerms) -> Assessed:
    path = f"{FOLDER}/wave_{assessment.wave}_assessment.json"
    with opened.files.create(path) as pending:
        pending.sink.write(msgspec.json.format(msgspec.json.encode(assessment), indent=2) + b"\n")
        stored = pending.commit()
    parameters = {**msgspec.structs.asdict(terms), "checker": assessment.checker}
    event = WaveAssessed(
        verdict=assessment.verdict,
        criteria=assessment.criteria,
        seed=assessment.seed,
        parameters=tuple((name, str(value)) for name, value in sorted(parameters.items())),
        compared_with=assessment.compared[0].wave if assessment.compared else None,
        report=stored.path,
        report_sha256=stored.sha256,
        at=opened.clock.now(),
    )
    recorded = record(opened, assessment.wave, event)
    return Assessed(assessment, stored.path, recorded)
