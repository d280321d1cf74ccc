"""Errands as a whole piece of work: a client's own requests, priced, written, and in the ledger to be sent."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from cli.batch_file import written
from cli.deciding import books_of, money_left
from cli.planning import model_of
from cli.recording import record_new
from core.batch.commands import PlanBatch, RecordFile
from core.batch.events import BatchPlanned
from core.batch.lifecycle import Status
from core.batch.numbers import ERRAND, NO_WAVE, label, number_of, serial_of
from core.batch.parts import Estimate  # noqa: TC001 - msgspec reads the annotations at run time
from core.engine.places import submission_path
from core.errors import BatchmillError, ConflictError, NotFoundError, RefusedError
from core.exchange.errand_fitness import refuse_unfit
from core.exchange.errands import ErrandRequest, errand_estimate, errand_lines
from core.exchange.requests import batch_name
from core.exchange.rows import UNREADABLE
from core.ledger.load import load_batch
from core.ledger.streams import batch_stream
from core.pairs import PairRange

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cli.compose import Opened
    from core.projections.rows import BatchRow

#: Characters of an errand's title.
MOST_TITLE = 80
#: What the provider writes before a model's name, and takes as well without.
MODELS = "models/"


class Errand(msgspec.Struct, frozen=True):
    """An errand as it would be sent: its requests, the expected price, and the most that it can cost.

    `digest` stands for its requests and model: the same again is the same errand. `same` is the number of an
    errand of the ledger that has them already, None where there is none, and `alike` that of one that asked the
    same under other keys. `left_usd` is what the budget in all leaves,
    None where there is no limit; errands are of no wave.
    """

    number: int
    title: str
    model: str
    requests: tuple[ErrandRequest, ...]
    digest: str
    estimate: Estimate
    most_usd: float
    left_usd: float | None
    same: int | None
    alike: int | None


def plan_errand(opened: Opened, requests: Sequence[ErrandRequest], model: str | None, title: str) -> Errand:
    """Return what sending these requests would take; records nothing.

    Raises BadInputError for a model without prices, and for a request that the provider would refuse.
    """
    name = (model or opened.settings.model.name).removeprefix(MODELS)
    terms = model_of(opened, name)
    refuse_unfit(requests, terms)
    estimate, most = errand_estimate(requests, terms)
    digest = hashlib.sha256(msgspec.json.encode([name, *requests])).hexdigest()
    rows = [row for row in opened.rows().batches() if row.kind == ERRAND]
    alive = [row for row in rows if Status(row.status) is not Status.FAILED]
    store = opened.database.store
    same = next((row.number for row in alive if load_batch(store, row.number).prompt_sha256 == digest), None)
    left = money_left(opened, books_of(opened, "errand"), NO_WAVE)
    return Errand(
        number=number_of(ERRAND, max((serial_of(row.number) for row in rows), default=0) + 1),
        title=title[:MOST_TITLE],
        model=name,
        requests=tuple(requests),
        digest=digest,
        estimate=estimate,
        most_usd=most,
        left_usd=left.in_all_usd,
        same=same,
        alike=_alike(opened, alive, name, requests) if same is None else None,
    )


def batch_asking(opened: Opened, requests: Sequence[ErrandRequest], digest: str | None) -> BatchRow | None:
    """Return the batch of a wave whose written file has these requests, or some of them; None where none has.

    `digest` is the sha256 of the file that they were read from, None for requests of a call. A request is a
    batch's where key and contents are: a config of the client's own makes no other pairs of it.
    """
    rows = [row for row in opened.rows().batches() if row.kind != ERRAND and row.file_path is not None]
    if digest is not None and (found := next((row for row in rows if row.file_sha256 == digest), None)):
        return found
    asked = {each.key: each.request["contents"] for each in requests}
    named = {key.partition("/")[0] for key in asked}
    for row in rows:
        # Keys begin with the name of their batch: the files of all others are not read.
        if batch_name(row.number) in named and row.file_path is not None:
            # A file that is gone or damaged is for doctor to tell.
            with suppress(BatchmillError, *UNREADABLE), opened.files.open(row.file_path) as lines:
                there = (msgspec.json.decode(line, type=ErrandRequest) for line in lines)
                if any(each.key in asked and each.request.get("contents") == asked[each.key] for each in there):
                    return row
    return None


def _alike(opened: Opened, rows: Sequence[BatchRow], model: str, requests: Sequence[ErrandRequest]) -> int | None:
    """Return the number of an errand whose file asks a model the same, in any order and under any keys."""
    asked = sorted(msgspec.json.encode(each.request) for each in requests)
    for row in rows:
        # Only a file of as many requests can be alike: the others are not read.
        if row.model == model and row.requests == len(asked) and row.file_path is not None:
            # A file that is gone or damaged is for doctor to tell; here it is merely not alike.
            with suppress(BatchmillError, *UNREADABLE), opened.files.open(row.file_path) as lines:
                there = (msgspec.json.decode(line, type=ErrandRequest).request for line in lines)
                if sorted(map(msgspec.json.encode, there)) == asked:
                    return row.number
    return None


def refuse_unaffordable(errand: Errand) -> None:
    """Raise RefusedError for an errand that is expected to cost more than the budgets leave: it would be held."""
    if errand.left_usd is not None and errand.estimate.cost_usd > errand.left_usd:
        raise RefusedError(
            f"nothing was done: the errand is expected to cost USD {errand.estimate.cost_usd:.6f}, and the budget "
            f"leaves USD {errand.left_usd:.6f}; send fewer requests, or let the user raise budget.usd_in_all"
        )


def write_errand(opened: Opened, errand: Errand) -> None:
    """Write an errand's file and record it: from now on it may be sent, and nobody has to approve it any more.

    Raises ConflictError when somebody else took its number meanwhile. A file without its events is written over.
    """
    if load_batch(opened.database.store, errand.number).version:
        raise ConflictError([batch_stream(errand.number)])
    now, runs = opened.clock.now(), (PairRange(label(errand.number), 1, len(errand.requests)),)
    path = submission_path(opened.policy(), errand.number)
    file = written(opened, path, errand_lines(errand.number, errand.requests), now)
    planned = BatchPlanned(
        number=errand.number,
        wave=NO_WAVE,
        revision=0,
        title=errand.title,
        ranges=runs,
        model=errand.model,
        prompt_sha256=errand.digest,
        estimate=errand.estimate,
        at=now,
    )
    record_new(opened, errand.number, (PlanBatch(planned), RecordFile(file)), f"errand {label(errand.number)}")
    opened.catch_up()


def kept_upload(opened: Opened, uri: str) -> Path:
    """Return the file of the workspace that an upload was made of: uploads cannot be fetched from the provider.

    Raises GoneError for an upload that is not there, NotFoundError where no file here has its bytes.
    """
    wanted = opened.provider().get_file(uri)
    folders = opened.settings.folders
    for folder in (folders.inbox, folders.submissions, folders.results):
        for path in sorted(opened.files.place(folder).rglob("*.jsonl")):
            place = path.relative_to(opened.files.root).as_posix()
            # A link may lead anywhere, out of the workspace too.
            if (
                not path.is_symlink()
                and path.is_file()
                and path.stat().st_size == wanted.size
                and opened.files.digest(place) == wanted.sha256
            ):
                return path
    raise NotFoundError(
        f"no file of the workspace has the bytes of {uri}, which cannot be fetched from the provider; give the "
        "path of the file that was uploaded instead"
    )
