"""Models over HTTP: their list, one model, an answer at once, and a count of tokens."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from adapters.emulator.catalogue import MODELS, check_does, described, model_shape
from adapters.emulator.embedding import embedded
from adapters.emulator.embedding_validation import check_embedding
from adapters.emulator.gate import (
    api_version,
    json_body,
    json_reply,
    off_the_loop,
    page_size,
    page_token_asked,
)
from adapters.emulator.model import count_tokens as count
from adapters.emulator.model import respond
from adapters.emulator.refiner import MARK
from adapters.emulator.refusals import invalid
from adapters.emulator.shapes import page_shape
from adapters.emulator.validation import check_request
from adapters.emulator.wire import field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from adapters.emulator.emulator import Emulator
    from adapters.emulator.wire import Message

_MODELS_A_PAGE = 50
_LARGEST_PAGE = 1000
_TEXTS_AT_ONCE = 100


async def get_model(_emulator: Emulator, request: Request) -> Response:
    """Answer one model's description."""
    return json_reply(described(request.path_params["model"], api_version(request)))


async def list_models(_emulator: Emulator, request: Request) -> Response:
    """Answer one page of the models; a page's token is the place of its first one."""
    token = page_token_asked(request) or "0"
    if not token.isdecimal():
        raise invalid("Page token is invalid.")
    first = int(token)
    after = first + page_size(request, _MODELS_A_PAGE, _LARGEST_PAGE)
    shapes = [model_shape(model) for model in MODELS[first:after]]
    return json_reply(page_shape("models", shapes, str(after) if after < len(MODELS) else None))


async def generate_content(_emulator: Emulator, request: Request) -> Response:
    """Answer a request at once, as a job of one row would be answered."""
    check_does(request.path_params["model"], api_version(request), "generateContent")
    body = await json_body(request)
    check_request(body, "")
    size = len(await request.body())
    answered = await off_the_loop(size, respond, request.path_params["model"], body, secrets.token_hex(11))
    return json_reply(answered)


async def embed_content(_emulator: Emulator, request: Request) -> Response:
    """Answer a text's vector at once."""
    check_does(request.path_params["model"], api_version(request), "embedContent")
    body = await json_body(request)
    check_request(body, "", check_embedding)
    return json_reply({"embedding": embedded(body)["embedding"], MARK: True})


async def embed_contents(_emulator: Emulator, request: Request) -> Response:
    """Answer the vectors of some texts at once, in order."""
    check_does(request.path_params["model"], api_version(request), "batchEmbedContents")
    asked = field(await json_body(request), "requests")
    if not isinstance(asked, list) or not asked:
        raise invalid("* BatchEmbedContentsRequest.requests: requests is not specified\n")
    if len(asked) > _TEXTS_AT_ONCE:
        raise invalid("* BatchEmbedContentsRequest.requests: at most 100 requests can be in one batch\n")
    for index, each in enumerate(asked):
        check_request(each, f"requests[{index}]", check_embedding)
    size = len(await request.body())
    return json_reply({"embeddings": await off_the_loop(size, _vectors, asked), MARK: True})


async def count_tokens(_emulator: Emulator, request: Request) -> Response:
    """Answer how many tokens the contents have."""
    body = await json_body(request)
    asked = field(body, "generateContentRequest")
    total = count(body if asked is None else asked)
    return json_reply({"totalTokens": total, "promptTokensDetails": [{"modality": "TEXT", "tokenCount": total}]})


def _vectors(asked: Sequence[Message]) -> list[Message]:
    return [embedded(each)["embedding"] for each in asked]
