"""What people and models said of a sample, in lines: the sample, the scores, how far they agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.render.text import clean, table
from core.planning.naming import counted
from core.quality.scores import DIMENSIONS, WEIGHTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cli.judge_scores import JudgeStanding
    from core.quality.agreement import Agreement, Alpha
    from core.quality.calibration import Calibration
    from core.quality.intervals import Interval
    from core.quality.judgements import Preferences
    from core.quality.means import WaveMeans
    from core.quality.sampling import Sample
    from core.quality.score_sheet import SheetProblem


def sample_lines(sample: Sample) -> list[str]:
    """Return what was drawn of each stratum, and how to draw it again."""
    rows = [
        (each.stratum.category, each.stratum.source, each.stratum.third.value, each.pairs, each.drawn)
        for each in sample.shares
    ]
    return [
        *table(("category", "source", "length", "pairs", "drawn"), rows, right=(3, 4)),
        "",
        clean(f"{len(sample.pairs)} of {counted(sample.of, 'pair')}, drawn by the seed {sample.seed}"),
    ]


def score_lines(means: WaveMeans, agreement: Agreement) -> list[str]:
    """Return the means of a sample's scores with the reviewers' agreement, the verdict, and the worst pairs."""
    if means.weighted is None:
        return ["Nobody has scored a pair of this sample yet."]
    rows = [
        (
            name.replace("_", " "),
            f"{WEIGHTS[name]} %",
            f"{means.dimensions[name]:.2f}",
            *_alpha(agreement.dimensions[name]),
        )
        for name in DIMENSIONS
    ]
    rows.append(("weighted", "100 %", f"{means.weighted:.2f}", *_alpha(agreement.weighted)))
    verdict = f"{means.threshold:.2f} is {'reached' if means.reached else 'not reached'}"
    # A mean that only rounds up to the threshold shows why it does not reach it.
    near = not means.reached and f"{means.weighted:.2f}" == f"{means.threshold:.2f}"
    mean = f"{means.weighted:.5f}" if near else f"{means.weighted:.2f}"
    return [
        *table(("dimension", "weight", "mean", "alpha", "agreement"), rows, right=(1, 2, 3)),
        "",
        f"{mean}{_within(means.interval)} of {counted(means.pairs, 'pair')}; {verdict}",
        clean(f"{counted(means.scores, 'score')} by {', '.join(means.reviewers)}"),
        "lowest: " + ", ".join(clean(f"{each.pair_id} {each.weighted:.2f}") for each in means.worst),
    ]


def preference_lines(found: Preferences) -> list[str]:
    """Return which texts a judging model preferred, and whether it heeded their places."""
    if not found.pairs:
        return ["No pair was judged by a model yet."]
    counts = f"{found.after} after, {found.before} before, and neither of {found.tie}"
    lines = [f"of {counted(found.pairs, 'pair')} the model preferred {counts}"]
    if found.gain is not None:
        lines.append(f"weighted score after minus before: {found.gain:+.2f}{_within(found.gain_interval, '+.2f')}")
    if found.first is not None:
        led = "the place of a text leads it" if found.led_by_place else "no sign that places lead it"
        lines.append(
            f"the text shown first was preferred {found.first:.0%}{_within(found.first_interval, '.0%')}: {led}"
        )
    return lines


def calibration_lines(found: Calibration) -> list[str]:
    """Return whether a model agrees with the people, and by how much it differs in each dimension."""
    differences = ", ".join(f"{name.replace('_', ' ')} {found.dimensions[name]:+.2f}" for name in found.dimensions)
    return [found.sentence, *([f"model minus people: {differences}"] if differences else [])]


def judge_lines(found: JudgeStanding) -> list[str]:
    """Return what a model gave, whether it agrees with the people, and whether it heeds places."""
    mean = "" if found.means.weighted is None else f"{found.means.weighted:.2f}{_within(found.means.interval)} of "
    return [
        "",
        clean(f"Judged by {found.model}: {mean}{counted(found.means.pairs, 'pair')}"),
        *calibration_lines(found.calibration),
        *(preference_lines(found.preferences) if found.preferences.pairs else []),
    ]


def problem_lines(path: str, problems: Iterable[SheetProblem]) -> list[str]:
    """Return one line for each thing that is wrong with a table of scores."""
    return [clean(f"{path} {problem}") for problem in problems]


def _alpha(found: Alpha) -> tuple[str | None, str]:
    return None if found.value is None else f"{found.value:.2f}", found.words


def _within(interval: Interval | None, form: str = ".2f") -> str:
    return "" if interval is None else f" ({interval.low:{form}} to {interval.high:{form}})"
