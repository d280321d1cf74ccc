from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.emulator.editing import refine_answer, refine_question

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
WORDS = [
    "Certainly!",
    "Here is a comprehensive overview of",
    "the term",
    "- one",
    "2. Two",
    "Key points:",
    "8.59 billion.",
    "  ",
    "Sources: -",
    "Let me know if you need 3 more!",
    "let me know if you have questions.",
    "\n",
    "-",
    "1,000.",
]
prose = st.lists(st.sampled_from(WORDS), max_size=20).map(" ".join) | st.text(max_size=200)


@given(prose)
def test_every_number_stays_in_its_order(answer: str) -> None:
    assert NUMBER.findall(refine_answer(answer)[0]) == NUMBER.findall(answer)


@given(prose)
def test_no_word_is_invented(answer: str) -> None:
    said = iter(re.findall(r"\w", answer.casefold()))

    assert all(letter in said for letter in re.findall(r"\w", refine_answer(answer)[0].casefold()))


@given(prose)
def test_an_answer_that_said_something_still_does(answer: str) -> None:
    assert bool(refine_answer(answer)[0].strip()) == bool(answer.strip())


@given(prose)
def test_what_was_done_is_said_exactly_when_something_was_done(answer: str) -> None:
    refined, made = refine_answer(answer)

    assert (refined != answer) == bool(made)


@pytest.mark.parametrize(
    ("answer", "refined"),
    [
        ('Certainly! Here is a detailed overview of "borrow rate": it is 5 %.', '"borrow rate": it is 5 %.'),
        ("Here's a summary of the DEX trend: up.", "The DEX trend: up."),
        ("Points: - One. - Two.", "Points:\n- One.\n- Two."),
        ("It grew. How it Works: - Users pay.", "It grew.\n\nHow it Works:\n- Users pay."),
        ("Key facts: 1. First. 2. Second.", "Key facts:\n1. First.\n2. Second."),
        ("It is 5. Let me know if you need more!", "It is 5."),
        ("It is 5. Sources: -", "It is 5."),
        ("A well-known 2-3% band - roughly.", "A well-known 2-3% band - roughly."),
    ],
)
def test_form_improves_and_facts_stay(answer: str, refined: str) -> None:
    assert refine_answer(answer)[0] == refined


@pytest.mark.parametrize(
    ("question", "refined"),
    [
        ("what is  dex volume", "What is dex volume?"),
        ("How is it computed?", "How is it computed?"),
        ("crypto  borrow rate ", "crypto borrow rate"),
        ("", ""),
    ],
)
def test_only_a_question_gets_a_question_mark(question: str, refined: str) -> None:
    assert refine_question(question) == refined
