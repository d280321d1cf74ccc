"""One small batch for tests: commands that take it through its life, and what each status looks like."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from core.batch import adopted_events as a
from core.batch import adopting_commands as ac
from core.batch import commands as c
from core.batch import events as e
from core.batch.decider import decide
from core.batch.folding import evolve
from core.batch.lifecycle import Status
from core.batch.numbers import EMBED, number_of, repair_of
from core.batch.parts import Estimate, RequestLine, Unrefined
from core.batch.state import Batch
from core.errors import RefusedError
from core.pairs import PairRange
from tests.ledgers import NOON

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from core.batch.commands import BatchCommand
    from core.batch.events import BatchEvent

MODEL = "gemini-2.5-flash"
SHA, OTHER_SHA = "a" * 64, "b" * 64
NONCE = "c0ffee00"


def later(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def planned(number: int = 205, *, pairs: int = 4, revision: int = 1, source: str = "w2-s30-tvl") -> e.BatchPlanned:
    return e.BatchPlanned(
        number=number,
        wave=2,
        revision=revision,
        title=source.removeprefix("w2-s30-"),
        ranges=(PairRange(source, 1, pairs),),
        model=MODEL,
        prompt_sha256="c" * 64,
        estimate=Estimate(input_tokens=2_000, output_tokens=3_000, cost_usd=0.0405),
        at=NOON,
    )


def written(sha256: str = SHA, *, source: str = "w2-s30-tvl") -> e.BatchWritten:
    requests = (
        RequestLine("batch_205/r01", (PairRange(source, 1, 2),)),
        RequestLine("batch_205/r02", (PairRange(source, 3, 4),)),
    )
    return e.BatchWritten(
        path="submissions/batch_205.jsonl", sha256=sha256, size=4_096, requests=requests, at=later(60)
    )


def answers(
    refined: int = 3, unrefined: Iterable[tuple[str, str]] = (("w2-s30-tvl-004", "cut_off"),)
) -> e.AnswersRead:
    return e.AnswersRead(
        path="results/batch_205_refined.jsonl",
        sha256="d" * 64,
        refined=refined,
        unrefined=tuple(Unrefined(pair_id, verdict, "so it was") for pair_id, verdict in unrefined),
        strays=0,
        input_tokens=1_900,
        output_tokens=2_800,
        emulated=True,
        at=later(7_000),
    )


PLAN = c.PlanBatch(planned())
WITHDRAW = c.WithdrawBatch("revision 2 of wave 2 does without it", later(30))
WRITE = c.RecordFile(written())
START = c.StartSubmission(NONCE, later(120))
UPLOAD = c.RecordUpload("files/one", later(172_920), later(121))
DUE = later(172_922)
JOB = c.RecordJob("batches/one", "created", later(122), DUE)
DEFER = c.RecordDeferral("429: quota", later(300), later(122))
UNCLEAR = c.RecordUnclear("time-out", looked=False, look_again_at=later(124), at=later(122))
LOOKED = c.RecordUnclear("no job found yet", looked=True, look_again_at=later(144), at=later(124))
REFUSE = c.RecordRefusal("400: line 1 is no request", later(122))
PROCESS = c.RecordProcessing(later(180))
SUCCEED = c.RecordSuccess(
    succeeded_requests=2, failed_requests=0, result_file="files/batch-one", ended_at=later(3_600), at=later(3_610)
)
FAIL = c.RecordFailure("expired", "the job expired", later(3_610))
DOWNLOAD = c.RecordDownload("results/batch_205_results.jsonl", "e" * 64, 9_000, 2, later(3_620))
READ = c.RecordAnswers(answers())
RETRY = c.RetryBatch("the reason was mended", later(4_000))
QUARANTINE = c.QuarantineBatch("nobody could tell", later(50_000))
OVER_BUDGET = c.HoldSubmission("$1.20 of $1.00", later(100))
DOUBLE = c.RecordDouble("batches/two", "batches/one", cancelled=True, at=later(130))
CANCEL = c.CancelBatch("the wrong prompt", later(200))
CANCEL_SENT = c.RecordCancelSent("batches/one", later(201))
FORGET_JOB = c.AskDeletion(c.JOB, "batches/one", "its answers are here", later(8_000))
FORGET_FILE = c.AskDeletion(c.FILE, "files/one", "its job ended", later(8_000))
PAUSE = c.PauseBatch("the price is looked into", later(70))
RESUME = c.ResumeBatch("the price is right", later(90))
FORGET_JOB = c.AskDeletion(c.JOB, "batches/one", "its result is home", later(8_000))
FORGET_FILE = c.AskDeletion(c.FILE, "files/one", "its job ended", later(8_001))
GIVE_UP_VECTORS = c.GiveUpVectors(2, "both files are gone", later(9_000))
HAND_OVER = c.HandOver(repair_of(205, 1), (PairRange("w2-s30-tvl", 4, 4),), later(7_010))
GIVE_UP = c.GiveUp((Unrefined("w2-s30-tvl-004", "cut_off", "so it was"),), later(7_010))

SOURCE = "w1-adopted-b205"
RUN = (PairRange(SOURCE, 1, 4),)
ADOPT = ac.AdoptBatch(
    a.BatchAdopted(
        number=205,
        wave=1,
        origin="batch_tracking.json",
        origin_sha256=SHA,
        place="batches[204]",
        path="submissions\\batch_205.jsonl",
        pairs=4,
        file_size=4_096,
        first_pair_id="7_0",
        last_pair_id="7_3",
        ranges=RUN,
        originals=("7_0", "7_1", "7_2", "7_3"),
        at=NOON,
    )
)
FILE_READ = ac.RecordAdoptedFile(
    a.AdoptedFileRead(
        path="/old/batch_205.jsonl",
        sha256=SHA,
        size=4_096,
        form="one_request",
        whole=True,
        requests=(RequestLine("line 1", RUN),),
        ranges=RUN,
        originals=("7_0", "7_1", "7_2", "7_3"),
        question_characters=400,
        answer_characters=12_000,
        findings=(),
        at=later(10),
    )
)


def claim(job_name: str | None = "batches/old", source: str = "jobs.json") -> ac.ClaimJob:
    return ac.ClaimJob(
        a.JobClaimed(
            job_name=job_name,
            file_uri="files/old",
            state="JOB_STATE_PENDING",
            display_name="refinement_batch_205",
            time="2025-11-02T17:40:05Z",
            source=source,
            source_sha256=SHA,
            place="batches[0]",
            at=later(20),
        )
    )


def adopted_job(job_name: str = "batches/old") -> ac.AdoptJob:
    return ac.AdoptJob(
        a.JobAdopted(
            job_name=job_name,
            display_name="refinement_batch_205",
            attempt=1,
            model=MODEL,
            input_file="files/old",
            requests=1,
            evidence=("name", "display name"),
            created_at=NOON,
            due=DUE,
            at=later(40),
        )
    )


def taken(first: int, last: int) -> ac.TakeRefined:
    return ac.TakeRefined(
        a.RefinedAdopted(
            path="results/batch_205_adopted_refined.jsonl",
            sha256="d" * 64,
            ranges=(PairRange(SOURCE, first, last),),
            source="old/refined.jsonl",
            source_sha256=SHA,
            at=later(50),
        )
    )


WRONG_FORM = ac.ClaimForm(a.FormClaimed(source="operator", place="", words="", at=later(21)))
SETTLE = ac.SettleClaim("batches/old", "the console shows it", later(30))
SIGHT = ac.SightJob(
    a.JobSighted(
        job_name="batches/maybe",
        display_name="refinement_batch_205",
        evidence="display name",
        reason="the provider has batches/maybe, which may be its job",
        at=later(25),
    )
)
GONE = c.RecordFailure("gone", "the provider does not know its job", later(60))
ADOPTING: tuple[BatchCommand, ...] = (
    ADOPT,
    FILE_READ,
    claim(),
    claim("batches/other", "jobs.md"),
    WRONG_FORM,
    SETTLE,
    SIGHT,
    adopted_job(),
    taken(1, 3),
    taken(4, 4),
    GONE,
)

HAPPY: tuple[BatchCommand, ...] = (PLAN, WRITE, START, UPLOAD, JOB, PROCESS, SUCCEED, DOWNLOAD, READ)
#: A batch that embedded, whose vectors are lost.
LOST = (c.PlanBatch(planned(number_of(EMBED, 1))), *HAPPY[1:], GIVE_UP_VECTORS)
COMMANDS: tuple[BatchCommand, ...] = (
    *HAPPY,
    FORGET_JOB,
    FORGET_FILE,
    WITHDRAW,
    DEFER,
    UNCLEAR,
    LOOKED,
    REFUSE,
    FAIL,
    RETRY,
    QUARANTINE,
    OVER_BUDGET,
    DOUBLE,
    CANCEL,
    CANCEL_SENT,
    FORGET_JOB,
    FORGET_FILE,
    PAUSE,
    RESUME,
    HAND_OVER,
    GIVE_UP,
    GIVE_UP_VECTORS,
    c.PlanBatch(planned(pairs=2, revision=2)),
    c.RecordFile(written(OTHER_SHA)),
    c.StartSubmission("0ddba115", later(400)),
    c.RecordJob("batches/two", "found", later(130)),
    c.RecordSuccess(succeeded_requests=0, failed_requests=2, result_file=None, ended_at=None, at=later(3_610)),
    c.RecordAnswers(answers(refined=2, unrefined=())),
    *ADOPTING,
)

#: The shortest way to each status.
WAYS: dict[Status, tuple[BatchCommand, ...]] = {
    Status.UNPLANNED: (),
    Status.PLANNED: HAPPY[:1],
    Status.WRITTEN: HAPPY[:2],
    Status.SUBMITTED: HAPPY[:5],
    Status.PROCESSING: HAPPY[:6],
    Status.SUCCEEDED: HAPPY[:7],
    Status.FAILED: (*HAPPY[:6], FAIL),
    Status.DOWNLOADED: HAPPY[:8],
    Status.WITHDRAWN: (PLAN, WITHDRAW),
    Status.ADOPTED: (ADOPT,),
}


def given(*commands: BatchCommand) -> Batch:
    """Return batch 205 after these commands, none of which may be refused."""
    batch = Batch(number=205)
    for command in commands:
        for event in decide(batch, command):
            batch = evolve(batch, event)
    return batch


def told(commands: Iterable[BatchCommand]) -> tuple[list[BatchEvent], Batch]:
    """Return what became of batch 205; what it refuses is passed over."""
    batch = Batch(number=205)
    events: list[BatchEvent] = []
    for command in commands:
        try:
            decided = decide(batch, command)
        except RefusedError:
            continue
        for event in decided:
            batch = evolve(batch, event)
            events.append(event)
    return events, batch
