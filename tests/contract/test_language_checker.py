"""What every checker of language promises, kept by the one there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.language.harper import HarperChecker
from core.quality.language import SPELLING, LanguageError

if TYPE_CHECKING:
    from core.quality.language import LanguageChecker

TEXT = "He go to school and and his siences was definately good. this pleased them."


@pytest.fixture(scope="module", params=[HarperChecker])
def checker(request: pytest.FixtureRequest) -> LanguageChecker:
    made: LanguageChecker = request.param(["tokenomics", "flash loan"])
    return made


def test_it_says_what_it_is_and_which_version(checker: LanguageChecker) -> None:
    name, _, version = checker.name.partition(" ")
    assert name
    assert version[0].isdigit()


def test_errors_come_in_the_order_of_the_text_with_the_words_they_are_about(checker: LanguageChecker) -> None:
    found = checker.errors(TEXT)
    places = [TEXT.index(error.text) for error in found]
    assert len(found) >= 4
    assert places == sorted(places)
    assert LanguageError(SPELLING, "siences") in found


def test_the_same_text_has_the_same_errors_again_and_in_another_checker(checker: LanguageChecker) -> None:
    again = type(checker)(["tokenomics", "flash loan"])  # type: ignore[call-arg]
    assert checker.errors(TEXT) == checker.errors(TEXT) == again.errors(TEXT)


def test_words_it_was_given_are_right_and_others_are_not(checker: LanguageChecker) -> None:
    assert checker.errors("The tokenomics of a flash loan matter.") == []
    assert [error.text for error in checker.errors("The tokenomix matter.")] == ["tokenomix"]


@pytest.mark.parametrize(
    "text", ["", " ", "\n\n", "42", "数字货币", "\u200b\x00\x1b[31m", "🙂" * 100, "a" * 5_000]
)
def test_it_takes_any_text(checker: LanguageChecker, text: str) -> None:
    assert isinstance(checker.errors(text), list)
