"""What refining and judging have in common: a way to ask about the pairs of a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from core.batch.parts import Estimate, RequestLine
    from core.pairs import PairRange

#: What is known of a pair that is asked about.
Pair_contra = TypeVar("Pair_contra", contravariant=True)


class Asking(Protocol[Pair_contra]):
    """How a batch's pairs become requests; the same pairs give the same bytes."""

    def once_more(self, *, max_pairs: int, spare: float) -> Self:
        """Return the same for pairs that did not come home, with at most `max_pairs` of them in a request.

        Requests are filled as if answers were `spare` times as long as expected.
        """
        ...

    def estimate(self, pairs: Sequence[Pair_contra]) -> Estimate:
        """Return the expected tokens and price of these pairs' requests."""
        ...

    def render(
        self, number: int, ranges: Sequence[PairRange], pairs: Sequence[Pair_contra], *, first: int = 1
    ) -> Iterator[tuple[RequestLine, bytes]]:
        """Yield every request of a batch and its line; `pairs` are those of `ranges`, keys count from `first`."""
        ...
