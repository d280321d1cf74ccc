"""One batch of an older process with all that is claimed of it, all that was checked, and what does not fit."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from core.adoption.batch_facts import BatchFacts  # noqa: TC001 - msgspec reads the annotations at run time
from core.adoption.collisions import listed
from core.adoption.findings import ERROR, WARNING, Finding
from core.adoption.forms import FormClaim  # noqa: TC001 - msgspec reads the annotations at run time
from core.adoption.job_claims import JobClaim  # noqa: TC001 - the same
from core.adoption.pair_ids import AdoptedIds  # noqa: TC001 - the same
from core.adoption.tracking import ClaimedBatch  # noqa: TC001 - the same

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Known(StrEnum):
    """How something is known."""

    CLAIMED = "claimed"
    CHECKED = "checked"


class AdoptedBatch(msgspec.Struct, frozen=True):
    """One batch of the older process: its claims, its file's facts, and the ids of its pairs.

    `claims` are all that job lists say of it, `forms` every word that it was sent in the wrong form.
    """

    claimed: ClaimedBatch
    facts: BatchFacts
    ids: AdoptedIds
    claims: tuple[JobClaim, ...]
    forms: tuple[FormClaim, ...]

    @property
    def number(self) -> int:
        """The batch's number."""
        return self.claimed.number

    @property
    def jobs(self) -> tuple[str, ...]:
        """The jobs claimed for it, each once."""
        return tuple(dict.fromkeys(claim.job for claim in self.claims if claim.job is not None))

    @property
    def uploads(self) -> tuple[str, ...]:
        """The uploaded files claimed for it, each once."""
        return tuple(dict.fromkeys(claim.file_uri for claim in self.claims if claim.file_uri is not None))

    @property
    def pairs_known(self) -> Known:
        """Whether its pairs were counted in its file, all of it, or are only claimed."""
        return Known.CHECKED if self.facts.at_hand and self.facts.whole else Known.CLAIMED

    @property
    def wrong_form(self) -> Known | None:
        """Whether it was sent in the wrong form, as far as that is known; None where nothing says so.

        CHECKED speaks of the file as it lies here now. That it is what was sent is known only when the provider's
        count of the job's requests agrees (`core.adoption.forms.form_by_count`).
        """
        if self.facts.at_hand and self.facts.form.wrong:
            return Known.CHECKED
        return Known.CLAIMED if self.forms else None


def unknown_batches(claims: Iterable[JobClaim]) -> Iterator[Finding]:
    """Tell of claims for batches that the tracking file does not have."""
    for claim in claims:
        if claim.number is not None:
            sentence = f"{claim}; the tracking file has no such batch, so add it there, or ask the provider"
            yield Finding("batch-unknown", ERROR, sentence, claim.source, claim.number, claim.place)


def disagreements(batches: Iterable[AdoptedBatch]) -> Iterator[Finding]:
    """Tell of files in the right form that somebody says were sent in the wrong one."""
    torn: dict[FormClaim, list[AdoptedBatch]] = {}
    for batch in batches:
        if batch.wrong_form is Known.CLAIMED and batch.facts.at_hand:
            torn.setdefault(batch.forms[0], []).append(batch)
    for form, several in torn.items():
        yield Finding(
            "form-disagrees",
            WARNING,
            f"batches {listed(batch.number for batch in several)} are said to have been sent in the wrong form, "
            "and their files here have the right one; they may have been made again since, so ask the provider "
            "how many requests their jobs ran",
            form.source,
            several[0].number,
            form.place,
        )
