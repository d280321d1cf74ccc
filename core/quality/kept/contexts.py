"""Facts that gave way to others in the words around them, which finds a change that a set of facts cannot show."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from core.quality.kept.mentions import Mention

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_BARE = {code: " " for code in range(128) if not chr(code).isalnum()} | dict.fromkeys(range(48, 58), "#")
_BEFORE, _AFTER = 3, 2
_FEWEST = 4
_LOOKED_AROUND = 60

#: The words beside a fact; digits among them are all the same.
Context = tuple[str, ...]


#: The mentions of a text by the words beside them.
Contexts = dict[Context, list[Mention]]


def contexts(text: str, mentions: Iterable[Mention]) -> Contexts:
    """Return the mentions of a text by their contexts, those in too few words left out."""
    found: Contexts = {}
    bare = text.encode("ascii", "replace").decode().lower().translate(_BARE)
    for mention in mentions:
        found.setdefault(_context(bare, mention), []).append(mention)
    found.pop((), None)
    return found


def exchanged(were: Contexts, are: Contexts) -> Mapping[int, Mention]:
    """Return what stands in the place of firm facts of the source, by the places of those facts.

    A change is a fact that did not stand in these words before, or not as often, and that did not come to stand
    there beside the old ones. Text that was written anew has other words, or kept the facts with them, so this
    finds an exchanged fact even where the old and the new one stand elsewhere.
    """
    changes: dict[int, Mention] = {}
    for context in were.keys() & are.keys():
        before, after = were[context], are[context]
        if [mention.keys for mention in before] == [mention.keys for mention in after]:
            continue
        new = _beyond(after, before)
        if not new or len(after) > len(before):
            continue
        gone = _beyond(before, after)
        known = {key for mention in (before if len(after) < len(before) else gone) for key in mention.keys}
        firm = [mention for mention in gone if mention.firm]
        strange = [mention for mention in new if known.isdisjoint(mention.keys)]
        changes.update((was.start, now) for was, now in zip(firm, strange, strict=False))
    return changes


def _beyond(some: list[Mention], others: list[Mention]) -> list[Mention]:
    """Return the mentions that `others` do not have as well, or not as often."""
    counts = Counter(mention.keys for mention in others)
    beyond = []
    for mention in some:
        counts[mention.keys] -= 1
        if counts[mention.keys] < 0:
            beyond.append(mention)
    return beyond


def _context(bare: str, mention: Mention) -> Context:
    """Return the three words before a mention and the two behind it, or nothing where there are too few."""
    before = bare[max(0, mention.start - _LOOKED_AROUND) : mention.start].split()[-_BEFORE:]
    after = bare[mention.end : mention.end + _LOOKED_AROUND].split()[:_AFTER]
    return (*before, "", *after) if len(before) + len(after) >= _FEWEST else ()
