"""The process that atheris drives: `python -m benchmarks.fuzz.target CORPUS… [libFuzzer's options]`."""

from __future__ import annotations

import sys

import atheris  # type: ignore[import-not-found,import-untyped,unused-ignore]

with atheris.instrument_imports(include=["core.exchange"]):
    from benchmarks.fuzz.oracle import check_file, check_text


def one_input(data: bytes) -> None:
    """Check an input: after `f` comes a result file, after anything else an answer's text."""
    if data[:1] == b"f":
        check_file(data[1:])
    else:
        check_text(data[1:].decode("utf-8", "replace"))


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
