"""Terms of a glossary, and the file that it is read from."""

from __future__ import annotations

import pytest

from core.errors import BadInputError
from core.quality.findings import KEPT, After, Before
from core.quality.kept.check import NAMES, kept_checks
from core.quality.kept.glossary import Entry, default_glossary, extended, parse_glossary
from tests.kept import CHECKS, faults

SAME = [
    ("An automated market maker suffers no impermanent losses.", "AMMs suffer no IL."),
    ("DEXs and liquidity-pool depth", "The depth of liquidity pools on decentralised exchanges; pool depth"),
    ("DEX volume", "the volume of trades on decentralized exchanges: decentralized exchange volume"),
    ("Liquidity mining pays.", "The liquidity incentive pays."),
]


@pytest.mark.parametrize(("before", "after"), SAME)
def test_a_term_is_kept_in_any_of_its_forms(before: str, after: str) -> None:
    assert faults(before, after) == []


def test_a_term_that_is_gone_in_all_of_its_forms_is_a_fault() -> None:
    assert faults("An AMM (automated market maker) has IL.", "A venue has IL.") == [
        ("term-dropped", "the term “automated market maker” is gone in all of its forms")
    ]


def test_an_acronym_counts_in_capitals_only() -> None:
    assert faults("The pool has IL.", "The pool has il.") != []
    assert faults("He will peg dots and sand.", "He will do so.") == faults("The peg.", "It.")


def test_a_term_does_not_go_across_the_end_of_a_sentence() -> None:
    assert faults("There is no flash. Loan rates fell.", "Loan rates fell. There is no flash.") == []


def test_the_shipped_glossary_has_several_hundred_terms_and_reads_itself() -> None:
    entries = default_glossary()
    assert len(entries) > 500
    for entry in entries[::7]:
        for form in entry.forms:
            assert faults(f"So {form} is it.", f"It is {form}, so.") == []


def test_a_users_glossary_adds_terms_and_forms() -> None:
    mine = parse_glossary("# ours\nband of despair | BOD\n\nimpermanent loss | vanishing loss\n", "mine.txt")
    glossary = extended(default_glossary(), mine)
    assert len(glossary) == len(default_glossary()) + 1
    dropped = next(check for check in kept_checks(glossary) if check.name == "term-dropped")

    def lost(before: str, after: str) -> list[str]:
        return [found.reason for found in dropped.function(Before("p", "", before), After("", after, {}), {})]

    assert lost("The band of despair", "The BOD") == []
    assert lost("The impermanent loss", "The vanishing loss") == []
    assert lost("The BOD", "It") == ["the term “band of despair” is gone in all of its forms"]


def test_an_entry_keeps_forms_symbols_and_exact_words_apart() -> None:
    assert parse_glossary("bitcoin | $BTC | =Coin", "g") == (Entry(("bitcoin",), ("BTC",), ("Coin",)),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("fine\nterm | | other", "mine.txt, line 2: a form is empty"),
        ("one | two\nthree\nTwo", "mine.txt, line 3: “Two” stands in line 1 already"),
        ("$btc", "mine.txt, line 1: “$btc” is not a symbol in capitals and digits"),
        ("=two words", "mine.txt, line 1: “=two words” is not one word"),
        ("...", "mine.txt, line 1: a form has no letter and no digit"),
        ("x" * 81, "mine.txt, line 1: a form has 81 characters, more than 80"),
    ],
)
def test_a_bad_entry_is_named_by_its_line(text: str, said: str) -> None:
    with pytest.raises(BadInputError, match=said.replace("$", r"\$").replace(".txt", r"\.txt")):
        parse_glossary(text, "mine.txt")


def test_every_check_has_a_name_of_its_own_a_criterion_and_a_reason() -> None:
    assert len(set(NAMES)) == len(CHECKS)
    assert {check.criterion for check in CHECKS} == {KEPT}
    assert all(check.reason.endswith(".") for check in CHECKS)
