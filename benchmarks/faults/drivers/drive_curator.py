"""Drives curator's batch mode for Gemini, with the base address that its parameters offer.

In 0.1.31 that mode is Vertex AI's: it wants a storage bucket and Google Cloud's credentials, and reads no address.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

# It reports its use to its makers otherwise, and asks for these two before anything else.
os.environ |= {"TELEMETRY_ENABLED": "false", "GEMINI_BUCKET_NAME": "emulated", "GOOGLE_CLOUD_PROJECT": "emulated"}

from bespokelabs import curator
from task import MODEL, POLL_EVERY, main

if TYPE_CHECKING:
    from task import Task

ANSWERS = "kept.json"


def run(task: Task) -> None:
    """Ask for every row, in the order of the rows."""
    os.environ["CURATOR_CACHE_DIR"] = str(task.state)
    asked = curator.LLM(
        model_name=MODEL,
        backend="gemini",
        batch=True,
        backend_params={
            "base_url": os.environ["GOOGLE_GEMINI_BASE_URL"],
            "batch_size": task.batch,
            "batch_check_interval": int(POLL_EVERY),
        },
    )
    answers = asked([row["prompt"] for row in task.rows]).dataset["response"]
    kept = {row["id"]: text for row, text in zip(task.rows, answers, strict=True)}
    (task.state / ANSWERS).write_text(json.dumps(kept), encoding="utf-8")


def collect(task: Task) -> dict[str, str | None]:
    """Return the answers of a call that came back."""
    kept = task.state / ANSWERS
    return json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}


def key_of(row: dict[str, str]) -> str:
    """Return the row's place, which is what curator sends."""
    return str(int(row["id"].removeprefix("row-")))


if __name__ == "__main__":
    main(run, collect, key_of)
