"""Each content rule finds what it is for, and leaves honest text alone."""

from __future__ import annotations

import pytest

from core.screening.rules import NAMES, RULES
from core.screening.subject import Limits, Past, subject

ASKED = "What is impermanent loss?"
HONEST = (
    "Impermanent loss is the gap between holding two tokens and providing them to a pool: for a price ratio r it "
    "is 2·√r / (1 + r) - 1. With BTC/USDC at r = 4 the provider of liquidity is 20 % behind. Fees of the pool "
    "(0.3 % on Uniswap v2) may cover it, and when the price comes back, the loss is gone."
)
LISTED = (
    f"{HONEST} Sources: - CoinGecko - https://www.coingecko.com/en/exchanges/decentralized "
    '- "The Rise of Decentralized Finance" - Journal of Financial Economics'
)
FORMULAS = (
    "TVL = Σ(pᵢ·qᵢ); σ² = Σ(xᵢ - μ)²/n. BTC ETH SOL ADA DOT AVAX LINK UNI AAVE MKR CRV SNX COMP YFI SUSHI. "
    "The hash 0x0000000000000000ffffffffffffffffffffffffffffffffffffffffffffffff is the largest, and 1 ETH is "
    "1000000000000000000 wei. ======== -------- Ratio: 0.15 0.15 0.15 0.15 0.15 0.15."
)
CODE = "The contract is short:\n```solidity\nfunction f(uint[] memory a) { for (;;) { b[a[0]] = 1; } }\n```"
GERMAN = (
    "Der unbeständige Verlust ist der Unterschied zwischen dem Halten zweier Token und dem Einlegen in einen "
    "Pool. Er wird mit dem Abstand der Kurse größer und ist nicht endgültig, wenn die Kurse wieder auf den Stand "
    "bei der Einlage kommen."
)
FRENCH = (
    "La perte impermanente est la différence entre la valeur des jetons dans une réserve et celle qui serait "
    "obtenue sans les déposer. Elle dépend du rapport des prix et peut être compensée par les frais."
)
RUSSIAN = "Непостоянная потеря - это разница между стоимостью токенов в пуле и вне его, зависящая от цены."  # noqa: RUF001 - Cyrillic is the point
CHINESE = "无常损失是流动性提供者的资产价值与单纯持有之间的差额。它取决于价格比率。"
SIGNED = (
    "Ethereum\u2019s founder (São Paulo, Zürich, Malmö – “naïve” café, 0 °C ± 5 µs, £3, 2½ €) "  # noqa: RUF001 - honest dash
    "wrote “MAÇÃ” at CAFÉ™, JOSÉ®."
)

