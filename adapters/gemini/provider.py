"""`core.provider.BatchProvider` over google-genai: one attempt a call, a time limit, raw operations."""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote, urlencode

import msgspec
from google.genai import types

from adapters.gemini.client import client_of
from adapters.gemini.files import LARGEST_PAGE, file_of, file_page_of
from adapters.gemini.operations import inline_lines, job_of, page_of, state_of
from adapters.gemini.translate import translated
from core.errors import AmbiguousError, GoneError, RejectedError
from core.provider import Job, JobPage

if TYPE_CHECKING:
    import io
    from datetime import datetime
    from typing import BinaryIO

    from core.provider import FilePage, RemoteFile

#: Uploads of .jsonl need their type said: the client library cannot guess it.
JSONL = "application/jsonl"


class GeminiProvider:
    """The Gemini Batch API of the Developer API (never Vertex, whatever the environment says)."""

    def __init__(
        self,
        api_key: str,
        base_url: str | None = None,
        api_version: str = "v1beta",
        timeout_seconds: float = 60.0,
    ) -> None:
        """Prepare a client; nothing is sent yet. Raises CredentialsError when the key is empty."""
        self._client = client_of(api_key, base_url, api_version, timeout_seconds)
        self._secret = api_key

    def upload(self, content: BinaryIO, *, display_name: str) -> RemoteFile:
        """Put a batch file into the provider's store."""
        with translated(f"uploading {display_name}", effect=True, secret=self._secret):
            content.seek(0)
            config = types.UploadFileConfig(display_name=display_name, mime_type=JSONL)
            file = self._client.files.upload(file=cast("io.IOBase", content), config=config)
            if not file.name:
                raise AmbiguousError(f"uploading {display_name}: the answer names no file")
            return file_of(file.model_dump(mode="json", by_alias=True))

    def create(self, *, model: str, input_file: str, display_name: str, embeds: bool = False) -> Job:
        """Create a job with a single call; an answer that names no job is ambiguous."""
        with translated(f"creating the job {display_name}", effect=True, secret=self._secret):
            job = self._created(model, input_file, display_name, embeds=embeds)
            if not job.name:
                raise AmbiguousError(f"creating the job {display_name}: the answer names no job")
            state = state_of(job.state.value if job.state else None)
            return Job(name=job.name, display_name=display_name, state=state, model=model, input_file=input_file)

    def get(self, name: str) -> Job:
        """Look at one job's raw operation."""
        with translated(f"looking at {name}", effect=False, secret=self._secret):
            return job_of(self._operation(name))

    def list_jobs(self, *, page_size: int, page_token: str | None = None) -> JobPage:
        """Return one page of the raw list (the library's pager breaks on an empty page)."""
        with translated("listing the jobs", effect=False, secret=self._secret):
            return page_of(self._read(_page("batches", page_size, page_token)))

    def list_files(self, *, page_size: int, page_token: str | None = None) -> FilePage:
        """Return one page of the raw list of files, without those that the service made itself."""
        with translated("listing the files", effect=False, secret=self._secret):
            return file_page_of(self._read(_page("files", min(page_size, LARGEST_PAGE), page_token)))

    def server_time(self) -> datetime | None:
        """Make one list call, and return when the server says it answered, None where it does not say."""
        with translated("listing the jobs", effect=False, secret=self._secret):
            reply = self._ask("batches?pageSize=1")
            page_of(reply.body or "")
        headers = {name.lower(): value for name, value in (reply.headers or {}).items()}
        try:
            return parsedate_to_datetime(headers.get("date", "")).astimezone(UTC)
        except (ValueError, OverflowError):
            return None

    def download(self, job: Job, sink: BinaryIO) -> None:
        """Write the job's result lines into `sink`."""
        with translated(f"downloading the result of {job.name}", effect=False, secret=self._secret):
            if job.result_file:
                self._client.files.download(file=job.result_file, destination=cast("io.IOBase", sink))
            else:
                sink.writelines(inline_lines(self._operation(job.name)))

    def cancel(self, name: str) -> None:
        """Ask the provider to stop a job."""
        with translated(f"cancelling {name}", effect=False, secret=self._secret):
            self._client.batches.cancel(name=name)

    def get_file(self, name: str) -> RemoteFile:
        """Look at one uploaded file."""
        with translated(f"looking at {name}", effect=False, secret=self._secret):
            return file_of(msgspec.json.decode(self._read(quote(name)), type=dict[str, Any]))

    def delete_job(self, name: str) -> None:
        """Delete a job; one that is already gone is no error."""
        try:
            with translated(f"deleting {name}", effect=False, secret=self._secret):
                self._client.batches.delete(name=name)
        except GoneError:
            return

    def delete_file(self, name: str) -> None:
        """Delete an uploaded file; result ids are too long for the API to delete, which is no error here."""
        try:
            with translated(f"deleting {name}", effect=False, secret=self._secret):
                self._client.files.delete(name=name)
        except (GoneError, RejectedError):
            return

    def _created(self, model: str, input_file: str, display_name: str, *, embeds: bool) -> types.BatchJob:
        if not embeds:
            plain = types.CreateBatchJobConfig(display_name=display_name)
            return self._client.batches.create(model=model, src=input_file, config=plain)
        source = types.EmbeddingsBatchJobSource(file_name=input_file)
        config = types.CreateEmbeddingsBatchJobConfig(display_name=display_name)
        # The public call is this one after a warning that it may change, which is nothing for people here.
        return self._client.batches._create_embeddings(model=model, src=source, config=config)  # noqa: SLF001

    def _operation(self, name: str) -> dict[str, Any]:
        return cast("dict[str, Any]", msgspec.json.decode(self._read(quote(name))))

    def _read(self, path: str) -> str:
        return self._ask(path).body or ""

    def _ask(self, path: str) -> types.HttpResponse:
        """Return the untouched answer to a GET, by the client's own key, base address and time limit."""
        return self._client._api_client.request("get", path, {}, None)  # noqa: SLF001 - the public calls drop fields


def _page(what: str, size: int, token: str | None) -> str:
    query = {"pageSize": str(size)} | ({"pageToken": token} if token else {})
    return f"{what}?{urlencode(query)}"
