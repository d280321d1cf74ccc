"""Follows the chain of hashes through stored rows, and says which row is altered, missing, added or moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.ledger.chain import GENESIS, NOTHING, Head, follow_on, link
from core.ledger.verify import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.ledger.stored import StoredEvent


class ChainWalk:
    """Takes the rows of a whole ledger by position; holds one hash a stream.

    `kept` is a head that somebody kept elsewhere, which the ledger must have had: a history that was rewritten
    along with all its hashes is found by that alone.
    """

    def __init__(self, kept: Head | None = None) -> None:
        """Begin before the first position."""
        self.head = NOTHING
        self._kept = kept
        self._streams: dict[str, tuple[int, str]] = {}
        self._faulty = False

    def fork(self) -> ChainWalk:
        """Return another walk that goes on from here by itself."""
        other = ChainWalk(self._kept)
        other.head, other._streams, other._faulty = self.head, dict(self._streams), self._faulty
        return other

    def take(self, row: StoredEvent) -> list[Fault]:
        """Return what is wrong with the next row."""
        reasons = []
        if row.position <= self.head.position:
            reasons.append(f"it stands behind position {self.head.position}")
        elif row.position > self.head.position + 1:
            reasons.append(f"{_span('position', self.head.position + 1, row.position - 1)}missing before it")
        version, before = self._streams.get(row.stream, (0, GENESIS))
        if reason := _broken(row, version, before):
            reasons.append(reason)
        self._streams[row.stream] = (row.version, row.chain)
        self.head = follow_on(Head(row.position - 1, self.head.hash), row.chain)
        self._faulty = self._faulty or bool(reasons)
        return [_fault(row, reason) for reason in reasons] + self._differing(row)

    def end(self, stated: Head) -> list[Fault]:
        """Return what is wrong with the ledger's end, where `stated` is the head that it keeps beside its rows."""
        faults = []
        if stated.position > self.head.position:
            gone = _span("position", self.head.position + 1, stated.position)
            faults.append(Fault(self.head.position + 1, "", 0, f"{gone}missing from the ledger's end"))
        elif stated != self.head and not self._faulty:
            reason = (
                f"the events lead to the head {self.head.hash}, where the ledger keeps {stated.hash}: events "
                "before were exchanged together with their hashes"
            )
            faults.append(Fault(self.head.position, "", 0, reason))
        if self._kept and self._kept.position > self.head.position:
            reason = f"the ledger ends before position {self._kept.position}, whose head was kept elsewhere"
            faults.append(Fault(self.head.position, "", 0, reason))
        return faults

    def _differing(self, row: StoredEvent) -> list[Fault]:
        kept = self._kept
        if kept is None or kept.position != row.position or kept == self.head:
            return []
        reason = (
            f"up to here the ledger had the head {kept.hash}, which was kept elsewhere, and has {self.head.hash}"
        )
        return [Fault(row.position, "", 0, reason)]


def broken_stream(rows: Iterable[StoredEvent]) -> list[Fault]:
    """Return what is wrong with one stream's chain, its rows read by version."""
    faults = []
    version, before = 0, GENESIS
    for row in rows:
        if reason := _broken(row, version, before):
            faults.append(_fault(row, reason))
        version, before = row.version, row.chain
    return faults


def _broken(row: StoredEvent, version: int, before: str) -> str | None:
    """Return why a row does not follow its stream's previous one, if it does not."""
    if row.version > version + 1:
        return f"{_span('version', version + 1, row.version - 1, 'of its stream ')}missing before it"
    if row.version != version + 1:
        return f"version {row.version} of its stream stands behind version {version}"
    if link(before, row) != row.chain:
        return "it is not what was recorded here: it was altered or moved (its hash does not fit)"
    return None


def _span(what: str, first: int, last: int, whose: str = "") -> str:
    return f"{what} {first} {whose}is " if first == last else f"{what}s {first} to {last} {whose}are "


def _fault(row: StoredEvent, reason: str) -> Fault:
    return Fault(position=row.position, stream=row.stream, version=row.version, reason=reason)