#: By rule: pairs (question, answer) with a finding, and pairs without.
GUILTY: dict[str, list[tuple[str, str]]] = {
    "empty": [("", HONEST), (" \n", HONEST), (ASKED, ""), (ASKED, "\t"), (ASKED, "..."), ("?", HONEST)],
    "too-long": [(ASKED, HONEST * 20)],
    "too-short": [(ASKED, "It is a loss."), (ASKED, "N/A")],
    "answer-is-question": [(ASKED, ASKED), (ASKED, "  what is  impermanent loss"), (ASKED, f"{ASKED}\n\n{ASKED}")],
    "placeholder": [
        (ASKED, f"This comprehensive answer covers the borrow rate in depth. {HONEST}"),
        (ASKED, "Lorem ipsum dolor sit amet, consectetur adipiscing elit."),
        (ASKED, "Answer goes here."),
        (ASKED, "[Insert a definition of the term here] and then some text about it."),
        (ASKED, f"{HONEST} [Provide relevant research paper citations] In summary, it matters."),
        (ASKED, f"{HONEST} Dear [your name], this is all."),
        (ASKED, f"The rate of {{{{indicator}}}} is shown above. {HONEST}"),
        ("What is the {{ indicator.name }} of a pool?", HONEST),
        (ASKED, "TODO: write about fees"),
        (ASKED, "TBD"),
        (ASKED, "To be completed."),
    ],
    "padding": [
        (ASKED, f"This answer covers it. {'B' * 8}"),
        (ASKED, f"{HONEST}{'x' * 3000}"),
        (ASKED, f"{HONEST}{'ы' * 9}"),
        (ASKED, f"{HONEST}{'.' * 500}"),
        (ASKED, f"{HONEST}{' ' * 500}."),
        (ASKED, f"{HONEST} blah blah blah blah blah blah."),
        (ASKED, f"{HONEST} again blah blah blah blah blah blah."),
        ("A" * 40, HONEST),
    ],
    "repetition": [
        (ASKED, "The rate depends on supply and demand. " * 10),
        (ASKED, f"{HONEST} {HONEST}"),
        (ASKED, "\n".join([f"{HONEST}\nThe pool pays its providers of liquidity in fees."] + ["x"] * 3) * 3),
        (
            ASKED,
            " ".join(f"Step {n} has its own words {n * 7}." for n in range(60))
            + " This pool pays every provider of liquidity a part of all of its fees." * 6,
        ),
    ],
    "cut-off": [
        (ASKED, HONEST[:150]),
        (ASKED, f"{HONEST} The provider then has to"),
        (ASKED, f"{HONEST} It is offered by Uniswap, Curve,"),
        (ASKED, f"{HONEST} It is offered on several exchanges (Uniswap, Curve"),
        (ASKED, f"{HONEST} The following matter:"),
        (ASKED, f"{HONEST} And there is more..."),
        (ASKED, f"{HONEST}\n```python\nprint(1)"),
        (ASKED, f"{LISTED}. In the end all of it comes back when the price does. The provider of the pool gai"),
        (ASKED, f"{HONEST} and so the pool lo answer characters: 3,120"),
    ],
    "refusal": [
        (ASKED, "As an AI language model, I cannot look up the present rate."),
        (ASKED, "I apologize, but I do not feel comfortable providing detailed information about arbitrage."),
        (ASKED, 'Unfortunately, I do not have access to the file "session-18.txt" that you mentioned.'),
        (ASKED, "I\u2019m sorry, but I can\u2019t help with that."),
        (ASKED, "Here is what I found. Please note that I was unable to access the actual document."),
        (ASKED, "My knowledge cutoff is in 2023, so this may be out of date."),
    ],
    "opener": [
        (ASKED, f"Certainly! Here is a comprehensive overview: {HONEST}"),
        (ASKED, f"Certainly, let's dive into it. {HONEST}"),
        (ASKED, f"Sure, here's the definition. {HONEST}"),
        (ASKED, f"\nOf course! {HONEST}"),
        (ASKED, f"I\u2019d be happy to explain. {HONEST}"),
        (ASKED, f"Great question! {HONEST}"),
    ],
    "closer": [
        (ASKED, f"{HONEST} Let me know if you need any clarification or have additional questions!"),
        (ASKED, f"{HONEST}\n\nPlease feel free to ask for more."),
        (ASKED, f"{HONEST} I hope this helps!"),
        (ASKED, f"{HONEST} Please let me know if you have any other questions! answer characters: 2,015"),
    ],
    "residue": [
        (ASKED, f"{HONEST} answer characters: 1,757"),
        (ASKED, f"{HONEST} ===== Total Time: 76.83 seconds Average Search Time: 0.77 seconds per query"),
        (ASKED, f"{HONEST}<|im_end|>"),
    ],
    "wrong-language": [
        (ASKED, GERMAN),
        (ASKED, FRENCH),
        (ASKED, RUSSIAN),
        (ASKED, CHINESE),
        ("Was ist die Leihrate und wie wird sie bei Aave für das Pfand einer Anleihe auf die Kette", HONEST),
        ("什么是无常损失?", HONEST),
        (ASKED, f"{HONEST} {GERMAN} {HONEST}"),
        (ASKED, "kaj estas bonega servo por ĉiuj uzantoj kiuj volas interŝanĝi siajn monerojn " * 12),
    ],
    "mojibake": [
        (ASKED, f"{HONEST} The poolâ€™s price."),
        (ASKED, f"{HONEST} The cafÃ© pays."),
        (ASKED, f"{HONEST} A feeÂ\xa0of Â£5."),
        (ASKED, f"{HONEST} The caf\xc3\x83\xc2\xa9 pays twice."),
        (ASKED, f"{HONEST} ðŸš€"),
        (ASKED, f"{HONEST} lost \ufffd here"),
        ("What is the cafÃ© pool?", HONEST),
        (ASKED, HONEST.encode().decode("latin-1")),
        (ASKED, RUSSIAN.encode().decode("cp1252", "replace")),
    ],
    "control-characters": [
        (ASKED, f"{HONEST}\0"),
        (ASKED, f"\x1b[31m{HONEST}"),
        (ASKED, f"PNG\r\n\x1a\n {HONEST} é"),
        (ASKED, f"{HONEST} \ud83d"),
        (ASKED, f"{HONEST} \x93quoted\x94"),
        (f"{ASKED}\x07", HONEST),
    ],
}
INNOCENT: dict[str, list[tuple[str, str]]] = {
    "empty": [("r?", "4")],
    "too-long": [(ASKED, HONEST)],
    "too-short": [(ASKED, HONEST[:120])],
    "answer-is-question": [(ASKED, f"What is impermanent loss? {HONEST}"), ("loss", "A loss is a loss of value.")],
    "placeholder": [
        (ASKED, f"{HONEST} The token is a placeholder for the share; the fee is yet to be determined by a vote."),
        (ASKED, f"{HONEST} The array [1, 2], the list [source] and <b>bold</b> text stay."),
        (ASKED, f"{HONEST} It is \\frac{{{{a}}}}{{{{b}}}} and x_{{{{max}}}}."),
        (ASKED, f"{HONEST} Miners insert their own transactions; TODO lists of a team are no matter."),
    ],
    "padding": [
        (ASKED, f"{HONEST} Brrr, hmmm, www.aaa.com, AAA rated, and {'=' * 80} below {'-' * 80}."),
        (ASKED, f"{HONEST} A table | 0 0 0 0 0 0 0 0 | - - - - - - -."),
    ],
    "repetition": [
        (ASKED, f"{HONEST} Source: CoinGecko, Glassnode. {GERMAN} Source: CoinGecko, Glassnode."),
        (ASKED, "Fees, fees, fees."),
    ],
    "cut-off": [
        (ASKED, f"{HONEST}\n- Sources:\n- CoinGecko\n- Reports of the industry and research papers"),
        (ASKED, f"{HONEST} (See the paper of 2021.)"),
        (ASKED, f"{HONEST} The last block was 19000000"),
        (ASKED, f"{HONEST}\n```python\nprint(1)\n```"),
        (ASKED, f"{HONEST} See https://docs.uniswap.org/concepts/core-concepts/impermanent-loss"),
        (ASKED, f'{HONEST} He called it "impermanent".'),
        (ASKED, f"{HONEST} answer characters: 3,120"),
        (ASKED, CHINESE),
    ],
    "refusal": [
        (ASKED, f"{HONEST} Such an AI system pursues its own goals; investors do not have access to it."),
        (ASKED, f"Users cannot provide liquidity without a wallet. {HONEST}"),
        (ASKED, f"{HONEST * 2} A trader may say: I cannot provide more."),
    ],
    "opener": [
        (ASKED, f"Sure-fire ways do not exist. {HONEST}"),
        (ASKED, f"Certainly one of the main risks. {HONEST}"),
        (ASKED, f"Here is the definition. {HONEST}"),
    ],
    "closer": [(ASKED, f"{HONEST} Wallets let me know if the price moves. {HONEST} {HONEST}")],
    "residue": [(ASKED, f"{HONEST} The total time: two weeks. The total cost (fees and gas) is 3 %.")],
    "wrong-language": [
        (
            ASKED,
            f"{HONEST} Le Figaro and Der Spiegel wrote of de facto rules in El Salvador, per se, via Los Angeles.",
        ),
        (ASKED, "BTC ETH SOL ADA DOT AVAX LINK UNI AAVE 0.15 2.3e5 " * 40),
        (ASKED, "α + β = γ, where δ is the drift of the price and σ its deviation."),  # noqa: RUF001 - Greek letters
        ("dex volume 7d", HONEST),
        (ASKED, f"{HONEST} In Chinese it is called 无常损失."),
    ],
    "mojibake": [(ASKED, SIGNED), (ASKED, GERMAN), (ASKED, FRENCH), (ASKED, RUSSIAN), (ASKED, CHINESE)],
    "control-characters": [(ASKED, f"{HONEST}\r\n\tfee 🚀 👩\u200d🚀 {SIGNED}\x0c"), (ASKED, RUSSIAN)],
}
BY_NAME = {rule.name: rule for rule in RULES}
REMEMBERING = {"repeated-pair", "repeated-question"}
LIMITS = Limits(longest=5000)


