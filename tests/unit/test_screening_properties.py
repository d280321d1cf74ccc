"""No text makes the content rules raise, hang, or print what cannot be printed."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.screening.findings import EVIDENCE_LIMIT
from core.screening.rules import RULES
from core.screening.screening import Screening, ScreeningSettings
from core.screening.subject import Limits

#: Pieces that steer the rules into their rarer branches.
PIECES = [
    *(
        "the rate of ",
        "Certainly! ",
        "I cannot provide ",
        "[insert ",
        "{{name}} ",
        "TODO: ",
        "BBBBBBBB",
        "```",
        "Sources: ",
    ),
    *(
        "answer characters: 12",
        "let me know if ",
        "0x",
        "ff",
        "Ã©",
        "\ufffd",
        "\0",
        "\ud800",
        "der die das und ",
        "и ",
        "无常",
    ),
    *(". ", "\n- ", " ", "=", "(", '"', "…", "lorem ipsum ", "İ", "ß", "\u202e", "https://a.b/"),
]
texts = st.text() | st.lists(st.sampled_from(PIECES) | st.characters(), max_size=40).map("".join)
SIZE = 250_000
#: A quadratic search over so long a text takes minutes; the rules together take less than a tenth of this.
SECONDS = 3.0
HARD = [
    *(
        "a",
        "B ",
        "(",
        " ",
        "\n",
        "[insert ",
        "[insert x",
        "{{a",
        "TODO ",
        '"',
        "Ã",
        "Ã©",
        "я",
        "0xff",
        "0xfffffffff ",
    ),
    *(
        "i cannot ",
        "i'm sorry ",
        ". - ",
        "`",
        "sure ",
        "<% ",
        "\x01",
        "sources: ",
        "let me know if ",
        " t",
        "ab",
        "\ud800",
    ),
    *("https://", '."', "answer characters:", "İ", "😀", "the ", "der ", "。", "\r\n", "1,"),
]


@given(texts, texts, st.sampled_from(["en", "de", "ja", None]))
def test_any_pair_can_be_examined(question: str, answer: str, language: str | None) -> None:
    screening = Screening(ScreeningSettings(limits=Limits(language=language, longest=30)))
    for finding in screening.examine("w2-s1", 1, question, answer):
        assert finding.evidence.isprintable()
        assert 0 < len(finding.evidence) <= EVIDENCE_LIMIT
        finding.evidence.encode()


@given(texts, texts)
def test_a_pair_examined_twice_repeats_itself(question: str, answer: str) -> None:
    screening = Screening()
    first = screening.examine("w2-s1", 1, question, answer)
    second = screening.examine("w2-s1", 2, question, answer)
    assert [finding.rule for finding in second if finding.rule != "repeated-pair"] == [each.rule for each in first]
    assert any(finding.rule == "repeated-pair" for finding in second)


@given(texts, texts, texts)
def test_the_order_of_pairs_changes_nothing_but_repeats(question: str, answer: str, other: str) -> None:
    kept = ScreeningSettings(policies={"repeated-pair": "off", "repeated-question": "off"})
    one, two = Screening(kept), Screening(kept)
    two.examine("w2-s1", 9, other, answer)
    assert one.examine("w2-s1", 1, question, answer) == two.examine("w2-s1", 1, question, answer)


@given(st.integers(8, 60), st.text("ab é", max_size=30), st.text("ab é", max_size=30))
def test_a_run_of_letters_is_found_wherever_it_stands(times: int, before: str, after: str) -> None:
    findings = Screening().examine("w2-s1", 1, "What is it?", f"{before}{'Q' * times}{after}")
    assert "padding" in {finding.rule for finding in findings}


@pytest.mark.parametrize("piece", HARD)
def test_a_long_text_of_one_piece_takes_time_in_proportion(piece: str) -> None:
    text = (piece * (SIZE // len(piece) + 1))[:SIZE]
    began = time.process_time()
    Screening().examine("w2-s1", 1, "What is it?", f"{text}x")
    Screening().examine("w2-s1", 1, text, "It is.")
    assert time.process_time() - began < SECONDS


def test_off_for_every_rule_finds_nothing() -> None:
    settings = ScreeningSettings(policies={rule.name: "off" for rule in RULES})
    assert Screening(settings).examine("w2-s1", 1, "", "BBBBBBBB") == []
