"""Formulas in LaTeX as they are written on one line of plain text."""

from __future__ import annotations

import re

_FRACTION = re.compile(r"\\[dt]?frac\s?\{([^{}]{1,200})\}\s?\{([^{}]{1,200})\}")
_ROOT = re.compile(r"\\sqrt\s?\{([^{}]{1,200})\}")
_WORDS = re.compile(r"\\(?:text|mathrm|mathbf|mathit|operatorname|textbf|textit)\s?\{([^{}]{1,200})\}")
_POWER = re.compile(r"\^\{([^{}]{1,40})\}")
_COMMAND = re.compile(r"\\([A-Za-z]{1,20})")
_ESCAPED = re.compile(r"\\([%$#&_*~`>.!+\-{}])")
_DELIMITER = re.compile(r"\\[()\[\],;:! ]|\$\$")
_SIGNS = {
    "times": "*",
    "cdot": "*",
    "div": "/",
    "approx": "≈",
    "leq": "<=",
    "le": "<=",
    "geq": ">=",
    "ge": ">=",
    "lt": "<",
    "gt": ">",
    "neq": "!=",
    "left": "",
    "right": "",
    "quad": " ",
    "qquad": " ",
}
#: Fractions in fractions, from the innermost outwards; a formula of a textbook is not deeper.
_DEPTH = 4


def without_latex(text: str) -> str:
    r"""Return the text with the usual commands as plain signs: `\frac{a}{b}` as `(a) / (b)`."""
    text = _ESCAPED.sub(r"\1", text)
    for _ in range(_DEPTH):
        before = text
        text = _WORDS.sub(r"\1", _ROOT.sub(r"sqrt(\1)", _POWER.sub(r"^(\1)", text)))
        text = _FRACTION.sub(r"(\1) / (\2)", text)
        if text == before:
            break
    text = _DELIMITER.sub(" ", text)
    return _COMMAND.sub(lambda found: f" {_SIGNS.get(found[1], found[1])} ", text)
