"""The settings of a workspace: batchmill.toml, then BATCHMILL_… variables, then options."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError

from cli.setting_sections import (
    Budget,
    Corpus,
    Driving,
    Embedding,
    Folders,
    Gate,
    Judge,
    Model,
    Planning,
    Provider,
    Screening,
    Watch,
)
from core.errors import BadInputError, NotFoundError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

FILE = "batchmill.toml"
PREFIX = "BATCHMILL_"
#: Variables that are no settings: where the workspace is, who signs commands, and the token of the MCP server.
OTHER_VARIABLES = {"BATCHMILL_WORKSPACE", "BATCHMILL_ACTOR", "BATCHMILL_MCP_TOKEN"}


class Settings(BaseSettings):
    """Everything that can be set. The API key is not among it: it is read from the environment alone."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True)

    database_url: str = "sqlite:///batchmill.db"
    folders: Folders = Folders()
    provider: Provider = Provider()
    model: Model = Model()
    planning: Planning = Planning()
    screening: Screening = Screening()
    driving: Driving = Driving()
    watch: Watch = Watch()
    budget: Budget = Budget()
    gate: Gate = Gate()
    judge: Judge = Judge()
    corpus: Corpus = Corpus()
    embedding: Embedding = Embedding()
    targets: dict[str, int] = {}
    models: dict[str, dict[str, float]] = {}


class _Given(PydanticBaseSettingsSource):
    """A source whose values are known already: the parsed file, or the options."""

    def __init__(self, settings_cls: type[BaseSettings], values: dict[str, Any]) -> None:
        super().__init__(settings_cls)
        self._values = values

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:  # noqa: ANN401 - inherited
        del field
        return self._values.get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        return self._values


def find_root(named: Path | None) -> Path:
    """Return the workspace: the folder named (option or BATCHMILL_WORKSPACE), or the nearest one upwards.

    Raises NotFoundError where there is none.
    """
    named = named or (Path(text) if (text := os.environ.get("BATCHMILL_WORKSPACE")) else None)
    try:
        here = (named or Path.cwd()).resolve()
    except RuntimeError:
        raise NotFoundError(
            f"{named or 'this folder'} cannot be followed, since its links lead round in a circle; name the "
            "workspace's own folder"
        ) from None
    for folder in [here] if named else [here, *here.parents]:
        if (folder / FILE).is_file():
            return folder
    raise NotFoundError(
        f"there is no {FILE} in {here}; make a workspace with `batchmill init`, or name one with -w"
    )


def load(root: Path, options: list[str]) -> Settings:
    """Return the settings of a workspace; `options` are `name=value` with dotted names, and win over all else.

    Raises BadInputError that names the file or variable and what is wrong with the value.
    """
    given = _parse_options(options)
    file = _read_file(root / FILE)

    class Loaded(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            del init_settings, dotenv_settings, file_secret_settings
            return _Given(settings_cls, given), env_settings, _Given(settings_cls, file)

    _refuse_strangers()
    try:
        return Loaded()
    except ValidationError as error:
        raise BadInputError(_sentence(error.errors()[0], root)) from None
    except SettingsError as error:
        raise BadInputError(
            f"a BATCHMILL_ variable cannot be read ({error}); "
            "a table's settings have variables of their own, such as BATCHMILL_DRIVING__POLL_EVERY=10"
        ) from None


def _refuse_strangers() -> None:
    """Refuse a BATCHMILL_ variable that sets nothing: it was meant to."""
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | OTHER_VARIABLES
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name.partition("__")[0] not in known:
            raise BadInputError(
                f"the variable {name} sets nothing; "
                "a setting of a table is named like BATCHMILL_DRIVING__POLL_EVERY"
            )


def _sentence(error: ErrorDetails, root: Path) -> str:
    name = ".".join(str(part) for part in error["loc"])
    variable = f"{PREFIX}{name.upper().replace('.', '__')}"
    if error["type"] == "extra_forbidden":
        return f"there is no setting {name}; take it out of {root / FILE}, out of the options, or unset {variable}"
    return (
        f"the setting {name} is not right: {error['msg'].removeprefix('Value error, ')}; "
        f"mend it in {root / FILE}, in {variable} or in the option that sets it"
    )


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInputError(f"{path} is not valid TOML: {error}") from None
    except OSError as error:
        raise BadInputError(f"{path} cannot be read: {error.strerror}") from None


def _parse_options(options: list[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for option in options:
        name, equals, text = option.partition("=")
        if not equals or not name.strip():
            raise BadInputError(f"--set {option}: write it as name=value, e.g. --set driving.poll_every=10")
        *tables, last = name.strip().split(".")
        table = values
        for part in tables:
            table = table.setdefault(part, {})
            if not isinstance(table, dict):
                raise BadInputError(f"--set {option}: {part} was given a value of its own before")
        table[last] = _value(text)
    return values


def _value(text: str) -> object:
    """Read a value as TOML would (numbers, booleans, lists), and anything else as the text it is."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
