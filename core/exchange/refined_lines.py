"""The lines of a refined-pairs file: one refined pair each, in the order in which the result file brought them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from core.exchange.verdicts import RefinedPair


def refined_lines(
    pairs: Iterable[RefinedPair], *, batch: int, attempt: int, model: str, prompt: str
) -> Iterator[bytes]:
    """Yield a line a pair: `{"pair_id", "batch", "attempt", "source", "key", "model", "prompt", …its answer}`.

    UTF-8, with the line's end. The same pairs give the same bytes. `model` is what was asked, `prompt` the version
    it was asked by. The question and the answer as they were before stand in the wave's extract.
    """
    encode = msgspec.json.Encoder().encode
    for pair in pairs:
        head = {
            "pair_id": pair.pair_id,
            "batch": batch,
            "attempt": attempt,
            "source": pair.source,
            "key": pair.key,
            "model": model,
            "prompt": prompt,
        }
        yield encode(head | pair.answer) + b"\n"
