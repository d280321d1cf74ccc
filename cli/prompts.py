"""The refinement prompt's versions in a workspace: kept when a wave is planned, read by all it is written from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from adapters.files.atomic import sha256_of, write_whole
from core.errors import BadInputError, BatchmillError, NotFoundError, RefusedError
from core.exchange.prompts import prompt_sha256, version_of
from core.ledger.load import load_wave
from core.ledger.streams import WAVE, wave_number

if TYPE_CHECKING:
    from pathlib import Path

    from cli.compose import Opened

#: Where the text of every planned version stands, relative to the workspace.
VERSIONS = "prompts/versions"


class PromptVersion(msgspec.Struct, frozen=True):
    """A version of the refinement prompt: where its text stands, and the waves whose plan uses it.

    `current` is the one that the next plan takes. `state` says whether the text is kept, missing, changed (it is
    another text by now), or new (no plan has used it).
    """

    version: str
    sha256: str
    path: str
    state: str
    current: bool
    waves: tuple[int, ...]


def prompt_of(opened: Opened) -> tuple[str, str]:
    """Return the prompt that the settings name, and its sha256; NotFoundError or BadInputError if it cannot be."""
    path = opened.root / opened.settings.model.prompt_file
    try:
        prompt = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NotFoundError(f"the prompt {path} is missing; `batchmill init` puts the default one there") from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"the prompt {path} cannot be read: {error}") from None
    if not prompt.strip():
        raise BadInputError(
            f"the prompt {path} is empty; write it, or remove it and let `batchmill init` put the default there"
        )
    return prompt, prompt_sha256(prompt)


def keep_version(opened: Opened, sha256: str) -> None:
    """Put the prompt that was just planned with among the versions, unless it stands there.

    Raises RefusedError when the prompt is another one by now, StorageError when the disk refuses.
    """
    path = opened.root / _path(sha256)
    if _digest(path) == sha256:
        return
    prompt, digest = prompt_of(opened)
    if digest != sha256:
        raise RefusedError(f"the prompt {opened.settings.model.prompt_file} changed meanwhile; plan again")
    write_whole(path, prompt.encode())


def planned_prompt(opened: Opened, sha256: str, wave: int) -> str:
    """Return the text of the version that a wave was planned with, whatever the prompt is by now.

    Raises RefusedError when it is neither among the versions nor in the settings' file any more.
    """
    path = opened.root / _path(sha256)
    if _digest(path) == sha256:
        return path.read_bytes().decode()
    current = opened.settings.model.prompt_file
    try:
        prompt, digest = prompt_of(opened)
        found = f"{current} is another one"
    except NotFoundError:
        digest = prompt = ""
        found = f"{current} is missing as well"
    except BatchmillError:
        digest = prompt = ""
        found = f"{current} cannot be read"
    if digest != sha256:
        raise RefusedError(
            f"version {version_of(sha256)} of the prompt, with which wave {wave} was planned, does not stand in "
            f"{_path(sha256)} any more, and {found}; put its text back"
        )
    return prompt


def versions(opened: Opened) -> list[PromptVersion]:
    """Return every version that a wave uses and the current one, in the order of the waves."""
    used: dict[str, list[int]] = {}
    store = opened.database.store
    for number in sorted(number for number in map(wave_number, store.streams(WAVE)) if number is not None):
        if (terms := load_wave(store, number).terms) is not None:
            used.setdefault(terms.prompt_sha256, []).append(number)
    try:
        _, current = prompt_of(opened)
    except BatchmillError:
        current = ""
    listed = [*used, *([current] if current and current not in used else [])]
    return [_version(opened, sha256, tuple(used.get(sha256, ())), current) for sha256 in listed]


def _version(opened: Opened, sha256: str, waves: tuple[int, ...], current: str) -> PromptVersion:
    digest = _digest(opened.root / _path(sha256))
    state = "missing" if digest is None else "kept" if digest == sha256 else "changed"
    path = _path(sha256)
    if state != "kept" and sha256 == current:
        path, state = opened.settings.model.prompt_file, "new" if not waves else "kept"
    return PromptVersion(version_of(sha256), sha256, path, state, sha256 == current, waves)


def _path(sha256: str) -> str:
    return f"{VERSIONS}/{version_of(sha256)}.md"


def _digest(path: Path) -> str | None:
    try:
        return sha256_of(path)
    except OSError:
        return None
