"""Rewriting that keeps every fact, by which false alarms are counted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from benchmarks.quality.damage import Damage, Pair, outside_urls, put
from benchmarks.quality.terms import everywhere, standing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

_BULLET = re.compile(r" - (?=[A-Z])")
_ITEM = re.compile(r" ([1-9]|1[0-9])\. (?=[A-Z])")
_SENTENCE = re.compile(r"(?<=[a-z)%][.!?]) +(?=[A-Z])")
_WORD = re.compile(r"(?<![\w$.,/-])(?:\$?[0-9][0-9.,]*[0-9]%?|[A-Za-z]{4,})(?![\w.,%/-])")
_SPELLINGS: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (r"(?<=[0-9])%", lambda _: " percent"),
    (r"(?<![\w.-])([0-9.]+)-([0-9.]+)%", lambda match: f"{match[1]}% to {match[2]}%"),
    (r"(?<![\w.-])([0-9.]+)-([0-9.]+)%", lambda match: f"between {match[1]} and {match[2]} percent"),
    (r"\$([0-9.]+) million\b", lambda match: f"${match[1]}M"),
    (r"\$([0-9.]+) billion\b", lambda match: f"${match[1]}B"),
    (r"\$([0-9.]+) (million|billion|trillion)\b", lambda match: f"{match[1]} {match[2]} US dollars"),
    (r"\$([0-9]+) billion\b", lambda match: f"${int(match[1]) * 1000:,} million"),
    (r"\b([0-9]{1,3}),([0-9]{3})\b(?!,)", lambda match: f"{match[1]}{match[2]}"),
    (r"(?<![\w.,-])([0-9]{5,6})(?= [a-z]{3})", lambda match: f"{int(match[1]):,}"),
    (r"\b7-day\b", lambda _: "7d"),
    (r"\b30-day\b", lambda _: "30 day"),
    (r"\b(?:7-day|7 days)\b", lambda _: "seven days"),
    (r"\b24-hour\b", lambda _: "24h"),
    (r"\b24h\b", lambda _: "24-hour"),
    (
        r"\b(January|February|September|October|November|December) (20[0-9]{2})\b",
        lambda match: f"{match[1][:3]}. {match[2]}",
    ),
    (r"\bMarch (20[0-9]{2})\b", lambda match: f"{match[1]}-03"),
)
_PATTERNS = [(re.compile(pattern), new) for pattern, new in _SPELLINGS]


def _layout(rng: Random, pair: Pair, _others: Sequence[Pair]) -> tuple[Pair, Pair]:
    """Set bullets and items on lines of their own, with headings and bold words and numbers."""
    text = _BULLET.sub("\n- ", pair.answer)
    text = _ITEM.sub(rng.choice([r"\n\n\1. ", r"\n\n### \1. ", "\n\n- ", r"\n\n\1) "]), text)
    for match in reversed(outside_urls(_WORD, text)):
        if rng.random() < 0.05:  # noqa: PLR2004 - one word in twenty
            text = put(text, match, f"**{match[0]}**")
    return pair, pair._replace(answer=text)


def _blanks(rng: Random, pair: Pair, _others: Sequence[Pair]) -> tuple[Pair, Pair]:
    """Break lines at random blanks, with typographic quotes, dashes and blanks that do not break."""
    text = re.sub(r" (?=[A-Za-z])", lambda _: rng.choice([" "] * 12 + ["  ", "\n"]), pair.answer)
    text = re.sub(r"(?<=[0-9])-(?=[0-9])", "\u2013", re.sub(r"(?<=[0-9]) (?=[a-z]{4})", "\u00a0", text))
    return pair, pair._replace(answer=text.replace("'", "\u2019"))


def _spelling(rng: Random, pair: Pair, _others: Sequence[Pair]) -> tuple[Pair, Pair] | None:
    """Spell numbers in another way, each kind of them or not by the fall of a coin."""
    text = pair.answer
    for pattern, new in rng.sample(_PATTERNS, len(_PATTERNS)):
        if rng.random() < 0.7:  # noqa: PLR2004 - most of them
            for match in reversed(outside_urls(pattern, text)):
                text = put(text, match, new(match))
    return None if text == pair.answer else (pair, pair._replace(answer=text))


def _synonyms(rng: Random, pair: Pair, _others: Sequence[Pair]) -> tuple[Pair, Pair] | None:
    """Say three terms by another of their forms."""
    found = [entry for entry in standing(pair) if len(entry.forms) > 1]
    if not found:
        return None
    text = pair.answer
    for entry in rng.sample(found, min(3, len(found))):
        new = rng.choice(entry.forms)
        for match in reversed(outside_urls(everywhere(entry), text)):
            beside = {text[max(0, match.start() - 1) : match.start()], text[match.end() : match.end() + 1]}
            if beside.isdisjoint("$/-"):
                text = put(text, match, new)
    return pair, pair._replace(answer=text)


def _order(rng: Random, pair: Pair, _others: Sequence[Pair]) -> tuple[Pair, Pair]:
    """Bring the sentences into another order."""
    sentences = _SENTENCE.split(pair.answer)
    return pair, pair._replace(answer=" ".join(rng.sample(sentences, len(sentences))))


def _moved(_rng: Random, pair: Pair, _others: Sequence[Pair]) -> tuple[Pair, Pair] | None:
    """Move the first sentence of the answer to the question."""
    first, *rest = _SENTENCE.split(pair.answer, maxsplit=1)
    return (pair, Pair(f"{pair.question} {first}", rest[0])) if rest else None


def _examples(rng: Random, pair: Pair, _others: Sequence[Pair]) -> tuple[Pair, Pair]:
    """Add an example with figures of its own, as the prompt asks for."""
    some, more = rng.randint(2, 90), rng.randint(1_000, 90_000)
    example = (
        f" For example, in March 2024 a trader who put ${more:,} into an ETH/USDC pool with a fee of {some / 100}%"
        f" earned {some}% within {rng.randint(2, 60)} days, while BTC rose from $40K to $73K."
    )
    return pair, pair._replace(answer=pair.answer + example)


def _all(rng: Random, pair: Pair, others: Sequence[Pair]) -> tuple[Pair, Pair]:
    """Do everything, one after the other."""
    after = pair
    for do in (_moved, _synonyms, _order, _spelling, _examples, _layout, _blanks):
        done = do(rng, after, others)
        after = done[1] if done else after
    return pair, after


def _same(_rng: Random, pair: Pair, _others: Sequence[Pair]) -> tuple[Pair, Pair]:
    return pair, pair


DAMAGES = (
    Damage("nothing", "kept", _same, harmless=True),
    Damage("layout: bullets, headings, bold", "kept", _layout, harmless=True),
    Damage("blanks, dashes, quotes", "kept", _blanks, harmless=True),
    Damage("numbers spelled otherwise", "kept", _spelling, harmless=True),
    Damage("terms by their other forms", "kept", _synonyms, harmless=True),
    Damage("sentences in another order", "kept", _order, harmless=True),
    Damage("a sentence moved to the question", "kept", _moved, harmless=True),
    Damage("an example with figures added", "kept", _examples, harmless=True),
    Damage("all of these", "kept", _all, harmless=True),
)
