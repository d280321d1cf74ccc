from __future__ import annotations

from typing import TYPE_CHECKING

from core.quality.assessment.examine import Examiner, RefinedPair
from core.quality.findings import FAULT, FORMED, KEPT, WRITTEN, After, Before
from core.quality.formed.checks import CHECKS
from core.quality.kept.check import kept_checks
from core.quality.kept.glossary import parse_glossary
from core.quality.language import SPELLING, LanguageError
from core.quality.terms import by_name

if TYPE_CHECKING:
    from core.quality.assessment.pair_quality import PairQuality

FIELDS: dict[str, object] = {
    "quality_scores": dict.fromkeys(("overall", "technical_accuracy", "completeness", "rag_readiness"), 85),
    "duplicate_analysis": {"is_duplicate": False, "similar_to": [], "merge_recommendation": "keep_separate"},
    "rag_metadata": {"primary_tags": ["a"], "secondary_tags": [], "difficulty_level": "advanced", "use_cases": []},
    "enhancements_made": ["spacing"],
    "flags": [],
}
ANSWERS = {
    1: "Impermanent loss comes to 5.7% when one price doubles, and it is paid for by the fees of the pool.",
    2: "The borrow rate of a lending market follows its utilization: above 80% it climbs to 60% a year.",
    3: "Slippage is the gap between the quoted and the executed price; orders of $2 million move thin books.",
    4: "Validators lock 32 ETH for their duties, and lose some of that stake when they sign two blocks.",
}


class Speller:
    """Implements core.quality.language.LanguageChecker: only “teh” is wrong."""

    name = "speller 1"

    def errors(self, text: str) -> list[LanguageError]:
        return [LanguageError(SPELLING, "teh")] * text.lower().split().count("teh")


GLOSSARY = parse_glossary("impermanent loss | IL\nutilization\nslippage\n", "terms.txt")
EXAMINER = Examiner((*kept_checks(GLOSSARY), *CHECKS), Speller(), by_name(), {"impermanent", "loss"})


def refined(ordinal: int, answer: str | None = None, carrier: int = 205, **fields: object) -> RefinedPair:
    before = Before(
        f"w2-s30-tvl-{ordinal:03d}", "What should be known of it?", ANSWERS[ordinal], None, "tvl", "dex_metrics"
    )
    after = After(before.question, answer or before.answer, FIELDS | fields)
    return RefinedPair(before, after, 205, carrier, "7107511bcdce768e")


def faults(pair: PairQuality) -> set[tuple[str, str]]:
    return {(each.criterion, each.finding.check) for each in pair.findings if each.finding.severity == FAULT}


def test_pairs_that_stayed_as_they_were_have_no_finding_and_no_gain() -> None:
    examined = EXAMINER.examine([refined(n) for n in ANSWERS])
    assert [pair.findings for pair in examined] == [()] * 4
    assert [pair.gain for pair in examined] == [0.0] * 4
    assert [pair.length_ratio for pair in examined] == [1.0] * 4


def test_each_fault_counts_for_its_own_criterion() -> None:
    examined = EXAMINER.examine(
        [
            refined(1, ANSWERS[1].replace("5.7%", "7.5%").replace("Impermanent loss", "It")),
            refined(2, f"```markdown\n{ANSWERS[2]}\n```", flags="none"),
            refined(3, f"Certainly! Here is a comprehensive overview of teh matter. {ANSWERS[3]}"),
            refined(4),
        ]
    )
    assert faults(examined[0]) == {(KEPT, "percentage-changed"), (KEPT, "term-dropped")}
    assert faults(examined[1]) == {(FORMED, "fence-around"), (FORMED, "flags")}
    assert {criterion for criterion, _ in faults(examined[2])} == {WRITTEN}
    assert faults(examined[3]) == set()
    assert [pair.faults(KEPT) for pair in examined] == [2, 0, 0, 0]
    assert [pair.faults(FORMED) for pair in examined] == [0, 2, 0, 0]
    assert examined[2].gain < 0
    assert examined[2].after.errors > examined[2].before.errors == 0.0


def test_answers_that_changed_places_within_a_batch_are_both_found() -> None:
    swapped = [refined(1), refined(2, ANSWERS[4]), refined(3), refined(4, ANSWERS[2])]
    examined = EXAMINER.examine(swapped)
    assert [(FORMED, "other-answer") in faults(pair) for pair in examined] == [False, True, False, True]
    (reason,) = [each.finding.reason for each in examined[1].findings if each.finding.check == "other-answer"]
    assert "like the source of w2-s30-tvl-004" in reason


def test_an_answer_of_another_batch_has_nobody_to_be_compared_with() -> None:
    (alone,) = EXAMINER.examine([refined(2, ANSWERS[4])])
    assert "other-answer" not in {check for _, check in faults(alone)}
    assert (KEPT, "term-dropped") in faults(alone)


def test_a_pair_says_where_it_belongs_and_what_brought_it_home() -> None:
    (pair,) = EXAMINER.examine([refined(1, carrier=205 + 10**9)])
    assert (pair.pair_id, pair.batch, pair.carrier) == ("w2-s30-tvl-001", 205, 1_000_000_205)
    assert (pair.indicator, pair.category, pair.prompt) == ("tvl", "dex_metrics", "7107511bcdce768e")


def test_an_answer_without_texts_is_examined_as_empty() -> None:
    pair = refined(1)
    empty = RefinedPair(pair.before, After("", "", {}), 205, 205, "")
    (found,) = EXAMINER.examine([empty])
    assert {(FORMED, "question-lost"), (KEPT, "percentage-changed"), (KEPT, "term-dropped")} <= faults(found)
