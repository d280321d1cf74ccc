from __future__ import annotations

import contextlib
import io
from pathlib import Path

import grimp
import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).parent.parent
PACKAGES = ("core", "adapters", "cli", "migrations")
FOLDERS = (*PACKAGES, "sample", "tests", "benchmarks")

LONGEST = 300

#: Where each third-party library may be imported; whoever wants it elsewhere asks the room it lives in.
HOMES = {
    "transitions": ("core.rulebook",),
    "sqlalchemy": ("adapters.sql", "migrations"),
    "alembic": ("adapters.sql.migrate", "migrations"),
    "psycopg": ("adapters.sql",),
    "google": ("adapters.gemini",),
    "httpx2": ("adapters.gemini",),
    "apscheduler": ("adapters.scheduler",),
    "harper": ("adapters.language",),
    "watchfiles": ("adapters.watching",),
    "prometheus_client": ("adapters.metrics",),
    "opentelemetry": ("adapters.tracing",),
    "starlette": ("adapters.emulator", "cli.mcp"),
    "uvicorn": ("adapters.emulator", "cli.mcp"),
    "mcp": ("cli.mcp",),
    "anyio": ("cli.mcp",),
    "numpy": ("adapters.corpus",),
    "pyarrow": ("adapters.corpus",),
    "daft": ("adapters.corpus",),
    "ray": ("adapters.corpus",),
    "typer": ("cli",),
    "rich": ("cli",),
    "structlog": ("cli",),
    "pydantic": ("cli",),
    "pydantic_settings": ("cli",),
}

#: What reads the world; the core is told about it through its ports instead.
WORLD = (
    "os",
    "time",
    "random",
    "secrets",
    "shutil",
    "tempfile",
    "subprocess",
    "logging",
    "asyncio",
    "sys",
)


def modules() -> list[Path]:
    return sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(*PACKAGES, include_external_packages=True, cache_dir=None)


def test_the_directions_are_law() -> None:
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)

    assert status == EXIT_STATUS_SUCCESS, said.getvalue()


@pytest.mark.parametrize("library", HOMES)
def test_a_library_is_imported_in_its_home_alone(graph: grimp.ImportGraph, library: str) -> None:
    importers = graph.find_modules_that_directly_import(library) if library in graph.modules else set()

    strangers = {
        module
        for module in importers
        if not any(module == home or module.startswith(f"{home}.") for home in HOMES[library])
    }
    assert strangers == set()


@pytest.mark.parametrize("library", WORLD)
def test_the_core_reads_nothing_of_the_world(graph: grimp.ImportGraph, library: str) -> None:
    importers = graph.find_modules_that_directly_import(library) if library in graph.modules else set()

    assert {module for module in importers if module.split(".")[0] == "core"} == set()


def test_no_file_is_longer_than_300_lines() -> None:
    lengths = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8").count("\n") for path in modules()}

    assert {path: lines for path, lines in lengths.items() if lines > LONGEST} == {}


def test_no_module_is_named_for_what_nobody_could_name() -> None:
    nameless = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"}

    assert [path for path in modules() if {path.stem, path.parent.name} & nameless] == []


def test_the_test_tree_has_no_packages_that_would_hide_the_real_ones() -> None:
    tests = ROOT / "tests"

    assert list(tests.rglob("__init__.py")) == []
    assert [path for path in tests.rglob("*") if path.is_dir() and path.name in FOLDERS] == []
