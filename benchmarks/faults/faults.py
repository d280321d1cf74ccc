"""The faults of the table: a scenario for the emulator each, how much work, and when the tool is killed."""

from __future__ import annotations

from typing import Literal, NamedTuple


class Fault(NamedTuple):
    """One row of the table.

    `scenario` is the emulator's, with `{key}` for the name that the tool's row 7 has at the provider. `batches` of
    `rows` rows are asked for, at most `at_once` jobs at a time if the tool can be told so. `kill` says when the
    tool is killed, once: when the first job is `created`, or when all jobs are `running` and have been polled. A
    job waits and runs `job` seconds each; the tool has `limit` seconds, kills included. `impossible` rows cannot
    come home.
    """

    name: str
    title: str
    scenario: str = ""
    batches: int = 3
    rows: int = 20
    at_once: int = 10
    kill: Literal["created", "running"] | None = None
    job: float = 1.0
    limit: float = 80.0
    impossible: int = 0


_REFUSED = """
[[call]]
verb = "batches.create"
on = "1-2"
fault = "refused"
code = 429
"""
_NEVER = """
[[row]]
key = "{key}"
fault = "missing"
"""

FAULTS = (
    Fault("none", "no fault"),
    Fault(
        "lost-reply",
        "the reply to a create is lost",
        '[[call]]\nverb = "batches.create"\non = "1"\nfault = "lost"\nafter_effect = true\n',
    ),
    Fault(
        "503-poll",
        "one 503 on a poll",
        '[[call]]\nverb = ["batches.get", "batches.list"]\non = "1"\nfault = "refused"\ncode = 503\n',
    ),
    Fault("429-quota", "429 on create, quota body", _REFUSED),
    Fault("429-short", "429 on create, short body, RetryInfo", f"{_REFUSED}short = true\nretry_info = 1\n"),
    Fault("fifth-missing", "every fifth row missing", '[[row]]\nevery = 5\nfault = "missing"\n'),
    Fault("never", "a row always missing", _NEVER, impossible=1),
    Fault(
        "kill-create",
        "killed between create and record",
        '[[call]]\nverb = "batches.create"\non = "1"\nfault = "slow"\nseconds = 20\n',
        kill="created",
    ),
    Fault(
        "expired",
        "a job expires with half its rows done",
        '[[job]]\non = "1"\nfault = "expired"\nseconds = 3\npartial = 0.5\n',
    ),
    Fault("kill-running", "killed while jobs run, started again", kill="running", job=3.0),
    Fault(
        "over-100",
        "120 batches at once where 100 may be",
        "[quotas]\njobs_at_once = 100\n",
        batches=120,
        rows=2,
        at_once=200,
        job=4.0,
        limit=150.0,
    ),
)
