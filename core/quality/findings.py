"""The words of the quality checks: a pair before and after, a check, and what it says in one printable clause."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import msgspec

from core.one_line import one_line

FAULT, NOTE = "fault", "note"
KEPT, WRITTEN, FORMED = "kept", "written", "formed"

#: The most characters of a pair's text that a reason shows in one place.
SHOWN = 60


class Before(msgspec.Struct, frozen=True, gc=False):
    """A pair as it was sent."""

    pair_id: str
    question: str
    answer: str
    topic: str | None = None
    indicator: str = ""
    category: str | None = None


class After(msgspec.Struct, frozen=True, gc=False):
    """Its refinement: the texts, and the other fields of the answer (scores, duplicates, tags) as they came."""

    question: str
    answer: str
    fields: dict[str, object]


class QualityFinding(msgspec.Struct, frozen=True, gc=False):
    """What one check says about one pair.

    `check` is the check's name. `severity` is FAULT (something is lost or broken) or NOTE (somebody may want to
    look). `reason` is one clause on one printable line, texts from pairs shortened. `place` is "question",
    "answer", "fields", or nothing where the finding is about the pair as a whole.
    """

    check: str
    severity: str
    reason: str
    place: str = ""


#: Thresholds by name, from settings; a check that has none takes no notice of them.
Terms = Mapping[str, float]

#: Looks at one pair before and after and yields what it finds, in the order of the texts.
CheckFunction = Callable[[Before, After, Terms], Iterator[QualityFinding]]


class Check(msgspec.Struct, frozen=True, gc=False):
    """One named check: the criterion it counts for (KEPT, WRITTEN or FORMED), why it exists, and its function."""

    name: str
    criterion: str
    reason: str
    function: CheckFunction


def shown(text: str, limit: int = SHOWN) -> str:
    """Return text from a pair as one printable line of at most `limit` characters, cut with an ellipsis."""
    line = one_line(text[: 4 * limit])
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
