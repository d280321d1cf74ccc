"""What reports are made from, for tests: a wave that a mill ran, its assessment, and the material of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from adapters.memory.read_model import MemoryReadModel
from core.ledger.load import load_wave
from core.ledger.streams import wave_stream
from core.planning.models import models_with
from core.projections.catch_up import catch_up
from core.quality.assessment.groups import Tallies
from core.quality.assessment.pair_quality import Judged, PairQuality, Written
from core.quality.assessment.report import Assessment
from core.quality.assessment.verdict import Completion
from core.quality.findings import FAULT, KEPT, QualityFinding
from core.quality.review_pair import ReviewPair
from core.reports.material import Material, Samples
from core.reports.record import Record
from core.wave.course import AssessWave
from core.wave.score_events import PairScored, SampleDrawn
from tests.courses import ACCEPT, assessed
from tests.ledgers import NOON

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.wave.events import WaveEvent
    from tests.mill import Mill

PROMPT = "c" * 16
REASON = "numbers are gone: 2.5 %"


def pair_quality(number: int, gain: float, prompt: str = PROMPT, *, fault: bool = False) -> PairQuality:
    """Return a pair of batch 205 that refining made better by `gain` errors per 100 words."""
    finding = QualityFinding("numbers", FAULT, REASON, "answer")
    return PairQuality(
        pair_id=f"w2-s30-n205-{number:03}",
        batch=205,
        carrier=205,
        indicator="n205",
        category="dex_metrics",
        prompt=prompt,
        gain=gain,
        before=Written(3.0, 50.0, 18.0, 90),
        after=Written(3.0 - gain, 55.0, 15.0, 88),
        length_ratio=0.98,
        findings=(Judged(KEPT, finding),) if fault else (),
    )


def assessment(pairs: Sequence[PairQuality], wave: int = 2) -> Assessment:
    """Return what an assessment of these pairs keeps."""
    tallies = Tallies(f"wave-{wave}")
    tallies.add(pairs)
    return Assessment(
        wave=wave,
        position=1,
        verdict="good",
        criteria=(),
        seed=7,
        checker="counts 1",
        completion=Completion(len(pairs), len(pairs), 1, 1, ()),
        whole=tallies.whole.group("seed", 0.05),
        groups=tallies.groups("seed", 0.05),
        people=None,
        models=None,
        agreement=None,
        compared=(),
        pairs_path="reports/wave_2_quality.jsonl",
        pairs_sha256="",
    )


def run_wave(mill: Mill) -> None:
    """Bring wave 2 with batch 205 home, draw and score a sample of it, and accept it as its verdict says."""
    mill.stage(205)
    mill.drive()
    tell(mill, SampleDrawn(2, "1", ("w2-s30-n205-002", "w2-s30-n205-001"), NOON))
    for reviewer, marks in (("anna", (4, 5, 4, 4, 5)), ("ben", (4, 4, 5, 4, 5))):
        for pair_id in ("w2-s30-n205-001", "w2-s30-n205-002"):
            tell(mill, PairScored(pair_id, reviewer, marks, "", NOON))
    rule = (("checker", "counts 1"), ("kept_least", "0.95"), ("people_least", "4.0"))
    mill.tell_wave(2, AssessWave(msgspec.structs.replace(assessed(), parameters=rule)), ACCEPT)


def tell(mill: Mill, event: WaveEvent, wave: int = 2) -> None:
    """Append an event to a wave's stream."""
    mill.append([(wave_stream(wave), load_wave(mill.store, wave).version + 1, event)])


def material(
    mill: Mill,
    wave: int = 2,
    *,
    assessments: Mapping[int, Assessment] | None = None,
    samples: Samples | None = None,
    prompt_of: Mapping[str, str] | None = None,
) -> Material:
    """Return what the reports of a wave are made from, as its mill left it."""
    model, record, as_of = MemoryReadModel(), Record(wave), ""
    position = catch_up(mill.store, model)
    for recorded in mill.store.read():
        record.fold(recorded)
        as_of = recorded.recorded_at
    return Material(
        position=position,
        as_of=as_of[:19].replace("T", " "),
        row=next(row for row in model.waves() if row.wave == wave),
        waves=tuple(model.waves()),
        batches=tuple(model.batches()),
        record=record,
        models=models_with(),
        assessments=assessments or {},
        unread="",
        prompt_of=prompt_of or {},
        samples=samples or Samples(),
    )


def review_pair(text: str, pair_id: str = "w2-s30-n205-001") -> ReviewPair:
    """Return a pair whose every text is this one."""
    return ReviewPair(
        pair_id=pair_id,
        category="dex_metrics",
        source="w2-s30-n205",
        question_before=text,
        answer_before=text,
        question_after=text,
        answer_after=text,
    )
