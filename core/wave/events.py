"""What can happen to a wave, in the past tense."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotations at run time

import msgspec

from core.batch.parts import Estimate  # noqa: TC001 - the same
from core.wave.course_events import CourseEvent
from core.wave.request_events import RequestEvent
from core.wave.score_events import ScoreEvent


class LeftOut(msgspec.Struct, frozen=True, gc=False):
    """Pairs of one source that a content rule kept out of the plan, and why.

    `runs` are their places in the file, (first, last) inclusive, counted from 1, in order.
    """

    rule: str
    reason: str
    runs: tuple[tuple[int, int], ...]

    def __len__(self) -> int:
        """Return the number of pairs."""
        return sum(last - first + 1 for first, last in self.runs)


class PlannedSource(msgspec.Struct, frozen=True, gc=False):
    """One staged file as the plan saw it.

    `key` starts every pair id of the source; `path` is relative to the inbox; `claimed` is the file's own
    `total_pairs`, None where it makes no claim; `found` the pairs it holds, of which `planned` are in batches.
    `left_out` names the pairs that content rules kept out, each in one place; what is neither planned nor there is
    left out for the reason in `excluded`.
    """

    key: str
    path: str
    sha256: str
    session: int | None
    indicator: str
    category: str | None
    claimed: int | None
    found: int
    planned: int
    excluded: str | None
    left_out: tuple[LeftOut, ...] = ()


class Decision(msgspec.Struct, frozen=True, gc=False):
    """One choice the plan made: about what, what was done, and why."""

    subject: str
    action: str
    reason: str


class RequestTerms(msgspec.Struct, frozen=True, gc=False):
    """How pairs are packed into requests: what was asked for, and the figures it was reckoned with.

    `requests` are made of a batch (None: as few as the expected answers fit into), none with more than `max_pairs`
    pairs (None: no cap); `forced` says that answers expected to pass the model's limits were accepted. An answer
    is expected to be `room` times as long as its texts lead to expect, for the reason in `basis` ("": nothing was
    learned). The model's limits and thinking budget are tokens; requests are filled to `margin_percent` of them.
    """

    requests: int | None
    max_pairs: int | None
    forced: bool
    room: float
    basis: str
    input_limit: int
    output_limit: int
    thinking_budget: int
    margin_percent: int


class PlanSettings(msgspec.Struct, frozen=True, gc=False):
    """The knobs the plan was made with; the same sources and knobs give the same plan.

    `packing` is None in plans from before it was recorded: their files are packed by the settings of the day.
    """

    strategy: str
    batch_size: int
    low_count: str
    low_count_below: int
    first_number: int | None
    packing: RequestTerms | None = None


class WavePlanned(msgspec.Struct, frozen=True, gc=False):
    """A plan that carries every pair of its sources or says why not.

    `inbox` is the folder the sources' paths are relative to, itself relative to the workspace where it lies
    inside; `extract_path` names the wave's input of record, relative to the workspace; `fingerprint` is the
    sha256 over everything that the plan was made from, so that planning again can be told from a new plan.
    Nothing of the wave is sent before the wave `depends_on` is accepted (None: it depends on none).
    """

    wave: int
    revision: int
    inbox: str
    sources: tuple[PlannedSource, ...]
    batches: tuple[int, ...]
    settings: PlanSettings
    decisions: tuple[Decision, ...]
    extract_path: str
    extract_sha256: str
    model: str
    prompt_path: str
    prompt_sha256: str
    prices_dated: str
    estimate: Estimate
    fingerprint: str
    depends_on: int | None
    at: datetime


class WaveReleased(msgspec.Struct, frozen=True, gc=False):
    """The rest of the wave may be sent: its canaries came home well, or a person says so."""

    reason: str
    at: datetime


class WaveHeld(msgspec.Struct, frozen=True, gc=False):
    """The rest of the wave is not sent before a person releases it: its canaries did not come home well."""

    reason: str
    at: datetime


class Form(msgspec.Struct, frozen=True, gc=False):
    """What a wave's batch files look like; two waves of one form differ in their pairs alone.

    `keys` are the paths of every JSON name in a request line; hashes are sha256 in hex, "" where a request has no
    such part. Ranges are (fewest, most); `bytes_a_pair` is the mean over all files.
    """

    keys: tuple[str, ...]
    schema_sha256: str
    instruction_sha256: str
    prompt_sha256: str
    model: str
    settings: tuple[str, ...]
    pairs_a_request: tuple[int, int]
    pairs_a_batch: tuple[int, int]
    bytes_a_pair: int


class FormCompared(msgspec.Struct, frozen=True, gc=False):
    """The wave's batch files were written, and their form compared with that of the last wave that went well.

    `against` is that wave, None when there is none yet; `differences` are in words.
    """

    form: Form
    against: int | None
    differences: tuple[str, ...]
    at: datetime


class WaveAdopted(msgspec.Struct, frozen=True, gc=False):
    """A wave of an older process was taken over from its tracking file, or more of it was found since.

    `tracking` is that file as it was named. `sources` has one entry a batch, the file that carried its pairs
    (sha256 "" for one that is not at hand), with as many pairs `found` as have ids in the ledger. The extract
    holds the texts of those that were read. `findings` are codes and how often each was found.
    """

    wave: int
    revision: int
    tracking: str
    tracking_sha256: str
    claimed_batches: int
    claimed_pairs: int
    sources: tuple[PlannedSource, ...]
    batches: tuple[int, ...]
    extract_path: str
    extract_sha256: str
    findings: tuple[tuple[str, int], ...]
    at: datetime


class LooseClaim(msgspec.Struct, frozen=True, gc=False):
    """A job that a list names without a batch, or for a batch that was not adopted."""

    number: int | None
    job_name: str | None
    file_uri: str | None
    place: str


class JobsListed(msgspec.Struct, frozen=True, gc=False):
    """A list of jobs was taken over: `claims` of it for batches of the wave, the others are `loose`."""

    source: str
    sha256: str
    size: int
    claims: int
    loose: tuple[LooseClaim, ...]
    at: datetime


class WaveReplanned(msgspec.Struct, frozen=True, gc=False):
    """Pairs of an adopted wave that did not come home are asked for again, by repairs of the batches they were in.

    `only` are the kinds that were wanted, `batches` the repairs' numbers, and the rest what they are written by.
    """

    wave: int
    only: tuple[str, ...]
    batches: tuple[int, ...]
    pairs: int
    packing: RequestTerms
    model: str
    prompt_path: str
    prompt_sha256: str
    prices_dated: str
    estimate: Estimate
    at: datetime


WaveEvent = (
    WavePlanned
    | WaveReleased
    | WaveHeld
    | FormCompared
    | WaveAdopted
    | JobsListed
    | WaveReplanned
    | CourseEvent
    | ScoreEvent
    | RequestEvent
)
