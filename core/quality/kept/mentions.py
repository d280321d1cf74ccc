"""A fact as it stands in a text, and all facts of one kind in a text."""

from __future__ import annotations

from collections.abc import Hashable

import msgspec

#: A fact in its normal form; facts that say the same have an equal key.
Key = Hashable


class Mention(msgspec.Struct, frozen=True, gc=False):
    """A fact at characters `start` to `end` of a plain text.

    It is kept when any of its `keys` is known to the refinement: more than one where a text may mean two things
    (`$5-10 billion`). `also` are weaker facts that it says beside: the year of a date, the bare value of `5%`.
    Only a `firm` mention has to be kept; the others (ordinals, labels, numbers in words) can stand for a firm one
    of the other text. `kind` says which check speaks about it.
    """

    kind: str
    keys: tuple[Key, ...]
    start: int
    end: int
    also: tuple[Key, ...] = ()
    firm: bool = True


class Mentions(msgspec.Struct, frozen=True, gc=False):
    """The facts of one sort in a text, in their order, and every key by which the text knows a fact."""

    all: tuple[Mention, ...]
    known: frozenset[Key]

    def lack(self, mention: Mention) -> bool:
        """Tell whether no key of a mention is known here."""
        return self.known.isdisjoint(mention.keys)


NOTHING = Mentions((), frozenset())


def gathered(mentions: list[Mention]) -> Mentions:
    """Return mentions as the facts of a text."""
    if not mentions:
        return NOTHING
    known = frozenset(key for mention in mentions for key in (*mention.keys, *mention.also))
    return Mentions(tuple(mentions), known)
