"""The command `batchmill`: its options, its commands, and how errors reach a person."""

from __future__ import annotations

import gc
import io
import os
import sys
from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import Annotated

import typer

from cli.commands import (
    adopt,
    again,
    backup,
    balance,
    carry,
    claims,
    corpus,
    corpus_database,
    cost,
    doctor,
    drive,
    embed,
    gate,
    inspect,
    judge,
    ledger,
    machine,
    mcp,
    pair,
    plan,
    report,
    service,
    steer,
    wave,
    workspace,
)
from core.errors import BatchmillError

#: New objects between two searches for garbage; Python's own 700 means dozens of searches while modules load.
GARBAGE = 50_000

app = typer.Typer(
    name="batchmill",
    help="Runs LLM batch work unattended and can account for every step.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def show_version(asked: bool) -> None:  # noqa: FBT001 - called by typer
    """Print the version and end."""
    if asked:
        from importlib.metadata import version  # noqa: PLC0415 - for one option

        typer.echo(f"batchmill {version('batchmill')}")
        raise typer.Exit


@app.callback()
def common(
    context: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--workspace", "-w", metavar="FOLDER", help="The workspace (default: the nearest one upwards)."
        ),
    ] = None,
    options: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="NAME=VALUE", help="A setting for this command, e.g. driving.poll_every=10."
        ),
    ] = None,
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Keep what all commands share."""
    del version
    context.obj = (folder, options or [])


ROOMS = (
    workspace,
    plan,
    wave,
    drive,
    steer,
    gate,
    judge,
    again,
    report,
    corpus,
    corpus_database,
    embed,
    inspect,
    balance,
    pair,
    cost,
    ledger,
    claims,
    adopt,
    doctor,
    machine,
    mcp,
    service,
    carry,
    backup,
)
for room in ROOMS:
    room.register(app)


def main() -> None:
    """Run the command line; a foreseen trouble is one sentence on stderr and exit status 1."""
    # A command imports much and makes little garbage: looking for cycles in it on the way, and once more in all of
    # it at the end of the process, would take a quarter of the time that `status` takes.
    gc.set_threshold(GARBAGE)
    if sys.stdout is None:  # closed by the caller: `batchmill status >&-`
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that cannot show a character gets its number, and the rest of the answer.
            stream.reconfigure(errors="backslashreplace")
    try:
        app(prog_name="batchmill")
    except BatchmillError as error:
        from cli.render.text import clean  # noqa: PLC0415 - most commands end without a trouble

        # A sentence may hold a file's name or a word from a pair, which must not steer the terminal.
        said = "\n".join(clean(line) for line in str(error).split("\n"))
        sys.stderr.write(f"batchmill: {said}\n")
        sys.exit(1)
    except BrokenPipeError:
        # The reader of our output left (`batchmill status | head`): leave quietly, as other commands do.
        _drop_output()
        sys.exit(1)
    except OSError as error:
        sys.stderr.write(
            f"batchmill: {error.strerror or error}: {error.filename or 'the answer'} could not be written\n"
        )
        _drop_output()
        sys.exit(1)
    except KeyboardInterrupt:
        sys.stderr.write("batchmill: stopped\n")
        sys.exit(130)
    finally:
        gc.freeze()


def _drop_output() -> None:
    """Let what is still in standard output's buffer go nowhere, so that the interpreter's end does not stumble."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
