"""The models that the emulator knows by name, with their limits in tokens, and how the API describes one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

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


MODELS = (
    Model("gemini-2.5-flash", "Gemini 2.5 Flash"),
    Model("gemini-2.5-flash-lite", "Gemini 2.5 Flash-Lite"),
    Model("gemini-2.5-pro", "Gemini 2.5 Pro"),
    Model("gemini-2.0-flash", "Gemini 2.0 Flash", output_limit=8_192),
    Model("gemini-2.0-flash-lite", "Gemini 2.0 Flash-Lite", output_limit=8_192),
    Model("gemini-3-flash-preview", "Gemini 3 Flash Preview"),
    Model("gemini-3-pro-preview", "Gemini 3 Pro Preview"),
)
"""What models.list shows; a job can be created, and an answer be had, from a model of any name."""

DEFAULT_OUTPUT_LIMIT = 65_536

_BY_NAME = {model.name: model for model in MODELS}


def output_limit_of(name: str) -> int:
    """Return how many tokens a model writes at most, with or without `models/` before its name."""
    model = _BY_NAME.get(name.removeprefix("models/"))
    return DEFAULT_OUTPUT_LIMIT if model is None else model.output_limit


def described(name: str, version: str) -> Message:
    """Return a model as the API describes it; raises ApiError (404) for one that does not stand here."""
    if name not in _BY_NAME:
        raise unknown_model(name, version)
    return model_shape(_BY_NAME[name])


def model_shape(model: Model) -> Message:
    """Return a model as the API describes it."""
    return {
        "name": f"models/{model.name}",
        "version": MARK,
        "displayName": model.title,
        "description": f"{model.title}, emulated: it refines pairs by rule and knows nothing.",
        "inputTokenLimit": model.input_limit,
        "outputTokenLimit": model.output_limit,
        "supportedGenerationMethods": ["generateContent", "countTokens", "batchGenerateContent"],
        "temperature": 1,
        "topP": 0.95,
        "topK": 64,
        "maxTemperature": 2,
    }
