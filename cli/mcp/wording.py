"""Sentences that name commands of the terminal, as an agent can follow them: by the tool that does the same.

What no tool does stays as it is, and is said to be the user's to do.
"""

from __future__ import annotations

import re
import shlex

#: The tool of each command that has one, where it is called otherwise.
_OTHERWISE = {"run": "drive", "cancel": "batch_cancel"}
_ALIKE = frozenset(
    {"inventory", "plan", "write", "submit", "status", "timeline", "waves", "balance", "history", "cost"}
    | {"assess", "sample", "accept", "reject", "reconcile"}
)
#: The tools of steps of the corpus, by their commands.
_CORPUS = {"build": "corpus_build", "dedup": "corpus_dedup", "export": "corpus_export", "search": "corpus_search"}
#: What a command's words without an option are to its tool.
_WORDS = {
    "history": ("subject",),
    "submit": ("first", "last"),
    "status": ("batches",),
    "batch_cancel": ("batchName",),
    "corpus_search": ("query",),
}
#: Options that a tool's arguments are called after.
_OPTIONS = frozenset(
    {"wave", "which", "batch", "by", "reason", "first-number", "strategy", "batch-size", "low-count", "requests"}
    | {"depends-on", "accept-counts", "accept-findings", "force", "replace", "again", "dry-run"}
    | {"cosine", "license"}
)
_COMMAND = re.compile(r"`batchmill ([^`]+)`")
_OPTION = re.compile(r"(?<![\w-])--([a-z][a-z-]*)")
#: Approval is no tool of its own: it is asked for with the price.
_APPROVAL = re.compile(r"`batchmill approve --wave \S+?`")
BY_THE_USER = "what begins with `batchmill` is for the user to run at a terminal"


def as_tools(said: str) -> str:
    """Return a sentence that names tools, and arguments by their names, where it named commands and options."""
    told = _COMMAND.sub(lambda found: _tool(found[1]) or found[0], _APPROVAL.sub("`submit` of its batches", said))
    terminal = "`batchmill " in told
    parts = re.split(r"(`batchmill [^`]+`)", told)
    told = "".join(part if part.startswith("`batchmill ") else _OPTION.sub(_argument, part) for part in parts)
    return f"{told}; {BY_THE_USER}" if terminal and BY_THE_USER not in told else told


def _tool(line: str) -> str | None:
    """Return how a tool is called that does what a command line does; None where there is none."""
    try:
        command, *words = shlex.split(line)
    except ValueError:
        return None
    if command == "corpus" and words:
        tool, words = (_CORPUS.get(words[0]), words[1:])
    else:
        tool = command if command in _ALIKE else _OTHERWISE.get(command)
    if tool is None:
        return None
    found: list[str] = []
    names = iter(_WORDS.get(tool, ()))
    rest = iter(words)
    for word in rest:
        if not word.startswith("--"):
            name, value = next(names, None), word
        elif word == "--dry-run":
            name, value = "dry_run", "true"
        else:
            name, value = (word[2:], next(rest, "")) if word[2:] in _OPTIONS else (None, "")
        if name is None:
            return None
        # The one tool that takes several waves.
        name, value = ("waves", f"[{value}]") if (tool, name) == ("corpus_build", "wave") else (name, value)
        found.append(f"{name.replace('-', '_')}={value}")
    return f"`{tool}` with {', '.join(found)}" if found else f"`{tool}`"


def _argument(found: re.Match[str]) -> str:
    return f"`{found[1].replace('-', '_')}`" if found[1] in _OPTIONS else found[0]
