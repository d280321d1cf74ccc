"""Judges what is learnt of batches that an older process sent, and of jobs that this ledger did not create."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from core.batch import adopted_events as a
from core.batch import adopting_commands as c
from core.batch.lifecycle import Status, Trigger, follow
from core.errors import RefusedError
from core.pairs import ids

if TYPE_CHECKING:
    from core.batch.adoption import Adoption
    from core.batch.state import Batch

#: Statuses in which nothing of an adopted batch is under way, and none of its pairs has a verdict.
OPEN = frozenset({Status.ADOPTED, Status.FAILED})


def adopt(batch: Batch, command: c.AdoptingCommand) -> list[a.AdoptedEvent]:
    """Return the events of what was learnt; an empty list for what is known already.

    Raises RefusedError for a batch that was not adopted, and for news that come too late to change anything.
    """
    match command:
        case c.AdoptBatch(claimed=claimed):
            if batch.adoption is not None:
                return []
            follow(batch.name, batch.status, Trigger.ADOPT)
            return [claimed]
        case c.AdoptJob(job=job):
            return _job(batch, job)
        case c.SightJob(sighted=sighted):
            return _sighted(batch, sighted)
        case _:
            return _learn(batch, _adopted(batch), command)


def _learn(
    batch: Batch,
    adoption: Adoption,
    command: c.RecordAdoptedFile | c.ClaimJob | c.ClaimForm | c.SettleClaim | c.TakeRefined,
) -> list[a.AdoptedEvent]:
    match command:
        case c.RecordAdoptedFile(file=file):
            return _file(batch, adoption, file)
        case c.ClaimJob(claim=claim):
            return [] if claim.said in {each.said for each in adoption.claims} else [claim]
        case c.ClaimForm(claim=form):
            return [] if form.source in {each.source for each in adoption.forms} else [form]
        case c.SettleClaim(job_name=job_name, reason=reason, at=at):
            if adoption.settled is not None and adoption.settled.job_name == job_name:
                return []
            _refuse_unless_open(batch, "settled")
            return [a.ClaimSettled(job_name=job_name, reason=reason, at=at)]
        case c.TakeRefined(taken=taken):
            return _refined(batch, taken)
        case _:
            assert_never(command)


def _adopted(batch: Batch) -> Adoption:
    if batch.adoption is None:
        raise RefusedError(
            f"{batch.name} was not adopted; adopt the tracking file that claims it first: "
            "`batchmill adopt tracking FILE`"
        )
    return batch.adoption


def _file(batch: Batch, adoption: Adoption, file: a.AdoptedFileRead) -> list[a.AdoptedEvent]:
    if adoption.file_sha256 == file.sha256:
        return []
    if adoption.file_sha256:
        raise RefusedError(
            f"{file.path} has other bytes than when {batch.name} was adopted; put back the file that was read then"
        )
    if batch.status in OPEN and not batch.parted:
        return [file]
    if file.ranges != batch.ranges:
        raise RefusedError(
            f"{file.path} holds another number of pairs than {batch.name} was answered for; it is not taken over"
        )
    return [file]


def _job(batch: Batch, job: a.JobAdopted) -> list[a.AdoptedEvent]:
    if batch.job_name == job.job_name and batch.status not in OPEN:
        return []
    if batch.intent_open:
        raise RefusedError(
            f"{batch.name} has a submission under way whose end is not known; let `batchmill run` look for its job"
        )
    if batch.parted:
        raise RefusedError(
            f"{batch.name} keeps no job any more: its pairs are asked for again by its repairs, or were given up"
        )
    follow(batch.name, batch.status, Trigger.FIND)
    return [job]


def _sighted(batch: Batch, sighted: a.JobSighted) -> list[a.AdoptedEvent]:
    if sighted.job_name in batch.sighted:
        return []
    if batch.intent_open or batch.status not in OPEN | {Status.WRITTEN}:
        raise RefusedError(f"{batch.name} is {batch.status.value} and waits for no job")
    return [sighted]


def _refined(batch: Batch, taken: a.RefinedAdopted) -> list[a.AdoptedEvent]:
    follow(batch.name, batch.status, Trigger.TAKE)
    wanted = {pair.pair_id for pair in batch.missing} if batch.read or batch.parted else set(ids(batch.ranges))
    came = list(ids(taken.ranges))
    if not came or len(set(came)) < len(came) or not wanted.issuperset(came):
        raise RefusedError(f"{batch.name} does not miss just those pairs; adopt the file again")
    return [taken]


def _refuse_unless_open(batch: Batch, what: str) -> None:
    if batch.status not in OPEN or batch.parted:
        state = "its pairs are asked for again by repairs" if batch.parted else f"it is {batch.status.value}"
        raise RefusedError(f"{batch.name} cannot be {what} any more: {state}")
