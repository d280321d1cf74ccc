"""Ids that pairs of several batches came with, so that an answer alone does not say whose it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.adoption.findings import WARNING, Finding, shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.adoption.pair_ids import AdoptedIds
    from core.adoption.tracking import ClaimedBatch

_LISTED = 12


class Collision(msgspec.Struct, frozen=True, gc=False):
    """Ids that the same batches share: how many, one of them, and how many pairs have them."""

    batches: tuple[int, ...]
    ids: int
    example: str
    pairs: int

    def __str__(self) -> str:
        """Return the collision as one sentence with what follows from it."""
        return (
            f"batches {listed(self.batches)} share {self.ids:,} pair ids ({shown(self.example)} is one) over "
            f"{self.pairs:,} pairs; each pair has an id of its own now, so name the batch of an answer that "
            "has only the old one"
        )


def collisions(adopted: Iterable[AdoptedIds]) -> tuple[Collision, ...]:
    """Return which batches share ids, of those whose files were read; one entry for each set of batches."""
    holders: dict[str, list[int]] = {}
    for batch in adopted:
        for original in filter(None, batch.originals):
            holders.setdefault(original, []).append(batch.number)
    groups: dict[tuple[int, ...], list[str]] = {}
    for original, numbers in holders.items():
        if len(set(numbers)) > 1:
            groups.setdefault(tuple(sorted(set(numbers))), []).append(original)
    return tuple(
        Collision(batches, len(ids), ids[0], sum(len(holders[original]) for original in ids))
        for batches, ids in sorted(groups.items())
    )


def likely_collisions(claimed: Iterable[ClaimedBatch], source: str) -> list[Finding]:
    """Return a finding for batches without a file of which the same first and last id are claimed."""
    groups: dict[tuple[str, str], list[int]] = {}
    for batch in claimed:
        if batch.first_pair_id is not None and batch.last_pair_id is not None:
            groups.setdefault((batch.first_pair_id, batch.last_pair_id), []).append(batch.number)
    return [
        Finding(
            "ids-may-collide",
            WARNING,
            f"batches {listed(numbers)} are all said to run from {shown(first)} to {shown(last)}; "
            "give their files to be sure",
            source,
            numbers[0],
        )
        for (first, last), numbers in groups.items()
        if len(numbers) > 1
    ]


def listed(numbers: Iterable[int]) -> str:
    """Return numbers as people write them: `1-10, 36`, and no more than a dozen runs."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    words = [str(first) if first == last else f"{first}-{last}" for first, last in runs]
    return ", ".join(words[:_LISTED]) + (f" and {len(words) - _LISTED} more" if len(words) > _LISTED else "")
