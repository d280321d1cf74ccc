"""`batchmill service install`, `uninstall` and `show`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from cli.service.placing import Placed, Service

Force = Annotated[bool, typer.Option("--force", help="Replace or remove a unit file that somebody changed.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]

service = typer.Typer(no_args_is_help=True, help="The daemon as a service of your own systemd.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(service, name="service")


@service.command()
def install(
    context: typer.Context,
    *,
    now: Annotated[bool, typer.Option("--now", help="Start it at once.")] = False,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Write a unit file for this workspace's daemon and enable it, for your user alone.

    Settings given with --set before `service` become the daemon's. The key goes into an environment file that only
    you can read, by your own hand. Where no systemd answers, the file is written all the same, and you are told
    what to run. Exit status 1 if --now could not start it.
    """
    from core.errors import RefusedError

    placed = _service(context).install(now=now, force=force)
    _say(placed, f"Installed {placed.unit}{', and started it' if placed.started else ''}", as_json=as_json)
    if now and not placed.started:
        raise RefusedError(
            "the service is not running yet; do what is said above, and say `service install --now` again"
        )


@service.command()
def uninstall(context: typer.Context, *, force: Force = False, as_json: AsJson = False) -> None:
    """Stop the service and remove its unit file; workspace and environment file are left as they are."""
    placed = _service(context).uninstall(force=force)
    _say(placed, f"Removed {placed.unit}", as_json=as_json)


@service.command()
def show(context: typer.Context) -> None:
    """Print the unit file as `install` would write it."""
    from cli.render.text import say

    for line in _service(context).text().splitlines():
        say(line)


def _service(context: typer.Context) -> Service:
    from adapters.systemctl import UserManager
    from cli.service.placing import Service
    from cli.settings import find_root, load

    folder, options = context.obj
    root = find_root(folder)
    load(root, options)
    return Service(root, options, UserManager())


def _say(placed: Placed, first: str, *, as_json: bool) -> None:
    from cli.render.text import emit_json, say

    if as_json:
        emit_json(placed)
        return
    for line in (first, *placed.lines):
        say(line)
