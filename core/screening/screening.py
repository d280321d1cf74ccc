"""Takes the pairs of a wave one by one and says what is wrong with their texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from core.errors import BadInputError
from core.screening.findings import ContentFinding, Severity, evidence
from core.screening.languages import KNOWN
from core.screening.repeats import REPEATED_PAIR, Repeats
from core.screening.rules import NAMES, RULES
from core.screening.subject import Limits, subject

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

    from core.screening.subject import Past

OFF: Literal["off"] = "off"


class ScreeningSettings(msgspec.Struct, frozen=True):
    """What to measure against, and by rule's name `exclude`, `hold`, `warn` or `off` in place of its default."""

    limits: Limits = Limits()
    policies: Mapping[str, str] = {}


class ScreeningTerms(msgspec.Struct, frozen=True):
    """What findings depend on beside the pairs: the limits, and name, version and severity of the rules in use."""

    limits: Limits
    rules: tuple[tuple[str, int, Severity], ...]


class Screening:
    """The checks of one wave; of a pair it remembers a few numbers, by which it knows repeated questions."""

    def __init__(self, settings: ScreeningSettings | None = None, earlier: Container[int] = frozenset()) -> None:
        """Begin a wave; `earlier` holds the keys (`Screening.keys`) of the waves before it.

        Raises BadInputError for a rule, a policy or a language that does not exist.
        """
        settings = settings or ScreeningSettings()
        _check(settings)
        self._limits = settings.limits
        self._repeats = Repeats(earlier)
        wanted = [(rule, settings.policies.get(rule.name, rule.severity)) for rule in RULES]
        self._rules = [(rule.name, Severity(policy), rule.check) for rule, policy in wanted if policy != OFF]

    def examine(self, source: str, ordinal: int, question: str, answer: str) -> list[ContentFinding]:
        """Return the findings on the `ordinal`-th pair (from 1) of a source, named by its path, by rule."""
        pair = subject(question, answer)
        past = self._repeats.meet(source, ordinal, pair)
        if past:
            pair = pair._replace(past=past)
        limits = self._limits
        return [
            ContentFinding(source, ordinal, name, severity, evidence(seen), _place(name, past))
            for name, severity, check in self._rules
            if (seen := check(pair, limits)) is not None
        ]

    @property
    def terms(self) -> ScreeningTerms:
        """What the findings depend on, beside the pairs."""
        versions = {rule.name: rule.version for rule in RULES}
        return ScreeningTerms(
            self._limits, tuple((name, versions[name], severity) for name, severity, _ in self._rules)
        )

    def keys(self) -> Iterator[int]:
        """Yield the keys of the questions and pairs that were examined, for later waves."""
        return self._repeats.keys()


def _place(rule: str, past: Past | None) -> tuple[str, int] | None:
    """Return the place of the same pair in this wave, for a finding that says there is one."""
    if rule != REPEATED_PAIR or past is None or past.source is None or past.ordinal is None:
        return None
    return past.source, past.ordinal


def _check(settings: ScreeningSettings) -> None:
    for name, policy in settings.policies.items():
        if name not in NAMES:
            raise BadInputError(f"there is no content rule {name!r}; the rules are {', '.join(NAMES)}")
        if policy not in (*Severity, OFF):
            raise BadInputError(f"the content rule {name} cannot be {policy!r}; set exclude, hold, warn or off")
    language = settings.limits.language
    if language is not None and language not in KNOWN:
        raise BadInputError(
            f"no content rule knows the language {language!r}; set one of {', '.join(sorted(KNOWN))}"
        )