def seen(rule: str, pair: tuple[str, str], limits: Limits = LIMITS) -> str | None:
    return BY_NAME[rule].check(subject(*pair), limits)


@pytest.mark.parametrize(("rule", "pair"), [(rule, pair) for rule, pairs in GUILTY.items() for pair in pairs])
def test_a_rule_finds_what_it_is_for(rule: str, pair: tuple[str, str]) -> None:
    assert seen(rule, pair)


@pytest.mark.parametrize(("rule", "pair"), [(rule, pair) for rule, pairs in INNOCENT.items() for pair in pairs])
def test_a_rule_leaves_honest_text_alone(rule: str, pair: tuple[str, str]) -> None:
    assert seen(rule, pair) is None


@pytest.mark.parametrize("answer", [HONEST, LISTED, FORMULAS, CODE], ids=["prose", "sources", "formulas", "code"])
def test_no_rule_minds_a_good_answer(answer: str) -> None:
    assert {name: found for name in NAMES if (found := seen(name, (ASKED, answer)))} == {}


def test_every_rule_has_examples_of_both_kinds() -> None:
    assert GUILTY.keys() == INNOCENT.keys() == set(NAMES) - REMEMBERING
    assert len(set(NAMES)) == len(RULES)


def test_every_reason_is_one_sentence() -> None:
    for rule in RULES:
        assert rule.reason[0].isupper()
        assert rule.reason.endswith(".")
        assert ". " not in rule.reason


