"""The shapes of a staged file: an object with `qa_pairs`, a bare array of pairs, or one pair a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.files.text_window import UnreadableTextError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapters.files.text_window import TextWindow

_PAIRS = "qa_pairs"


class StagedDocument:
    """Walks a staged file's text and yields its pairs as they stand, keeping the scalar fields around them."""

    def __init__(self, window: TextWindow) -> None:
        """Walk the text that the window shows from its start."""
        self._window = window
        self._opened: tuple[int, int] | None = None
        self.fields: dict[str, Any] = {}

    def where(self) -> tuple[int, int]:
        """Return line and column of the pair that was yielded last."""
        return self._opened or self._window.where(self._window.start)

    def pairs(self) -> Iterator[Any]:
        """Yield what stands where pairs should stand, unchecked; raises UnreadableTextError for broken text."""
        window = self._window
        first = window.peek()
        if first == "[":
            yield from self._array()
        elif first == "{":
            yield from self._object()
        elif first:
            raise self._shapeless()
        else:
            raise UnreadableTextError("no-content", "is an empty file; ask for it again", 1, 1)
        if window.peek():
            raise window.problem("is not JSON: something stands after its end")

    def _array(self) -> Iterator[Any]:
        window = self._window
        window.pos += 1
        if window.peek() == "]":
            window.pos += 1
            return
        while True:
            yield window.value()
            if self._ends("]"):
                return

    def _object(self) -> Iterator[Any]:
        """Read the members one by one; an object that is itself a pair is the first line of many."""
        window = self._window
        begins = window.where(window.pos)
        held_pairs = False
        window.pos += 1
        ended = window.peek() == "}"
        window.pos += ended
        while not ended:
            name = self._name()
            if name == _PAIRS:
                held_pairs = True
                yield from self._listed()
            else:
                value = window.value()
                self.fields[name] = type(value)() if isinstance(value, dict | list) else value
            ended = self._ends("}")
        if held_pairs:
            return
        if not self.fields.keys() & {"question", "answer"}:
            raise UnreadableTextError(
                "no-pairs", "has no qa_pairs and is no pair itself; give it one of the known shapes", *begins
            )
        yield from self._lines(begins)

    def _lines(self, begins: tuple[int, int]) -> Iterator[Any]:
        pair, self.fields = self.fields, {}
        self._opened = begins
        yield pair
        self._opened = None
        while self._window.peek():
            yield self._window.value()

    def _listed(self) -> Iterator[Any]:
        if self._window.peek() != "[":
            line, column = self._window.where(self._window.pos)
            raise UnreadableTextError("no-pairs", "has qa_pairs that are no list", line, column)
        self.fields[_PAIRS] = []
        yield from self._array()

    def _name(self) -> str:
        window = self._window
        if window.peek() != '"':
            raise window.problem("is not JSON: a key in double quotes is missing")
        name: str = window.value()
        if name in self.fields:
            raise window.problem(f"the key {name!r} stands twice in one object", window.start)
        if window.peek() != ":":
            raise window.problem("is not JSON: ':' is missing after a key")
        window.pos += 1
        return name

    def _ends(self, bracket: str) -> bool:
        """Pass over a comma (False) or the closing bracket (True)."""
        window = self._window
        mark = window.peek()
        if mark not in (",", bracket):
            what = "',' is missing" if mark else f"it ends before its {bracket!r}"
            raise window.problem(f"is not JSON: {what}")
        window.pos += 1
        return mark == bracket

    def _shapeless(self) -> UnreadableTextError:
        return self._window.problem("holds neither a JSON object nor a list of pairs")
