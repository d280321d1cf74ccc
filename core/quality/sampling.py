"""A stratified random sample of pairs that anybody can draw again: same pairs and seed, same sample."""

from __future__ import annotations

from collections import Counter, defaultdict
from enum import StrEnum
from fractions import Fraction
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from core.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class Third(StrEnum):
    """Where a pair's length stands among those of all candidates."""

    SHORT = "short"
    MIDDLE = "middle"
    LONG = "long"


class Candidate(NamedTuple):
    """A pair that may be drawn; `source` is its source's key, `length` the characters it is sorted by."""

    pair_id: str
    category: str | None
    source: str
    length: int


class Stratum(NamedTuple):
    """Pairs that are alike: of one category and one source, and of one third by length."""

    category: str | None
    source: str
    third: Third


class Share(msgspec.Struct, frozen=True, gc=False):
    """A stratum, how many pairs are in it, and how many of them were drawn."""

    stratum: Stratum
    pairs: int
    drawn: int


class Drawn(msgspec.Struct, frozen=True, gc=False):
    """A pair of the sample and the stratum that it stands for."""

    pair_id: str
    stratum: Stratum


class Sample(msgspec.Struct, frozen=True):
    """What was drawn from how many pairs; `pairs` are in an order that is random too, `shares` are sorted."""

    seed: str
    of: int
    pairs: tuple[Drawn, ...]
    shares: tuple[Share, ...]


def draw(candidates: Iterable[Candidate], size: int, seed: str) -> Sample:
    """Draw `size` pairs (all, where there are fewer), each stratum's number as `allocate` says.

    Chance comes from the sha256 of seed and pair id, so the sample depends on nothing but the set of candidates,
    the size and the seed: not on the order in which they come. Raises BadInputError for a size below 1, and
    ValueError when a pair id stands twice among the candidates.
    """
    if size < 1:
        raise BadInputError(f"a sample has at least one pair, not {size}; name its size, such as 30")
    known = list(candidates)
    if len({each.pair_id for each in known}) < len(known):
        raise ValueError("a pair stands twice among the candidates of a sample")
    strata = _strata(known)
    seats = allocate({stratum: len(ids) for stratum, ids in strata.items()}, size, seed)
    chosen = [
        Drawn(pair_id, stratum)
        for stratum, ids in strata.items()
        for pair_id in sorted(ids, key=lambda pair_id: _lot(seed, pair_id))[: seats[stratum]]
    ]
    return Sample(
        seed=seed,
        of=len(known),
        pairs=tuple(sorted(chosen, key=lambda each: _lot(f"order of {seed}", each.pair_id))),
        shares=tuple(Share(each, len(strata[each]), seats[each]) for each in sorted(strata, key=_place)),
    )


def drawn_before(candidates: Iterable[Candidate], pair_ids: Sequence[str], seed: str) -> Sample:
    """Return a sample that was drawn before, among the candidates of now; pairs that are gone are left out."""
    known = list(candidates)
    strata = _strata(known)
    stratum_of = {pair_id: stratum for stratum, ids in strata.items() for pair_id in ids}
    pairs = tuple(Drawn(pair_id, stratum_of[pair_id]) for pair_id in pair_ids if pair_id in stratum_of)
    drawn = Counter(pair.stratum for pair in pairs)
    shares = tuple(Share(each, len(strata[each]), drawn[each]) for each in sorted(strata, key=_place))
    return Sample(seed=seed, of=len(known), pairs=pairs, shares=shares)


def allocate(sizes: Mapping[Stratum, int], size: int, seed: str) -> dict[Stratum, int]:
    """Return how many pairs of each stratum are drawn; together `size`, or all pairs where there are fewer.

    In proportion, by largest remainder: a stratum of n among N pairs is entitled to size * n / N, gets the whole
    part of that, and the places left go to the largest remainders, equal ones by lot. Where the size allows
    one of each stratum, those that are entitled to less than one get one, and the others share what is
    left in the same way, so that each of these is within one of its part of the rest.
    """
    pairs = sum(sizes.values())
    seats: dict[Stratum, int] = {}
    open_seats = min(size, pairs)
    others = dict(sizes)
    while open_seats >= len(others) > 0:
        rest = sum(others.values())
        raised = [stratum for stratum, held in others.items() if open_seats * held < rest]
        if not raised:
            break
        seats |= dict.fromkeys(raised, 1)
        open_seats -= len(raised)
        others = {stratum: held for stratum, held in others.items() if stratum not in seats}
    return seats | _by_remainder(others, open_seats, seed)


def _by_remainder(sizes: Mapping[Stratum, int], seats: int, seed: str) -> dict[Stratum, int]:
    pairs = sum(sizes.values())
    claims = {stratum: Fraction(seats * held, pairs) for stratum, held in sizes.items()}
    given = {stratum: int(claim) for stratum, claim in claims.items()}
    left = seats - sum(given.values())
    most = sorted(claims, key=lambda each: (given[each] - claims[each], _lot(seed, repr(_place(each)))))
    return given | {stratum: given[stratum] + 1 for stratum in most[:left]}


def _strata(candidates: Sequence[Candidate]) -> dict[Stratum, list[str]]:
    third_of = _thirds([each.length for each in candidates])
    strata: dict[Stratum, list[str]] = defaultdict(list)
    for each in candidates:
        strata[Stratum(each.category, each.source, third_of(each.length))].append(each.pair_id)
    return strata


class _Thirds(NamedTuple):
    """The longest lengths that still count as short, and as middling."""

    short: int
    middle: int

    def __call__(self, length: int) -> Third:
        if length <= self.short:
            return Third.SHORT
        return Third.MIDDLE if length <= self.middle else Third.LONG


def _thirds(lengths: Sequence[int]) -> _Thirds:
    """Return what tells the thirds of all candidates apart; equal lengths are always in the same third."""
    ordered = sorted(lengths)
    if not ordered:
        return _Thirds(0, 0)
    last = len(ordered) - 1
    return _Thirds(ordered[last // 3], ordered[last * 2 // 3])


def _place(stratum: Stratum) -> tuple[str, str, int]:
    """Return what strata are sorted by; no category stands before any."""
    return f"-{stratum.category}" if stratum.category is not None else "", stratum.source, _ORDER[stratum.third]


_ORDER = {third: place for place, third in enumerate(Third)}


def _lot(seed: str, name: str) -> bytes:
    return sha256(f"{seed}\0{name}".encode()).digest()
