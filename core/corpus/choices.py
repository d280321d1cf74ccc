"""What a person may choose about the corpus; nothing else is imported, since every command imports it."""

from __future__ import annotations

from enum import StrEnum


class Repeated(StrEnum):
    """What becomes of pairs that ask the same and answer differently."""

    KEEP = "keep"
    MERGE = "merge"


class Figures(StrEnum):
    """What becomes of pairs that are near and state other figures: one template, and other facts."""

    MERGE = "merge"
    APART = "apart"


class Form(StrEnum):
    """jsonl and parquet hold every column, hf is Parquet as Hugging Face lays it out; chat and alpaca train."""

    JSONL = "jsonl"
    PARQUET = "parquet"
    HF = "hf"
    CHAT = "chat"
    ALPACA = "alpaca"

    @property
    def in_columns(self) -> bool:
        """Whether it is Parquet, and not a line a pair."""
        return self in {Form.PARQUET, Form.HF}

    @property
    def folder(self) -> str:
        """The folder of its data files, relative to the export's."""
        return "data/" if self is Form.HF else ""
