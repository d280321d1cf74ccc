"""The rows of the read model: one a wave and one a batch, everything a person asks about most."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from core.batch.lifecycle import Status
from core.batch.numbers import EMBED, ERRAND, JUDGE, REFINE, kind_of, label


class WaveRow(msgspec.Struct, kw_only=True, frozen=True, gc=False):
    """A wave as its latest plan left it; times are the ledger's text.

    `released_at` is when all of it might be sent, `held` why it waits for a person instead. `origin` is the
    tracking file of a wave that an older process sent, `repairs` what its missing pairs were asked for again by.

    `status` is where the wave stands, since when and by whom. `decision` is accepted or rejected, whatever was
    planned since, for a reason; `overruled` says that it did not follow from the verdict of that time, which is
    `decided_on` ("" for none).
    """

    wave: int
    revision: int
    staged: int
    excluded: int
    sources: int
    batches: tuple[int, ...]
    strategy: str
    model: str
    input_tokens: int
    output_tokens: int
    cost_usd: float
    planned_at: str
    extract_path: str
    released_at: str | None = None
    held: str | None = None
    origin: str | None = None
    repairs: tuple[int, ...] = ()
    depends_on: int | None = None
    status: str
    status_at: str
    status_by: str
    approved_at: str | None = None
    approved_usd: float | None = None
    started_at: str | None = None
    assessed_at: str | None = None
    verdict: str | None = None
    decision: str | None = None
    decided_at: str | None = None
    decided_by: str | None = None
    decided_on: str | None = None
    decision_reason: str | None = None
    overruled: bool = False
    version: int


class Outline(NamedTuple):
    """What of a batch's row says where it belongs in a document; all of a ledger's fit into memory."""

    number: int
    wave: int
    status: str
    pairs: int
    repairs: int | None

    @property
    def refines(self) -> bool:
        """Whether the batch carries pairs of its wave; any other kind is about pairs that are home, or none."""
        return kind_of(self.number) == REFINE


class BatchRow(msgspec.Struct, kw_only=True, frozen=True, gc=False):
    """A batch as its events left it; times are the ledger's text, counts are pairs unless named otherwise.

    `hold` says why the batch does not go on by itself (failed, refused, quarantined, cancelled, paused), `due`
    when its job ought to have ended. A repair names in `repairs` the batch that its pairs come from. `cause` is
    that of the last failure. Of a batch that judges or embeds, pairs are home already: `refined` counts
    those that were judged or embedded.

    `known` says how the batch is known: claimed, checked, adopted or run here. Of one that an older process sent,
    `origin` is the tracking file, the `claimed_…` fields are what that file and job lists say, and `wrong_form` is
    how it is known to have been sent in the wrong form, if it is.
    """

    number: int
    wave: int
    status: str
    title: str
    pairs: int
    repairs: int | None = None
    requests: int = 0
    first_pair_id: str | None = None
    last_pair_id: str | None = None
    model: str = ""
    attempt: int = 0
    display_name: str | None = None
    uploaded_file: str | None = None
    job_name: str | None = None
    file_path: str | None = None
    file_size: int | None = None
    file_sha256: str | None = None
    result_path: str | None = None
    refined_path: str | None = None
    refined: int = 0
    missing: int = 0
    malformed: int = 0
    blocked: int = 0
    cut_off: int = 0
    handed_over: int = 0
    given_up: int = 0
    emulated: bool = False
    estimated_input_tokens: int = 0
    estimated_output_tokens: int = 0
    estimated_cost_usd: float = 0.0
    input_tokens: int = 0
    output_tokens: int = 0
    reason: str | None = None
    hold: str | None = None
    due: str | None = None
    next_try_at: str | None = None
    planned_at: str
    written_at: str | None = None
    started_at: str | None = None
    submitted_at: str | None = None
    processing_at: str | None = None
    ended_at: str | None = None
    downloaded_at: str | None = None
    read_at: str | None = None
    failed_at: str | None = None
    cause: str | None = None
    known: str = "run here"
    origin: str | None = None
    claimed_path: str | None = None
    claimed_pairs: int | None = None
    claimed_first_id: str | None = None
    claimed_last_id: str | None = None
    claimed_jobs: tuple[str, ...] = ()
    wrong_form: str | None = None
    changed_at: str
    version: int

    @property
    def label(self) -> str:
        """The number as people write it: `205`, or `205r1` for its first repair."""
        return label(self.number)

    @property
    def kind(self) -> str:
        """What the batch is for, as `core.batch.numbers` has it."""
        return kind_of(self.number)

    @property
    def judges(self) -> bool:
        """Whether the batch judges pairs that are home."""
        return self.kind == JUDGE

    @property
    def embeds(self) -> bool:
        """Whether the batch has vectors made of pairs that are home."""
        return self.kind == EMBED

    @property
    def on_errand(self) -> bool:
        """Whether the batch has a client's own requests, and is about no pair."""
        return self.kind == ERRAND

    @property
    def refines(self) -> bool:
        """Whether the batch carries pairs of its wave; any other kind is about pairs that are home, or none."""
        return self.kind == REFINE

    @property
    def missing_now(self) -> int:
        """Pairs that came home from no attempt and that nobody has taken over or given up yet."""
        judged = self.read_at or self.status == Status.FAILED.value
        return self.pairs - self.refined - self.handed_over - self.given_up if judged else 0

    @property
    def passed_on(self) -> bool:
        """Whether it failed and all of its pairs are carried by repairs or given up: nobody is needed for it."""
        return self.status == Status.FAILED.value and not self.missing_now
