"""Ways in which a model or a tool spoils how a refinement is written, each by a seeded draw."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.quality.formed_damage import Damage, on_answer
from core.quality.findings import WRITTEN
from core.quality.written.traces import traces

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.quality.formed_damage import Pairs
    from core.quality.draws import Draws
    from core.quality.findings import After

_OPENERS = (
    "Certainly! ",
    "Sure, here it is. ",
    "Great question! ",
    "Of course. ",
    "I'd be happy to explain this. ",
    "Absolutely! Let us look at it. ",
)
_LEAD_INS = (
    "Here is a comprehensive overview of the matter. ",
    "Here's a detailed explanation of how it works: ",
    "I'll provide you with a clear summary. ",
    "Let me give you an analysis. ",
)
_CLOSERS = (
    "Let me know if you have any further questions!",
    "I hope this helps!",
    "Feel free to ask for more details.",
    "Is there anything else you would like to know?",
)
_REFUSALS = (
    "I'm sorry, but I cannot provide financial advice. ",
    "As an AI language model, I do not have access to live prices. ",
    "I apologize for the confusion in my earlier answer. ",
)
_RESIDUES = (
    "Answer characters: 3,012. Total time: 14.2 seconds.",
    "Total cost (estimated): $0.0021",
    "prompt_tokens: 812",
    "<|endoftext|>",
)


def _before(some: tuple[str, ...], text: str, draws: Draws) -> str:
    return some[draws.below(len(some), 1)[0]] + text


def _behind(some: tuple[str, ...], text: str, draws: Draws) -> str:
    return f"{text}\n\n{some[draws.below(len(some), 1)[0]]}"


def _padded(text: str, draws: Draws) -> str:
    what, times = draws.below(26, 1)[0], 8 + draws.below(60, 1)[0]
    return f"{text} {chr(ord('A') + what) * times}."


def _repeated(text: str, draws: Draws) -> str:
    """Say the second half of the text three times."""
    words = text.split(" ")
    half = " ".join(words[len(words) // 2 + draws.below(5, 1)[0] - 2 :])
    return f"{text}\n\n{half}\n\n{half}"


def _brought_in(name: str, trace: str, change: Callable[[str, Draws], str]) -> Damage:
    """Return damage that leaves a trace, done where the source has none like it: only then it is brought in."""
    spoil = on_answer(change)

    def spoilt(pairs: Pairs, at: int, draws: Draws) -> After | None:
        before = pairs[at][0]
        return None if trace in traces(before.question, before.answer) else spoil(pairs, at, draws)

    return Damage(name, WRITTEN, spoilt)


DAMAGES = (
    _brought_in("a greeting before the answer", "opener", lambda text, draws: _before(_OPENERS, text, draws)),
    _brought_in("an announcement", "lead-in", lambda text, draws: _before(_LEAD_INS, text, draws)),
    _brought_in("an offer behind it", "closer", lambda text, draws: _behind(_CLOSERS, text, draws)),
    _brought_in("a refusal", "refusal", lambda text, draws: _before(_REFUSALS, text, draws)),
    _brought_in("a tool's report", "residue", lambda text, draws: _behind(_RESIDUES, text, draws)),
    _brought_in("padding", "padding", _padded),
    _brought_in("half of it three times", "repetition", _repeated),
)
