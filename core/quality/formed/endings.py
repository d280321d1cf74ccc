"""Refinements that stop before their end, and placeholders where text should stand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core.quality.findings import FAULT, NOTE, QualityFinding, shown
from core.quality.formed.code import with_code_blanked
from core.screening import placeholders
from core.screening.cut_off import cut_off as stops_early
from core.screening.subject import Limits, subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.quality.findings import After, Before, Terms

_LIMITS = Limits()
_CLAUSE = 140
_ITEM = re.compile(r"[ \t]*(?:[-*+•\u2013]|\d{1,3}[.)])[ \t]|[ \t]*[|#]|[ \t]*\*\*")
_MARKED = re.compile(r"[.!?\u3002\uff01\uff1f](?:[\"'”\u2019)\]*_`]|\[\d+\])*\Z")
_COMPLETE = re.compile(r"(?:[|`$]|\\\]|\\\))\Z|https?://\S+\Z")
_HALF_OPEN = re.compile(r"\[(-?[\w.]{1,20}, ?[\w.∞]{1,20})\)")
_LINKED = re.compile(r"\[([^\[\]\n]{1,300})\]\(")
_TAIL = 300
_AROUND = ".,:;!?()[]{}\"'“”\u2019*`"
_INFLECTIONS = frozenset({"s", "es", "d", "ed", "r", "er", "ing", "ly", "'s", "\u2019s", "/"})
_PEERS = 2

#: An answer that ends with the last characters of its source was not cut, whatever it ends with.
_SAME = 30


def cut_off(before: Before, after: After, _terms: Terms) -> Iterator[QualityFinding]:
    """Find an answer that ends in the middle: by its own end, or without a mark and shorter than its source."""
    old = subject(before.question, _readable(before.answer))
    new = subject(after.question, _readable(after.answer))
    why = None if _list_ends(new.ending) else stops_early(new, _LIMITS)
    same = old.ending[-_SAME:] == new.ending[-_SAME:]
    if why is not None:
        severity = NOTE if same and stops_early(old, _LIMITS) else FAULT
        yield QualityFinding("cut-off", severity, shown(why, _CLAUSE), "answer")
    elif not same and (word := _broken_word(f"{before.question} {before.answer}", after.answer, new.ending)):
        reason = f"ends with “{shown(word)}”, the start of a word of its source"
        yield QualityFinding("cut-off", FAULT, reason, "answer")
    elif not same and len(after.answer) < len(before.answer) and _has_no_end(new.ending):
        reason = f"is shorter than its source and has no mark at its end: “…{new.ending[-40:]}”"
        yield QualityFinding("cut-off", FAULT, shown(reason, _CLAUSE), "answer")


def placeholder(before: Before, after: After, _terms: Terms) -> Iterator[QualityFinding]:
    """Find placeholder phrases, brackets to be filled in, template variables and notes, in either text."""
    if (seen := _placeholder(after.question, after.answer)) is not None:
        severity = FAULT if _placeholder(before.question, before.answer) is None else NOTE
        yield QualityFinding("placeholder", severity, shown(seen, _CLAUSE))


def _placeholder(question: str, answer: str) -> str | None:
    """Look for one; “[Add liquidity](https://…)” is a link and no bracket to be filled in."""
    return placeholders.placeholder(subject(question, _LINKED.sub(r"\1 (", answer)), _LIMITS)


def _readable(text: str) -> str:
    """Return the text without brackets that need no partner: those in code, and those of half-open intervals."""
    return _HALF_OPEN.sub(r"(\1)", with_code_blanked(text))


def _list_ends(ending: str) -> bool:
    """Whether the last line is an item of a list whose item before has no mark at its end either."""
    last_two = [line for line in ending.splitlines() if line.strip()][-_PEERS:]
    return len(last_two) == _PEERS and all(
        _ITEM.match(line) and not _MARKED.search(line.rstrip()[-_TAIL:]) for line in last_two
    )


def _broken_word(source: str, answer: str, ending: str) -> str | None:
    """Return the last word, or address, when it is none but begins one of the source that goes on otherwise."""
    last = ending[-_TAIL:].rsplit(None, 1)[-1:]
    if not last or not last[0][-1].isalnum():
        return None
    word = last[0].lstrip("\"'“(*[")
    known = {each.strip(_AROUND) for each in source.split()}
    if not word or word in known or answer.count(word) != 1:
        return None
    begun = (each[len(word) :] for each in known if each.startswith(word))
    return word if any(rest not in _INFLECTIONS for rest in begun) else None


def _has_no_end(ending: str) -> bool:
    tail = ending[-_TAIL:]
    return bool(tail) and not _MARKED.search(tail) and not _COMPLETE.search(tail) and not _list_ends(ending)
