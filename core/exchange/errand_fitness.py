"""Whether an errand's requests can succeed at all, judged before anybody is asked to pay for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from core.errors import BadInputError
from core.exchange.request_fields import CONTENT, GENERATION, NESTED, PART, REQUEST, SAFETY
from core.exchange.verdicts import clause
from core.planning.estimate import CHARACTERS_PER_TOKEN
from core.planning.models import EMBEDDING_MODEL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.exchange.errands import ErrandRequest
    from core.planning.models import Model


class Bounds(NamedTuple):
    """What a number of a generation config may be: from `least` to `most` (None: any), whole or not."""

    least: float
    most: float | None
    whole: bool

    def takes(self, value: object) -> bool:
        """Whether a value is within the bounds; no truth value is a number."""
        if isinstance(value, bool) or not isinstance(value, int if self.whole else int | float):
            return False
        return self.least <= value and (self.most is None or value <= self.most)

    def __str__(self) -> str:
        """Return in words what is expected."""
        kind = "a whole number" if self.whole else "a number"
        least = f"{self.least:g}"
        return f"{kind}, {least} or more" if self.most is None else f"{kind} from {least} to {self.most:g}"


#: Settings of a generation config that a wrong number makes the provider refuse.
BOUNDS = {
    "maxOutputTokens": Bounds(1, None, whole=True),
    "candidateCount": Bounds(1, None, whole=True),
    "topK": Bounds(1, None, whole=True),
    "topP": Bounds(0, 1, whole=False),
    "temperature": Bounds(0, 2, whole=False),
}


def refuse_unfit(requests: Sequence[ErrandRequest], model: Model) -> None:
    """Raise BadInputError that names the first request which the provider would refuse, and what it would take.

    Looked at: contents and their parts, the generation config's numbers, the names of fields, and the expected
    length in tokens.
    """
    if model.name == EMBEDDING_MODEL:
        raise BadInputError(f"{model.name} makes vectors and answers no requests; give a model that writes text")
    for place, each in enumerate(requests, 1):
        named = f"request {place} ({clause(each.key)})"
        _contents(named, each.request["contents"])
        _config(named, each.request)
        _fields(named, each.request)
        tokens = input_tokens(each.request)
        if tokens > model.input_limit:
            raise BadInputError(
                f"{named} is expected to have {tokens:,} tokens, and {model.name} takes {model.input_limit:,}; "
                "split its text"
            )


def input_tokens(request: dict[str, Any]) -> int:
    """Return the tokens that a request is expected to have: the characters of its JSON, by four."""
    return -(-len(msgspec.json.encode(request).decode()) // CHARACTERS_PER_TOKEN)


def _contents(named: str, contents: list[Any]) -> None:
    for content in contents:
        parts = content.get("parts") if isinstance(content, dict) else None
        if not isinstance(parts, list) or not parts or not all(isinstance(part, dict) for part in parts):
            raise BadInputError(f'{named} has contents that are not [{{"parts": [{{"text": …}}]}}]')
        if not all(isinstance(part.get("text", ""), str) for part in parts):
            raise BadInputError(f"{named} has a part whose text is no text")


def _config(named: str, request: dict[str, Any]) -> None:
    config = generation_config(request)
    if not isinstance(config, dict):
        raise BadInputError(
            f'{named} has a generationConfig that is no object such as {{"maxOutputTokens": 1024}}'
        )
    for name, bounds in BOUNDS.items():
        value = setting(config, name)
        if value is not None and not bounds.takes(value):
            raise BadInputError(f"{named} has {name} {clause(str(value))}, and it must be {bounds}")


def _fields(named: str, request: dict[str, Any]) -> None:
    """Raise BadInputError for a field that its message does not have, in either spelling."""
    _known(named, "the request", request, REQUEST)
    instruction = setting(request, "systemInstruction")
    for content in [*request["contents"], *([instruction] if isinstance(instruction, dict) else [])]:
        _known(named, "a content", content, CONTENT)
        for part in content.get("parts") or ():
            _known(named, "a part", part, PART)
    for each in setting(request, "safetySettings") or ():
        _known(named, "a safety setting", each, SAFETY)
    _known(named, "generationConfig", generation_config(request), GENERATION)


def _known(named: str, where: str, message: object, known: frozenset[str]) -> None:
    if not isinstance(message, dict):
        raise BadInputError(f"{named} has {where} that is no object")
    for name, value in message.items():
        if _camel(name) not in known:
            inside = (
                "; it belongs into generationConfig" if known is REQUEST and _camel(name) in GENERATION else ""
            )
            raise BadInputError(
                f"{named} has the field {clause(name)} in {where}, which has no such field{inside}"
            )
        if value is not None and (fields := NESTED.get(_camel(name))) is not None:
            _known(named, name, value, fields)


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word[:1].upper() + word[1:] for word in rest)


def generation_config(request: dict[str, Any]) -> Any:  # noqa: ANN401 - whatever the client gave
    """Return a request's generation config by either of the provider's spellings; {} for none."""
    found = setting(request, "generationConfig")
    return {} if found is None else found


def setting(message: dict[str, Any], name: str) -> Any:  # noqa: ANN401 - whatever the client gave
    """Return a field by its name, `maxOutputTokens`, or as the provider takes it too, `max_output_tokens`."""
    snake = "".join(f"_{char.lower()}" if char.isupper() else char for char in name)
    return message.get(name, message.get(snake))
