"""Brings results home: downloaded beside their place, checked, renamed, and only then recorded."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from core.batch import commands as c
from core.engine.books import Entry
from core.engine.failure import failure
from core.engine.haul import Haul
from core.engine.inspection import count_lines, doubts
from core.engine.places import result_path
from core.errors import GoneError, ProviderError, StorageError, UnavailableError
from core.provider import Job, JobState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.batch.state import Batch
    from core.engine.workshop import Workshop


class DoubtfulResultError(UnavailableError):
    """A whole file that is hardly the whole result: empty, short of lines, or without one key that was asked."""

    def __init__(self, message: str, lines: int) -> None:
        """Say what is doubtful about a result of so many lines."""
        super().__init__(message)
        self.lines = lines


#: As many times the tries in which a doubtful result is believed, it is believed even if it was longer once.
PATIENCE = 3


class Harvester:
    """Downloads results, and remembers how often one was not there, and how often it came as doubtful.

    The memory is the process's own: after a restart a result is asked for anew, which errs on the safe side.
    """

    def __init__(self) -> None:
        """Begin with no result missed or doubted."""
        self._missed: Counter[int] = Counter()
        self._doubted: defaultdict[int, list[int]] = defaultdict(list)

    def harvest(self, shop: Workshop, batches: Sequence[Batch]) -> list[Haul]:
        """Download the results of these batches and record them in one commit; return how each fared.

        A result that the provider did not know in as many tries as the policy looks for a job is lost, and its
        batch has failed; one that came as doubtful as often is taken for what it is, unless it was longer before:
        a result that is honestly short may be cut as well.
        """
        fetched = shop.side_by_side(
            lambda batch: _fetch(shop, batch, tuple(self._doubted.get(batch.number, ()))), batches
        )
        hauls = [self._judge(shop, haul) for haul in fetched]
        shop.books.write([haul.entry for haul in hauls if haul.entry])
        return hauls

    def _judge(self, shop: Workshop, haul: Haul) -> Haul:
        match haul.trouble:
            case None:
                self._forget(haul.number)
            case DoubtfulResultError(lines=lines):
                self._doubted[haul.number].append(lines)
            case GoneError():
                self._missed[haul.number] += 1
        if self._missed[haul.number] < shop.policy.looks_for_a_job:
            return haul
        # Another attempt's result has a right to as many tries.
        self._forget(haul.number)
        reason = f"the result is lost, the provider does not have it any more ({haul.trouble})"
        fact = failure(shop, shop.books.get(haul.number), "gone", reason, None)
        return Haul(haul.number, entry=Entry(haul.number, (fact,), "the provider does not know the result"))

    def _forget(self, number: int) -> None:
        self._missed.pop(number, None)
        self._doubted.pop(number, None)


def _believed(shop: Workshop, lines: int, doubted: Sequence[int]) -> bool:
    """Whether a result of so many lines is taken as it is, after those that were doubtful."""
    tries = shop.policy.looks_for_a_job
    return len(doubted) + 1 >= tries and (lines >= max(doubted, default=0) or len(doubted) + 1 >= PATIENCE * tries)


def _fetch(shop: Workshop, batch: Batch, doubted: Sequence[int]) -> Haul:
    job = Job(
        name=batch.job_name or "",
        display_name=batch.display_name,
        state=JobState.SUCCEEDED,
        result_file=batch.result_file,
        inline=batch.result_file is None,
    )
    path = result_path(shop.policy, batch, "results")
    try:
        with shop.files.create(path) as pending:
            shop.provider.download(job, pending.sink)
            lines = count_lines(batch, pending.sink)
            if not _believed(shop, lines, doubted) and (doubt := doubts(batch, pending.sink, lines)):
                said = f"the download of {batch.name}'s result {doubt}; it is fetched again"
                raise DoubtfulResultError(said, lines)
            stored = pending.commit()
    except (ProviderError, StorageError) as error:
        return Haul(batch.number, trouble=error)
    fact = c.RecordDownload(path=stored.path, sha256=stored.sha256, size=stored.size, lines=lines, at=shop.now())
    return Haul(
        batch.number, entry=Entry(batch.number, (fact,), f"the result of {job.name} stands in {stored.path}")
    )
