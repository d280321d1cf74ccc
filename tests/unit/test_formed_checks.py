"""Each check of form on a text as a model would return it, beside its source."""

from __future__ import annotations

import pytest

from core.quality.findings import FAULT, FORMED, NOTE, After, Before
from core.quality.formed.checks import CHECKS
from core.quality.terms import QualityTerms, by_name

QUESTION = "What is impermanent loss?"
SOURCE = (
    "Impermanent loss is the gap between holding two tokens and pooling them. It grows when their prices part: at"
    " a ratio of 4 the loss is 20 %. Fees may cover it. See https://uniswap.org/docs for the formula."
)
REFINED = (
    "**Impermanent loss** is the gap between holding two tokens and pooling them.\n\n"
    "**Formula:** \\( L = \\frac{2\\sqrt{r}}{1 + r} - 1 \\)\n\n"
    "- At a ratio of 4 the loss is 20 %.\n- Fees may cover it.\n\n"
    "```python\nloss = 2 * r**0.5 / (1 + r) - 1  # <b> & `x`\n```\n\n"
    "See [the documentation](https://uniswap.org/docs) for more."
)
FIELDS: dict[str, object] = {
    "quality_scores": {"overall": 85, "technical_accuracy": 90.5, "completeness": 0, "rag_readiness": 100},
    "duplicate_analysis": {
        "is_duplicate": True,
        "similar_to": ["w2-a-002"],
        "merge_recommendation": "merge_with_w2-a-002",
    },
    "rag_metadata": {
        "primary_tags": ["loss"],
        "secondary_tags": [],
        "difficulty_level": "beginner",
        "use_cases": ["risk"],
    },
    "enhancements_made": ["Added the formula"],
    "flags": [],
}


def found(
    answer: str = REFINED,
    *,
    source: str = SOURCE,
    question: str = QUESTION,
    fields: dict[str, object] | None = None,
    terms: QualityTerms | None = None,
) -> dict[str, str]:
    before = Before("w2-a-001", QUESTION, source)
    after = After(question, answer, FIELDS if fields is None else fields)
    return findings(before, after, terms)


def findings(before: Before, after: After, terms: QualityTerms | None = None) -> dict[str, str]:
    return {
        finding.check: finding.severity
        for check in CHECKS
        for finding in check.function(before, after, by_name(terms or QualityTerms()))
    }


def test_a_good_refinement_and_the_source_itself_have_no_finding() -> None:
    assert found() == {}
    assert found(SOURCE) == {}


def test_every_check_is_named_once_counts_for_form_and_says_why_it_exists() -> None:
    assert len({check.name for check in CHECKS}) == len(CHECKS)
    assert all(check.criterion == FORMED and check.reason.endswith(".") for check in CHECKS)


@pytest.mark.parametrize(
    ("check", "answer"),
    [
        ("fence-around", f"```markdown\n{SOURCE}\n```"),
        ("fence-around", f"```\n{SOURCE}\n```\n"),
        ("fence-around", f'{{"refined_answer": "{SOURCE}"}}'),
        ("fence-unbalanced", f"{SOURCE}\n```"),
        ("fence-unbalanced", f"{SOURCE}\n```python\nx = 1\n\nThat is the loss of the pool."),
        ("html", f"<p>{SOURCE}</p>"),
        ("html", f"{SOURCE}<br>{SOURCE}"),
        ("html", f'{SOURCE} <span style="color:red">Beware.</span>'),
        ("html", f"{SOURCE} Fees &amp; slippage matter&nbsp;too."),
        ("html", f"{SOURCE} <!-- checked --> Done."),
        ("bold-unbalanced", f"**Definition: {SOURCE}"),
        ("bold-unbalanced", f"**Definition:** {SOURCE}\n\nRisk:** it grows.\n\nIt ends."),
        ("link-broken", f"{SOURCE} See [the paper](https://uniswap.org/paper for more."),
        ("link-broken", f"{SOURCE} See [the paper]() for more."),
        ("formula-unbalanced", f"{SOURCE} So \\( L = r - 1 is the loss."),
        ("formula-unbalanced", f"{SOURCE} So \\[ L = \\frac{{2\\sqrt{{r}}{{1 + r}} \\] is the loss."),
        ("formula-unbalanced", f"{SOURCE} So $$ L = r - 1 is the loss."),
        ("formula-unbalanced", f"{SOURCE} \\begin{{cases}} 1 \\\\[2pt] 2 is the loss."),
        ("cut-off", f"{SOURCE} In a pool of two tokens the"),
        ("cut-off", SOURCE[:100]),
        ("cut-off", f"{SOURCE}\n\n- Deposit both tokens.\n- Wait for the fe"),
        ("placeholder", f"{SOURCE} [Insert example here]"),
        ("placeholder", f"{SOURCE}\nTODO: add the formula"),
        ("length-ratio", "It is the gap between holding and pooling."),
    ],
)
def test_damage_is_a_fault_and_a_note_where_the_source_had_it(check: str, answer: str) -> None:
    assert found(answer)[check] == FAULT
    assert found(answer, source=answer).get(check) in {NOTE, None}
    assert FAULT not in found(answer, source=answer).values()


