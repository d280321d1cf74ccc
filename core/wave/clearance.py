"""What a wave waits for before anything of it is sent, in words that name the command that ends the wait."""

from __future__ import annotations

from core.wave.lifecycle import Status


def hindrance(wave: int, status: Status, *, unaccepted: int | None) -> str:
    """Return why nothing of a wave's plan may be sent now, "" when it may.

    `unaccepted` is the wave that it depends on, None when that is accepted or there is none.
    """
    if status is Status.UNPLANNED:
        return f"wave {wave} has no plan; run `batchmill plan --wave {wave}` first"
    if status is Status.REJECTED:
        return (
            f"wave {wave} was rejected, and no more of it is sent; "
            f"`batchmill accept --wave {wave} --reason …` reverses that"
        )
    awaited = [f"for its approval (`batchmill approve --wave {wave}`)"] if status is Status.PLANNED else []
    if unaccepted is not None:
        awaited.append(f"until wave {unaccepted} is accepted (`batchmill accept --wave {unaccepted} --reason …`)")
    return f"wave {wave} waits {' and '.join(awaited)}" if awaited else ""
