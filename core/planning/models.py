"""What each model costs at the batch price and how much it takes and gives, with the date of the figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_MODEL = "gemini-2.5-flash"
#: Makes vectors, which cost nothing but the tokens that are read.
EMBEDDING_MODEL = "gemini-embedding-001"

#: The share of a limit that expectations may fill, because an expectation is not a promise.
MARGIN_PERCENT = 75

_OFFICIAL = "official price page"
_SECOND_HAND = "second-hand price lists"


class Model(msgspec.Struct, frozen=True):
    """Prices in US dollars per million tokens at the batch rate (half of the standard rate), limits in tokens.

    A request whose input is longer than `long_from` costs `long_input` and `long_output` instead. As many as
    `thinking_budget` tokens are kept free for thinking, asked for in every request and paid for as output.
    Requests are filled to `margin_percent` of the limits. `dated` is the month of the prices, `basis` where they
    were read.

    Of a model that makes vectors the output costs nothing and has no length.

    The provider lets jobs of a model wait or run only up to a sum of input tokens: `enqueued_tokens`, or
    `enqueued_by_tier` (tiers 1, 2, 3; empty where nothing is known).
    """

    name: str
    batch_input: float
    batch_output: float
    input_limit: int = 1_048_576
    output_limit: int = 65_536
    thinking_budget: int = 0
    margin_percent: int = MARGIN_PERCENT
    long_from: int | None = None
    long_input: float = 0.0
    long_output: float = 0.0
    enqueued_tokens: int | None = None
    enqueued_by_tier: tuple[int, ...] = ()
    dated: str = "2026-11"
    basis: str = _OFFICIAL

    @property
    def prices_dated(self) -> str:
        """The date and the origin of the prices, for people."""
        return f"{self.dated}, {self.basis}"

    @property
    def makes_vectors(self) -> bool:
        """Whether it turns texts into vectors, and does not answer: then what it gives costs nothing."""
        return self.batch_output == 0

    def enqueued_limit(self, tier: int) -> int | None:
        """Return how many input tokens may wait or run at once at a tier (from 1), None where nobody knows."""
        if self.enqueued_tokens is not None:
            return self.enqueued_tokens
        return self.enqueued_by_tier[tier - 1] if tier <= len(self.enqueued_by_tier) else None

    def cost(self, input_tokens: int, output_tokens: int) -> float:
        """Return the price of one request in US dollars."""
        long = self.long_from is not None and input_tokens > self.long_from
        price_in, price_out = (
            (self.long_input, self.long_output) if long else (self.batch_input, self.batch_output)
        )
        return (input_tokens * price_in + output_tokens * price_out) / 1_000_000


def _tiers(*millions: int) -> tuple[int, ...]:
    """Return enqueued-token limits by tier, as the rate limits page gives them (in millions)."""
    return tuple(million * 1_000_000 for million in millions)


#: Flash and Flash-Lite can be told not to think; Pro thinks at least 128 tokens, and of the 3.x models no lower
#: bound is known, so a part of their output is kept free for it.
_BUILT_IN = (
    Model("gemini-2.5-flash", 0.15, 1.25, enqueued_by_tier=_tiers(3, 400, 1_000)),
    Model("gemini-2.5-flash-lite", 0.05, 0.20, enqueued_by_tier=_tiers(10, 500, 1_000)),
    Model(
        "gemini-2.5-pro",
        0.625,
        5.0,
        thinking_budget=128,
        long_from=200_000,
        long_input=1.25,
        long_output=7.5,
        enqueued_by_tier=_tiers(5, 500, 1_000),
    ),
    Model("gemini-3.5-flash", 0.75, 4.5, thinking_budget=4_096, basis=_SECOND_HAND),
    Model("gemini-3.5-flash-lite", 0.15, 1.25, thinking_budget=4_096, basis=_SECOND_HAND),
    Model("gemini-3.8-flash", 0.375, 1.875, thinking_budget=4_096, basis=f"{_SECOND_HAND}, until 2026-12-31"),
    Model(
        "gemini-3.1-pro-preview",
        1.0,
        6.0,
        thinking_budget=4_096,
        long_from=200_000,
        long_input=2.0,
        long_output=9.0,
        basis=_SECOND_HAND,
    ),
    Model(
        EMBEDDING_MODEL,
        0.075,
        0.0,
        input_limit=2_048,
        output_limit=1,
        enqueued_by_tier=(500_000, 5_000_000, 10_000_000),
    ),
)

_SETTABLE = frozenset(Model.__struct_fields__) - {"name", "dated", "basis", "enqueued_by_tier"}


def models_with(overrides: Mapping[str, Mapping[str, float]] | None = None) -> dict[str, Model]:
    """Return the table by name, with figures of one's own: `{"gemini-2.5-flash": {"batch_input": 0.1}}`.

    A model that is not in the table may be added; it needs `batch_input` and `batch_output`. Raises BadInputError
    for an unknown figure, one that is not a positive number, or a new model without prices.
    """
    table = {model.name: model for model in _BUILT_IN}
    for name, figures in (overrides or {}).items():
        known = msgspec.structs.asdict(table[name]) if name in table else {"name": name}
        table[name] = _model({**known, **_checked(name, figures), "dated": "own figures", "basis": "settings"})
    return table


def model_named(table: Mapping[str, Model], name: str, *, vectors: bool = False) -> Model:
    """Return a model of the table; BadInputError names those there are that answer, or that make `vectors`."""
    try:
        return table[name]
    except KeyError:
        known = ", ".join(sorted(each.name for each in table.values() if each.makes_vectors is vectors))
        raise BadInputError(
            f"no prices and limits are known for the model {name}; choose one of {known}, "
            "or give its figures in the settings"
        ) from None


def _checked(name: str, figures: Mapping[str, float]) -> dict[str, float]:
    for figure, value in figures.items():
        if figure not in _SETTABLE:
            raise BadInputError(
                f"model {name} has no figure named {figure}; the settings may give {', '.join(sorted(_SETTABLE))}"
            )
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
            raise BadInputError(f"model {name}: {figure} must be a number, zero or more, not {value!r}")
    return {figure: int(value) if value == int(value) else value for figure, value in figures.items()}


def _model(figures: Mapping[str, object]) -> Model:
    try:
        model = msgspec.convert(figures, Model)
    except msgspec.ValidationError as error:
        raise BadInputError(
            f"model {figures['name']} cannot be used with these settings: {error}; a new model needs "
            "batch_input and batch_output, and limits are whole numbers"
        ) from error
    if model.thinking_budget >= model.output_limit:
        raise BadInputError(f"model {model.name}: the thinking_budget leaves nothing of the output_limit")
    if not 0 < model.margin_percent <= 100:  # noqa: PLR2004 - per cent
        raise BadInputError(f"model {model.name}: margin_percent must be 1 to 100, not {model.margin_percent}")
    return model
