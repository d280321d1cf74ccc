"""The corpus folder of a workspace: each step's files in a folder of their own, whole or not there.

A step is written into a folder beside its place, flushed and renamed; then its manifest is put into the corpus
folder as `build.json`, `dedup.json` or `export-jsonl.json`, which is the moment from which the step counts.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import msgspec

from adapters.corpus.disk import on_disk
from core.corpus.manifest import Part
from core.errors import BadInputError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


M = TypeVar("M")

_DIGITS = 12
_LOCK = ".lock"
_PART = ".part"
_SCRATCH = ".scratch"


def folder_name(step: str, fingerprint: str) -> str:
    """Return what a step's folder is called."""
    return f"{step}-{fingerprint[:_DIGITS]}"


class CorpusFolder:
    """`corpus/` in a workspace."""

    def __init__(self, root: Path) -> None:
        """Work in `root`, which need not exist."""
        self.root = root

    def manifest(self, step: str, shape: type[M]) -> M | None:
        """Return a step's manifest, None when the step was never done.

        Raises BadInputError when it is damaged, which doing the step again mends, StorageError when the disk does
        not give it.
        """
        path = self.root / f"{step}.json"
        with on_disk(path, "read"):
            try:
                content = path.read_bytes()
            except FileNotFoundError:
                return None
        try:
            return msgspec.json.decode(content, type=shape)
        except msgspec.MsgspecError as error:
            raise BadInputError(
                f"{path} is damaged ({error}); run `batchmill corpus {step.replace('-', ' --format ')}` again, "
                "which writes it anew"
            ) from error

    def former(self, step: str, shape: type[M]) -> M | None:
        """Return the manifest of a step that is to be done again, None when it is damaged; see `manifest`."""
        try:
            return self.manifest(step, shape)
        except BadInputError:
            return None

    def manifest_sha256(self, step: str) -> str:
        """Return the sha256 (hex) of a step's manifest; StorageError when it cannot be read."""
        path = self.root / f"{step}.json"
        with on_disk(path, "read"):
            return hashlib.sha256(path.read_bytes()).hexdigest()

    def differing(self, folder: str, parts: Iterable[Part], since: str = "") -> str | None:
        """Return, in words, the first part that is missing or was changed, `since` when."""
        for part in parts:
            path = self.root / folder / part.path
            try:
                with path.open("rb") as stream:
                    same = hashlib.file_digest(stream, "sha256").hexdigest() == part.sha256
            except OSError as error:
                return f"{path} cannot be read ({error.strerror})"
            if not same:
                return f"{path} was changed{since and ' since '}{since}"
        return None

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let nobody else write here; RefusedError when somebody does. What a killed step left is removed."""
        with on_disk(self.root / _LOCK):
            self.root.mkdir(parents=True, exist_ok=True)
            stream = (self.root / _LOCK).open("w")
        with stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise RefusedError(
                    f"another `batchmill corpus` command writes in {self.root}; wait for its end"
                ) from None
            for left in self.root.glob(f".*{_PART}"):
                shutil.rmtree(left, ignore_errors=True)
            yield

    @contextmanager
    def begin(self, step: str, fingerprint: str) -> Iterator[StepFolder]:
        """Begin a step in a folder that vanishes unless it is committed; nobody else may write meanwhile."""
        with self.locked():
            path = self.root / f".{folder_name(step, fingerprint)}{_PART}"
            with on_disk(path):
                path.mkdir()
            try:
                yield StepFolder(self, step, fingerprint, path)
            finally:
                shutil.rmtree(path, ignore_errors=True)


class StepFolder:
    """A step being written."""

    def __init__(self, home: CorpusFolder, step: str, fingerprint: str, path: Path) -> None:
        """Write into `path`."""
        self.path = path
        self.name = folder_name(step, fingerprint)
        self._home = home
        self._step = step

    @property
    def scratch(self) -> Path:
        """A folder for what only the step itself needs; it does not become part of the step."""
        return self.path / _SCRATCH

    def put(self, path: str, data: bytes) -> Part:
        """Write a file of the step, flushed to disk; StorageError when the disk refuses."""
        with on_disk(self.path / path):
            _write(self.path / path, data)
        return Part(path, data.count(b"\n"), len(data), hashlib.sha256(data).hexdigest())

    def commit(self, manifest: object) -> None:
        """Put the step into its place and let its manifest say so; the step it replaces is removed."""
        place, pointer = self._home.root / self.name, self._home.root / f"{self._step}.json"
        with on_disk(place):
            shutil.rmtree(self.scratch, ignore_errors=True)
            text = msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"
            _write(self.path / "_manifest.json", text)
            for folder in (path for path in [self.path, *self.path.rglob("*")] if path.is_dir()):
                _sync(folder)
            if place.exists():  # left by a step that was killed before it counted, or damaged since
                shutil.rmtree(place)
            self.path.rename(place)
            beside = pointer.with_name(f".{pointer.name}{_PART}")
            _write(beside, text)
            beside.replace(pointer)
            _sync(self._home.root)
        for former in self._home.root.glob(f"{self._step}-{'[0-9a-f]' * _DIGITS}"):
            if former != place:
                shutil.rmtree(former, ignore_errors=True)


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
