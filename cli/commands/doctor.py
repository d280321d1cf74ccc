"""`batchmill doctor`."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(doctor)


def doctor(
    context: typer.Context,
    *,
    offline: Annotated[bool, typer.Option("--offline", help="Leave out the call to the provider.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Check key, provider, clock, ledger, files, folders and disks, and say what to do about each trouble.

    Changes nothing, and may be asked while a daemon runs. Exit status 1 if a check fails; warnings leave it 0.
    """
    from cli.doctor.examine import examine
    from cli.doctor.finding import State
    from cli.render.checkup import finding_line, summary
    from cli.render.text import emit_json, say
    from core.errors import RefusedError

    findings = []
    for finding in examine(*context.obj, offline=offline):
        findings.append(finding)
        if not as_json:
            say(finding_line(finding))
    if as_json:
        emit_json(findings)
    else:
        say(f"\n{summary(findings)}")
    failed = [finding.check for finding in findings if finding.state is State.FAIL]
    if failed:
        raise RefusedError(f"not fit to run: {', '.join(dict.fromkeys(failed))}; do what the lines say")
