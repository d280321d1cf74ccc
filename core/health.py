"""Whether a daemon lives and is ready, judged from what it was last seen to do; the two are asked apart.

Alive says that restarting it would not help: it ticks. Ready says that it can do its work: what is missing may be
somebody else's to mend (a database that is away, a key that is refused), and a restart mends none of that.
"""

from __future__ import annotations

import msgspec


class Signs(msgspec.Struct, frozen=True):
    """What was seen of a daemon at one moment.

    `silent` is how many seconds ago it last did something: ended a tick, began or ended a call of the provider, or
    appended an event. `ledger` says that the database answers, `schema` is the migration its tables are of,
    `wanted` the one of this program. `lease` says that the lease is held and on record. `key_refused` is what the
    provider said of the key when it was last asked anything.
    """

    silent: float
    patience: float
    ledger: bool = False
    schema: str | None = None
    wanted: str = ""
    lease: bool = False
    key_refused: bool = False
    stopping: bool = False


class Check(msgspec.Struct, frozen=True):
    """One thing that was looked at, and what was found there in words that name no secret."""

    name: str
    ok: bool
    found: str


class Health(msgspec.Struct, frozen=True):
    """The judgement: alive, ready, and a sentence for each thing that is not as it should be."""

    alive: bool
    ready: bool
    reasons: tuple[str, ...]
    checks: tuple[Check, ...]


def judge(signs: Signs) -> Health:
    """Return what these signs say; a daemon that is not alive is not ready either."""
    ticks = judge_ticks(signs)
    checks = (
        ticks,
        Check("work", not signs.stopping, "it was told to stop" if signs.stopping else "it takes work"),
        Check("lease", signs.lease, "held" if signs.lease else "it does not hold the lease of its ledger"),
        Check("ledger", signs.ledger, "it answers" if signs.ledger else "the ledger's database does not answer"),
        _schema(signs),
        Check(
            "key",
            not signs.key_refused,
            "the provider does not accept the key" if signs.key_refused else "no call says that it is refused",
        ),
    )
    return Health(
        alive=ticks.ok,
        ready=all(check.ok for check in checks),
        reasons=tuple(check.found for check in checks if not check.ok),
        checks=checks,
    )


def judge_ticks(signs: Signs) -> Check:
    """Return whether the daemon did anything within its patience."""
    fine = signs.silent <= signs.patience
    found = f"it last did something {signs.silent:.1f} s ago"
    return Check("ticks", fine, found if fine else f"{found}, which is longer than {signs.patience:g} s")


def _schema(signs: Signs) -> Check:
    if not signs.ledger:
        return Check("schema", ok=False, found="the ledger's schema cannot be told")
    fine = signs.schema == signs.wanted
    found = f"{signs.schema}, as this program needs"
    return Check("schema", fine, found if fine else f"the ledger is of schema {signs.schema}, not {signs.wanted}")
