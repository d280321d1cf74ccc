"""Every error a person may meet: one sentence that names the thing and says what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class BatchmillError(Exception):
    """Root of the hierarchy; its message is fit to be printed as it stands, with exit status 1."""


class RefusedError(BatchmillError):
    """A command that cannot be carried out in the present state; nothing was changed."""


class BadInputError(BatchmillError):
    """A staged file, a setting or a workspace file that cannot be used as it is."""


class NotFoundError(BatchmillError):
    """The wave, batch, event or file that was named does not exist."""


class StorageError(BatchmillError):
    """The workspace's disk cannot take or give a file: full, read-only, or not permitted."""


class LedgerError(BatchmillError):
    """The ledger's database cannot be used as it is: unreachable, not migrated, or of another version."""


class DatabaseError(BatchmillError):
    """The database that the corpus is imported into cannot be used as it is."""


class ConflictError(LedgerError):
    """Somebody else appended to a stream first: reload, and decide again with the same fact."""

    def __init__(self, streams: Sequence[str]) -> None:
        """Name the streams whose expected version was no longer the last one."""
        super().__init__(
            f"{', '.join(streams)} changed while this command was deciding; nothing was written, run it again"
        )
        self.streams = tuple(streams)


class UnreadableEventError(LedgerError):
    """A stored event that this version of the program cannot read."""


class LeaseHeldError(BatchmillError):
    """Another process drives this ledger."""


class LeaseLostError(BatchmillError):
    """This process no longer holds the lease that it works under; it must not write, and stops."""


class ProviderError(BatchmillError):
    """The provider did not do what it was asked; subclasses say what is known about the effect."""


class RateLimitedError(ProviderError):
    """HTTP 429: nothing happened, try again later.

    `retry_after` is the provider's own wish in seconds, or None (a batch create's 429 often carries none).
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        """Keep the provider's sentence and its wish, if it gave one."""
        super().__init__(message)
        self.retry_after = retry_after


class UnavailableError(ProviderError):
    """The call certainly had no effect (no connection, or a read that failed); try again soon."""


class AmbiguousError(ProviderError):
    """The effect of the call is unknown: time-out, disconnect, 408, 5xx, or an answer that cannot be read."""


class RejectedError(ProviderError):
    """The provider understood and said no (4xx); the same call would be refused again."""


class GoneError(ProviderError):
    """HTTP 404: the provider does not know this job or file (any more)."""


class CredentialsError(ProviderError):
    """There is no API key, or the provider does not accept it (401, 403)."""
