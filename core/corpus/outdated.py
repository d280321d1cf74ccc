"""Whether a corpus is still gathered from what the ledger says, by what happened since it was built."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.batch.adopted_events import RefinedAdopted
from core.batch.events import AnswersRead, BatchWithdrawn
from core.ledger.streams import batch_number, wave_number
from core.wave.course_events import WaveAccepted, WaveRejected

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.corpus.manifest import BuildManifest
    from core.ledger.recorded import Recorded


def outdated(build: BuildManifest, since: Iterable[Recorded]) -> str | None:
    """Return, in words, what of a corpus is not to be used any more by the events since it was built, if anything.

    That is a wave that was rejected, or a batch whose refined pairs are others by now. Pairs that came home
    besides, and waves that were accepted, only make it smaller than it could be.
    """
    batches = {batch.number: (wave.wave, batch) for wave in build.inputs for batch in wave.batches}
    rejected = dict.fromkeys((wave.wave for wave in build.inputs), False)
    changed = dict.fromkeys(batches, False)
    for recorded in since:
        wave, number = wave_number(recorded.stream), batch_number(recorded.stream)
        match recorded.event:
            case WaveRejected() | WaveAccepted() if wave in rejected:
                rejected[wave] = isinstance(recorded.event, WaveRejected)
            case AnswersRead(sha256=sha256) | RefinedAdopted(sha256=sha256) if number in batches:
                changed[number] = sha256 != batches[number][1].refined.sha256
            case BatchWithdrawn() if number in batches:
                changed[number] = True
            case _:
                pass
    for wave, is_so in rejected.items():
        if is_so:
            return f"wave {wave}, which the corpus was built from, was rejected since"
    for number, is_so in changed.items():
        if is_so:
            wave, batch = batches[number]
            return f"the refined pairs of batch {batch.label} of wave {wave} changed since the corpus was built"
    return None
