"""What a damage is: a name, the criterion whose checks should see it, and a function that does it to one pair."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple


class Pair(NamedTuple):
    """A question and its answer."""

    question: str
    answer: str


#: Returns the pair before and after, or None where a pair offers nothing to damage. Before is the given pair, but
#: for kinds that seldom stand in real texts: those plant a sentence first. `others` are the pairs beside it.
Doing = Callable[[Random, Pair, Sequence[Pair]], tuple[Pair, Pair] | None]


class Damage(NamedTuple):
    """One kind of damage, or of rewriting that does no harm."""

    name: str
    criterion: str
    do: Doing
    harmless: bool = False


#: Returns what a match becomes, or None where it cannot be changed.
Change = Callable[[Random, "re.Match[str]"], str | None]

URL = re.compile(r"https?://\S+")


_BOUNDARY = re.compile(r"(?<=[a-z)]\.) (?=[A-Z-])")


def outside_urls(pattern: re.Pattern[str], text: str) -> list[re.Match[str]]:
    """Return the matches of a pattern that do not stand in a URL."""
    spans = [match.span() for match in URL.finditer(text)]
    return [
        match for match in pattern.finditer(text) if not any(start <= match.start() < end for start, end in spans)
    ]


def put(text: str, match: re.Match[str], new: str) -> str:
    """Return the text with a match exchanged."""
    return text[: match.start()] + new + text[match.end() :]


def one_of(pattern: re.Pattern[str], change: Change, *, urls: bool = False) -> Doing:
    """Return a damage of one match of a pattern in the answer; only with `urls` one in a URL."""

    def do(rng: Random, pair: Pair, _others: Sequence[Pair]) -> tuple[Pair, Pair] | None:
        found = list(pattern.finditer(pair.answer)) if urls else outside_urls(pattern, pair.answer)
        rng.shuffle(found)
        for match in found:
            new = change(rng, match)
            if new is not None and new != match[0]:
                return pair, pair._replace(answer=put(pair.answer, match, new))
        return None

    return do


def one_planted(sentences: Sequence[str], pattern: re.Pattern[str], change: Change) -> Doing:
    """Return a damage of one match of a pattern in a sentence that is first planted in the answer."""

    def do(rng: Random, pair: Pair, _others: Sequence[Pair]) -> tuple[Pair, Pair] | None:
        sentence = rng.choice(sentences)
        match = rng.choice(list(pattern.finditer(sentence)))
        new = change(rng, match)
        places = [found.start() for found in outside_urls(_BOUNDARY, pair.answer)] or [len(pair.answer)]
        place = rng.choice(places)
        both = [
            pair._replace(answer=f"{pair.answer[:place]} {told}{pair.answer[place:]}")
            for told in (sentence, put(sentence, match, new or ""))
        ]
        return both[0], both[1]

    return do
