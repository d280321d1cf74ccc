"""Content is looked at before money is spent: what trouble does to a plan, its files and its balance."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from core.screening.rules import RULES
from tests.workspaces import KNOWN, Mill

if TYPE_CHECKING:
    from collections.abc import Sequence

GERMAN = (
    "Der unbeständige Verlust ist der Unterschied zwischen dem Halten zweier Token und dem Einlegen in einen Pool "
    "und wird mit dem Abstand der Kurse größer und ist nicht endgültig, wenn die Kurse wieder zurück kommen."
)
#: By rule: an answer that it finds, to a question of its own. The first pair of the source is what repeats repeat.
TROUBLE = {
    "too-short": "It is a loss.",
    "answer-is-question": "What is term {n}?",
    "placeholder": f"[Insert a definition of the term here] {KNOWN}",
    "padding": f"This answer covers it. {KNOWN} BBBBBBBB",
    "repetition": "The rate depends on supply and demand. " * 10,
    "cut-off": f"{KNOWN} It is then that the",
    "refusal": f"As an AI language model, I cannot provide advice. {KNOWN}",
    "opener": f"Certainly! {KNOWN}",
    "closer": f"{KNOWN} Let me know if you have any questions!",
    "residue": f"{KNOWN}\n\nAnswer characters: 239",
    "wrong-language": GERMAN,
    "mojibake": f"{KNOWN} It was founded in SÃ£o Paulo.",
    "control-characters": f"{KNOWN}\x07\x1b[31m",
}
DEFAULTS = {rule.name: rule.severity.value for rule in RULES}


def pairs_of(answers: Sequence[str]) -> list[dict[str, str]]:
    return [
        {"question": f"What is term {n}?", "answer": answer.replace("{n}", str(n))}
        for n, answer in enumerate(answers, start=1)
    ]


def put(mill: Mill, indicator: str, pairs: list[dict[str, str]]) -> None:
    mill.put(f"{indicator}_qa_pairs.json", {"session": 30, "indicator": indicator, "qa_pairs": pairs})


def with_bad(mill: Mill, **answers: str) -> Mill:
    """Stage a source of twelve pairs, with these answers in place of those at `p3`, `p7` and so on."""
    mill.run("init")
    listed = [f"{n}: {KNOWN}" for n in range(1, 13)]
    for place, answer in answers.items():
        listed[int(place[1:]) - 1] = answer
    put(mill, "depth", pairs_of(listed))
    return mill


def extract(mill: Mill, wave: int = 2) -> list[dict[str, Any]]:
    text = (mill.root / f"submissions/wave{wave}_extracted.json").read_text(encoding="utf-8")
    pairs: list[dict[str, Any]] = json.loads(text)["pairs"]
    return pairs


def sent(mill: Mill) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in mill.root.glob("submissions/batch_*.jsonl"))


def sound(mill: Mill) -> None:
    assert mill.json("replay --check")["differences"] == []
    assert mill.json("history --verify")["faults"] == []


@pytest.fixture
def troubled(offline: Mill) -> Mill:
    offline.run("init")
    pairs = pairs_of([f"1: {KNOWN}", *TROUBLE.values()])
    put(offline, "trouble", [*pairs, pairs[0], {**pairs[0], "answer": f"Another answer: {KNOWN}"}])
    return offline


def test_every_kind_of_trouble_is_found_where_it_stands(troubled: Mill) -> None:
    found = troubled.json("inventory")
    places = {(each["rule"], each["ordinal"]) for each in found["content_findings"]}
    expected = {(rule, n) for n, rule in enumerate(TROUBLE, start=2)}
    assert expected | {("repeated-pair", 15), ("repeated-question", 16)} <= places
    assert {each["rule"]: each["severity"] for each in found["content"]}.items() <= DEFAULTS.items()
    assert sum(each["pairs"] for each in found["content"]) == len(found["content_findings"])


def test_the_summary_names_the_first_of_each_rule_and_the_list_names_all(troubled: Mill) -> None:
    summary, listed = troubled.run("inventory"), troubled.run("inventory --findings")
    assert "padding             exclude" in summary
    assert "--findings lists them all" in summary
    assert "exclude: trouble_qa_pairs.json pair 5: padding: 'B' 8 times in a row" in listed
    assert "repeated-pair: question and answer stand in pair 1 of trouble_qa_pairs.json" in listed
    assert "\x1b" not in listed
    assert "\x07" not in listed


def test_with_all_accepted_each_pair_is_sent_or_left_out_as_its_rule_says(troubled: Mill) -> None:
    plan = troubled.json("plan --wave 2 --accept-findings")
    left = {rule for rule in TROUBLE if DEFAULTS[rule] == "exclude"} | {"repeated-pair"}
    (source,) = plan["plan"]["sources"]
    assert {each["rule"] for each in source["left_out"]} == left
    assert {each["pair_id"] for each in plan["findings"]} >= {"w2-s30-trouble-005", "w2-s30-trouble-015"}
    troubled.run("write --wave 2")
    total = troubled.json("balance")["total"]
    assert (total["staged"], total["excluded"], total["planned"]) == (16, len(left), 16 - len(left))
    sound(troubled)


def test_a_pair_excluded_in_the_middle_leaves_its_neighbours_and_is_named(offline: Mill) -> None:
    mill = with_bad(offline, p7=TROUBLE["padding"])
    plan = mill.json("plan --wave 2")["plan"]
    assert plan["batches"][0]["ranges"] == [["w2-s30-depth", 1, 6], ["w2-s30-depth", 8, 12]]
    assert plan["batches"][0]["title"] == "depth"
    rows = extract(mill)
    assert [(row["pair_id"][-3:], row["batch"]) for row in rows] == [
        *((f"{n:03d}", 1) for n in range(1, 13) if n != 7),
        ("007", None),
    ]
    assert rows[-1]["excluded"] == "padding: One character or word again and again only fills space."
    assert {row["excluded"] for row in rows[:-1]} == {None}
    (written,) = mill.json("write --wave 2")
    assert written["pairs"] == 11
    assert "BBBBBBBB" not in sent(mill)
    assert "w2-s30-depth-007" not in sent(mill)
    assert "stands in the ledger already" in mill.run("plan --wave 2")
    assert mill.json("balance")["total"]["excluded"] == 1
    sound(mill)


def test_excluded_pairs_at_both_ends_and_in_a_row_are_told_apart(offline: Mill) -> None:
    bad = TROUBLE["padding"]
    mill = with_bad(
        offline, p1=bad, p5=bad.replace("B", "C"), p6=TROUBLE["placeholder"], p12=bad.replace("B", "D")
    )
    plan = mill.json("plan --wave 2 --batch-size 4")["plan"]
    assert [batch["ranges"] for batch in plan["batches"]] == [
        [["w2-s30-depth", 2, 4], ["w2-s30-depth", 7, 7]],
        [["w2-s30-depth", 8, 11]],
    ]
    assert [batch["title"] for batch in plan["batches"]] == ["depth 2-7", "depth 8-11"]
    assert [row["pair_id"][-3:] for row in extract(mill) if row["batch"] is None] == ["001", "005", "006", "012"]
    assert [row["pairs"] for row in mill.json("write --wave 2")] == [4, 4]
    sound(mill)


def test_a_held_pair_stops_the_plan_until_it_is_accepted_excluded_or_only_told(offline: Mill) -> None:
    mill = with_bad(offline, p3=GERMAN)
    said = mill.refused("plan --wave 2")
    assert said.startswith("wave 2 cannot be planned: 1 pair must be looked at before money is spent")
    assert "w2-s30-depth-003 in depth_qa_pairs.json (wrong-language" in said
    assert mill.events() == []
    for policy, planned in (("exclude", 11), ("warn", 12), ("off", 12)):
        plan = mill.json(f"--set screening.wrong-language={policy} plan --wave 2 --dry-run")["plan"]
        assert sum(source["planned"] for source in plan["sources"]) == planned
    decisions = mill.json("plan --wave 2 --accept-findings")["plan"]["decisions"]
    assert ["depth_qa_pairs.json", "1 pair sent as found"] in [
        [each["subject"], each["action"]] for each in decisions
    ]
    assert "1 pair sent as found" in mill.run("history wave-2")
    mill.run("write --wave 2")
    assert "unbest" in sent(mill)
    sound(mill)


def test_other_rules_make_another_plan(offline: Mill) -> None:
    mill = with_bad(offline, p3=TROUBLE["opener"])
    mill.run("plan --wave 2")
    assert "--replace" in mill.refused("--set screening.opener=exclude plan --wave 2")
    mill.run("--set screening.opener=exclude plan --wave 2 --replace")
    assert mill.json("balance")["total"]["excluded"] == 1
    sound(mill)


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("opening=warn", "there is no content rule 'opening'"),
        ("language=xx", "no content rule knows the language"),
    ],
)
def test_a_rule_or_language_that_does_not_exist_is_named(offline: Mill, setting: str, sentence: str) -> None:
    mill = with_bad(offline)
    assert sentence in mill.refused(f"--set screening.{setting} inventory")


def test_pairs_of_another_wave_are_not_paid_for_again(offline: Mill) -> None:
    mill = with_bad(offline, p2=TROUBLE["padding"])
    mill.run("plan --wave 2")
    old = pairs_of([f"{n}: {KNOWN}" for n in range(1, 13)])
    (mill.root / "inbox/depth_qa_pairs.json").unlink()
    put(mill, "fresh", [*old, {"question": "What is new?", "answer": KNOWN}])
    plan = mill.json("plan --wave 3")["plan"]
    # The second pair was left out of wave 2, so that it is sent now; its question is not known either.
    assert plan["batches"][0]["ranges"] == [["w3-s30-fresh", 2, 2], ["w3-s30-fresh", 13, 13]]
    assert plan["sources"][0]["left_out"][0]["rule"] == "repeated-pair"
    assert mill.json("plan --wave 4 --again --dry-run")["plan"]["batches"][0]["ranges"] == [
        ["w4-s30-fresh", 1, 13]
    ]
    assert [each["pairs"] for each in mill.json("inventory --wave 3")["content"]] == [11]
    assert mill.json("inventory")["content"] == []
    total = mill.json("balance")["total"]
    assert (total["staged"], total["excluded"], total["planned"]) == (25, 12, 13)
    assert "stands in the ledger already" in mill.run("plan --wave 3")
    sound(mill)


@pytest.mark.parametrize("damage", ["missing", "changed"])
def test_a_wave_whose_extract_cannot_be_trusted_is_not_compared_with_and_that_is_said(
    offline: Mill, damage: str
) -> None:
    mill = with_bad(offline)
    mill.run("plan --wave 2")
    path = mill.root / "submissions/wave2_extracted.json"
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes().replace(b"one day", b"two day"))
    put(mill, "fresh", pairs_of([f"{n}: {KNOWN}" for n in range(1, 13)]))
    (mill.root / "inbox/depth_qa_pairs.json").unlink()
    shown = mill.run("plan --wave 3")
    assert "warning: the pairs of wave 2 were not looked at for repeats: the extract" in shown
    assert mill.json("balance")["waves"]["3"]["planned"] == 12


def test_a_wave_planned_anew_is_not_compared_with_itself(offline: Mill) -> None:
    mill = with_bad(offline)
    mill.run("plan --wave 2")
    mill.run("plan --wave 2 --replace --batch-size 5")
    assert mill.json("balance")["total"]["planned"] == 12
    sound(mill)


def test_evidence_from_hostile_texts_and_names_is_one_plain_line(offline: Mill) -> None:
    offline.run("init")
    evil = "Certainly! \x1b[31m\u202e\n| forged | \x9b31m"
    pairs = [
        {"question": f"What {n}?\x1b[2J\n", "answer": f"{evil} {KNOWN} BBBBBBBB\u2028\x07"} for n in (1, 2, 2)
    ]
    offline.put("evil\x1b[31m|.json", {"session": 30, "indicator": "evil", "qa_pairs": pairs})
    said = offline.refused("--set screening.padding=hold plan --wave 2")
    shown = "".join(
        [
            said,
            offline.run("inventory"),
            offline.run("inventory --findings"),
            offline.run("--set screening.padding=warn plan --wave 2 --accept-findings --findings"),
            offline.run("history wave-2"),
        ]
    )
    assert all(char.isprintable() or char == "\n" for char in shown)
    assert not any(line.startswith("| forged") for line in shown.splitlines())
