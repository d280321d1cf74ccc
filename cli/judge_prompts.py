"""The judging prompt of a workspace and its versions, which stand beside those of the refinement prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.files.atomic import sha256_of, write_whole
from cli.prompts import VERSIONS
from core.errors import BadInputError, RefusedError
from core.exchange.prompts import prompt_sha256, version_of
from core.quality.judge_form import default_judge_prompt

if TYPE_CHECKING:
    from pathlib import Path

    from cli.compose import Opened


def judging_prompt(opened: Opened) -> str:
    """Return the text of the settings' file, or where there is none the prompt that comes with the program.

    Raises BadInputError for a file that cannot be read, or is empty.
    """
    path = opened.root / opened.settings.judge.prompt_file
    try:
        prompt = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return default_judge_prompt()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"the judging prompt {path} cannot be read: {error}") from None
    if not prompt.strip():
        raise BadInputError(
            f"the judging prompt {path} is empty; write it, or remove it to have the program's own"
        )
    return prompt


def keep_judging_prompt(opened: Opened, prompt: str) -> None:
    """Put the text among the versions, unless it stands there; StorageError when the disk refuses."""
    path = _path(opened, prompt_sha256(prompt))
    if not _holds(path, prompt_sha256(prompt)):
        write_whole(path, prompt.encode())


def kept_judging_prompt(opened: Opened, sha256: str) -> str:
    """Return the text of a version that a batch was planned with; RefusedError when it is not there any more."""
    path = _path(opened, sha256)
    if not _holds(path, sha256):
        raise RefusedError(
            f"version {version_of(sha256)} of the judging prompt does not stand in {path} any more; "
            "put its text back"
        )
    return path.read_bytes().decode()


def _path(opened: Opened, sha256: str) -> Path:
    return opened.root / VERSIONS / f"{version_of(sha256)}.md"


def _holds(path: Path, sha256: str) -> bool:
    try:
        return sha256_of(path) == sha256
    except OSError:
        return False
