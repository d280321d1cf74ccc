"""Creates jobs: intent first, then upload and one create, then the fact, whatever it is."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from core.batch import commands as c
from core.batch.numbers import EMBED, ERRAND, JUDGE
from core.engine.books import Entry
from core.engine.budget import affordable
from core.engine.gate import begun, is_barred
from core.engine.policy import backoff
from core.errors import (
    AmbiguousError,
    CredentialsError,
    GoneError,
    NotFoundError,
    ProviderError,
    RateLimitedError,
    RejectedError,
    UnavailableError,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from core.batch.commands import BatchCommand
    from core.batch.state import Batch
    from core.engine.workshop import Workshop
    from core.provider import Job

#: The provider deletes uploaded files after 48 h; one that would die within the next hour is uploaded anew.
FILE_LIFE = timedelta(hours=48)
FILE_MARGIN = timedelta(hours=1)

#: Seconds; a provider's wish for no wait at all or for more than a day is no wish, and we take our own.
LONGEST_WISH = 86_400.0


def submit(shop: Workshop, batches: Sequence[Batch]) -> None:
    """Submit these written batches, with one commit for all intents before and one for all facts after.

    Raises CredentialsError when the provider does not accept the key; the facts found until then are kept.
    """
    fit = [batch for batch in batches if _check_file(shop, batch) and _check_size(shop, batch)]
    fit = begun(shop, affordable(shop, fit))
    shop.books.write(
        Entry(batch.number, (c.StartSubmission(nonce=shop.chance.nonce(), at=shop.now()),), "written and due")
        for batch in fit
    )
    # Somebody may have planned or written a batch anew since it was looked at: its intent was refused, or is for a
    # file that was not checked yet, or of a plan that is not approved.
    intended = [batch for batch in (shop.books.get(one.number) for one in fit) if batch.intent_open]
    checked = {batch.number: batch.file_sha256 for batch in fit}
    started = [
        batch
        for batch in intended
        if not is_barred(shop.books, batch)
        and (checked[batch.number] == batch.file_sha256 or shop.files.digest(batch.file_path) == batch.file_sha256)
    ]
    limited: list[datetime] = []
    results = shop.side_by_side(lambda batch: _send(shop, batch, limited), started)
    sent = {entry.number for entry, _ in results}
    unsent = [_not_begun(shop, batch) for batch in intended if batch.number not in sent]
    shop.books.write([entry for entry, _ in results] + unsent)
    for _, error in results:
        if isinstance(error, CredentialsError):
            raise error


def _check_file(shop: Workshop, batch: Batch) -> bool:
    """Refuse to send a file that is not the one that was written."""
    if shop.files.digest(batch.file_path) == batch.file_sha256:
        return True
    if batch.kind == JUDGE:
        todo = (
            f"put it back and run `batchmill retry {batch.label}`, or run `batchmill cancel {batch.label}` and "
            f"have its pairs judged anew with `batchmill judge --wave {batch.wave}`"
        )
    elif batch.kind == ERRAND:
        todo = f"put it back and run `batchmill retry {batch.label}`, or run `batchmill cancel {batch.label}`"
    elif batch.kind == EMBED:
        todo = (
            f"put it back and run `batchmill retry {batch.label}`, or run `batchmill cancel {batch.label}` and "
            "have its pairs embedded anew with `batchmill corpus embed`"
        )
    else:
        todo = f"run `batchmill write --wave {batch.wave}`, then `batchmill retry {batch.label}`"
    reason = f"{batch.file_path} is missing or was changed after it was written; {todo}"
    _refuse(shop, batch, reason, "the file was checked first")
    return False


def _check_size(shop: Workshop, batch: Batch) -> bool:
    """Refuse to send a batch that is larger than all that its model lets wait: its turn would never come."""
    limit = shop.policy.enqueued_tokens.get(batch.model)
    if limit is None or batch.input_tokens <= limit:
        return True
    reason = (
        f"its {batch.input_tokens:,} expected input tokens are more than the {limit:,} that {batch.model} lets "
        f"wait at your tier; plan smaller batches, or set provider.tier or enqueued_tokens of the model, "
        f"then run `batchmill retry {batch.label}`"
    )
    _refuse(shop, batch, reason, "the limit of enqueued tokens was checked first")
    return False


def _refuse(shop: Workshop, batch: Batch, reason: str, cause: str) -> None:
    at = shop.now()
    start = c.StartSubmission(nonce=shop.chance.nonce(), at=at)
    shop.books.write([Entry(batch.number, (start, c.RecordRefusal(reason, at)), cause)])


def _not_begun(shop: Workshop, batch: Batch) -> Entry:
    """Close the intent of a batch whose turn did not come: nothing was asked of the provider for it."""
    now = shop.now()
    return Entry(batch.number, (c.RecordDeferral("stopped before it was sent", now, now),), "stopping")


def _send(shop: Workshop, batch: Batch, limited: list[datetime]) -> tuple[Entry, ProviderError | None]:
    """Upload and create, and turn whatever happens into facts about the batch.

    `limited` is shared by the chunk: after the first 429 the others are put off without asking.
    """
    if limited:
        deferral = c.RecordDeferral("the provider limits the rate", max(limited), shop.now())
        return Entry(batch.number, (deferral,), "another batch met the rate limit"), None
    facts: list[BatchCommand] = []
    try:
        job = _create(shop, batch, facts)
    except (ProviderError, NotFoundError) as error:
        fact = came_of(shop, batch, error)
        if isinstance(error, RateLimitedError) and isinstance(fact, c.RecordDeferral):
            limited.append(fact.until)
        return (
            Entry(batch.number, (*facts, fact), heard(error)),
            error if isinstance(error, ProviderError) else None,
        )
    now = shop.now()
    facts.append(c.RecordJob(job.name, "created", now, now + timedelta(hours=shop.policy.job_hours)))
    return Entry(batch.number, tuple(facts), "the provider created the job"), None


def heard(error: ProviderError | NotFoundError) -> str:
    """Return what came of a submission, as the cause of its event."""
    match error:
        case AmbiguousError():
            return "no clear answer came from the provider"
        case RateLimitedError():
            return "the provider limits the rate"
        case UnavailableError():
            return "the provider could not be reached"
        case CredentialsError():
            return "the provider does not accept the key"
        case GoneError() | NotFoundError():
            return "the provider does not know what was sent"
        case _:
            return "the provider said no"


def _create(shop: Workshop, batch: Batch, facts: list[BatchCommand]) -> Job:
    """Create the job from an earlier upload that still lives, else from a new one."""
    if batch.uploaded_file and batch.uploaded_until and shop.now() + FILE_MARGIN < batch.uploaded_until:
        try:
            return _create_from(shop, batch, batch.uploaded_file)
        except GoneError:
            # The provider deleted the upload before its time: no job was made, so a new upload is safe.
            pass
    return _create_from(shop, batch, _upload(shop, batch, facts))


def _create_from(shop: Workshop, batch: Batch, file_name: str) -> Job:
    if not shop.may_spend():
        # Another process may drive the ledger by now, and look for this very job.
        raise UnavailableError("the lease may have run out before the job was created; it is created later")
    return shop.provider.create(
        model=batch.model, input_file=file_name, display_name=batch.display_name, embeds=batch.kind == EMBED
    )


def _upload(shop: Workshop, batch: Batch, facts: list[BatchCommand]) -> str:
    """Upload the batch file and return its name at the provider.

    A trouble during the upload leaves no job behind, so an unclear end of it is merely unavailable.
    """
    now = shop.now()
    try:
        with shop.files.open(batch.file_path) as content:
            remote = shop.provider.upload(content, display_name=batch.display_name)
    except AmbiguousError as error:
        raise UnavailableError(str(error)) from error
    facts.append(c.RecordUpload(remote.name, remote.expires_at or now + FILE_LIFE, shop.now()))
    return remote.name


def came_of(shop: Workshop, batch: Batch, error: ProviderError | NotFoundError) -> BatchCommand:
    """Return the fact that an error is: nothing happened and may later, never will, or nobody knows."""
    now = shop.now()
    reason = str(error)
    match error:
        case AmbiguousError():
            return c.RecordUnclear(
                reason, looked=False, look_again_at=now + timedelta(seconds=shop.policy.looks_after[0]), at=now
            )
        case RateLimitedError(retry_after=wish) if wish is not None and 0 < wish <= LONGEST_WISH:
            return c.RecordDeferral(reason, now + timedelta(seconds=wish), now)
        case RateLimitedError() | UnavailableError():
            wait = backoff(shop.policy, batch.deferrals + 1, shop.chance.random())
            return c.RecordDeferral(reason, now + timedelta(seconds=wait), now)
        case CredentialsError():
            return c.RecordDeferral(reason, now, now)
        case RejectedError() | GoneError() | NotFoundError() | ProviderError():
            return c.RecordRefusal(reason, now)
