"""The batch files of an older process: found by their claimed names, and read a line at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.files.adopted_bytes import ReadFile, decoded
from core.adoption.batch_facts import absent
from core.adoption.batch_tally import BatchTally
from core.adoption.findings import Findings, shown
from core.errors import BadInputError
from core.exchange.lines import LONGEST_LINE, Overlong

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.adoption.batch_facts import BatchFacts, FoundRequest
    from core.adoption.tracking import ClaimedBatch


class AdoptedBatchFile:
    """One batch's file, if it is there; `requests` reads it once, and `facts` says afterwards what it came to."""

    def __init__(self, claimed: ClaimedBatch, submissions: Path, longest: int = LONGEST_LINE) -> None:
        """Look for the claimed file in the folder `submissions`, and never outside of it.

        Lines of more than `longest` bytes are passed over.
        """
        self._findings = Findings(claimed.path or f"batch {claimed.number}", claimed.number)
        self._tally = BatchTally(claimed, self._findings)
        self._path = _located(claimed, submissions, self._findings)
        self._longest = longest
        self.facts = absent(claimed, self._findings)

    def requests(self) -> Iterator[FoundRequest]:
        """Yield the requests in order, each with its pairs; problems become findings, never exceptions."""
        if self._path is None:
            return
        file = ReadFile(self._path, self._longest)
        try:
            for number, data in enumerate(file.lines(), start=1):
                if isinstance(data, Overlong):
                    self._tally.overlong(number, data.size)
                elif data.strip():
                    yield from self._tally.line(number, decoded(data))
        except BadInputError as error:
            self._tally.unread("unreadable", str(error))
        yield from self._tally.together()
        self.facts = self._tally.facts(str(self._path), file.sha256, file.size)


def read_facts(claimed: ClaimedBatch, submissions: Path) -> BatchFacts:
    """Return what the file of a batch came to, reading it to its end and keeping none of its texts."""
    file = AdoptedBatchFile(claimed, submissions)
    for _ in file.requests():
        pass
    return file.facts


def _located(claimed: ClaimedBatch, submissions: Path, findings: Findings) -> Path | None:
    """Return where a claimed file lies in the folder; None, and a finding, when it is not there."""
    number = claimed.number
    if claimed.path is None:
        findings.error("file-unnamed", f"batch {number} names no file to look for; name it in the tracking file")
        return None
    name = shown(claimed.path.rpartition("/")[2])
    try:
        found = next((path for path in _candidates(claimed.path, submissions) if path.is_file()), None)
        if found is not None and found.resolve().is_relative_to(submissions.resolve()):
            return found
    except (OSError, ValueError, RuntimeError) as error:
        findings.error("unreadable", f"batch {number}: {name} cannot be looked for ({error}); check the folder")
        return None
    if found is None:
        sentence = f"batch {number}: {name} is not there, so its pairs are only claimed; put it into the folder"
        findings.warn("file-missing", sentence)
    else:
        findings.error(
            "leads-out", f"batch {number}: {name} is a link out of the folder; put the file itself there"
        )
    return None


def _candidates(path: str, submissions: Path) -> Iterator[Path]:
    """Yield where a claimed path may lie: below the folder, in the folder it names itself, or by name alone."""
    first, _, rest = path.partition("/")
    yield submissions / path
    if rest and first == submissions.name:
        yield submissions / rest
    yield submissions / path.rpartition("/")[2]
