"""Refinement prompts and their versions, each known by its text's sha256 and shown by the first digits of it."""

from __future__ import annotations

from hashlib import sha256
from importlib import resources

#: So many hex digits name a version where people read it.
VERSION_DIGITS = 16


def default_prompt() -> str:
    """Return the refinement prompt that comes with the program."""
    return resources.files("core.exchange").joinpath("refinement_prompt.md").read_text(encoding="utf-8")


def prompt_sha256(prompt: str) -> str:
    """Return the sha256 of a prompt's UTF-8 text in hex."""
    return sha256(prompt.encode()).hexdigest()


def version_of(prompt_sha256: str) -> str:
    """Return how a version is named where people read it."""
    return prompt_sha256[:VERSION_DIGITS]
