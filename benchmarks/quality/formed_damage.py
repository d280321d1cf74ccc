"""Ways to spoil the form of a refinement, each by a seeded draw, to see whether the checks notice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from core.quality.findings import FORMED, After

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from core.quality.draws import Draws
    from core.quality.findings import Before

    Pairs = Sequence[tuple[Before, After]]
    #: Takes the pairs of a batch and the place of one; returns its refinement, spoilt, or None where it cannot be.
    Spoil = Callable[[Pairs, int, Draws], After | None]

_PLACEHOLDERS = (
    "[Insert example here]",
    "TODO: add the formula",
    "{{ answer }}",
    "Lorem ipsum dolor sit amet.",
    "[Your analysis]",
)


class Damage(NamedTuple):
    """One kind of damage to a refinement: its name, the criterion that must notice it, and what does it.

    What goes `across` pairs is noticed only where a batch is looked at as a whole.
    """

    name: str
    criterion: str
    function: Spoil
    across: bool = False


def on_answer(change: Callable[[str, Draws], str]) -> Spoil:
    """Return damage to the answer's text alone."""

    def spoil(pairs: Pairs, at: int, draws: Draws) -> After:
        after = pairs[at][1]
        return After(after.question, change(after.answer, draws), after.fields)

    return spoil


def _field(name: str, value: object, inner: str = "") -> Spoil:
    """Return damage to one of the model's own fields, or to what stands in it under `inner`."""

    def spoil(pairs: Pairs, at: int, _draws: Draws) -> After:
        after = pairs[at][1]
        whole: dict[str, Any] = dict(after.fields)
        whole[name] = {**whole[name], inner: value} if inner else value
        return After(after.question, after.answer, whole)

    return spoil


def _inserted(text: str, what: str, draws: Draws) -> str:
    """Return the text with `what` before one of its words."""
    words = text.split(" ")
    (at,) = draws.below(len(words), 1)
    return " ".join([*words[:at], what, *words[at:]])


def _cut(text: str, draws: Draws) -> str:
    """Return the text up to a random place between 15 and 97 % of its length."""
    (share,) = draws.below(820, 1)
    return text[: len(text) * (150 + share) // 1000].rstrip()


def _bold(text: str, draws: Draws) -> str:
    words = text.split(" ")
    (at,) = draws.below(len(words), 1)
    return " ".join([*words[:at], f"**{words[at]}", *words[at + 1 :]])


def _placeholder(text: str, draws: Draws) -> str:
    (which,) = draws.below(len(_PLACEHOLDERS), 1)
    return f"{text}\n\n{_PLACEHOLDERS[which]}"


def _other(pairs: Pairs, at: int, draws: Draws) -> int:
    """Return the place of another pair of the batch whose source has another answer."""
    others = [
        place for place, (before, _) in enumerate(pairs) if before.answer.strip() != pairs[at][0].answer.strip()
    ]
    return others[draws.below(len(others), 1)[0]]


def _swapped_answer(pairs: Pairs, at: int, draws: Draws) -> After:
    own, other = pairs[at][1], pairs[_other(pairs, at, draws)][1]
    return After(own.question, other.answer, own.fields)


def _swapped_whole(pairs: Pairs, at: int, draws: Draws) -> After:
    return pairs[_other(pairs, at, draws)][1]


def _paragraphs(text: str, _draws: Draws) -> str:
    return "".join(f"<p>{part}</p>" for part in text.split("\n"))


DAMAGES = (
    Damage("fence around", FORMED, on_answer(lambda text, _: f"```markdown\n{text}\n```")),
    Damage("fence opened", FORMED, on_answer(lambda text, _: f"```json\n{text}")),
    Damage("fence left at the end", FORMED, on_answer(lambda text, _: f"{text}\n```")),
    Damage("text cut", FORMED, on_answer(_cut)),
    Damage("answers swapped", FORMED, _swapped_answer, across=True),
    Damage("whole refinements swapped", FORMED, _swapped_whole, across=True),
    Damage("HTML paragraphs", FORMED, on_answer(_paragraphs)),
    Damage("HTML break", FORMED, on_answer(lambda text, draws: _inserted(text, "<br/>", draws))),
    Damage("HTML reference", FORMED, on_answer(lambda text, draws: _inserted(text, "&amp;", draws))),
    Damage("placeholder", FORMED, on_answer(_placeholder)),
    Damage("bold not closed", FORMED, on_answer(_bold)),
    Damage(
        "link not closed", FORMED, on_answer(lambda text, draws: _inserted(text, "[paper](https://a.org/x", draws))
    ),
    Damage(
        "formula not closed", FORMED, on_answer(lambda text, draws: _inserted(text, r"\( L = \frac{a}{b", draws))
    ),
    Damage("score above its range", FORMED, _field("quality_scores", 120, "overall")),
    Damage("score below its range", FORMED, _field("quality_scores", -1, "completeness")),
    Damage("score as text", FORMED, _field("quality_scores", "85", "technical_accuracy")),
    Damage("no scores", FORMED, _field("quality_scores", None)),
    Damage("duplicate said in words", FORMED, _field("duplicate_analysis", "no", "is_duplicate")),
    Damage("similar pairs as text", FORMED, _field("duplicate_analysis", "none", "similar_to")),
    Damage("flags as text", FORMED, _field("flags", "none")),
    Damage("unknown difficulty", FORMED, _field("rag_metadata", "expert", "difficulty_level")),
)
