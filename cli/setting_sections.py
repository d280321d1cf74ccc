"""The tables of the settings file, with their defaults and bounds."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PositiveFloat, field_validator, model_validator

from core.batch.numbers import MOST_ROUNDS
from core.planning.models import EMBEDDING_MODEL
from core.planning.packing import checked_requests
from core.quality.terms import QualityTerms

#: Leaves room for what is added to name a result (file systems allow 255 bytes).
LONGEST_NAME = 150
#: The batch numbers that a file name template is tried with.
TRIED = range(1, 2_000)


class Section(BaseModel):
    """A table of the settings file; a key that is not known is refused, since it would silently do nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Folders(Section):
    """Where things lie, relative to the workspace."""

    inbox: str = "inbox"
    submissions: str = "submissions"
    results: str = "results"
    file_template: str = "batch_{number:03d}.jsonl"

    @field_validator("inbox", "submissions", "results")
    @classmethod
    def _inside(cls, folder: str) -> str:
        if Path(folder).is_absolute() or ".." in Path(folder).parts or not folder.strip():
            raise ValueError("must be a folder inside the workspace")
        return folder.replace("\\", "/").rstrip("/")

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if len({self.inbox, self.submissions, self.results}) < 3:  # noqa: PLR2004 - the three of them
            raise ValueError("inbox, submissions and results must be three folders")
        return self

    @field_validator("file_template")
    @classmethod
    def _named(cls, template: str) -> str:
        try:
            names = {template.format(number=number) for number in TRIED}
        except (ValueError, LookupError, AttributeError) as error:
            raise ValueError(
                "must be a file name with {number} in it, such as batch_{number:03d}.jsonl"
            ) from error
        plain = not set("/\\") & set(template) and template.endswith(".jsonl")
        if len(names) < len(TRIED) or max(map(len, names)) > LONGEST_NAME or not plain:
            raise ValueError("must be a plain file name with {number} in it that ends in .jsonl")
        return template


class Provider(Section):
    """How the provider is reached."""

    base_url: str | None = None
    api_version: str = "v1beta"
    timeout_seconds: float = Field(default=60.0, gt=0)
    tier: int = Field(default=1, ge=1, le=3)

    @field_validator("base_url")
    @classmethod
    def _over_http(cls, address: str | None) -> str | None:
        if address and not re.match(r"https?://[^\s/]", address):
            raise ValueError("must be an address that begins with http:// or https://")
        if address:
            urlsplit(address)
        return address


class Model(Section):
    """What is asked, and of which model."""

    name: str = "gemini-2.5-flash"
    prompt_file: str = "prompts/refinement.md"


class Judge(Section):
    """Which model judges refined pairs, and by which prompt; empty: the refining model.

    Where the file is not there, the prompt is the one that comes with the program.
    """

    model: str = ""
    prompt_file: str = "prompts/judging.md"


class Embedding(Section):
    """How refined pairs become vectors: by which model, of what length, for what, and how many in a batch.

    Up to `online_most` texts are embedded at once, at twice the price of a batch. `local_model` is one of
    fastembed's, for vectors that are made on this machine.
    """

    model: str = EMBEDDING_MODEL
    dimensions: int = Field(default=768, ge=128, le=3072)
    task: Literal["RETRIEVAL_DOCUMENT", "SEMANTIC_SIMILARITY", "CLASSIFICATION", "CLUSTERING"] = (
        "RETRIEVAL_DOCUMENT"
    )
    batch_size: int = Field(default=250, ge=1)
    online_most: int = Field(default=100, ge=0)
    local_model: str = "BAAI/bge-small-en-v1.5"


class Planning(Section):
    """How pairs become batches."""

    strategy: Literal["indicator", "size"] = "indicator"
    batch_size: int = Field(default=100, ge=1)
    low_count: Literal["combine", "skip", "hold"] = "combine"
    low_count_below: int = Field(default=10, ge=0)
    requests: Annotated[str | int, BeforeValidator(checked_requests)] = "auto"
    max_pairs_per_request: int | None = Field(default=None, ge=1)


