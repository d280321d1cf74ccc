"""Asking the checks of what is kept about texts."""

from __future__ import annotations

from core.quality.findings import FAULT, After, Before, QualityFinding
from core.quality.kept.check import kept_checks
from core.quality.kept.glossary import default_glossary

CHECKS = kept_checks(default_glossary())
ASKED = "What is it, and how is it measured?"


def findings(before: str, after: str, asked: str = ASKED, refined: str | None = None) -> list[QualityFinding]:
    """Return everything that is found when an answer becomes another, and a question another or stays."""
    was = Before("w2-s30-dex-001", asked, before)
    now = After(asked if refined is None else refined, after, {})
    return [finding for check in CHECKS for finding in check.function(was, now, {})]


def faults(before: str, after: str) -> list[tuple[str, str]]:
    """Return check and reason of every fault."""
    return [(found.check, found.reason) for found in findings(before, after) if found.severity == FAULT]
