"""`core.quality.language.LanguageChecker` by harper: in process, offline, its dictionary in the wheel."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from harper import Language, Linter

from core.quality.language import SPELLING, LanguageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: The families of rules, by harper's labels, that are about right and wrong. The others (word choice, phrases,
#: style, names, numbers, punctuation marks, regionalisms; two thirds of the rules and half of the time) are about
#: taste, and a text must not become better by another taste.
_FAMILIES: Final = frozenset(
    {
        "Capitalization and Case",
        "Compounds and Hyphenation",
        "Grammar and Agreement",
        "Miscellaneous",
        "Pronouns and Possession",
        "Spelling and Orthography",
    }
)
_ALSO: Final = frozenset({"RepeatedWords"})

#: In 701 answers about trading these saw ordinary English and nothing else: “to centralized exchanges”, “in DEX”
#: (read as “index”), “data sources”, “new”.
_MISLED: Final = frozenset({"CompoundNouns", "InflectedVerbAfterTo", "MergeWords", "PronounKnew"})

#: What harper calls an error about the spelling of a word.
_SPELLING: Final = frozenset({"Spelling", "Typo"})


def checker_name() -> str:
    """Return the library and its version, without loading it."""
    return f"harper-py {version('harper-py')}"


class HarperChecker:
    """Harper with the rules about right and wrong, for American English.

    It takes about a second to make and some 80 MB. One must not be used by two threads at a time; each process has
    its own.
    """

    def __init__(self, words: Iterable[str] = ()) -> None:
        """Load the dictionary, and into it `words` that are right in the texts to come: a glossary's terms."""
        self._linter = Linter()
        families = dict(_rules(self._linter.get_structured_lint_config()["settings"], ""))
        wanted = {rule for rule, family in families.items() if family in _FAMILIES or rule in _ALSO} - _MISLED
        defaults = self._linter.get_default_lint_config()
        self._linter.set_lint_config({rule: on and rule in wanted for rule, on in defaults.items()})
        if known := sorted({part for word in words for part in word.split()}):
            self._linter.import_words(known)

    @property
    def name(self) -> str:
        """The library and its version."""
        return checker_name()

    def errors(self, text: str) -> list[LanguageError]:
        """Return the errors in the order of the text; where several rules see one place, one of them."""
        found = sorted(self._linter.lint(text, language=Language.PLAINTEXT), key=lambda lint: lint.span.start)
        return [LanguageError(_kind(lint.lint_kind), lint.problem_text) for lint in found]


def _kind(lint_kind: str) -> str:
    return SPELLING if lint_kind in _SPELLING else lint_kind.lower()


def _rules(settings: list[dict[str, Any]], family: str) -> Iterator[tuple[str, str]]:
    """Yield each rule's name with the label of the outermost group that it stands in."""
    for setting in settings:
        if group := setting.get("Group"):
            yield from _rules(group["child"]["settings"], family or group["label"])
        elif one := setting.get("Bool"):
            yield one["name"], family
        elif choice := setting.get("OneOfMany"):
            yield from ((name, family) for name in choice["names"])
