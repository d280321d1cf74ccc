"""A loop over google-genai that keeps no state: upload, create, get each job each second, download."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from google import genai
from google.genai import types

ENDED = {"JOB_STATE_SUCCEEDED", "JOB_STATE_FAILED", "JOB_STATE_CANCELLED", "JOB_STATE_EXPIRED"}


def run(submissions: Path, results: Path) -> None:
    """Bring every batch file's result home, one call after the other."""
    client = genai.Client(enterprise=False, http_options=types.HttpOptions(api_version="v1beta"))
    began = time.perf_counter()
    waiting = {_submit(client, path): path.stem for path in sorted(submissions.glob("batch_*.jsonl"))}
    while waiting:
        due = time.monotonic() + 1.0
        for name in list(waiting):
            job = client.batches.get(name=name)
            if job.state is not None and job.state.value in ENDED and job.dest is not None:
                content = client.files.download(file=str(job.dest.file_name))
                (results / f"{waiting.pop(name)}_results.jsonl").write_bytes(content)
        if waiting:
            time.sleep(max(0.0, due - time.monotonic()))
    print(time.perf_counter() - began)


def _submit(client: genai.Client, path: Path) -> str:
    upload = types.UploadFileConfig(display_name=path.stem, mime_type="application/jsonl")
    file = client.files.upload(file=str(path), config=upload)
    config = types.CreateBatchJobConfig(display_name=path.stem)
    return str(client.batches.create(model="gemini-2.5-flash", src=file.name, config=config).name)


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]))
