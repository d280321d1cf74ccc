"""What a reconciliation is judged by."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotations at run time

import msgspec


class Terms(msgspec.Struct, frozen=True):
    """The time of it, the hours that a job may take, and whether the provider is certainly the right one.

    That is so when it has at least one job of the ledger's batches, or a person says so: with another key, project
    or address all jobs would seem to be gone.
    """

    at: datetime
    job_hours: float
    trusted: bool
