"""The screening of a wave: findings by pair, policies, and questions that came before."""

from __future__ import annotations

import pytest

from core.errors import BadInputError
from core.screening.findings import ContentFinding, Severity
from core.screening.repeats import pair_key, question_key
from core.screening.screening import Screening, ScreeningSettings
from core.screening.subject import Limits

ANSWER = (
    "Slippage is the difference between the price that was expected and the price at which the trade was done."
)
OTHER = (
    "It is what a trader loses on the way between the quote of the exchange and the block that holds the trade."
)


def rules(findings: list[ContentFinding]) -> list[str]:
    return [finding.rule for finding in findings]


def test_a_good_pair_has_no_finding() -> None:
    assert Screening().examine("w2-s31-slippage", 1, "What is slippage?", ANSWER) == []


def test_a_finding_names_its_pair_and_says_what_was_seen() -> None:
    assert Screening().examine("w2-s31-slippage", 7, "What is slippage?", f"Sure, this: {ANSWER} BBBBBBBB.") == [
        ContentFinding(
            "w2-s31-slippage",
            7,
            "padding",
            Severity.EXCLUDE,
            "'B' 8 times in a row: “ the trade was done. BBBBBBBB.”".replace("“ ", "“"),
        ),
        ContentFinding(
            "w2-s31-slippage",
            7,
            "opener",
            Severity.WARN,
            "“Sure, this: Slippage is the difference between the price tha”",
        ),
    ]


def test_evidence_is_one_short_line_that_can_be_printed() -> None:
    answer = f"\x1b[31m\r\nTODO:\u202e {ANSWER}\n{'B' * 500}"
    findings = Screening().examine("s", 1, "\0", answer)
    assert {"placeholder", "padding", "control-characters"} <= set(rules(findings))
    for finding in findings:
        assert finding.evidence.isprintable()
        assert 0 < len(finding.evidence) <= 120


def test_a_policy_replaces_the_default_and_off_silences() -> None:
    settings = ScreeningSettings(policies={"opener": "hold", "closer": "off"})
    answer = f"Certainly! {ANSWER} I hope this helps!"
    (finding,) = Screening(settings).examine("s", 1, "What is slippage?", answer)
    assert (finding.rule, finding.severity) == ("opener", Severity.HOLD)
    assert rules(Screening().examine("s", 1, "What is slippage?", answer)) == ["opener", "closer"]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (ScreeningSettings(policies={"opening": "warn"}), r"no content rule 'opening'; the rules are empty, "),
        (
            ScreeningSettings(policies={"opener": "drop"}),
            r"opener cannot be 'drop'; set exclude, hold, warn or off",
        ),
        (ScreeningSettings(limits=Limits(language="xx")), r"knows the language 'xx'; set one of ar, "),
    ],
)
def test_a_setting_that_means_nothing_is_refused(settings: ScreeningSettings, sentence: str) -> None:
    with pytest.raises(BadInputError, match=sentence):
        Screening(settings)


def test_a_repeated_question_with_another_answer_is_only_a_warning() -> None:
    screening = Screening()
    assert screening.examine("w2-a", 3, "What is slippage?", ANSWER) == []
    (finding,) = screening.examine("w2-b", 1, "what is  SLIPPAGE", OTHER)
    assert (finding.rule, finding.severity) == ("repeated-question", Severity.WARN)
    assert finding.evidence == "asked in pair 3 of w2-a, with another answer: “what is SLIPPAGE”"


def test_a_pair_repeated_whole_is_excluded_whichever_of_the_answers_it_repeats() -> None:
    screening = Screening()
    screening.examine("w2-a", 1, "What is slippage?", ANSWER)
    screening.examine("w2-a", 2, "What is slippage?", OTHER)
    for ordinal, answer in ((3, ANSWER), (4, OTHER), (5, f"  {OTHER.upper()}\n")):
        (finding,) = screening.examine("w2-a", ordinal, "What is slippage?", answer)
        assert (finding.rule, finding.severity) == ("repeated-pair", Severity.EXCLUDE)


def test_the_same_answer_to_another_question_is_no_repeat() -> None:
    screening = Screening()
    screening.examine("w2-a", 1, "What is slippage?", ANSWER)
    assert screening.examine("w2-a", 2, "What is meant by slippage?", ANSWER) == []


def test_earlier_waves_are_known_by_their_keys() -> None:
    first = Screening()
    first.examine("w1-a", 1, "What is slippage?", ANSWER)
    first.examine("w1-a", 2, "What is slippage?", OTHER)
    earlier = frozenset(first.keys())
    second = Screening(earlier=earlier)
    (repeated,) = second.examine("w2-a", 1, "What is slippage?", OTHER)
    assert (repeated.rule, repeated.evidence) == ("repeated-pair", "question and answer stand in another wave")
    (again,) = second.examine("w2-a", 2, "What is slippage?", ANSWER)
    assert again.rule == "repeated-pair"
    third = Screening(earlier=earlier)
    (asked,) = third.examine(
        "w3-a", 1, "What is slippage?", "A third answer, which nobody has given so far. " + OTHER
    )
    assert asked.rule == "repeated-question"
    assert asked.evidence.startswith("asked in another wave, with another answer")


def test_the_keys_of_a_wave_are_the_published_ones() -> None:
    screening = Screening()
    screening.examine("w1-a", 1, "What is slippage?", ANSWER)
    keys = {question_key("“what is slippage”"), pair_key("What is  Slippage ?", f"{ANSWER}\n")}
    assert set(screening.keys()) == keys
    assert keys == {530983460819615100, 1078803690476964528}
