"""`batchmill retry`, `cancel`, `pause`, `resume`, `settle` and `release`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands import HIGHEST, First, Last, Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.compose import Opened

ASKED = "asked for by a person"
#: How a refusal begins that is about a batch.
NAMED = re.compile(r"batch ([jex]?\d+(?:r\d+)?) ")


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
    from cli.render.text import batches_named, say
    from cli.steering import steer

    with opened(*context.obj) as workspace:
        steered = steer(workspace, "retry", first, first if last is None else last, reason)
    _say_left(steered.refusals)
    named, are = batches_named(steered.numbers), _are(steered.numbers)
    say(f"{named} {are} written again; next: `batchmill run`, or `batchmill submit`.")


def cancel(context: typer.Context, first: First, last: Last = None, *, reason: Reason = ASKED) -> None:
    """Stop the jobs of a range of batches, and send them no more until `batchmill retry`.

    What the provider has finished all the same is still brought home.
    """
    from cli.compose import opened
    from cli.render.text import batches_named, say
    from cli.steering import steer

    with opened(*context.obj) as workspace:
        last = first if last is None else last
        steered = steer(workspace, "cancel", first, last, reason)
        _say_left(steered.refusals)
        if steered.numbers:
            named, are, them = batches_named(steered.numbers), _are(steered.numbers), _them(steered.numbers)
            say(f"{named} {are} cancelled; `batchmill retry` sends {them} again.")
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
        warn=lambda text: log.warning("trouble", said=text),
    )
    drive.run(lambda _: not stopping(drive.books, numbers))


def pause(context: typer.Context, first: First, last: Last = None, *, reason: Reason = ASKED) -> None:
    """Send nothing of a range of batches until `batchmill resume`; jobs under way are still brought home."""
    from cli.compose import opened
    from cli.render.text import batches_named, say
    from cli.steering import steer

    with opened(*context.obj) as workspace:
        steered = steer(workspace, "pause", first, first if last is None else last, reason)
    _say_left(steered.refusals)
    if steered.numbers:
        named, are, them = batches_named(steered.numbers), _are(steered.numbers), _them(steered.numbers)
        say(f"{named} {are} paused; `batchmill resume` lets {them} go on.")
    else:
        say(f"{_all_or_rest(steered.refusals)} paused already.")


def resume(context: typer.Context, first: First, last: Last = None, *, reason: Reason = ASKED) -> None:
    """End the pause of a range of batches."""
    from cli.compose import opened
    from cli.render.text import batches_named, say
    from cli.steering import steer

    with opened(*context.obj) as workspace:
        steered = steer(workspace, "resume", first, first if last is None else last, reason)
    _say_left(steered.refusals)
    say(f"{batches_named(steered.numbers)} {'go' if len(steered.numbers) > 1 else 'goes'} on.")


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
    from core.batch.lifecycle import Status

    with opened(*context.obj) as workspace:
        said = release_wave(workspace, wave, reason)
        rows = workspace.database.read_model.batches()
    unsent = {Status.PLANNED, Status.WRITTEN}
    if any(row.wave == wave and Status(row.status) in unsent and row.refines for row in rows):
        say(said)
    else:
        say(f"{said.partition(';')[0].removesuffix('.')}, and nothing of it is left to send.")


def _say_left(refusals: Sequence[str]) -> None:
    """Say of the batches of a range that were left alone why they were, what is equal in one line."""
    from cli.render.text import clean, say, told_once
    from core.batch.numbers import parse

    told = [(NAMED.match(refusal), refusal) for refusal in refusals]
    for _, reason in told_once((parse(found[1]) if found else 0, refusal) for found, refusal in told):
        say(clean(reason))


def _are(numbers: Sequence[int]) -> str:
    return "are" if len(numbers) > 1 else "is"


def _them(numbers: Sequence[int]) -> str:
    return "them" if len(numbers) > 1 else "it"


def _all_or_rest(refusals: Sequence[str]) -> str:
    return "the rest of the range is" if refusals else "every batch of the range is"
