"""The thresholds of the checks before and after, one value each, as the settings give them."""

from __future__ import annotations

import msgspec


class QualityTerms(msgspec.Struct, frozen=True):
    """What the checks of writing and form measure against.

    Writing: `words_checked` is about how many words of a text the language checker reads, spread over the text.
    `error_rise` is how many errors per 100 words more than before a pair may have before it is named.

    Form: a refined answer has `shortest_ratio` to `longest_ratio` times the characters of its source; one of at
    most `length_free` characters may have any length. An answer is taken for another pair's when it is more like
    the other pair by `swap_margin` than like its own, on a scale from 0 to 1. `lowest_score` and `highest_score`
    bound the model's own scores. `most_flags` is how many flags, tags or similar pairs are plausible for one pair.
    """

    words_checked: float = 250
    error_rise: float = 2.0
    shortest_ratio: float = 0.4
    longest_ratio: float = 3.0
    length_free: float = 6_000
    swap_margin: float = 0.15
    lowest_score: float = 0
    highest_score: float = 100
    most_flags: float = 20


DEFAULTS = QualityTerms()


def by_name(terms: QualityTerms = DEFAULTS) -> dict[str, float]:
    """Return the thresholds by name, as a check takes them."""
    return msgspec.structs.asdict(terms)
