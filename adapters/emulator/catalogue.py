"""The models that the emulator knows by name, with their limits in tokens, and how the API describes one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from adapters.emulator.embedding import INPUT_LIMIT, embeds
from adapters.emulator.refiner import MARK
from adapters.emulator.refusals import unknown_model

if TYPE_CHECKING:
    from adapters.emulator.wire import Message


class Model(NamedTuple):
    """A model, and how many tokens it reads and writes."""

    name: str
    title: str
    output_limit: int = 65_536
    input_limit: int = 1_048_576
    methods: tuple[str, ...] = ("generateContent", "countTokens", "batchGenerateContent")


MODELS = (
    Model("gemini-2.5-flash", "Gemini 2.5 Flash"),
    Model("gemini-2.5-flash-lite", "Gemini 2.5 Flash-Lite"),
    Model("gemini-2.5-pro", "Gemini 2.5 Pro"),
    Model("gemini-2.0-flash", "Gemini 2.0 Flash", output_limit=8_192),
    Model("gemini-2.0-flash-lite", "Gemini 2.0 Flash-Lite", output_limit=8_192),
    Model("gemini-3-flash-preview", "Gemini 3 Flash Preview"),
    Model("gemini-3-pro-preview", "Gemini 3 Pro Preview"),
    Model(
        "gemini-embedding-001",
        "Gemini Embedding 001",
        output_limit=1,
        input_limit=INPUT_LIMIT,
        methods=("embedContent", "countTextTokens", "countTokens", "asyncBatchEmbedContent"),
    ),
)
"""What models.list shows; a job can be created, and an answer be had, from a model of any name."""

DEFAULT_OUTPUT_LIMIT = 65_536

_BY_NAME = {model.name: model for model in MODELS}


def output_limit_of(name: str) -> int:
    """Return how many tokens a model writes at most, with or without `models/` before its name."""
    model = _BY_NAME.get(name.removeprefix("models/"))
    return DEFAULT_OUTPUT_LIMIT if model is None else model.output_limit


def check_does(model: str, version: str, method: str) -> None:
    """Raise ApiError (404) when a model makes vectors and text is wanted, or the other way round."""
    if embeds(model) != ("embed" in method.lower()):
        raise unknown_model(model.removeprefix("models/"), version, method)


def described(name: str, version: str) -> Message:
    """Return a model as the API describes it; raises ApiError (404) for one that does not stand here."""
    if name not in _BY_NAME:
        raise unknown_model(name, version)
    return model_shape(_BY_NAME[name])


def model_shape(model: Model) -> Message:
    """Return a model as the API describes it."""
    does = "points at words" if embeds(model.name) else "refines pairs by rule"
    shape: Message = {
        "name": f"models/{model.name}",
        "version": MARK,
        "displayName": model.title,
        "description": f"{model.title}, emulated: it {does} and knows nothing.",
        "inputTokenLimit": model.input_limit,
        "outputTokenLimit": model.output_limit,
        "supportedGenerationMethods": list(model.methods),
    }
    if embeds(model.name):
        return shape
    return shape | {
        "temperature": 1,
        "topP": 0.95,
        "topK": 64,
        "maxTemperature": 2,
    }
