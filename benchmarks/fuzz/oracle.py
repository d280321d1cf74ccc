"""What must hold of the answer reader whatever it is given: the checks that the fuzzer runs on every input."""

from __future__ import annotations

import io
import json

from core.batch.parts import RequestLine
from core.exchange import salvage as salvaging
from core.exchange.answers import AnswerReader
from core.exchange.lines import result_lines
from core.exchange.refined_lines import refined_lines
from core.exchange.texts import answers_in
from core.pairs import PairRange, ids

REQUESTS = (
    RequestLine("k1", (PairRange("a", 1, 3),)),
    RequestLine("k2", (PairRange("a", 4, 4), PairRange("b", 1, 2))),
)
LONGEST = 4096
_KEY_OF = {pair_id: request.key for request in REQUESTS for pair_id in ids(request.ranges)}


def check_file(content: bytes) -> None:
    """Read `content` as a result file; raises AssertionError for a broken promise, or whatever the reader raises.

    Each pair has one verdict; each refined pair was named, comes once, under its own key, and can be written out.
    """
    reader = AnswerReader(result_lines(io.BytesIO(content), LONGEST), REQUESTS)
    home = list(reader)
    judged = list(reader.verdicts())
    assert [each.pair_id for each in judged] == list(_KEY_OF)
    assert sorted(pair.pair_id for pair in home) == sorted(v.pair_id for v in judged if v.verdict == "refined")
    assert all(_KEY_OF[pair.pair_id] == pair.key for pair in home)
    assert all(pair.pair_id.encode() in content or b"\\u00" in content for pair in home)
    assert all(each.reason.isprintable() and bool(each.reason) == (each.verdict != "refined") for each in judged)
    for pair, line in zip(home, refined_lines(home, batch=1, attempt=1, model="m", prompt="p"), strict=True):
        assert line.endswith(b"\n")
        assert line.count(b"\n") == 1
        assert json.loads(line)["pair_id"] == pair.pair_id


def check_text(text: str) -> None:
    """Read `text` as a model's answer in every way there is; all must tell the same, and an appendix no less.

    The ways are the strict parser with the salvage behind it, the salvage alone, and the salvage token by token.
    """
    strict, quick = answers_in(text), salvaging.salvage(text)
    tries, salvaging._TRIES = salvaging._TRIES, 0  # noqa: SLF001 - the slow way is not offered to callers
    try:
        slow = salvaging.salvage(text)
    finally:
        salvaging._TRIES = tries  # noqa: SLF001 - the same
    assert repr(quick) == repr(slow)
    assert repr(strict.answers) == repr(slow.answers) or _says_a_name_twice(text)
    check_file(json.dumps({"key": "k1", "response": _response(text)}).encode())


def _response(text: str) -> dict[str, object]:
    return {"candidates": [{"content": {"parts": [{"text": text}]}, "finishReason": "STOP"}]}


def _says_a_name_twice(text: str) -> bool:
    """Whether an object of the JSON document in the text does: the strict parser then keeps the last value."""

    def once(pairs: list[tuple[str, object]]) -> None:
        if len(dict(pairs)) < len(pairs):
            raise KeyError

    starts = [at for at in (text.find("["), text.find("{")) if at >= 0]
    framed = text[min(starts, default=0) : max(text.rfind("]"), text.rfind("}")) + 1]
    try:
        json.loads(framed, object_pairs_hook=once)
    except KeyError:
        return True
    except (ValueError, RecursionError):
        pass
    return False
