"""A window on a JSON text of any length: hashed, decoded and parsed piece by piece, with every place known."""

from __future__ import annotations

import codecs
import json
import re
from hashlib import sha256
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from typing import Any, BinaryIO

#: Bytes that are read at once.
_PIECE = 1 << 19
_SPACE = re.compile(r"[ \t\n\r]*")

#: A value that is not complete within this many characters is not looked at any further.
LONGEST_VALUE = 64 << 20

#: The longest token that the end of a window can cut in two (`-Infinity`, an escaped pair of surrogates).
_TOKEN = 16

#: What may be complete JSON and yet go on behind the window's end.
_NUMBERS = (int, float)


class UnreadableTextError(Exception):
    """The text cannot be read any further, with the code of the problem and its place (from 1, in characters)."""

    def __init__(self, code: str, sentence: str, line: int, column: int) -> None:
        """Keep the finding's parts."""
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.line = line
        self.column = column


class OddValueError(ValueError):
    """Something that the json library would let pass."""


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(members)
    if len(made) != len(members):
        names = [name for name, _ in members]
        double = next(name for name in names if names.count(name) > 1)
        raise OddValueError(f"the key {double!r} stands twice in one object")
    return made


def _constant(name: str) -> NoReturn:
    raise OddValueError(f"{name} is no JSON value")


class TextWindow:
    """Reads UTF-8 JSON from a stream, holding no more of it than the value at hand and one piece.

    `text[pos:]` is what comes next. Every method may raise UnreadableTextError.
    """

    def __init__(self, stream: BinaryIO, piece: int = _PIECE) -> None:
        """Begin at the stream's start, reading `piece` bytes at once; a byte order mark is passed over."""
        self._piece = piece
        self._stream = stream
        self._hash = sha256()
        self._pending = b""
        self._ended = False
        self._line = 1
        self._column = 1
        self._decode = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant).raw_decode
        self.size = 0
        self.text = ""
        self.pos = 0
        self.start = 0
        while not self.text and self._fill():
            pass
        self.text = self.text.removeprefix("\ufeff")

    @property
    def sha256(self) -> str:
        """The sha256 of the bytes read so far, in hex; of the whole file after `drain`."""
        return self._hash.hexdigest()

    def peek(self) -> str:
        """Pass over white space and return the next character, or nothing at the end."""
        while True:
            self.pos = _SPACE.match(self.text, self.pos).end()  # type: ignore[union-attr] # it always matches
            if self.pos < len(self.text):
                return self.text[self.pos]
            if not self._fill():
                return ""

    def value(self) -> Any:  # noqa: ANN401 - any JSON value
        """Return the next value, whole; its place is `where(start)` until something else is read."""
        self.peek()
        while True:
            try:
                value, end = self._decode(self.text, self.pos)
            except json.JSONDecodeError as error:
                self._retry(error.msg, error.pos)
            except RecursionError:
                raise self.problem("is nested too deeply to be read") from None
            except OddValueError as error:
                raise self.problem(str(error)) from None
            except ValueError:
                raise self.problem("has a number of too many digits") from None
            else:
                length = end - self.pos
                cut_off = type(value) in _NUMBERS and end > len(self.text) - _TOKEN
                if not cut_off or not self._fill():
                    self.start = self.pos
                    self.pos += length
                    return value

    def _retry(self, message: str, at: int) -> None:
        """Read on when the text may only be cut off at the window's end; otherwise it is wrong where it says."""
        offset = at - self.pos
        cut_off = message.startswith("Unterminated string") or at >= len(self.text) - _TOKEN
        if not cut_off or not self._fill():
            if self.pos + offset >= len(self.text):
                message = f"it ends in the middle ({message})"
            raise self.problem(f"is not JSON: {message}", self.pos + offset)
        if len(self.text) > LONGEST_VALUE:
            raise self.problem(f"has a value longer than {LONGEST_VALUE:,} characters")

    def where(self, index: int) -> tuple[int, int]:
        """Return the line and column, from 1, of a place in `text`."""
        lines = self.text.count("\n", 0, index)
        if lines:
            return self._line + lines, index - self.text.rfind("\n", 0, index)
        return self._line, self._column + index

    def problem(self, sentence: str, index: int | None = None) -> UnreadableTextError:
        """Return the error that says the JSON is bad at `index` (default: at the next character)."""
        return UnreadableTextError("bad-json", sentence, *self.where(self.pos if index is None else index))

    def drain(self) -> None:
        """Read the rest for its hash and size alone."""
        while chunk := self._stream.read(self._piece):
            self._hash.update(chunk)
            self.size += len(chunk)

    def _fill(self) -> bool:
        """Drop what was passed and read one piece more (as much as is held, if that is more); False at the end."""
        if self._ended:
            return False
        chunk = self._stream.read(max(self._piece, len(self.text) - self.pos))
        self._ended = not chunk
        self._hash.update(chunk)
        self.size += len(chunk)
        self._line, self._column = self.where(self.pos)
        self.text = self.text[self.pos :] + self._decoded(self._pending + chunk)
        self.pos = self.start = 0
        return bool(chunk)

    def _decoded(self, data: bytes) -> str:
        try:
            text, used = codecs.utf_8_decode(data, "strict", self._ended)
        except UnicodeDecodeError as error:
            self.text = self.text[self.pos :] + data[: error.start].decode()
            self.pos = 0
            line, column = self.where(len(self.text))
            sentence = f"is not UTF-8: byte 0x{data[error.start]:02x} cannot stand here"
            raise UnreadableTextError("not-utf8", sentence, line, column) from None
        self._pending = data[used:]
        return text
