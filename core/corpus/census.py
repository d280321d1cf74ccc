"""What an export holds, counted as it is written: for its card."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.corpus.splits import Split

#: The columns that are counted.
COUNTED = ("wave", "source", "indicator", "category", "model", "prompt", "flags", "emulated", "verdict", "overall")


class Census:
    """Counts of pairs, by what they come from and what was said of them."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.splits: Counter[Split] = Counter()
        self.sources: Counter[tuple[int, str]] = Counter()
        self.askings: Counter[tuple[str, str]] = Counter()
        self.flags: Counter[str] = Counter()
        self.verdicts: Counter[str] = Counter()
        self.emulated = 0
        self.flagged = 0
        self.scored = 0
        self._score = 0.0

    def add(self, row: Mapping[str, Any], split: Split) -> None:
        """Count a pair."""
        self.splits[split] += 1
        self.sources[row["wave"], row["source"] or row["indicator"] or "unknown"] += 1
        self.askings[row["model"], row["prompt"]] += 1
        self.flags.update(set(row["flags"]))
        self.flagged += bool(row["flags"])
        self.verdicts[row["verdict"] or "not judged"] += 1
        self.emulated += row["emulated"]
        if row["overall"] is not None:
            self.scored += 1
            self._score += row["overall"]

    @property
    def pairs(self) -> int:
        """All that were counted."""
        return self.splits.total()

    @property
    def mean_score(self) -> float | None:
        """The mean of the model's overall scores, None without any."""
        return self._score / self.scored if self.scored else None
