"""What the ledger knows of a batch that an older process sent, and how it knows it."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from core.batch.adopted_events import (  # noqa: TC001 - msgspec reads the annotations at run time
    BatchAdopted,
    ClaimSettled,
    FormClaimed,
    JobClaimed,
)

#: Why pairs of an adopted batch did not come home, beside the ends of a job: it never had one, or asked nonsense.
NEVER_SUBMITTED, WRONG_FORMAT = "never-submitted", "wrong-format"


#: How a request without a key is called, with the number of its line behind it.
NO_KEY = "line "


class Known(StrEnum):
    """How a batch is known: by papers alone, by its file, by its job or results as found, or run here."""

    CLAIMED = "claimed"
    CHECKED = "checked"
    ADOPTED = "adopted"
    RUN_HERE = "run here"


class Adoption(msgspec.Struct, frozen=True):
    """The claims about an adopted batch, and what was checked of them.

    `file_sha256` is "" as long as the batch's file was not read, and `form` is that of the file (or what the
    provider's count of requests proves). `originals` are the ids that its pairs came with, in the order of its
    ranges, none where they are not known. Characters are those of its questions and answers, 0 where not known.
    `settled` is a person's word on its job.
    """

    claimed: BatchAdopted
    file_path: str = ""
    file_sha256: str = ""
    form: str = ""
    originals: tuple[str, ...] = ()
    question_characters: int = 0
    answer_characters: int = 0
    claims: tuple[JobClaimed, ...] = ()
    forms: tuple[FormClaimed, ...] = ()
    settled: ClaimSettled | None = None

    @property
    def jobs(self) -> tuple[str, ...]:
        """The jobs claimed for it, each once; a person's word stands above all lists."""
        if self.settled is not None:
            return (self.settled.job_name,) if self.settled.job_name else ()
        return tuple(dict.fromkeys(claim.job_name for claim in self.claims if claim.job_name))

    @property
    def uploads(self) -> tuple[str, ...]:
        """The uploaded files claimed for it as `files/…`, each once."""
        uris = (claim.file_uri for claim in self.claims if claim.file_uri)
        return tuple(dict.fromkeys(uri[uri.find("files/") :] for uri in uris))

    @property
    def aliases(self) -> dict[str, int]:
        """The place in its ranges (from 0) by the id that a pair came with, for ids that one pair alone has."""
        places: dict[str, int] = {}
        twice: set[str] = set()
        for place, original in enumerate(self.originals):
            if original and places.setdefault(original, place) != place:
                twice.add(original)
        return {original: place for original, place in places.items() if original not in twice}
