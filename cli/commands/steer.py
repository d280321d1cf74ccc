"""`batchmill retry`, `cancel`, `pause`, `resume`, `settle` and `release`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands import HIGHEST, First, Last, Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.compose import Opened

ASKED = "asked for by a person"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (retry, cancel, pause, resume, settle, release):
        app.command()(command)


def retry(context: typer.Context, first: First, last: Last = None, *, reason: Reason = ASKED) -> None:
    """Put failed, refused or cancelled batches back to written, for another attempt with the same file.

    A quarantined batch's job is looked for again first. Nothing is sent by this: the daemon or `batchmill submit`
    does that. Batches of the range that need no retry are left alone.
    """
    from cli.compose import opened
    from cli.render.text import number_ranges, say
    from cli.steering import steer

    with opened(*context.obj) as workspace:
        steered = steer(workspace, "retry", first, first if last is None else last, reason)
    say(f"batch {number_ranges(steered.numbers)} is written again; next: `batchmill run`, or `batchmill submit`.")


def cancel(context: typer.Context, first: First, last: Last = None, *, reason: Reason = ASKED) -> None:
    """Stop the jobs of a range of batches, and send them no more until `batchmill retry`.

    What the provider has finished all the same is still brought home.
    """
    from cli.compose import opened
    from cli.render.text import number_ranges, say
    from cli.steering import steer

    with opened(*context.obj) as workspace:
        last = first if last is None else last
        steered = steer(workspace, "cancel", first, last, reason)
        _say_left(steered.refusals)
        if steered.numbers:
            say(f"batch {number_ranges(steered.numbers)} is cancelled; `batchmill retry` sends it again.")
        else:
            say(f"{_all_or_rest(steered.refusals)} cancelled already.")
        # Also those cancelled before: the process that was to stop their jobs may have been stopped itself.
        _stop_jobs(workspace, range(first, last + 1))


def _stop_jobs(workspace: Opened, numbers: Sequence[int]) -> None:
    """See to it that the provider is asked to stop the batches' jobs, unless a daemon does so anyway."""
    from cli.driving import Drive
    from cli.logs import open_log, tell
    from cli.render.text import say
    from cli.steering import stopping
    from core.engine.books import Books

    if not stopping(Books(workspace.database.store, ""), numbers):
        return
    if workspace.database.lease.current() is not None:
        say("the daemon asks the provider to stop their jobs.")
        return
    log = open_log(as_json=False)
    drive = Drive(
        workspace,
        "cancel",
        only=(),
        observe=lambda events: tell(log, events),
        warn=lambda text: log.warning("provider", trouble=text),
    )
    drive.run(lambda _: not stopping(drive.books, numbers))


def pause(context: typer.Context, first: First, last: Last = None, *, reason: Reason = ASKED) -> None:
    """Send nothing of a range of batches until `batchmill resume`; jobs under way are still brought home."""
    from cli.compose import opened
    from cli.render.text import number_ranges, say
    from cli.steering import steer

    with opened(*context.obj) as workspace:
        steered = steer(workspace, "pause", first, first if last is None else last, reason)
    _say_left(steered.refusals)
    if steered.numbers:
        say(f"batch {number_ranges(steered.numbers)} is paused; `batchmill resume` lets it go on.")
    else:
        say(f"{_all_or_rest(steered.refusals)} paused already.")


def resume(context: typer.Context, first: First, last: Last = None, *, reason: Reason = ASKED) -> None:
    """End the pause of a range of batches."""
    from cli.compose import opened
    from cli.render.text import number_ranges, say
    from cli.steering import steer

    with opened(*context.obj) as workspace:
        steered = steer(workspace, "resume", first, first if last is None else last, reason)
    say(f"batch {number_ranges(steered.numbers)} goes on.")


def settle(
    context: typer.Context,
    batch: First,
    *,
    job: Annotated[str | None, typer.Option(metavar="NAME", help="The batch's job: batches/….")] = None,
    no_job: Annotated[bool, typer.Option("--no-job", help="The provider certainly has no job for it.")] = False,
) -> None:
    """Say what became of a quarantined batch's submission, once you have looked at the provider's job list."""
    from cli.compose import opened
    from cli.render.text import say
    from cli.steering import settle as settle_batch

    if (job is None) is not no_job:
        raise typer.BadParameter("say either --job NAME or --no-job")
    with opened(*context.obj) as workspace:
        say(settle_batch(workspace, batch, job))


def release(
    context: typer.Context,
    *,
    wave: Annotated[int, typer.Option("--wave", min=1, max=HIGHEST, help="The number of the wave.")],
    reason: Reason = ASKED,
) -> None:
    """Let all of a wave be sent, without waiting for its first batches or whatever became of them."""
    from cli.compose import opened
    from cli.render.text import say
    from cli.steering import release_wave

    with opened(*context.obj) as workspace:
        say(release_wave(workspace, wave, reason))


def _say_left(refusals: Sequence[str]) -> None:
    from cli.render.text import clean, say

    for refusal in refusals:
        say(clean(refusal))


def _all_or_rest(refusals: Sequence[str]) -> str:
    return "the rest of the range is" if refusals else "every batch of the range is"
