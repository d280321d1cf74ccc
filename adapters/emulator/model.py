"""What the emulated model answers to one request, cut where its output limit really ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from adapters.emulator.catalogue import output_limit_of
from adapters.emulator.judge import judge, judges
from adapters.emulator.prompt import pairs_in
from adapters.emulator.refiner import MARK, refine
from adapters.emulator.wire import field, text_field, texts, tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.emulator.wire import Message

CHARACTERS_A_TOKEN = 4
NO_PAIRS = "This prompt holds no pairs to refine or to judge, and the emulator can do nothing else."

_encoder = msgspec.json.Encoder()


def output_limit(model: str, request: Message) -> int:
    """Return how many tokens the answer may have: the request's wish, or the model's limit if that is smaller."""
    limit = output_limit_of(model)
    wish = field(field(request, "generationConfig"), "maxOutputTokens")
    return min(limit, int(wish)) if wish else limit


def respond(model: str, request: Message, response_id: str) -> Message:
    """Return the GenerateContentResponse for a valid request, as an object ready to be encoded."""
    prompt = texts(request)
    answer = _answer(prompt, as_json=_wants_json(request))
    room = output_limit(model, request) * CHARACTERS_A_TOKEN
    finish = "STOP" if len(answer) <= room else "MAX_TOKENS"
    return {
        "candidates": [
            {
                "content": {"parts": [{"text": answer[:room]}], "role": "model"},
                "finishReason": finish,
                "index": 0,
            }
        ],
        "usageMetadata": _usage(prompt, answer[:room]),
        "modelVersion": f"{model.removeprefix('models/')}-{MARK}",
        "responseId": response_id,
    }


def count_tokens(request: Message) -> int:
    """Return the tokens of every text in a request."""
    return tokens(sum(map(len, texts(request))))


def _answer(prompt: Sequence[str], *, as_json: bool) -> str:
    pairs = pairs_in(prompt)
    if not pairs:
        return "[]" if as_json else NO_PAIRS
    answers = judge(pairs) if judges(pairs) else refine(pairs)
    array = msgspec.json.format(_encoder.encode(answers), indent=2).decode()
    return array if as_json else f"```json\n{array}\n```"


def _wants_json(request: Message) -> bool:
    return text_field(field(request, "generationConfig"), "responseMimeType") == "application/json"


def _usage(prompt: Sequence[str], answer: str) -> Message:
    asked = tokens(sum(map(len, prompt)))
    answered = tokens(len(answer))
    return {
        "promptTokenCount": asked,
        "candidatesTokenCount": answered,
        "totalTokenCount": asked + answered,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": asked}],
    }
