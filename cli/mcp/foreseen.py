"""What a decision, a cancellation or a deletion would lead to, judged before it is offered; nothing is recorded.

The same judges are asked as when it is done: what they refuse now is not worth a person's confirmation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.compose import api_key
from cli.deciding import books_of
from core.batch.commands import JOB, AskDeletion, CancelBatch
from core.batch.decider import decide
from core.batch.holds import Hold
from core.batch.lifecycle import Status as BatchStatus
from core.batch.steering import way_out
from core.errors import CredentialsError, GoneError, RefusedError
from core.ledger.load import load_batch
from core.one_line import one_line
from core.wave.course import AcceptWave, RejectWave, decide_course
from core.wave.course_events import WaveAccepted, WaveRejected
from core.wave.lifecycle import Status

if TYPE_CHECKING:
    from cli.compose import Opened
    from core.projections.rows import BatchRow

#: Statuses of a wave that nothing was sent of, so that there is nothing to judge.
UNSENT = {Status.UNPLANNED, Status.PLANNED, Status.APPROVED}


def refuse_keyless(opened: Opened) -> None:
    """Raise CredentialsError where nothing can be sent: no key is here, and no other process drives the ledger."""
    if not api_key() and opened.database.lease.current() is None:
        raise CredentialsError(
            "nothing can be sent: the server has no API key, and no daemon drives the ledger; set GEMINI_API_KEY "
            "(or GOOGLE_API_KEY) in the server's environment, and start it again"
        )


def refuse_batch(row: BatchRow) -> None:
    """Raise RefusedError for requests that are a batch's: it is sent as what it is, and paid for once."""
    hold = None if row.hold is None else Hold(row.hold)
    match BatchStatus(row.status):
        case BatchStatus.WRITTEN if row.started_at is not None:
            todo = f"`batch_get_status` with batchName={row.label} shows what becomes of its submission"
        case BatchStatus.WRITTEN if hold is not None:
            todo = f"it is {hold.value}; {way_out(row.number, hold)}"
        case BatchStatus.WRITTEN:
            todo = f"`submit` with first={row.label} sends them"
        case BatchStatus.PLANNED:
            todo = f"`write` with wave={row.wave} writes its file, and `submit` with first={row.label} sends it"
        case BatchStatus.WITHDRAWN:
            todo = f"`plan` with wave={row.wave} plans its pairs anew"
        case BatchStatus.FAILED:
            todo = (
                f"`history` with subject={row.label} tells why, and `batchmill retry {row.label}` sends it again"
            )
        case BatchStatus.DOWNLOADED:
            todo = f"`batch_download_results` with batchName={row.label} shows what it brought home"
        case _:
            todo = f"`batch_get_status` with batchName={row.label} shows how far it is"
    whose = f"batch {row.label}" + (f" of wave {row.wave}" if row.wave else "")
    raise RefusedError(
        f"nothing was done: these are the requests of {whose}, which is {row.status}, and an errand would "
        f"pay for them a second time; {todo}"
    )


def decision(opened: Opened, wave: int, word: str, reason: str) -> WaveAccepted | WaveRejected | None:
    """Return what `accept` or `reject` would put on record for a wave of the ledger; None when it is so already.

    Raises RefusedError for a wave that cannot be decided yet.
    """
    command = (AcceptWave if word == "accept" else RejectWave)(one_line(reason), opened.clock.now())
    stands = books_of(opened, word).wave(wave)
    if stands.status in UNSENT:
        raise RefusedError(
            f"{stands.name} is {stands.status.value}, so there is nothing to {word} before its plan was sent; "
            "next: submit, then drive until nothing is open, and assess"
        )
    events = decide_course(stands, command)
    found = events[-1] if events else None
    return found if isinstance(found, WaveAccepted | WaveRejected) else None


def cancels(opened: Opened, number: int, reason: str) -> bool:
    """Return whether cancelling a batch would change anything; RefusedError for one that has ended."""
    command = CancelBatch(reason=one_line(reason), at=opened.clock.now())
    batch = load_batch(opened.database.store, number)
    try:
        return bool(decide(batch, command))
    except RefusedError as refusal:
        if batch.status is BatchStatus.DOWNLOADED:
            raise RefusedError(f"{refusal}; batch_download_results shows what it brought home") from None
        raise


def refuse_deletion(opened: Opened, number: int, what: str, name: str, reason: str) -> None:
    """Raise RefusedError while a batch needs its job or upload, GoneError where the provider has it no more.

    `what` is JOB or FILE of `core.batch.commands`.
    """
    command = AskDeletion(what, name, one_line(reason), opened.clock.now())
    decide(load_batch(opened.database.store, number), command)
    provider = opened.provider()
    try:
        _ = provider.get(name) if what == JOB else provider.get_file(name)
    except GoneError as error:
        raise GoneError(f"the provider has {name} no more, so there is nothing to delete ({error})") from None
