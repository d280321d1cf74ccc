"""The emulator as curl meets it, in the words of Google's public documentation."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Protocol

    from core.ports import Clock

    class JumpingClock(Clock, Protocol):
        def jump(self, seconds: float) -> None: ...


BASH = shutil.which("bash") if shutil.which("curl") else None

pytestmark = pytest.mark.skipif(BASH is None, reason="needs bash and curl")

UPLOAD = r"""
printf '%s\n' \
  '{"contents": [{"parts": [{"text": "Describe rain."}]}], "generationConfig": {"temperature": 0.7}}' \
  '{"key": "request-2", "request": {"contents": [{"parts": [{"text": "What is pizza?"}]}]}}' > batch_input.tmp
NUM_BYTES=$(wc -c < batch_input.tmp)
curl "${BASE_URL}/upload/v1beta/files${QUERY}" "${KEY[@]}" \
  -D upload-header.tmp \
  -H "X-Goog-Upload-Protocol: resumable" \
  -H "X-Goog-Upload-Command: start" \
  -H "X-Goog-Upload-Header-Content-Length: ${NUM_BYTES}" \
  -H "X-Goog-Upload-Header-Content-Type: text/plain" \
  -H "Content-Type: application/jsonl" \
  -d "{'file': {'display_name': 'BatchInput'}}" > start.json
upload_url=$(grep -i "x-goog-upload-url: " upload-header.tmp | cut -d" " -f2 | tr -d "\r")
"""
WHOLE = r"""
curl "${upload_url}" -H "Content-Length: ${NUM_BYTES}" -H "X-Goog-Upload-Offset: 0" \
  -H "X-Goog-Upload-Command: upload, finalize" --data-binary @batch_input.tmp
"""
RESUMED = r"""
head -c 50 batch_input.tmp | curl "${upload_url}" -H "X-Goog-Upload-Offset: 0" \
  -H "X-Goog-Upload-Command: upload" --data-binary @- > first.json
curl "${upload_url}" -X POST -D query.tmp -H "Content-Length: 0" -H "X-Goog-Upload-Command: query" > query.json
received=$(grep -i "x-goog-upload-size-received: " query.tmp | cut -d" " -f2 | tr -d "\r")
tail -c +$((received + 1)) batch_input.tmp | curl "${upload_url}" -H "X-Goog-Upload-Offset: ${received}" \
  -H "X-Goog-Upload-Command: upload, finalize" --data-binary @-
"""
CREATE = r"""
curl "${BASE_URL}/v1beta/models/gemini-2.5-flash:batchGenerateContent${QUERY}" "${KEY[@]}" -X POST \
  -H "Content-Type:application/json" \
  -d "{
    'batch': {
        'display_name': 'my-batch-requests',
        'input_config': {
            'file_name': '${FILE}'
        }
    }
}"
"""
CREATE_INLINE = r"""
curl "${BASE_URL}/v1beta/models/gemini-2.5-flash:batchGenerateContent${QUERY}" "${KEY[@]}" -X POST \
  -H "Content-Type:application/json" -d '{
    "batch": {
      "display_name": "inline",
      "input_config": {
        "requests": {
          "requests": [
            {"request": {"contents": [{"parts": [{"text": "Describe rain."}]}]}, "metadata": {"key": "request-1"}}
          ]
        }
      }
    }
}'
"""


class Shell:
    """Runs a script of curl commands in a folder, with a key as header or in the address."""

    def __init__(self, folder: Path, url: str, *, in_address: bool) -> None:
        self.folder = folder
        query, further = ("?key=any", "&key=any") if in_address else ("", "")
        self.variables = {"BASE_URL": url, "QUERY": query, "FURTHER": further}
        self.key = "KEY=()" if in_address else 'KEY=(-H "x-goog-api-key: any")'

    def __call__(self, script: str, **variables: str) -> Any:  # noqa: ANN401 - JSON can hold anything
        done = subprocess.run(  # noqa: S603 - scripts of this file
            [str(BASH), "-euc", f'set -o pipefail\ncurl() {{ command curl -sS "$@"; }}\n{self.key}\n{script}'],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], **self.variables, **variables},
            stdout=subprocess.PIPE,
            check=True,
        )
        lines = done.stdout.splitlines()
        return json.loads(done.stdout) if len(lines) == 1 else [json.loads(line) for line in lines]

    def get(self, path: str, more: str = "") -> Any:  # noqa: ANN401 - the same
        return self(f'curl "${{BASE_URL}}/{path}${{QUERY}}" "${{KEY[@]}}" {more}')


@pytest.fixture(params=["header", "address"])
def shell(request: pytest.FixtureRequest, tmp_path: Path, emulator_url: str) -> Shell:
    return Shell(tmp_path, emulator_url, in_address=request.param == "address")


def test_a_batch_goes_from_its_file_to_its_result(shell: Shell, emulator_clock: JumpingClock) -> None:
    file = shell(UPLOAD + WHOLE)["file"]
    created = shell(CREATE, FILE=file["name"])
    emulator_clock.jump(1)
    done = shell.get(f"v1beta/{created['name']}", '-H "Content-Type:application/json"')
    result = done["response"]["responsesFile"]
    downloaded = shell(
        'curl "${BASE_URL}/download/v1beta/${RESULT}:download?alt=media${FURTHER}" "${KEY[@]}"', RESULT=result
    )

    assert file["displayName"] == "BatchInput"
    assert created["metadata"]["displayName"] == "my-batch-requests"
    assert [line.get("key") for line in downloaded] == [None, "request-2"]
    assert all(line["response"]["candidates"] for line in downloaded)


def test_an_upload_that_broke_off_goes_on_where_a_query_says(shell: Shell) -> None:
    file = shell(UPLOAD + RESUMED)["file"]

    assert int(file["sizeBytes"]) == (shell.folder / "batch_input.tmp").stat().st_size
    assert shell(CREATE, FILE=file["name"])["metadata"]["batchStats"]["requestCount"] == "2"


def test_inline_requests_are_listed_cancelled_and_deleted(shell: Shell) -> None:
    name = shell(CREATE_INLINE)["name"]

    assert [operation["name"] for operation in shell.get("v1beta/batches")["operations"]] == [name]
    assert shell.get(f"v1beta/{name}:cancel") == {}
    assert shell.get(f"v1beta/{name}")["metadata"]["state"] == "BATCH_STATE_CANCELLED"
    assert shell.get(f"v1beta/{name}", "-X DELETE") == {}
    assert shell.get(f"v1beta/{name}:delete")["error"]["code"] == 404
    assert shell.get("v1beta/batches") == {}
