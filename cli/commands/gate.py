"""`batchmill assess`, `sample`, `review`, `scores` and `distribution`."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands import HIGHEST

if TYPE_CHECKING:
    from cli.compose import Opened

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
Wave = Annotated[int, typer.Option("--wave", min=1, max=HIGHEST, help="The number of the wave.")]
Reviewer = Annotated[str | None, typer.Option("--as", metavar="NAME", help="Who scores (default: you).")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (assess, sample, review, scores, distribution):
        app.command()(command)


def assess(
    context: typer.Context,
    *,
    wave: Wave,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the verdict and record nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Judge a wave by rule: completion, what was kept, writing, form, and people's scores.

    Every refined pair is compared with its source. The verdict is recorded with each criterion's figure,
    threshold, sample and worst cases; `batchmill accept` or `reject` decides, with or against it.
    """
    from cli.assessing import assess_wave
    from cli.compose import opened
    from cli.render.assessed import assessed_lines
    from cli.render.text import emit_json, say
    from cli.reporting import write_after

    with opened(*context.obj) as workspace:
        found = assess_wave(workspace, wave, dry_run=dry_run)
        if not dry_run:
            write_after(workspace, wave, assessed=True)
    if as_json:
        emit_json(found)
    else:
        say("\n".join(assessed_lines(found, dry_run=dry_run)))


def sample(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    *,
    wave: Wave,
    size: Annotated[
        int | None,
        typer.Option(min=1, max=100_000, help="Pairs to draw (default: as last time, at first 30)."),
    ] = None,
    seed: Annotated[
        str | None, typer.Option(help="Another word draws other pairs (default: as last time, at first 1).")
    ] = None,
    sheet: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write the sample for people without a terminal.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Draw a stratified random sample of a wave's refined pairs, for people to score.

    It is drawn again only with another size or seed, so that nobody's work is for nothing.
    """
    from cli.compose import opened
    from cli.render.scores import sample_lines
    from cli.render.text import emit_json, say
    from cli.scoring import draw_sample, write_sample

    with opened(*context.obj) as workspace:
        found = draw_sample(workspace, wave, size, seed)
        written = write_sample(workspace, wave, sheet) if sheet else None
    if as_json:
        emit_json(found)
    else:
        say("\n".join(sample_lines(found)))
        if written:
            say(f"The sample stands in {written}; `batchmill scores --wave {wave} --import FILE` takes it back.")
        else:
            say(f"Next: `batchmill review --wave {wave}`.")


def review(context: typer.Context, *, wave: Wave, reviewer: Reviewer = None) -> None:
    """Score a wave's sample at the terminal: before and after side by side, five marks and a comment.

    End it at any time; it goes on where it was.
    """
    import os
    import sys

    from cli.compose import opened, person
    from cli.render.fitting import columns
    from cli.render.text import say
    from cli.reviewing import Screen, typed_at_terminal
    from cli.reviewing import review as talk
    from cli.scoring import record_score, review_pairs, scores_of
    from core.errors import RefusedError
    from core.quality.scores import latest, reviewer_named

    if not sys.stdin.isatty():
        raise RefusedError("a review needs a terminal; `batchmill sample --csv FILE` writes the sample as a table")
    with opened(*context.obj) as workspace:
        name = reviewer_named(reviewer or person())
        given = {score.pair_id: score for score in latest(scores_of(workspace, wave)) if score.reviewer == name}
        done = talk(
            review_pairs(workspace, wave),
            given,
            lambda score: record_score(workspace, wave, score),
            name,
            typed_at_terminal,
            now=workspace.clock.now,
            screen=Screen(say, columns, "NO_COLOR" not in os.environ),
        )
    say(f"{done.scored} of {done.pairs} pairs scored; `batchmill scores --wave {wave}` shows what they come to.")


def scores(
    context: typer.Context,
    *,
    wave: Wave,
    sheet: Annotated[
        Path | None, typer.Option("--import", metavar="FILE", help="Take scores from a table of the sample.")
    ] = None,
    reviewer: Reviewer = None,
    as_json: Json = False,
) -> None:
    """Show what people and models gave a wave's sample, and how far they agree; or take scores from a table."""
    from cli.compose import opened
    from cli.render.scores import judge_lines, score_lines
    from cli.render.text import emit_json, say
    from cli.scoring import standing_of

    with opened(*context.obj) as workspace:
        if sheet is not None:
            _take(workspace, wave, sheet, reviewer)
        found = standing_of(workspace, wave)
    if as_json:
        emit_json(found)
        return
    say("\n".join(score_lines(found.people, found.agreement)))
    for judge in found.judges:
        say("\n".join(judge_lines(judge)))


def _take(workspace: Opened, wave: int, sheet: Path, reviewer: str | None) -> None:
    from cli.compose import person
    from cli.render.scores import problem_lines
    from cli.render.text import say
    from cli.scoring import read_sample
    from core.errors import BadInputError
    from core.planning.naming import counted
    from core.quality.scores import reviewer_named

    read = read_sample(workspace, wave, sheet, reviewer_named(reviewer or person()))
    if read.problems:
        say("\n".join(problem_lines(str(sheet), read.problems)))
        raise BadInputError(f"{sheet} was not taken, since {counted(len(read.problems), 'cell')} cannot be read")
    say(f"{counted(len(read.scores), 'score')} taken, {counted(len(read.unscored), 'pair')} left unscored.")


def distribution(context: typer.Context, *, as_json: Json = False) -> None:
    """Show how the pairs are spread over waves, categories, sessions and indicators, beside the targets."""
    from cli.compose import opened
    from cli.render.distribution import distribution_lines
    from cli.render.fitting import columns
    from cli.render.text import emit_json, say
    from cli.spreading import spread

    with opened(*context.obj) as workspace:
        found = spread(workspace)
    if as_json:
        emit_json(found)
    else:
        say("\n".join(distribution_lines(found, columns())))
