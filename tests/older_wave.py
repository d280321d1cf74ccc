"""A made-up older wave as its process left it: tracking file, batch files, job lists, and what is really there.

24 batches of 10 to 20 pairs in wave 1's form. The lists contradict each other and the provider; `FATES` says what
became of each batch, and `truth.json` has just that for the emulator. Three batches number their pairs from 1, and
the file of one is not at hand.
"""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from sample.wave import sample_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import JumpingClock
    from tests.workspaces import Mill

NUMBERS = range(1, 25)
FATES: dict[str, tuple[int, ...]] = {
    "sent in the wrong form": (1, 2),
    "said to be wrong, and gone": (3,),
    "finished": (4, 5, 6, 7, 24),
    "running": (9, 10),
    "failed": (11,),
    "gone": (8, 12, 13),
    "finished twice": (14,),
    "finished, and a double runs": (15,),
    "finished, in no list": (16,),
    "two lists, two jobs": (17,),
    "two batches, one job": (18, 19),
    "uploaded only": (20, 21),
    "never sent": (22,),
    "finished, and only its file tells": (23,),
}
STRANGER = "batches/somebody-elses-job"
#: The job that two lists claim for two batches, under a name that says nothing.
TORN = "batches/one-job-for-two-batches"
#: The one that a list claims for batch 17 and that never was.
NEVER_WAS = "batches/a-slip-of-the-pen"
#: What batch 23 was made of: it lies in the store still, under a name that says nothing.
STORED = "files/some-upload"
UPLOADS = {20: "files/upload20", 21: "files/upload21"}
NOT_AT_HAND = 24
#: Batches that number their pairs from 1, as if there were no others.
NUMBERED = (22, 23, 24)
PROMPT = "You refine pairs of questions and answers.\nReturn a JSON array, an object for each pair.\n"


def fate(number: int) -> str:
    """Return what became of a batch."""
    return next(name for name, numbers in FATES.items() if number in numbers)


def job(number: int, which: str = "") -> str:
    """Return the name of a batch's job, or of its double."""
    return f"batches/{sha256(f'job {number}{which}'.encode()).hexdigest()[:36]}"


def double(number: int) -> str:
    return job(number, "again")


def size(number: int) -> int:
    return 10 + number * 7 % 11


def pairs() -> dict[int, list[dict[str, Any]]]:
    """Return the pairs of each batch as they were sent, with readable texts that all differ."""
    staged = chain.from_iterable(json.loads(content)["qa_pairs"] for _, content in sample_files())
    given: dict[int, list[dict[str, Any]]] = {}
    for number in NUMBERS:
        given[number] = [
            {
                "pair_id": place + 1 if number in NUMBERED else f"{300 - number}_{place}",
                "question": pair["question"],
                "answer": pair["answer"],
                "topic": pair["topic"],
            }
            for place, pair in enumerate(islice(staged, size(number)))
        ]
    return given


def ended(number: int, now: datetime) -> datetime:
    """Return when a batch's job ended: not in the order of numbers, and long before its result expires."""
    return now - timedelta(hours=3 + number * 5 % 23, minutes=number)


def build(folder: Path, now: datetime | None = None) -> None:
    """Write all papers of the older wave below `folder`, and the truth as of `now`."""
    now = now or datetime.now(UTC)
    for name in ("papers/older", "papers/lists", "sent"):
        (folder / name).mkdir(parents=True)
    given = pairs()
    for number, some in given.items():
        _sent(folder, number, some)
    entries = [_tracked(number, some, folder) for number, some in given.items()]
    document = {
        "total_batches": len(entries),
        "total_qa_pairs": sum(map(len, given.values())),
        "batch_size": 10,
        "batches": entries,
    }
    _put(folder / "papers/batch_tracking.json", json.dumps(document, indent=2))
    _lists(folder / "papers/lists", now)
    _put(folder / "truth.json", json.dumps({"jobs": list(_jobs(now)), "files": _files()}, indent=2))


