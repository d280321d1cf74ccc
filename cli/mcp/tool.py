"""A tool: its name, its arguments as a Struct, what it does to the world, and the function behind it."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from cli.mcp.answers import MOST_ITEMS, USUAL_ITEMS
from cli.mcp.arguments import explained
from core.batch.numbers import HIGHEST
from core.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cli.mcp.answers import Answer
    from cli.mcp.desk import Desk


class Effect(Enum):
    """What a tool does: nothing, something that only adds and may be repeated, or what cannot be taken back."""

    READS = "reads"
    ADDS = "adds"
    COMMITS = "commits"


class Arguments(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of all arguments: named, and none that a tool does not know."""


Cursor = Annotated[str | None, msgspec.Meta(description="nextCursor of the page before; left out for the first.")]
Limit = Annotated[
    int,
    msgspec.Meta(
        ge=1,
        le=MOST_ITEMS,
        examples=[USUAL_ITEMS],
        description=f"Items of a page, at most {MOST_ITEMS}; a page also ends at about 50 kB.",
    ),
]
Wave = Annotated[int, msgspec.Meta(ge=1, le=HIGHEST, description="The number of the wave.", examples=[2])]
SomeWave = Annotated[int, msgspec.Meta(ge=1, le=HIGHEST, examples=[2])] | None
Label = Annotated[
    str,
    msgspec.Meta(
        max_length=40, description="A batch number as people write it: 205, 205r1 or j3.", examples=["205"]
    ),
]
Confirm = Annotated[
    str,
    msgspec.Meta(description="Left out, nothing is done, and the answer says what to quote here, exactly."),
]
Reason = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=500,
        # Blanks alone are no reason.
        pattern=r"\S",
        description="Why, for the ledger: in the user's words.",
        examples=["the user read the sample"],
    ),
]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=600)]


class Listing(Arguments, frozen=True, kw_only=True):
    """Arguments of a tool that gives a list by pages."""

    cursor: Cursor = None
    limit: Limit = USUAL_ITEMS


@dataclass(frozen=True)
class Tool:
    """A tool; what it says of itself is the docstring of `run`."""

    name: str
    arguments: type[Arguments]
    run: Callable[[Desk, Any], Answer]
    effect: Effect
    #: Whether it asks the provider.
    abroad: bool = False

    @property
    def description(self) -> str:
        """What the tool is for, told to the agent."""
        return inspect.getdoc(self.run) or ""

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of the arguments, an object at its root."""
        schema = msgspec.json.schema(self.arguments)
        root: dict[str, Any] = schema.get("$defs", {}).pop(self.arguments.__name__)
        rest = schema.get("$defs")
        root.pop("title", None)
        root.pop("description", None)
        return {**root, "$defs": rest} if rest else root

    def read(self, given: Mapping[str, Any] | None) -> Arguments:
        """Return the arguments of a call; BadInputError for such as do not fit the schema, and what would."""
        meant = self._as_meant(given or {})
        try:
            return msgspec.convert(meant, self.arguments)
        except msgspec.ValidationError as error:
            raise BadInputError(explained(self.name, self.schema(), meant, str(error))) from None

    def _as_meant(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return arguments as their tool has them: 205 for "205", and what is null left out."""
        known = self.schema().get("properties", {})
        texts = {name for name, said in known.items() if _kinds(said) <= {"string", "null"}}
        return {
            name: str(value) if type(value) is int and name in texts else value
            for name, value in given.items()
            if value is not None
        }


def _kinds(said: Mapping[str, Any]) -> set[str]:
    """Return the JSON types that a property may have."""
    return {each.get("type", "object") for each in said.get("anyOf", (said,))}
