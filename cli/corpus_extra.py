"""What the corpus needs beside the program itself: optional libraries, looked for before they are imported."""

from __future__ import annotations

from importlib.util import find_spec

from core.errors import RefusedError


def require(*libraries: str, extra: str = "corpus") -> None:
    """Raise RefusedError that says what to install when one of these libraries is not there."""
    missing = [library for library in libraries if find_spec(library) is None]
    if missing:
        raise RefusedError(
            f"this needs {' and '.join(missing)}, which batchmill does without elsewhere; "
            f"install what belongs to it: pip install 'batchmill[{extra}]'"
        )
