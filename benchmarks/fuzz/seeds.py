"""Where the fuzzer begins: result lines and answers of every kind that has been seen, and the words they use."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

WORDS = (
    *('{"', '"}', "[{", "}]", '":"', '","', '":[', '":{', "},{", '\\"', "\\\\", "\\u00e9", "\\ud83d", "\\%"),
    *('"pair_id":"a-001"', '"pair_id":"a-002"', '"pair_id":"b-001"', '"pair_id"', '"pair\\u005fid"'),
    *('"refined_question":"q"', '"refined_answer":"a"', '"quality_scores":{', '"flags":[', "```json\n", "\n```"),
    *(
        '"key":"k1"',
        '"key":"k2"',
        '"response":{',
        '"candidates":[{',
        '"content":{',
        '"parts":[{"text":"',
        '"error":',
    ),
    *(
        '"finishReason":"MAX_TOKENS"',
        '"thought":true',
        '"promptFeedback":{"blockReason":"SAFETY"}',
        '"metadata":{',
    ),
    *("true", "None", "NaN", "-1e999", "\u2028"),
)
"""Pieces that the fuzzer puts in as they are."""


def plant(folder: Path) -> None:
    """Write the seeds, one a file: the first byte says what the rest is, as `benchmarks.fuzz.target` reads it."""
    for place, text in enumerate(_texts()):
        (folder / f"text-{place:02}").write_bytes(b"t" + text.encode())
    for place, content in enumerate(_files()):
        (folder / f"file-{place:02}").write_bytes(b"f" + content)


def dictionary() -> str:
    """Return the words in the form that libFuzzer reads."""
    hexed = ("".join(f"\\x{byte:02x}" for byte in word.encode()) for word in WORDS)
    return "".join(f'"{word}"\n' for word in hexed)


def _answer(pair_id: str, text: str = "It is so.") -> dict[str, object]:
    return {
        "pair_id": pair_id,
        "refined_question": "What is it?",
        "refined_answer": text,
        "quality_scores": {"overall": 85},
        "duplicate_analysis": {"is_duplicate": False, "similar_to": ["a-002"]},
        "flags": [],
    }


def _texts() -> list[str]:
    answers = [_answer("a-001"), _answer("a-002", 'a "quoted" {brace} \\ é 🚀'), _answer("a-003")]
    whole = json.dumps(answers)
    return [
        whole,
        json.dumps(answers, indent=2, ensure_ascii=False),
        f"Here you are:\n```json\n{whole}\n```\nDone.",
        whole[:-40],
        json.dumps({"results": answers}),
        "\n".join(map(json.dumps, answers)),
        whole.replace("It is so.", "5 \\% of \\sigma"),
        whole.replace("It is so.", 'they call it "depth"', 1),
        whole.replace("false", "False").replace("}}", "},}"),
        json.dumps([_answer("a-001", json.dumps(_answer("a-002"))), _answer("b-001")]),
        '[{"pair_id": "a-001", "refined_question": "q", "pair_id": "a-002", "refined_answer": "a"}]',
        "I cannot help with that.",
    ]


def _files() -> list[bytes]:
    text = json.dumps([_answer("a-001"), _answer("a-002")])
    content = {"parts": [{"text": "hm", "thought": True}, {"text": text}], "role": "model"}
    rows = [
        {"key": "k1", "response": {"candidates": [{"content": content, "finishReason": "STOP"}]}},
        {"response": {"promptFeedback": {"blockReason": "SAFETY"}}, "key": "k2"},
        {"key": "k2", "error": {"code": 13, "message": "internal"}},
        {"metadata": {"key": "k1"}, "response": {"usageMetadata": {"promptTokenCount": "7"}, "candidates": []}},
    ]
    lines = [json.dumps(row).encode() + b"\n" for row in rows]
    return [*lines, b"".join(lines), lines[0] * 2, lines[0] + b" " * 5000 + b"\n", b"\xff\n[]\n\n{oops"]
