"""The table of content rules: what each is called, why it matters, and what becomes of a pair by default."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from core.screening import (
    encoding,
    language,
    model_talk,
    padding,
    placeholders,
    repeats,
    repetition,
    residue,
    sizes,
)
from core.screening.cut_off import cut_off
from core.screening.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.screening.subject import Limits, Subject

    #: Looks at one pair and returns what it saw, in one clause, or None.
    Check = Callable[[Subject, Limits], str | None]


class Rule(NamedTuple):
    """One check: its name in settings and tables, its reason in one sentence, its default and its function.

    `version` goes up when the function begins to see other things than before, since plans were made by it.
    """

    name: str
    reason: str
    severity: Severity
    check: Check
    version: int = 1


#: A pair is left out by default only for what no honest pair has; what a refinement may repair, or what a reader
#: may see otherwise, is named and no more.
RULES = (
    Rule("empty", "There is nothing to refine.", Severity.EXCLUDE, sizes.empty),
    Rule("too-long", "The pair does not fit into a request.", Severity.EXCLUDE, sizes.too_long),
    Rule("too-short", "So short an answer is seldom one.", Severity.WARN, sizes.too_short),
    Rule(
        "answer-is-question",
        "The answer only says the question again.",
        Severity.EXCLUDE,
        sizes.answer_is_question,
    ),
    Rule(
        "placeholder",
        "A placeholder stands where an answer should stand.",
        Severity.EXCLUDE,
        placeholders.placeholder,
    ),
    Rule("padding", "One character or word again and again only fills space.", Severity.EXCLUDE, padding.padding),
    Rule("repetition", "The answer says the same phrases over and over.", Severity.HOLD, repetition.repetition),
    Rule("cut-off", "The answer stops before its end.", Severity.WARN, cut_off),
    Rule("refusal", "A model declined to answer, or speaks of itself.", Severity.WARN, model_talk.refusal),
    Rule("opener", "A model greets its user before it answers.", Severity.WARN, model_talk.opener),
    Rule("closer", "A model offers its user more help after the answer.", Severity.WARN, model_talk.closer),
    Rule("residue", "The tool that fetched the answer left its own report in it.", Severity.WARN, residue.residue),
    Rule("wrong-language", "The text is not in the language of the wave.", Severity.HOLD, language.wrong_language),
    Rule("mojibake", "The text was read in the wrong encoding on its way.", Severity.HOLD, encoding.mojibake),
    Rule(
        "control-characters",
        "The text holds characters that no text has, as binary data does.",
        Severity.HOLD,
        encoding.control_characters,
    ),
    Rule(repeats.REPEATED_PAIR, "The same pair would be paid for twice.", Severity.EXCLUDE, repeats.repeated_pair),
    Rule(
        "repeated-question",
        "The same question has another answer elsewhere.",
        Severity.WARN,
        repeats.repeated_question,
    ),
)
NAMES = tuple(rule.name for rule in RULES)
