"""Paths from data, made so that they cannot lead out of the folder that they are looked for in."""

from __future__ import annotations

import re

_DRIVE = re.compile(r"[A-Za-z]:")


def safe_relative(claimed: str) -> str | None:
    r"""Return a claimed path with `/` between its parts, or None when it names no file.

    `a\b.jsonl` is `a/b.jsonl`; of a path that is absolute, has a drive or climbs with `..`, only the name is left.
    """
    text = claimed.replace("\\", "/")
    parts = [part for part in text.split("/") if part not in {"", "."}]
    if not parts or not all(part.isprintable() for part in parts) or text.endswith("/"):
        return None
    name = parts[-1]
    if name == ".." or _DRIVE.match(name) or len(name.encode("utf-8", "replace")) > 255:  # noqa: PLR2004 - NAME_MAX
        return None
    return name if leads_out(claimed) else "/".join(parts)


def leads_out(claimed: str) -> bool:
    """Whether a path as claimed would leave the folder it is looked for in."""
    text = claimed.replace("\\", "/")
    return text.startswith("/") or bool(_DRIVE.match(text)) or ".." in text.split("/")
