"""The emulator's file store: uploaded files that expire, and the result files of finished jobs."""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import TYPE_CHECKING

from adapters.emulator.clock import FILE_LIFETIME
from adapters.emulator.refusals import ApiError, invalid, unknown_file
from adapters.emulator.rows import NEWEST, FileRow, UploadRow

if TYPE_CHECKING:
    from adapters.emulator.blobs import Blobs
    from adapters.emulator.clock import NowNs
    from adapters.emulator.rows import Position, Rows

LONGEST_ID = 40
LARGEST_FILE = 2 * 1024**3
RESULT_PREFIX = "batch-"
"""How the id of a result file begins; the rest is the job's id, which makes it longer than LONGEST_ID."""

_FILE_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")


class Files:
    """Uploaded files; all raise ApiError in the real service's words, by id without the `files/`."""

    def __init__(self, rows: Rows, blobs: Blobs, now: NowNs) -> None:
        self._rows = rows
        self._blobs = blobs
        self._now = now

    def get(self, file_id: str) -> FileRow:
        """Return a living file."""
        row = self._rows.file(file_id)
        if row is None or row.expires_ns <= self._now():
            raise unknown_file(file_id)
        return row

    def page(self, *, below: Position = NEWEST, limit: int) -> list[FileRow]:
        """Return at most `limit` living files, newest first, from before `below`."""
        return self._rows.files(below=below, now_ns=self._now(), limit=limit)

    def delete(self, file_id: str) -> None:
        """Delete a file; jobs made from it keep what they need."""
        if len(file_id) > LONGEST_ID:
            raise invalid(
                f"* DeleteFileRequest.name: File ID {file_id} cannot be more than {LONGEST_ID} characters.\n"
            )
        self.get(file_id)
        self._rows.remove_file(file_id)
        self._blobs.remove(f"files/{file_id}")

    def sweep(self, limit: int) -> bool:
        """Remove at most so many expired files with their contents; return whether there may be more."""
        expired = self._rows.remove_expired_files(self._now(), limit)
        for file_id in expired:
            self._blobs.remove(f"files/{file_id}")
        return len(expired) == limit


class Uploads:
    """Resumable uploads: begun, continued piece by piece, finished into a file, also after a restart."""

    def __init__(self, rows: Rows, blobs: Blobs, now: NowNs) -> None:
        self._rows = rows
        self._blobs = blobs
        self._now = now

    def start(self, *, name: str, display_name: str, mime_type: str, declared: int | None) -> UploadRow:
        """Begin an upload; `name` is the file name that the client wishes, or ""."""
        if declared is not None and not 0 <= declared <= LARGEST_FILE:
            raise invalid(f"The file is {declared} bytes; at most {LARGEST_FILE} are allowed.")
        file_id = name.removeprefix("files/") or secrets.token_hex(6)
        self._check_id(file_id)
        upload_id = secrets.token_hex(16)
        row = UploadRow(upload_id, file_id, display_name, mime_type, declared, self._now())
        self._rows.add_upload(row)
        return row

    def get(self, upload_id: str) -> UploadRow:
        """Return an upload, finished or not."""
        row = self._rows.upload(upload_id)
        if row is None:
            raise ApiError(404, "NOT_FOUND", "The upload URL is not known (any more); start the upload again.")
        return row

    def received(self, upload: UploadRow) -> int:
        """Return how many bytes have arrived."""
        kind = f"files/{upload.file_id}" if upload.finished else f"uploads/{upload.id}"
        return self._blobs.size(kind) or 0

    def cancel(self, upload: UploadRow) -> None:
        """Forget an upload and what has arrived of it."""
        self._rows.remove_upload(upload.id)
        self._blobs.remove(f"uploads/{upload.id}")

    def sweep(self, limit: int) -> bool:
        """Remove at most so many uploads older than a file's lifetime; return whether there may be more."""
        old = self._rows.remove_old_uploads(self._now() - FILE_LIFETIME, limit)
        for upload_id in old:
            self._blobs.remove(f"uploads/{upload_id}")
        return len(old) == limit

    def finish(self, upload: UploadRow) -> FileRow:
        """Turn what has arrived into the file; saying it twice gives the same file."""
        if not upload.finished:
            self._finish(upload)
        row = self._rows.file(upload.file_id)
        if row is None:
            raise unknown_file(upload.file_id)
        return row

    def _finish(self, upload: UploadRow) -> None:
        self._check_id(upload.file_id)
        self._blobs.appender(f"uploads/{upload.id}").close()
        with self._blobs.reader(f"uploads/{upload.id}") as content:
            sha256 = hashlib.file_digest(content, "sha256").hexdigest()
        size = self.received(upload)
        if upload.declared is not None and size != upload.declared:
            raise invalid(f"The upload holds {size} bytes, {upload.declared} were announced.")
        self._blobs.rename(f"uploads/{upload.id}", f"files/{upload.file_id}")
        now = self._now()
        mime_type = upload.mime_type or "application/octet-stream"
        expires = now + FILE_LIFETIME
        self._rows.add_file(FileRow(0, upload.file_id, upload.display_name, mime_type, size, sha256, now, expires))
        self._rows.finish_upload(upload.id)

    def _check_id(self, file_id: str) -> None:
        if len(file_id) > LONGEST_ID:
            raise invalid(f"* CreateFileRequest.file.name: File ID {file_id} cannot be more than 40 characters.\n")
        if not _FILE_ID.fullmatch(file_id):
            raise invalid(
                "* CreateFileRequest.file.name: File ID can only contain lowercase letters, numbers and dashes, "
                "and cannot begin or end with a dash.\n"
            )
        if self._rows.file(file_id) is not None:
            raise ApiError(409, "ALREADY_EXISTS", f"The file {file_id} exists already.")
