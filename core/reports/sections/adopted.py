"""A wave that an older process sent: what its papers claim, what was checked, taken over, and lost."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from core.adoption.collisions import listed
from core.batch.adoption import Known
from core.batch.lifecycle import Status
from core.reports.blocks import Block, Heading, Sentence, facts, table
from core.reports.figures import whole

if TYPE_CHECKING:
    from core.projections.rows import BatchRow
    from core.reports.material import Material


def claims(material: Material) -> list[Block]:
    """Return what is claimed of the wave beside what of it was checked, adopted and lost."""
    rows, adopted = material.planned, material.record.state.adopted
    if adopted is None:
        return []
    known = Counter(row.known for row in rows)
    lost = [row for row in rows if row.status == Status.FAILED.value]
    figures = facts(
        f"Of the papers in {adopted.tracking}",
        (
            ("batches claimed", whole(adopted.claimed_batches)),
            ("pairs claimed", whole(adopted.claimed_pairs)),
            ("batches with a job on record", whole(sum(bool(row.claimed_jobs) for row in rows))),
            ("batch files read", whole(sum(row.file_sha256 is not None for row in rows))),
            ("batches known by papers alone", whole(known[Known.CLAIMED.value])),
            ("batches known by their file", whole(known[Known.CHECKED.value])),
            ("batches adopted from the provider or from results", whole(known[Known.ADOPTED.value])),
            ("pairs with ids in the ledger", whole(sum(row.pairs for row in rows))),
            ("pairs taken over refined", whole(sum(row.refined for row in rows))),
            ("batches that brought nothing home", whole(len(lost))),
            ("pairs still missing", whole(sum(row.missing_now for row in material.own))),
            ("claims of jobs that belong to no batch", whole(len(material.record.state.loose))),
        ),
    )
    found = table("What was found wrong with the papers", ("finding", "times"), adopted.findings, right=(1,))
    lists = table(
        "Job lists taken over", ("list", "sha256"), ((name, sha[:16]) for name, sha in material.record.state.lists)
    )
    return [
        Heading("Claimed, checked, adopted, lost"),
        *figures,
        *(found if adopted.findings else ()),
        *(lists if material.record.state.lists else ()),
        *_lost(lost),
    ]


def _lost(rows: list[BatchRow]) -> list[Block]:
    if not rows:
        return [Sentence("No batch is known to be lost.")]
    by_cause: dict[str, list[BatchRow]] = defaultdict(list)
    for row in rows:
        by_cause[row.cause or "unknown"].append(row)
    lines = [
        (cause, len(found), whole(sum(row.pairs for row in found)), listed(row.number for row in found))
        for cause, found in sorted(by_cause.items())
    ]
    return table("Batches that brought nothing home", ("why", "batches", "pairs", "which"), lines, right=(1, 2))


def by_batch(material: Material) -> list[Block]:
    """Return a line a batch with what its papers say and how it is known."""
    rows = [
        (
            *(row.label, row.known, whole(row.claimed_pairs), whole(row.pairs), whole(row.refined), row.status),
            *(", ".join(row.claimed_jobs), row.wrong_form, row.claimed_path),
        )
        for row in material.planned
    ]
    headers = (
        "batch",
        "known by",
        "claimed",
        "in the ledger",
        "refined",
        "status",
        "jobs claimed",
        "form",
        "file claimed",
    )
    return table("Claims by batch", headers, rows, right=(2, 3, 4))
