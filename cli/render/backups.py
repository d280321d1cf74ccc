"""What was saved and what was put back, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.render.text import clean
from core.planning.naming import counted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cli.backups.making import Made
    from cli.backups.manifest import Absent
    from cli.backups.restoring import Restored


def made_lines(made: Made) -> list[str]:
    """Return what a backup holds, what it could not take, and how a ledger elsewhere is saved."""
    events = counted(made.head.position, "event")
    ledger = f"the ledger's {events} and" if made.dump is None else "no ledger, and"
    lines = [
        clean(f"Saved {ledger} {counted(made.files, 'file')} to {made.path} ({made.size:,} bytes)"),
        f"Ledger head: {made.head}",
    ]
    if made.dump:
        lines.append(
            "The ledger lies in PostgreSQL. A dump made before this backup goes with it; one that is made now may "
            f"name files that are not in it:\n  {clean(made.dump)}"
        )
    return lines + [f"note: {line}" for line in _absent(made.absent)]


def restored_lines(restored: Restored) -> list[str]:
    """Return what was put back, what was moved aside, and what is to be done before work goes on."""
    lines = [clean(f"Restored {counted(restored.files, 'file')} to {restored.root}, as of {restored.made_at}")]
    if restored.head:
        lines.append(f"Ledger head: {restored.head}")
    else:
        lines.append("The ledger lies in PostgreSQL: put it back with pg_restore from the dump made before it")
    if restored.aside:
        lines.append(clean(f"What stood in their place is in {restored.aside}"))
    lines += [f"note: {line}; it was so when the backup was made" for line in _absent(restored.absent)]
    lines.append(
        "Jobs that were created after the backup are not in its ledger: run `batchmill reconcile`, which finds "
        "them at the provider, before `batchmill run`, or they are paid for again"
    )
    return lines


def _absent(absent: Iterable[Absent]) -> list[str]:
    return [clean(f"{file.path} was not saved: {file.reason}") for file in absent]
