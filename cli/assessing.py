"""Assesses a wave: every refined pair examined, compared, and judged by rule; written to the ledger."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from heapq import nlargest
from typing import TYPE_CHECKING

import msgspec

from cli.deciding import assess as record
from cli.examining import examined, rules_of
from cli.refined import refined_batches
from cli.scoring import scores_of
from core.batch.lifecycle import Status
from core.errors import NotFoundError, RefusedError
from core.ledger.load import load_wave
from core.quality.agreement import agreement
from core.quality.assessment.beside import Columns, beside
from core.quality.assessment.groups import Tallies
from core.quality.assessment.pair_quality import PairQuality
from core.quality.assessment.report import Assessment
from core.quality.assessment.terms import GateTerms
from core.quality.assessment.verdict import Completion, criteria, verdict_of
from core.quality.findings import FORMED, KEPT
from core.quality.means import wave_means
from core.quality.scores import by_models, by_people
from core.wave.course_events import WaveAssessed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cli.compose import Opened
    from core.ports import StoredFile
    from core.projections.rows import BatchRow
    from core.quality.assessment.report import Beside
    from core.wave.state import Wave

#: Where assessments are kept, relative to the workspace.
FOLDER = "reports"
#: The worst pairs of each criterion that are kept to be named.
WORST = 10


class Assessed(msgspec.Struct, frozen=True):
    """An assessment, where it is kept, and whether the ledger learnt something by it."""

    assessment: Assessment
    path: str
    recorded: bool


class _Worst:
    """The worst pairs by criterion."""

    def __init__(self) -> None:
        self._found: defaultdict[str, list[tuple[float, str]]] = defaultdict(list)

    def add(self, pairs: Iterable[PairQuality]) -> None:
        for pair in pairs:
            for criterion in (KEPT, FORMED):
                if faults := pair.faults(criterion):
                    self._put(criterion, float(faults), pair.pair_id)
            if pair.gain < 0:
                self._put("written", -pair.gain, pair.pair_id)

    def _put(self, criterion: str, how: float, pair_id: str) -> None:
        some = self._found[criterion]
        some.append((how, pair_id))
        if len(some) > 10 * WORST:
            some[:] = nlargest(WORST, some)

    def ids(self) -> dict[str, Sequence[str]]:
        return {name: [pair_id for _, pair_id in nlargest(WORST, some)] for name, some in self._found.items()}


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
    position = opened.database.store.head()
    rules, terms, gate = rules_of(opened), gate_terms(opened), opened.settings.gate
    tallies, columns, worst = Tallies(f"wave-{number}"), Columns(), _Worst()
    place = f"{FOLDER}/wave_{number}_quality.jsonl"

    def seen(batches: Iterable[list[PairQuality]]) -> Iterator[bytes]:
        encode = msgspec.json.Encoder().encode
        for pairs in batches:
            tallies.add(pairs)
            columns.add(pairs)
            worst.add(pairs)
            yield from (encode(pair) + b"\n" for pair in pairs)

    found = seen(examined(refined_batches(opened, wave, rows), rules, gate.workers))
    stored = _keep(opened, place, found, dry_run=dry_run)
    if not columns.gains:
        raise RefusedError(f"wave {number} has no refined pair yet; assess it when its answers came home")
    seed = f"{gate.seed}/wave-{number}"
    whole = tallies.whole.group(seed, terms.error_rate)
    people, models = by_people(scores_of(opened, number)), by_models(scores_of(opened, number))
    means = wave_means(people, terms.people_least) if people else None
    completion = completion_of(wave, rows)
    judged = tuple(criteria(completion, whole, worst.ids(), means, terms))
    assessment = Assessment(
        wave=number,
        position=position,
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


def completion_of(wave: Wave, rows: Sequence[BatchRow]) -> Completion:
    """Return how much of a wave came home, with its repairs; a batch is done when its answers were read."""
    own = [row for row in rows if row.wave == wave.wave and row.status != Status.WITHDRAWN.value]
    batches = [row for row in own if row.repairs is None]
    done = [row for row in batches if row.read_at or _asked_again(row, own)]
    behind = [row.label for row in batches if row not in done]
    return Completion(
        pairs=sum(row.pairs for row in batches),
        refined=sum(row.refined for row in own),
        batches=len(batches),
        done=len(done),
        behind=tuple(behind),
    )


def _asked_again(row: BatchRow, rows: Sequence[BatchRow]) -> bool:
    """Whether all of a lost batch's pairs were asked for again by repairs, and these were read."""
    repairs = [each for each in rows if each.repairs == row.number]
    return bool(repairs) and not row.missing_now and all(each.read_at for each in repairs)


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
    if earlier is None or known is None or not known.report:
        return ()
    with suppress(NotFoundError, RefusedError, msgspec.MsgspecError):
        with opened.files.open(known.report) as stream:
            report = msgspec.json.decode(stream.read(), type=Assessment)
        if report.checker != checker or opened.files.digest(report.pairs_path) != report.pairs_sha256:
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
