"""What events of a batch are made of: an estimate, a request line, a pair that did not come home."""

from __future__ import annotations

import msgspec

from core.pairs import PairRange  # noqa: TC001 - msgspec reads the annotations at run time


class Estimate(msgspec.Struct, frozen=True, gc=False):
    """Expected size and price: tokens in, tokens out, US dollars at the provider's batch price."""

    input_tokens: int
    output_tokens: int
    cost_usd: float


class RequestLine(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One line of a batch file: its key and the pairs it carries. Stored as `[key, ranges]`."""

    key: str
    ranges: tuple[PairRange, ...]


class Unrefined(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A pair that did not come home refined: its id, the verdict and the reason."""

    pair_id: str
    verdict: str
    reason: str
