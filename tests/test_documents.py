from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cli.mcp.catalogue import TOOLS
from core.batch.lifecycle import diagram
from core.wave import lifecycle as wave_lifecycle

if TYPE_CHECKING:
    from cli.mcp.tool import Tool

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("document", ["README.md", "docs/lifecycle.md"])
def test_the_documents_show_the_lifecycle_as_it_is(document: str) -> None:
    assert f"```mermaid\n{diagram()}```" in (ROOT / document).read_text(encoding="utf-8")


def test_the_documents_show_the_lifecycle_of_a_wave_as_it_is() -> None:
    shown = (ROOT / "docs/lifecycle.md").read_text(encoding="utf-8")
    assert f"```mermaid\n{wave_lifecycle.diagram()}```" in shown


def test_no_document_names_a_registry_or_a_folder_of_one_machine() -> None:
    for path in [ROOT / "constraints.txt", ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        text = path.read_text(encoding="utf-8")
        assert not any(
            word in text for word in ("index-url", "/simple", "find-links", "/work/", "/root/", "file://")
        )


def test_every_dependency_is_pinned_to_one_version() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").split()
    assert lines
    assert all(line.count("==") == 1 for line in lines)


@pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS)
def test_the_page_for_agents_lists_every_tool_with_its_arguments(tool: Tool) -> None:
    rows = (ROOT / "docs/agents.md").read_text(encoding="utf-8").split("\n")
    schema = tool.schema()
    needed = schema.get("required", ())
    arguments = ", ".join(f"`{name}`{'*' * (name in needed)}" for name in schema["properties"])

    assert any(row.startswith(f"| `{tool.name}` | {arguments} |") for row in rows)
