"""Whatever is given in place of requirements or a design: exit code 2, one line each with place and remedy."""

from __future__ import annotations

import os
import re
import socket
from pathlib import Path

import pytest

from netdesign.model.canonical import canonical
from tests.cli.conftest import SMALLEST, Run, Said
from tests.support.bad_documents import Bad, bad_designs, bad_requirements, unreadable

UNREADABLE, REQUIREMENTS, DESIGNS = unreadable(), bad_requirements(), bad_designs()

LINE = re.compile(r"netdesign: .+: .+: .+ \(.+\)")
"""Subject, place, what is wrong, and the remedy in brackets."""


def named(documents: list[Bad]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("bad", documents, ids=[bad.name for bad in documents])


def refused(said: Said, place: str) -> None:
    lines = said.err.splitlines()
    assert (said.code, said.out) == (2, "")
    assert any(place in line for line in lines), said.err
    assert all(LINE.fullmatch(line) for line in lines), said.err
    assert len(lines) <= 100


def test_there_are_a_hundred_kinds() -> None:
    assert len({bad.data for bad in (*UNREADABLE, *REQUIREMENTS, *DESIGNS)}) > 120


@named(UNREADABLE)
@pytest.mark.parametrize("command", ["design", "validate", "mutate", "diagram"])
def test_what_holds_no_document_is_refused(run: Run, tmp_path: Path, bad: Bad, command: str) -> None:
    path = tmp_path / "document"
    path.write_bytes(bad.data)

    said = run(command, path)

    refused(said, bad.says)
    assert said.err.startswith(f"netdesign: {path}: ")


@named(REQUIREMENTS)
def test_what_is_no_requirements_is_refused(run: Run, tmp_path: Path, bad: Bad) -> None:
    path = tmp_path / "requirements.json"
    path.write_bytes(bad.data)

    refused(run("design", path), bad.says)


@named(DESIGNS)
def test_what_is_no_design_is_refused(run: Run, tmp_path: Path, bad: Bad) -> None:
    path = tmp_path / "design.json"
    path.write_bytes(bad.data)

    refused(run("validate", path), bad.says)


def test_the_ending_of_a_name_decides_how_it_is_read(run: Run, tmp_path: Path) -> None:
    for name, says in (("a.json", "not JSON"), ("a.yaml", "/project_name"), ("a.YML", "/project_name")):
        (tmp_path / name).write_bytes(b"colour: red")
        refused(run("design", tmp_path / name), says)


@pytest.mark.parametrize("command", ["design", "validate", "mutate", "diagram"])
def test_what_is_no_file_is_refused(run: Run, tmp_path: Path, command: str) -> None:
    door = socket.socket(socket.AF_UNIX)
    door.bind(str(tmp_path / "s"))
    (tmp_path / "loop").symlink_to("loop")

    refused(run(command, tmp_path / "missing.json"), "No such file or directory (name a file that can be read)")
    refused(run(command, tmp_path), "Is a directory")
    refused(run(command, tmp_path / "loop"), "symbolic links")
    refused(run(command, tmp_path / "s"), "s: /: No such device or address")
    refused(run(command, tmp_path / ("x" * 300)), "File name too long")
    refused(run(command, SMALLEST / "x"), "Not a directory")
    refused(run(command, os.devnull), "empty")
    door.close()


def test_a_file_that_may_not_be_read_is_refused(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", closed)

    refused(run("design", tmp_path / "secret.yaml"), "Permission denied (name a file that can be read)")


def test_a_name_cannot_give_orders_to_the_terminal(run: Run, tmp_path: Path) -> None:
    said = run("design", tmp_path / "a\x1b[2Jb\nc\udcff")

    refused(said, "b\ufffdc")
    assert "\x1b" not in said.err


def test_a_key_cannot_flood_the_terminal(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "long.json"
    path.write_bytes(b'{"' + b"k" * 1_000_000 + b'\\n": 1}')

    said = run("design", path)

    assert (said.code, max(map(len, said.err.splitlines())) < 1100) == (2, True)


def test_a_file_larger_than_any_requirements_is_refused_by_its_size(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "huge.json"
    with path.open("wb") as stream:
        stream.truncate(200 << 20)

    refused(run("design", path), "more than 8 MiB (give a smaller document)")
    refused(run("validate", path), "NUL character at line 1, column 1")


def test_a_design_as_large_as_requirements_may_not_be_is_read(run: Run, tmp_path: Path, sketch: Path) -> None:
    path = tmp_path / "wide.json"
    path.write_bytes(sketch.read_bytes() + b" " * (9 << 20))

    assert run("validate", path).code == 1
    refused(run("design", path), "more than 8 MiB")


def test_yaml_of_the_size_of_json_is_referred_to_json(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "wide.yaml"
    path.write_bytes(b"a: 1\n" + b"#" * (17 << 20))

    refused(run("validate", path), "send a document of this size as JSON")


@pytest.mark.parametrize("place", ["/dev/null/made", "/proc/made", "{file}/made"])
def test_a_folder_that_cannot_be_written_is_refused(run: Run, sketch: Path, place: str) -> None:
    folder = place.format(file=sketch)

    said = run("design", SMALLEST, "-o", folder)
    drawn = run("diagram", sketch, "-o", f"{folder}/a.svg")

    assert said.code == drawn.code == 2
    for answer in (said, drawn):
        assert folder in answer.err
        assert "(name a folder that can be written)" in answer.err.splitlines()[0]


def test_an_output_of_the_wrong_kind_is_refused(run: Run, sketch: Path) -> None:
    assert "is a file" in run("design", SMALLEST, "-o", sketch).err
    assert "is a directory" in run("diagram", sketch, "-o", sketch.parent).err


def test_a_file_is_written_whole_or_not_at_all(
    run: Run, sketch: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept.svg"
    kept.write_text("before")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    said = run("diagram", sketch, "-o", kept)

    assert (said.code, kept.read_text()) == (2, "before")
    assert "No space left on device" in said.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept.svg", "sketch.json"]
    assert sketch.read_bytes().startswith(canonical_start())


def canonical_start() -> bytes:
    from tests.cli.conftest import SKETCH

    return canonical(SKETCH)[:20]
