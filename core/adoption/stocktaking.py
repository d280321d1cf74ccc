"""All that is known of an older wave, batch by batch, and whether it is claimed or was checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.adoption.adopted_batch import AdoptedBatch, Known, disagreements, unknown_batches
from core.adoption.collisions import Collision, collisions, likely_collisions
from core.adoption.findings import WARNING, Finding
from core.adoption.job_claims import Conflict, JobClaim, conflicts
from core.adoption.pair_ids import AdoptedIds, adopt_ids, ids_between

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from core.adoption.batch_facts import BatchFacts
    from core.adoption.forms import FormClaim
    from core.adoption.tracking import ClaimedBatch, Tracking


class Stocktaking(msgspec.Struct, frozen=True):
    """An older wave as its papers and files have it.

    `strangers` are claims for no batch, or one that the tracking file does not have. `findings` are those of the
    tracking file, the batch files and their comparison; a job list keeps its own.
    """

    wave: int
    source: str
    batches: tuple[AdoptedBatch, ...]
    strangers: tuple[JobClaim, ...]
    conflicts: tuple[Conflict, ...]
    collisions: tuple[Collision, ...]
    findings: tuple[Finding, ...]

    @property
    def figures(self) -> Figures:
        """The figures that the whole comes to."""
        files = [batch.facts for batch in self.batches if batch.facts.at_hand]
        found = [original for facts in files for original in facts.originals]
        distinct = len(set(filter(None, found)))
        with_job = [batch for batch in self.batches if batch.jobs]
        return Figures(
            batches=len(self.batches),
            claimed_pairs=sum(batch.claimed.pairs or 0 for batch in self.batches),
            ids_minted=sum(batch.ids.count for batch in self.batches),
            files=len(files),
            pairs_found=len(found),
            distinct_ids=distinct,
            collisions=sum(map(bool, found)) - distinct,
            with_job=len(with_job),
            wrong_form=sum(batch.wrong_form is not None for batch in with_job),
            wrong_form_checked=sum(batch.wrong_form is Known.CHECKED for batch in with_job),
            without_job=len(self.batches) - len(with_job),
            uploaded_only=sum(not batch.jobs and bool(batch.uploads) for batch in self.batches),
        )


class Figures(msgspec.Struct, frozen=True):
    """Figures of a stocktaking; `wrong_form` counts batches with a claimed job, however their form is known."""

    batches: int
    claimed_pairs: int
    ids_minted: int
    files: int
    pairs_found: int
    distinct_ids: int
    collisions: int
    with_job: int
    wrong_form: int
    wrong_form_checked: int
    without_job: int
    uploaded_only: int


def take_stock(
    wave: int,
    tracking: Tracking,
    facts: Mapping[int, BatchFacts],
    claims: Sequence[JobClaim] = (),
    forms: Sequence[FormClaim] = (),
) -> Stocktaking:
    """Bring claims and facts together; nothing is settled here. `facts` has one entry for every claimed batch."""
    of_batch: dict[int | None, list[JobClaim]] = {}
    for claim in claims:
        of_batch.setdefault(claim.number, []).append(claim)
    batches = tuple(
        AdoptedBatch(
            claimed,
            facts[claimed.number],
            ids_of(wave, claimed, facts[claimed.number]),
            tuple(of_batch.pop(claimed.number, ())),
            tuple(form for form in forms if claimed.number in form),
        )
        for claimed in tracking.batches
    )
    strangers = tuple(claim for rest in of_batch.values() for claim in rest)
    shared = collisions(batch.ids for batch in batches if batch.facts.at_hand)
    findings = (*tracking.findings, *_findings(tracking.source, batches, shared), *unknown_batches(strangers))
    return Stocktaking(wave, tracking.source, batches, strangers, conflicts(claims), shared, findings)


def _findings(source: str, batches: Sequence[AdoptedBatch], shared: Sequence[Collision]) -> Iterator[Finding]:
    for batch in batches:
        yield from batch.facts.findings
    for each in shared:
        yield Finding("ids-collide", WARNING, str(each), source, each.batches[0])
    yield from likely_collisions((batch.claimed for batch in batches if not batch.facts.at_hand), source)
    yield from disagreements(batches)


def ids_of(wave: int, claimed: ClaimedBatch, facts: BatchFacts) -> AdoptedIds:
    """Return a batch's ledger ids: for what its file holds, or for what is claimed where it is not whole."""
    originals = facts.originals
    if not facts.at_hand:
        originals = ids_between(claimed.first_pair_id, claimed.last_pair_id, claimed.pairs)
    return adopt_ids(wave, claimed.number, originals, 0 if facts.whole else claimed.pairs or 0)
