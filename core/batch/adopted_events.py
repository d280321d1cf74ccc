"""What can happen to a batch that an older process sent: claimed, checked, found at the provider, taken over."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotations at run time

import msgspec

from core.batch.parts import RequestLine  # noqa: TC001 - the same
from core.pairs import PairRange  # noqa: TC001 - the same


class BatchAdopted(msgspec.Struct, frozen=True, gc=False):
    """An older process's tracking file claims this batch; nothing of it was checked by that.

    `origin` is the tracking file as it was named, `origin_sha256` its bytes, `place` the entry in it. What the
    entry does not say is None; pair ids are text, and `path` stands as it was claimed. `ranges` are the ledger ids
    minted for the claimed pairs, and `originals` the ids that follow from the claimed first and last one, in the
    same order (none where they do not follow).
    """

    number: int
    wave: int
    origin: str
    origin_sha256: str
    place: str
    path: str | None
    pairs: int | None
    file_size: int | None
    first_pair_id: str | None
    last_pair_id: str | None
    ranges: tuple[PairRange, ...]
    originals: tuple[str, ...]
    at: datetime


class AdoptedFileRead(msgspec.Struct, frozen=True, gc=False):
    """The batch's file was found, read to its end and compared with what is claimed of it.

    `path` is where it lies; `form` how its pairs stand in its requests (`core.adoption.forms`), `whole` that
    nothing had to be passed over. `ranges` replace those minted for the claim; `originals` are the ids the pairs
    came with ("" for one without), in the same order. Characters are those of all questions and answers.
    `findings` are the codes of what was wrong with the file.
    """

    path: str
    sha256: str
    size: int
    form: str
    whole: bool
    requests: tuple[RequestLine, ...]
    ranges: tuple[PairRange, ...]
    originals: tuple[str, ...]
    question_characters: int
    answer_characters: int
    findings: tuple[str, ...]
    at: datetime


class JobClaimed(msgspec.Struct, frozen=True, gc=False):
    """A list names a job of the batch, or an upload that no job was created for (`job_name` is None).

    `source` is the list, `place` a line or a place in it; state and time are as they stand there.
    """

    job_name: str | None
    file_uri: str | None
    state: str | None
    display_name: str | None
    time: str | None
    source: str
    source_sha256: str
    place: str
    at: datetime

    @property
    def said(self) -> tuple[str | None, ...]:
        """What is claimed and by whom, wherever it stands there: what makes one claim another."""
        return (self.source, self.job_name, self.file_uri, self.state, self.display_name, self.time)


class FormClaimed(msgspec.Struct, frozen=True, gc=False):
    """Somebody says that the batch was sent in the wrong form; `source` is a file or a person."""

    source: str
    place: str
    words: str
    at: datetime


class ClaimSettled(msgspec.Struct, frozen=True, gc=False):
    """A person says which job is the batch's, whatever the lists claim; None: it never had one."""

    job_name: str | None
    reason: str
    at: datetime


class JobSighted(msgspec.Struct, frozen=True, gc=False):
    """The provider has a job that may be the batch's, and only a person can tell; nothing of it is sent meanwhile.

    `evidence` says in words why it may be.
    """

    job_name: str
    display_name: str
    evidence: str
    reason: str
    at: datetime


class JobAdopted(msgspec.Struct, frozen=True, gc=False):
    """The provider has the batch's job, which this ledger did not create; `evidence` says how it was matched.

    `requests` is how many it runs, 0 where the provider does not say; `due` is when it ought to have ended.
    """

    job_name: str
    display_name: str
    attempt: int
    model: str
    input_file: str | None
    requests: int
    evidence: tuple[str, ...]
    created_at: datetime | None
    due: datetime | None
    at: datetime


class RefinedAdopted(msgspec.Struct, frozen=True, gc=False):
    """Refined pairs that lay on disk were taken over, after the checks that a download goes through.

    `ranges` are the pairs that came home by it; `path` is the batch's refined-pairs file with these and all that
    had come before, `source` the file they lay in.
    """

    path: str
    sha256: str
    ranges: tuple[PairRange, ...]
    source: str
    source_sha256: str
    at: datetime


AdoptedEvent = (
    BatchAdopted
    | AdoptedFileRead
    | JobClaimed
    | FormClaimed
    | ClaimSettled
    | JobSighted
    | JobAdopted
    | RefinedAdopted
)
