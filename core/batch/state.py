"""A batch as its events left it."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotations at run time
from typing import TYPE_CHECKING

import msgspec

from core.batch.adoption import Adoption  # noqa: TC001 - msgspec reads the annotations at run time
from core.batch.holds import Hold  # noqa: TC001 - the same
from core.batch.lifecycle import Status
from core.batch.numbers import kind_of, label
from core.pairs import PairRange, count

if TYPE_CHECKING:
    from core.batch.parts import RequestLine, Unrefined


class Batch(msgspec.Struct, frozen=True, gc=False):
    """Everything a decision about a batch needs to know.

    `spent` says that the present attempt had its job, `intent_open` that a submission was started and its end is
    not known yet, `sent_sha256` which file it was for; `unclear_from` is since when that is looked for, `looks`
    counts the fruitless searches. `jobs` counts the jobs it ever had, `due` is when the present one ought to have
    ended. The provider is expected to count `input_tokens` and to charge `expected_usd`; it says that it answered
    `answered` requests. `missing` are the pairs that it did not bring home and that nobody has taken over or given
    up yet. `hold` keeps the batch from going on by itself, for `hold_reason`.

    `cause` is that of the last failure. `adoption` is what is known of a batch that an older process sent, None
    for one of a plan. `others` are further jobs of the batch beside the one that counts, `sighted` jobs that may
    be its own, as a person was told. `parted` says that pairs of it were taken over by a repair or given up,
    `vectors_lost` that what it embedded is to be had nowhere any more.
    """

    number: int
    status: Status = Status.UNPLANNED
    version: int = 0
    wave: int = 0
    revision: int = 0
    title: str = ""
    ranges: tuple[PairRange, ...] = ()
    model: str = ""
    prompt_sha256: str = ""
    input_tokens: int = 0
    expected_usd: float = 0.0
    file_path: str = ""
    file_sha256: str = ""
    file_size: int = 0
    requests: tuple[RequestLine, ...] = ()
    attempt: int = 0
    spent: bool = False
    intent_open: bool = False
    display_name: str = ""
    sent_sha256: str = ""
    unclear_from: datetime | None = None
    looks: int = 0
    jobs: int = 0
    uploaded_file: str | None = None
    uploaded_until: datetime | None = None
    job_name: str | None = None
    due: datetime | None = None
    deferrals: int = 0
    next_try_at: datetime | None = None
    hold: Hold | None = None
    hold_reason: str = ""
    cancel_sent: bool = False
    result_file: str | None = None
    answered: int = 0
    result_path: str = ""
    result_sha256: str = ""
    read: bool = False
    refined_path: str = ""
    refined: int = 0
    missing: tuple[Unrefined, ...] = ()
    cause: str = ""
    adoption: Adoption | None = None
    others: tuple[str, ...] = ()
    sighted: tuple[str, ...] = ()
    parted: bool = False
    vectors_lost: bool = False

    @property
    def name(self) -> str:
        """How sentences call it."""
        return f"batch {self.label}"

    @property
    def label(self) -> str:
        """The number as people write it: `205`, or `205r1` for its first repair."""
        return label(self.number)

    @property
    def kind(self) -> str:
        """What it is for: `refine` or `judge`."""
        return kind_of(self.number)

    @property
    def pairs(self) -> int:
        """Number of pairs it carries."""
        return count(self.ranges)

    @property
    def next_attempt(self) -> int:
        """The attempt that a submission started now would belong to: the last one, if it never had its job."""
        same = self.attempt and not self.spent and self.sent_sha256 == self.file_sha256
        return self.attempt if same else self.attempt + 1
