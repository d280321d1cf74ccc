"""Backups that were damaged, cut short, or made with bad intentions: nothing of them is put in place."""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
import tarfile
from contextlib import closing
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.workspaces import Mill, written

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Contents = dict[str, bytes]


class Target(NamedTuple):
    """A workspace that backups are restored over, and what a sound one of it holds."""

    mill: Mill
    sound: Contents


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Target:
    mill = written(Mill(tmp_path_factory.mktemp("bad") / "mill"), a=11)
    mill.run("backup ../sound.tar")
    with tarfile.open(mill.root.parent / "sound.tar") as tar:
        sound = {member.name: tar.extractfile(member).read() for member in tar}  # type: ignore[union-attr] # files
    return Target(mill, sound)


def packed(path: Path, contents: Contents, *more: tarfile.TarInfo) -> Path:
    with tarfile.open(path, "w") as tar:
        for name, content in contents.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
        for info in more:
            tar.addfile(info)
    return path


def refused(target: Target, path: Path, line: str = "restore --force") -> str:
    """Return why a backup is refused, after it was seen to that nothing has changed."""
    mill = target.mill
    before = mill.files(), mill.events()
    said = mill.refused(f"{line} {path}")
    assert (mill.files(), mill.events()) == before
    assert list(mill.root.glob(".restore.*")) == list(mill.root.glob("replaced-*")) == []
    return said


def altered(sound: Contents, change: Callable[[dict[str, Any]], object]) -> Contents:
    """Return contents whose manifest was changed."""
    manifest = json.loads(sound["manifest.json"])
    change(manifest)
    return {**sound, "manifest.json": json.dumps(manifest).encode()}