class Screening(Section):
    """What pairs are looked at for before money is spent, and what becomes of those with a finding.

    Beside the two fields it takes every content rule by its name (`too-short`, or `too_short` in a variable). That
    a rule or the language does not exist is found when pairs are screened.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Literal["exclude", "hold", "warn", "off"]] = Field(init=False)

    language: str = "en"
    shortest: int = Field(default=80, ge=0)

    @property
    def policies(self) -> dict[str, str]:
        """What becomes of a pair with a finding, by the rule's name, where it is not the rule's default."""
        return {name.replace("_", "-"): policy for name, policy in self.__pydantic_extra__.items()}


class Driving(Section):
    """How batches are driven; times in seconds."""

    poll_every: float = Field(default=30.0, gt=0)
    tick_every: float = Field(default=1.0, gt=0)
    jobs_at_once: int = Field(default=100, ge=1)
    creates_a_minute: int = Field(default=60, ge=1)
    chunk: int = Field(default=20, ge=1)
    workers: int = Field(default=4, ge=1, le=32)
    backoff_first: float = Field(default=30.0, gt=0)
    backoff_most: float = Field(default=900.0, gt=0)
    attempts: int = Field(default=3, ge=1)
    repair_rounds: int = Field(default=2, ge=0, le=MOST_ROUNDS)
    canary: int = Field(default=1, ge=0)
    canary_refined: float = Field(default=0.8, ge=0, le=1)
    job_hours: float = Field(default=48.0, gt=0)
    warn_hours: float = Field(default=6.0, ge=0)
    lease_seconds: float = Field(default=60.0, ge=4)
    unsure_hours: float = Field(default=12.0, gt=0)
    reconcile_hours: float = Field(default=6.0, ge=0)
    looks_after: tuple[PositiveFloat, ...] = Field(default=(2.0, 20.0, 60.0), min_length=1)
    watch_inbox: bool = True


class Watch(Section):
    """Where a daemon may be asked how it is; no `port`: nowhere, 0: any free one.

    One that did nothing for `still_seconds` (no tick, no call, no event) is held to be stuck.
    """

    host: str = "127.0.0.1"
    port: int | None = Field(default=None, ge=0, le=65_535)
    still_seconds: float = Field(default=300.0, gt=0)


class Budget(Section):
    """What may be spent, in US dollars at the model table's prices; None: no limit."""

    usd_per_wave: float | None = Field(default=None, ge=0)
    usd_in_all: float | None = Field(default=None, ge=0)


class Gate(Section):
    """What a wave has to reach to be good enough, and how it is looked at; shares are between 0 and 1.

    `thresholds` are those of single checks, by name; `workers` processes examine (0: one a core); `glossary` is a
    file of the user's own terms, relative to the workspace.
    """

    complete_pairs: float = Field(default=0.95, ge=0, le=1)
    complete_batches: float = Field(default=0.95, ge=0, le=1)
    kept_least: float = Field(default=0.95, ge=0, le=1)
    formed_least: float = Field(default=0.95, ge=0, le=1)
    error_rate: float = Field(default=0.05, gt=0, lt=0.5)
    people_least: float = Field(default=4.0, ge=1, le=5)
    people_pairs: int = Field(default=30, ge=1)
    people_needed: bool = True
    seed: int = Field(default=1, ge=0)
    workers: int = Field(default=0, ge=0, le=256)
    glossary: str = ""
    thresholds: dict[str, float] = {}

    @field_validator("thresholds")
    @classmethod
    def _known(cls, thresholds: dict[str, float]) -> dict[str, float]:
        if unknown := sorted(set(thresholds) - set(QualityTerms.__struct_fields__)):
            raise ValueError(
                f"there is no threshold {unknown[0]}; they are {', '.join(QualityTerms.__struct_fields__)}"
            )
        return thresholds


class Corpus(Section):
    """Where the corpus is imported to: an address like the ledger's; a relative path lies in the workspace."""

    database: str = "sqlite:///corpus.db"