@pytest.mark.parametrize(
    ("language", "answer"), [("de", GERMAN), ("fr", FRENCH), ("ru", RUSSIAN), ("zh", CHINESE), (None, GERMAN)]
)
def test_the_expected_language_is_a_setting(language: str | None, answer: str) -> None:
    limits = Limits(language=language)
    assert seen("wrong-language", ("?", answer), limits) is None
    assert language is None or seen("wrong-language", ("?", HONEST), limits)


def test_a_limit_of_characters_counts_question_and_answer() -> None:
    assert seen("too-long", ("ab", "cd"), Limits(longest=4)) is None
    assert seen("too-long", ("ab", "cde"), Limits(longest=4)) == "5 characters, more than 4"
    assert seen("too-long", ("ab", "c" * 10**6), Limits()) is None


def test_the_rules_on_repeats_read_the_pairs_past() -> None:
    pair = subject(ASKED, HONEST)
    again = {whole: pair._replace(past=Past(whole, "dex.json", 1)) for whole in (True, False)}
    whole, question = BY_NAME["repeated-pair"].check, BY_NAME["repeated-question"].check
    assert [
        check(each, LIMITS) is None for check in (whole, question) for each in (pair, again[True], again[False])
    ] == [
        True,
        False,
        True,
        True,
        True,
        False,
    ]
    assert whole(again[True], LIMITS) == "question and answer stand in pair 1 of dex.json"
