"""The lines of a job's result: one answer for each request, and what a scenario makes of them."""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from adapters.emulator.embedding import embedded, embeds
from adapters.emulator.model import respond
from adapters.emulator.row_faults import (
    Blocked,
    CutOff,
    Duplicated,
    Garbage,
    KeyMissing,
    Missing,
    OutOfOrder,
    RowFailed,
    RowFault,
    UnknownKey,
)
from adapters.emulator.validation import request_of
from adapters.emulator.wire import field, text_field

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from adapters.emulator.rows import JobRow
    from adapters.emulator.troubles import Troubles
    from adapters.emulator.wire import Message

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


class Tally:
    """What the making of a result counts: rows that failed, and the tokens of all others."""

    def __init__(self) -> None:
        self.failed = 0
        self.asked = 0
        self.answered = 0

    def add(self, message: Message) -> None:
        """Count one row as the model answered it."""
        response = message["response"]
        if "embedding" in response:
            self.asked += int(response["tokenCount"])
            return
        usage = response["usageMetadata"]
        self.asked += usage["promptTokenCount"]
        self.answered += usage["candidatesTokenCount"]


def result_lines(
    job: JobRow, lines: Iterable[bytes], rows: int, troubles: Troubles, tally: Tally
) -> Iterator[bytes]:
    """Yield the result of the first `rows` requests, line by line, and count them."""
    requests = ((number, line) for number, line in enumerate(lines, 1) if not line.isspace())
    answers = (_answered(job, number, _decode(line)) for number, line in islice(requests, rows))
    if troubles.of_rows:
        yield from _troubled(job, answers, troubles, tally)
        return
    for message in answers:
        tally.add(message)
        yield _encode(message) + b"\n"


def _answered(job: JobRow, number: int, line: Message) -> Message:
    request = request_of(line)
    if not isinstance(request, dict):
        raise TypeError(f"line {number} of job {job.id} was checked and is no request")
    response_id = f"{job.id[:16]}{number:06d}"
    response = embedded(request) if embeds(job.model) else respond(job.model, request, response_id)
    answered: Message = {"response": response}
    for name in ("key", "metadata"):
        if name in line:
            answered[name] = line[name]
    return answered


def _text_of(message: Message) -> str:
    return _encode(message).decode()


def _troubled(job: JobRow, answers: Iterable[Message], troubles: Troubles, tally: Tally) -> Iterator[bytes]:
    dealer = troubles.row_dealer(job.display_name)
    held: list[bytes] = []
    for number, message in enumerate(answers, 1):
        fault = dealer.deal(job.display_name, _key(message), partial(_text_of, message))
        troubles.count_row(fault)
        if isinstance(fault, RowFailed):
            tally.failed += 1
        else:
            tally.add(message)
        line = _encode(_spoilt(message, fault, number)) + b"\n"
        if isinstance(fault, OutOfOrder):
            held.append(line)
        elif not isinstance(fault, Missing):
            yield line * 2 if isinstance(fault, Duplicated) else line
    yield from reversed(held)


def _spoilt(message: Message, fault: RowFault | None, number: int) -> Message:
    """Return a row as its fault leaves it."""
    match fault:
        case RowFailed(code=code, message=said):
            return _keys(message) | {"error": {"code": code, "message": said}}
        case KeyMissing():
            return {"response": message["response"]}
        case UnknownKey(prefix=prefix):
            return {"response": message["response"], "key": f"{prefix}{number}"}
        case Blocked(reason=reason, answered=answered):
            return message | {"response": _blocked(message["response"], reason, answered=answered)}
        case CutOff(keep=keep) if "embedding" in message["response"]:
            values = message["response"]["embedding"]["values"]
            return message | {"response": _pointed(message["response"], values[: int(len(values) * keep)])}
        case Garbage() if "embedding" in message["response"]:
            values = message["response"]["embedding"]["values"]
            return message | {"response": _pointed(message["response"], ["NaN", *values[1:]])}
        case CutOff(keep=keep):
            text = _text(message)[: int(len(_text(message)) * keep)]
            return message | {"response": _said(message["response"], text, "MAX_TOKENS")}
        case Garbage(text=text):
            return message | {"response": _said(message["response"], text, "STOP")}
        case _:
            return message


def _blocked(response: Message, reason: str, *, answered: bool) -> Message:
    rest = {name: value for name, value in response.items() if name not in {"candidates", "embedding"}}
    if answered:
        return {"candidates": [{"finishReason": reason, "index": 0}], **rest}
    return {"promptFeedback": {"blockReason": reason}, **rest}


def _said(response: Message, text: str, finish: str) -> Message:
    content: Message = {"role": "model"} | ({"parts": [{"text": text}]} if text else {})
    return response | {"candidates": [{"content": content, "finishReason": finish, "index": 0}]}


def _pointed(response: Message, values: list[object]) -> Message:
    return response | {"embedding": {"values": values}}


def _text(message: Message) -> str:
    text: str = message["response"]["candidates"][0]["content"]["parts"][0]["text"]
    return text


def _keys(message: Message) -> Message:
    return {name: value for name, value in message.items() if name != "response"}


def _key(message: Message) -> str:
    return text_field(message, "key") or text_field(field(message, "metadata"), "key")
