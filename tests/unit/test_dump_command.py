from __future__ import annotations

import shlex

import pytest

from adapters.sql.snapshot import dump_command


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("postgresql://droid:hunter2@mill:5433/ledger", "postgresql://droid@mill:5433/ledger"),
        ("postgresql+psycopg://droid:@/ledger?host=/run/pg", "postgresql://droid@/ledger?host=%2Frun%2Fpg"),
        ("postgres://mill/ledger?password=hunter2&sslmode=require", "postgresql://mill/ledger?sslmode=require"),
        ("postgresql://mill/it's; rm -rf", "postgresql://mill/it%27s%3B rm -rf"),
    ],
)
def test_a_dump_is_said_without_the_password(url: str, address: str) -> None:
    said = dump_command(url)
    assert shlex.split(said) == ["pg_dump", "--format=custom", "--file=ledger.dump", address]
    assert "hunter2" not in said