@pytest.mark.parametrize(
    "answer",
    [
        f"{SOURCE}\n\n- deposit both tokens\n- wait for the fees to cover it",
        f"{SOURCE}\n\n| ratio | loss |\n|---|---|\n| 4 | 20 % |",
        f"```solidity\nuint x = 1;\n```\n{SOURCE}",
        f"{SOURCE} If a < b and b > c then a&b differ, as in f(x) = 2**3 * y**2.",
        f"{SOURCE} *****\n\nUse `<b>` or `**` or `[x](`; AT&T; R&D.",
        f'{SOURCE} See [one](https://a.org/x_(y)) and [two](<https://a.org> "Title").',
        f"{SOURCE} It costs $5 to $10. \\(a\\) and \\[b\\] and $$c$$ and \\left( x \\right) with \\leftarrow.",
        f"{SOURCE} The interval [0, 1) is half open; {{x}} is a set.",
        f"{SOURCE} Its price is 1,200",
        f"{SOURCE} Go to [Add liquidity](https://app.uniswap.org/pool) and choose a pair.",
    ],
)
def test_what_only_looks_like_damage_is_none(answer: str) -> None:
    assert found(answer) == {}


def test_a_code_block_in_the_question_is_seen_too() -> None:
    assert found(question="```\nWhat is impermanent loss?\n```")["fence-around"] == FAULT


def test_a_question_may_be_reworded_and_may_not_become_a_heading() -> None:
    assert found(question="How does impermanent loss arise in a pool?") == {}
    assert found(question="Explain how impermanent loss arises.") == {}
    assert found(question="Impermanent Loss in Pools") == {"question-lost": FAULT}
    topic = Before("w2-a-001", "impermanent loss", SOURCE)
    assert findings(topic, After("Impermanent Loss in Pools", REFINED, FIELDS)) == {}


def test_an_answer_may_grow_from_a_short_source_and_is_named_when_it_runs_away() -> None:
    long = "The gap grows with the ratio of the prices. " * 60
    assert "length-ratio" not in found(long)
    assert found(long * 4)["length-ratio"] == NOTE
    assert "length-ratio" not in found(long * 4, terms=QualityTerms(longest_ratio=100))
    assert "length-ratio" not in found("Fees may cover it.", source="Fees do.")


def changed(name: str, value: object, inner: str = "") -> dict[str, object]:
    whole = FIELDS[name]
    if inner:
        assert isinstance(whole, dict)
        value = {**whole, inner: value}
    return {**FIELDS, name: value}


@pytest.mark.parametrize(
    ("check", "fields"),
    [
        ("quality-scores", changed("quality_scores", None)),
        ("quality-scores", changed("quality_scores", [85])),
        ("quality-scores", changed("quality_scores", 101, "overall")),
        ("quality-scores", changed("quality_scores", -1, "overall")),
        ("quality-scores", changed("quality_scores", "85", "completeness")),
        ("quality-scores", changed("quality_scores", inner="completeness", value=True)),
        ("quality-scores", changed("quality_scores", float("nan"), "completeness")),
        ("quality-scores", changed("quality_scores", None, "rag_readiness")),
        ("duplicate-analysis", changed("duplicate_analysis", "none")),
        ("duplicate-analysis", changed("duplicate_analysis", "no", "is_duplicate")),
        ("duplicate-analysis", changed("duplicate_analysis", "w2-a-002", "similar_to")),
        ("duplicate-analysis", changed("duplicate_analysis", 5, "merge_recommendation")),
        ("flags", changed("flags", "none")),
        ("flags", changed("flags", [1])),
        ("flags", changed("enhancements_made", None)),
        ("rag-metadata", changed("rag_metadata", None)),
        ("rag-metadata", changed("rag_metadata", "expert", "difficulty_level")),
        ("rag-metadata", changed("rag_metadata", "a, b", "primary_tags")),
    ],
)
def test_the_models_own_fields_are_there_of_the_right_type_and_in_range(
    check: str, fields: dict[str, object]
) -> None:
    assert found(fields=fields) == {check: FAULT}


@pytest.mark.parametrize(
    ("check", "fields"),
    [
        ("duplicate-analysis", changed("duplicate_analysis", [], "similar_to")),
        ("duplicate-analysis", changed("duplicate_analysis", ["w2-a-001"], "similar_to")),
        ("duplicate-analysis", changed("duplicate_analysis", "perhaps", "merge_recommendation")),
        ("flags", changed("flags", ["doubtful"] * 21)),
    ],
)
def test_fields_that_contradict_themselves_are_notes(check: str, fields: dict[str, object]) -> None:
    assert found(fields=fields) == {check: NOTE}


def test_no_field_at_all_is_a_fault_of_each_kind() -> None:
    assert found(fields={}) == dict.fromkeys(
        ("quality-scores", "duplicate-analysis", "flags", "rag-metadata"), FAULT
    )


def test_reasons_are_one_printable_line() -> None:
    hostile = f"{SOURCE}\n```\x1b[31m\n<b>\x07</b> **bold\u202e [x](\n\\( a {{ {'x' * 5_000}"
    fields = {**FIELDS, "flags": "\x1b[2J" * 100}
    before, after = Before("w2-a-001", QUESTION, SOURCE), After(hostile, hostile, fields)
    reasons = [
        finding.reason for check in CHECKS for finding in check.function(before, after, by_name(QualityTerms()))
    ]
    assert len(reasons) >= 5
    assert all(reason.isprintable() and len(reason) < 250 for reason in reasons)
