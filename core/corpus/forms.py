"""The forms in which pairs are handed on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.corpus.choices import Form
from core.corpus.row import CorpusRow

if TYPE_CHECKING:
    from collections.abc import Mapping


def columns_of(form: Form) -> tuple[str, ...]:
    """Return the columns of the corpus that a form is made from."""
    if form in {Form.CHAT, Form.ALPACA}:
        return ("question", "answer")
    return tuple(CorpusRow.__struct_fields__)


_encode = msgspec.json.Encoder().encode


def record(form: Form, row: Mapping[str, object], system: str | None = None) -> bytes:
    """Return a pair as a line of JSON, without its end; the same pair always gives the same bytes.

    `system` is said before a chat, if anything is. Raises ValueError for a form that has no lines.
    """
    match form:
        case Form.JSONL:
            return _encode(row)
        case Form.CHAT:
            said = [] if system is None else [{"role": "system", "content": system}]
            asked = {"role": "user", "content": row["question"]}
            return _encode({"messages": [*said, asked, {"role": "assistant", "content": row["answer"]}]})
        case Form.ALPACA:
            return _encode({"instruction": row["question"], "input": "", "output": row["answer"]})
        case _:
            raise ValueError(f"{form} has no lines")
