"""Errands: requests of a client's own, about no pair of any wave, as the lines of a batch file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from core.batch.numbers import label
from core.batch.parts import Estimate, RequestLine
from core.errors import BadInputError
from core.exchange.errand_fitness import generation_config, input_tokens, setting
from core.exchange.verdicts import clause
from core.pairs import PairRange

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from core.planning.models import Model

#: Characters of a key, and requests of an errand, at most.
LONGEST_KEY, MOST_REQUESTS = 200, 10_000
#: Tokens that an answer is expected to have at least; as many as its request has, where those are more.
EXPECTED_OUTPUT = 1_024


class ErrandRequest(msgspec.Struct, frozen=True):
    """One request of a client: its key, and the body as the provider takes it."""

    key: str
    request: dict[str, Any]


def errand_requests(items: Iterable[object]) -> list[ErrandRequest]:
    """Return a client's requests, each `{"key", "request"}`; keys are kept, and minted where there is none.

    Raises BadInputError that names the first request that cannot be sent, or that repeats a key.
    """
    given = list(items)
    if not 0 < len(given) <= MOST_REQUESTS:
        raise BadInputError(f"an errand has 1 to {MOST_REQUESTS} requests, and {len(given)} were given")
    bodies = [_body(item, place) for place, item in enumerate(given, 1)]
    named = [_key(item, place) for place, item in enumerate(given, 1)]
    taken = {key for key in named if key is not None}
    found: list[ErrandRequest] = []
    seen: set[str] = set()
    for place, (key, body) in enumerate(zip(named, bodies, strict=True), 1):
        kept = key if key is not None else _minted(place, taken)
        if kept in seen:
            raise BadInputError(f"request {place} has the key {clause(kept)} of one before it; each needs its own")
        seen.add(kept)
        found.append(ErrandRequest(kept, body))
    return found


def configured(requests: Sequence[ErrandRequest], config: dict[str, Any]) -> list[ErrandRequest]:
    """Return requests with a generation config that holds where a request has none of its own."""
    return [msgspec.structs.replace(each, request=_configured(each.request, config)) for each in requests]


def _configured(request: dict[str, Any], config: dict[str, Any]) -> dict[str, Any]:
    own = generation_config(request)
    if not config or not isinstance(own, dict):
        return request
    # As the client spells it: the provider refuses a field that stands in both spellings.
    name = "generation_config" if "generation_config" in request else "generationConfig"
    rest = {field: value for field, value in config.items() if setting(own, field) is None}
    return {**request, name: {**rest, **own}}


def errand_lines(number: int, requests: Sequence[ErrandRequest]) -> Iterator[tuple[RequestLine, bytes]]:
    """Yield each request of an errand with its line; the same requests give the same bytes.

    A request stands where a pair does in other batches, as `x1-001` in the errand `x1`: so it has one verdict.
    """
    for place, each in enumerate(requests, 1):
        line = msgspec.json.encode({"key": each.key, "request": each.request}) + b"\n"
        yield RequestLine(each.key, (PairRange(label(number), place, place),)), line


def errand_estimate(requests: Sequence[ErrandRequest], model: Model) -> tuple[Estimate, float]:
    """Return the expected tokens and price of requests, and the most that they can cost in US dollars.

    In: the characters of the body's JSON, by four. Out: as many tokens, but at least 1,024, and never more than
    the request (`maxOutputTokens`) or the model lets the answer have; the most is that limit.
    """
    expected = [_tokens(each, model) for each in requests]
    limits = [_limit(each.request, model) for each in requests]
    cost = sum(model.cost(tokens_in, tokens_out) for tokens_in, tokens_out in expected)
    most = sum(model.cost(each[0], limit) for each, limit in zip(expected, limits, strict=True))
    tokens_in, tokens_out = (sum(column) for column in zip(*expected, strict=True))
    return Estimate(tokens_in, tokens_out, round(cost, 6)), round(most, 6)


def _tokens(each: ErrandRequest, model: Model) -> tuple[int, int]:
    asked = input_tokens(each.request)
    return asked, min(max(asked, EXPECTED_OUTPUT), _limit(each.request, model))


def _limit(request: dict[str, Any], model: Model) -> int:
    config = generation_config(request)
    wanted = setting(config, "maxOutputTokens") if isinstance(config, dict) else None
    return min(wanted, model.output_limit) if isinstance(wanted, int) and wanted > 0 else model.output_limit


def _body(item: object, place: int) -> dict[str, Any]:
    body = item.get("request") if isinstance(item, dict) else None
    contents = body.get("contents") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(contents, list) or not contents:
        raise BadInputError(
            f'request {place} is not {{"key": …, "request": {{"contents": […], …}}}}, so it cannot be sent'
        )
    return body


def _key(item: object, place: int) -> str | None:
    key = item.get("key") if isinstance(item, dict) else None
    if key is None:
        return None
    if not isinstance(key, str) or not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
        raise BadInputError(f"request {place} has a key that is not 1 to {LONGEST_KEY} printable characters")
    return key


def _minted(place: int, taken: set[str]) -> str:
    """Return a key for a request that has none, which no other has."""
    key = f"request-{place}"
    while key in taken:
        key += "-"
    return key