def _put(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _sent(folder: Path, number: int, some: list[dict[str, Any]]) -> None:
    """Write the batch file, also where it was sent from, and what was sent instead of it in the wrong form."""
    header = f"BATCH: refinement_batch_{number:03d}\nTOTAL Q&A PAIRS: {len(some)}\n\nQ&A PAIRS TO REFINE:\n\n"
    text = f"{PROMPT}\n{header}{json.dumps(some, indent=2)}"
    _put(folder / f"sent/batch_{number:03d}.jsonl", _request(text))
    _put(folder / f"sent/wrong_{number:03d}.jsonl", "".join(map(_request, filter(None, text.splitlines()))))
    if number != NOT_AT_HAND:
        _put(folder / f"papers/older/batch_{number:03d}.jsonl", _request(text))


def _request(text: str) -> str:
    return json.dumps({"request": {"contents": [{"parts": [{"text": text}]}]}}) + "\n"


def _tracked(number: int, some: list[dict[str, Any]], folder: Path) -> dict[str, Any]:
    return {
        "batch_number": number,
        "file_path": f"older\\batch_{number:03d}.jsonl",
        "qa_count": len(some),
        "file_size": (folder / f"sent/batch_{number:03d}.jsonl").stat().st_size,
        "first_pair_id": some[0]["pair_id"],
        "last_pair_id": some[-1]["pair_id"],
    }


def _lists(folder: Path, now: datetime) -> None:
    """Write four lists of four shapes, none of which knows of batches 16, 22 and 23."""
    one = [_listed(number) for number in range(1, 6)]
    one += [{"batch_number": number, "file_uri": f"https://provider/v1/{uri}"} for number, uri in UPLOADS.items()]
    _put(folder / "1_submitted.json", json.dumps({"status": "all submitted", "batches": one}, indent=2))
    lines = [
        {"batch_num": number, "batch_job_name": job(number), "display_name": f"refinement_batch_{number:03d}"}
        for number in range(6, 11)
    ]
    lines += [{"batch_num": 18, "batch_job_name": TORN}, {"batch_num": 17, "batch_job_name": NEVER_WAS}]
    _put(folder / "2_progress.jsonl", "".join(f"{json.dumps(line)}\n" for line in lines))
    rows = [(number, job(number), ended(number, now) - timedelta(hours=2)) for number in (11, 12, 13, 14, 15, 24)]
    table = "".join(f"| {number} | `{name}` | PENDING | {at:%Y-%m-%dT%H:%M:%SZ} |\n" for number, name, at in rows)
    _put(folder / "3_notes.md", f"# Jobs\n\n| Batch | Job name | State | Created |\n|---|---|---|---|\n{table}")
    _put(
        folder / "4_console.txt",
        f"batch 17: {job(17)} submitted\nbatch_019 -> {TORN} JOB_STATE_PENDING\n20 batches/hour is the pace\n",
    )


def _listed(number: int) -> dict[str, Any]:
    return {
        "batch_number": number,
        "batch_id": f"refinement_batch_{number:03d}",
        "job_name": job(number),
        "file_uri": f"https://provider/v1/files/input{number}",
        "qa_count": size(number),
        "state": "JOB_STATE_PENDING",
    }


def _jobs(now: datetime) -> Iterator[dict[str, Any]]:
    """Yield the jobs that the provider really has."""
    for number in NUMBERS:
        state, done = _state(number), ended(number, now)
        sent = "wrong" if fate(number) == "sent in the wrong form" else "batch"
        told = {
            "display_name": f"refinement_batch_{number:03d}",
            "input": f"sent/{sent}_{number:03d}.jsonl",
            "created": f"{done - timedelta(hours=2):%Y-%m-%dT%H:%M:%SZ}",
        }
        if number == 23:
            told |= {"display_name": "import 2", "file": STORED}
        over = {"ended": f"{done:%Y-%m-%dT%H:%M:%SZ}"}
        if state == "FAILED":
            yield {"name": job(number), "state": state, "error": "internal", **told, **over}
        elif state:
            yield {"name": job(number), "state": state, **told, **(over if state == "SUCCEEDED" else {})}
        if number == 14:
            late = f"{done + timedelta(minutes=30):%Y-%m-%dT%H:%M:%SZ}"
            yield {"name": double(number), "state": "SUCCEEDED", **told, "created": over["ended"], "ended": late}
        if number == 15:
            yield {"name": double(number), "state": "RUNNING", **told, "created": over["ended"]}
    at = f"{ended(18, now):%Y-%m-%dT%H:%M:%SZ}"
    told = {"display_name": "import", "input": "sent/batch_018.jsonl", "ended": at}
    yield {"name": TORN, "state": "SUCCEEDED", **told}
    yield {"name": STRANGER, "display_name": "somebody else's", "state": "RUNNING", "requests": 3}


def _state(number: int) -> str | None:
    match fate(number):
        case "running":
            return "RUNNING"
        case "failed":
            return "FAILED"
        case "sent in the wrong form" | "finished" | "finished twice" | "finished, and a double runs":
            return "SUCCEEDED"
        case "finished, in no list" | "two lists, two jobs" | "finished, and only its file tells":
            return "SUCCEEDED"
        case _:
            return None


def _files() -> list[dict[str, Any]]:
    """Return the uploads without a job: one that a list tells of, one that only its own name tells of."""
    return [
        {"name": STORED, "path": "sent/batch_023.jsonl"},
        {"name": UPLOADS[20], "display_name": "an upload", "path": "sent/batch_020.jsonl"},
        {"name": UPLOADS[21], "display_name": "batch_021", "size": 1_000},
    ]


def home() -> tuple[int, ...]:
    """Return the batches whose results can be had at once, the one that ended first before all others."""
    some = [*FATES["finished"], 14, 15, 16, 17, 23]
    return tuple(sorted(some, key=lambda number: ended(number, datetime(2026, 1, 1, tzinfo=UTC))))


def take_over(mill: Mill, folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Adopt the tracking file and all lists; return what the commands answered."""
    tracking = mill.json(f"adopt tracking {folder}/papers/batch_tracking.json --wrong-form 1-3")
    lists = sorted((folder / "papers/lists").iterdir())
    return tracking, mill.json(f"adopt jobs {' '.join(map(str, lists))}")


def drive(mill: Mill, clock: JumpingClock) -> str:
    """Approve what is planned and let the daemon bring all of it home, while the provider's time goes by.

    Returns what the daemon said.
    """
    mill.run("approve --wave 1")
    with mill.started("run --until-idle") as running:
        while running.process.poll() is None:
            clock.jump(1_600)
            time.sleep(0.5)
        assert "Traceback" not in running.said
        assert running.process.returncode == 0, running.said
        return running.said