def with_ledger(sound: Contents, folder: Path, *statements: str) -> Contents:
    """Return contents whose ledger was changed by somebody who keeps the manifest's sums right."""
    file = folder / "forged.db"
    file.write_bytes(sound["ledger.db"])
    with closing(sqlite3.connect(file)) as connection, connection:
        for statement in ("DROP TRIGGER events_no_update", "DROP TRIGGER events_no_delete", *statements):
            connection.execute(statement)
    data = file.read_bytes()
    ledger = {"path": "ledger.db", "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    return {**altered(sound, lambda manifest: manifest.update(ledger=ledger)), "ledger.db": data}


def test_a_sound_one_is_put_back(target: Target, tmp_path: Path) -> None:
    target.mill.run(f"restore {packed(tmp_path / 'same.tar', target.sound)} --to {tmp_path}/there")
    assert Mill(tmp_path / "there").events() == target.mill.events()


@pytest.mark.parametrize(
    "name", ["ledger.db", "workspace/submissions/batch_205.jsonl", "workspace/batchmill.toml"]
)
def test_a_byte_that_changed_is_found(target: Target, tmp_path: Path, name: str) -> None:
    content = bytearray(target.sound[name])
    content[len(content) // 2] ^= 1
    path = packed(tmp_path / "bad.tar", {**target.sound, name: bytes(content)})
    assert f"{name} does not have the sha256 that was announced" in refused(target, path)


@pytest.mark.parametrize("kept", [0, 100, 511, 5_000, 50_000])
def test_a_backup_that_was_cut_short_is_found(target: Target, tmp_path: Path, kept: int) -> None:
    path = packed(tmp_path / "bad.tar", target.sound)
    path.write_bytes(path.read_bytes()[:kept])
    assert "nothing was restored" in refused(target, path)


@pytest.mark.parametrize("name", ["x.tar.gz", "x.tar.xz"])
def test_so_is_one_that_was_compressed(target: Target, tmp_path: Path, name: str) -> None:
    target.mill.run(f"backup {tmp_path / name}")
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[: len(content) // 2])
    assert "nothing was restored" in refused(target, tmp_path / name)


def test_a_file_of_another_kind_is_no_backup(target: Target, tmp_path: Path) -> None:
    path = tmp_path / "letter.tar"
    path.write_text("Dear all, " * 1000, encoding="utf-8")
    assert "is no whole backup" in refused(target, path)
    assert "does not begin with a manifest" in refused(target, packed(tmp_path / "y.tar", {"a.txt": b"x"}))


@pytest.mark.parametrize(
    "path", ["../out.txt", "/etc/out.txt", "a/../../out.txt", "a\\..\\out.txt", "", ".", "a//b"]
)
def test_no_path_leads_out_of_the_workspace(target: Target, tmp_path: Path, path: str) -> None:
    file = {"path": path, "sha256": hashlib.sha256(b"x").hexdigest(), "size": 1}
    bad = altered(target.sound, lambda manifest: manifest["files"].append(file)) | {f"workspace/{path}": b"x"}
    assert "out of the workspace" in refused(target, packed(tmp_path / "bad.tar", bad))


def test_a_link_in_the_workspace_leads_nowhere(target: Target, tmp_path: Path) -> None:
    (target.mill.root / "notes").symlink_to(tmp_path)
    file = {"path": "notes/out.txt", "sha256": hashlib.sha256(b"x").hexdigest(), "size": 1}
    bad = altered(target.sound, lambda manifest: manifest["files"].append(file)) | {
        "workspace/notes/out.txt": b"x"
    }
    try:
        assert "leads out of the workspace" in refused(target, packed(tmp_path / "bad.tar", bad))
    finally:
        (target.mill.root / "notes").unlink()
    assert not (tmp_path / "out.txt").exists()


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE, tarfile.CHRTYPE]
)
def test_nothing_but_files_is_unpacked(target: Target, tmp_path: Path, kind: bytes) -> None:
    info = tarfile.TarInfo("workspace/inbox")
    info.type, info.linkname = kind, "/etc"
    assert "does not announce" in refused(target, packed(tmp_path / "bad.tar", target.sound, info))


def test_a_link_in_a_files_place_is_not_followed(target: Target, tmp_path: Path) -> None:
    name = "workspace/submissions/batch_205.jsonl"
    info = tarfile.TarInfo(name)
    info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
    contents = {kept: content for kept, content in target.sound.items() if kept != name}
    assert "does not announce" in refused(target, packed(tmp_path / "bad.tar", contents, info))


def test_what_is_not_announced_or_not_there_is_found(target: Target, tmp_path: Path) -> None:
    more = {**target.sound, "workspace/results/more.jsonl": b"{}"}
    assert "does not announce" in refused(target, packed(tmp_path / "more.tar", more))
    less = {name: content for name, content in target.sound.items() if not name.endswith("205.jsonl")}
    assert "batch_205.jsonl is missing from it" in refused(target, packed(tmp_path / "less.tar", less))
    longer = {**target.sound, "workspace/batchmill.toml": b"x" * 100_000}
    assert "were announced" in refused(target, packed(tmp_path / "longer.tar", longer))


def test_a_file_in_the_ledgers_place_is_refused(target: Target, tmp_path: Path) -> None:
    file = {"path": "batchmill.db-wal", "sha256": hashlib.sha256(b"x").hexdigest(), "size": 1}
    bad = altered(target.sound, lambda manifest: manifest["files"].append(file))
    bad["workspace/batchmill.db-wal"] = b"x"
    assert "ledger's place" in refused(target, packed(tmp_path / "bad.tar", bad))


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE events SET actor = 'nobody' WHERE position = 2", "does not hold at position 2"),
        ("DELETE FROM events WHERE position = 2", "does not hold at position 3"),
        (
            "DELETE FROM events WHERE position = (SELECT max(position) FROM events)",
            "missing from the ledger's end",
        ),
        ("UPDATE ledger_head SET hash = 'f'", "does not hold at position"),
        ("UPDATE alembic_version SET version_num = '9999'", "update batchmill"),
    ],
)
def test_a_ledger_that_was_changed_is_found(target: Target, tmp_path: Path, statement: str, reason: str) -> None:
    path = packed(tmp_path / "bad.tar", with_ledger(target.sound, tmp_path, statement))
    assert reason in refused(target, path)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda manifest: manifest.update(head=f"1:{'0' * 64}"), "its manifest says"),
        (lambda manifest: manifest.update(schema="9999"), "update batchmill"),
        (lambda manifest: manifest.update(version=2), "a newer batchmill may have made it"),
        (lambda manifest: manifest.update(files=manifest["files"] + manifest["files"][:1]), "names a file twice"),
    ],
    ids=["head", "schema", "version", "twice"],
)
def test_a_manifest_that_says_otherwise_is_found(
    target: Target, tmp_path: Path, change: Callable[[dict[str, Any]], object], reason: str
) -> None:
    assert reason in refused(target, packed(tmp_path / "bad.tar", altered(target.sound, change)))


def test_a_file_that_events_name_is_missed(target: Target, tmp_path: Path) -> None:
    name = "submissions/batch_205.jsonl"
    contents = altered(
        target.sound,
        lambda manifest: manifest.update(files=[file for file in manifest["files"] if file["path"] != name]),
    )
    del contents[f"workspace/{name}"]
    assert f"its events name {name}" in refused(target, packed(tmp_path / "bad.tar", contents))
