"""What the assessment of a wave says of each of its pairs."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from core.errors import BadInputError, RefusedError
from core.quality.assessment.pair_quality import PairQuality
from core.quality.findings import FAULT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.corpus.inputs import RecordedFile

#: No check found a fault in a refined pair, or some did.
SOUND, FAULTY = "sound", "faulty"


class PairVerdict(NamedTuple):
    """`SOUND` or `FAULTY`, and the checks that found faults, each once, sorted."""

    verdict: str
    reasons: tuple[str, ...]


_SOUND = PairVerdict(SOUND, ())
_decode = msgspec.json.Decoder(PairQuality).decode


def verdicts_in(lines: Iterable[bytes], file: RecordedFile) -> dict[str, PairVerdict]:
    """Return the verdict on each pair of an assessment, by pair id; those of one wave are in memory together.

    Raises BadInputError for a line that is none, RefusedError when the bytes are not those that were recorded.
    """
    digest, found = hashlib.sha256(), dict[str, PairVerdict]()
    for number, line in enumerate(lines, 1):
        digest.update(line)
        try:
            pair = _decode(line)
        except msgspec.MsgspecError as error:
            raise BadInputError(
                f"{file.path}, line {number} is no assessed pair: {error}; run `batchmill assess` again"
            ) from None
        found[pair.pair_id] = _verdict(pair)
    if digest.hexdigest() != file.sha256:
        raise RefusedError(f"{file.path} is not as it was recorded; run `batchmill assess` again")
    return found


def _verdict(pair: PairQuality) -> PairVerdict:
    faults = {each.finding.check for each in pair.findings if each.finding.severity == FAULT}
    return PairVerdict(FAULTY, tuple(sorted(faults))) if faults else _SOUND
