"""The lines of a judgements file: one judged pair each, with the coin undone, in the order of the result."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.quality.judgements import Judgement, judgement_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from core.exchange.verdicts import RefinedPair


class Judged(msgspec.Struct, frozen=True, gc=False):
    """A judgement and the key of the request that was answered with it."""

    key: str
    judgement: Judgement


def judged(answers: Iterable[RefinedPair], seed: str) -> Iterator[Judged]:
    """Yield what a `judge_reader` took, with the coin undone."""
    for answer in answers:
        yield Judged(answer.key, judgement_of(answer.pair_id, answer.answer, seed))


def judged_line(found: Judged, *, batch: str, attempt: int, model: str, prompt: str) -> bytes:
    """Return `{"pair_id", "batch", "attempt", "key", "model", "prompt", …the judgement}` with the line's end.

    `batch` is the batch's label. The same judgement gives the same bytes; marks stand in the order of DIMENSIONS.
    """
    head = {
        "pair_id": found.judgement.pair_id,
        "batch": batch,
        "attempt": attempt,
        "key": found.key,
        "model": model,
        "prompt": prompt,
    }
    return msgspec.json.encode(head | msgspec.structs.asdict(found.judgement)) + b"\n"


def judgements_in(lines: Iterable[bytes]) -> Iterator[Judgement]:
    """Yield the judgements of a judgements file; raises msgspec.DecodeError for a line that is none."""
    decode = msgspec.json.Decoder(Judgement).decode
    return (decode(line) for line in lines)
