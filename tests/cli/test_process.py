"""The command line as a process of its own: how it starts, how it ends, and what it does when the world gives way."""

from __future__ import annotations

import errno
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest

from netdesign.cli import main as entry
from netdesign.cli.terminal_text import MAX_SHOWN, terminal_text
from netdesign.errors import CatalogError
from tests.cli.conftest import SMALLEST, Run
from tests.golden.conftest import synthesized

ROOT = Path(__file__).parents[2]
PROGRAM = [sys.executable, "-c", "from netdesign.cli.main import main; raise SystemExit(main())"]
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith(("NETDESIGN", "COV"))},
    "PYTHONPATH": f"{ROOT / 'layers/domain/python'}{os.pathsep}{ROOT}",
}


def process(*arguments: str, given: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *arguments], input=given, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )


def test_a_pipeline_of_processes_designs_and_judges() -> None:
    made = process("design", "-", given=SMALLEST.read_text())
    judged = process("validate", "-", "--mode", "strict", "--format", "json", given=made.stdout)

    expected = synthesized(SMALLEST.stem).report
    assert json.loads(judged.stdout)["design_digest"] == expected.design_digest
    assert (made.returncode, judged.returncode) == ((0, 0) if expected.valid else (1, 1))
    assert "\x1b" not in made.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["design", "--nonsense"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    script = (
        "import sys\nfrom netdesign.cli.main import main\nmain(sys.argv[1:])\n"
        "print(*(name for name in ('numpy', 'pydantic', 'rich', 'rustworkx', 'yaml', 'fastapi', 'psycopg',"
        " 'orjson') if name in sys.modules))"
    )
    heavy = {"numpy", "pydantic", "rich", "rustworkx", "yaml", "fastapi", "psycopg"}
    if "--nonsense" in arguments:
        heavy = {"fastapi", "psycopg"}

    said = subprocess.run(
        [sys.executable, "-c", script, *arguments], env=ENVIRONMENT, capture_output=True, text=True, check=True
    )

    assert heavy.isdisjoint(said.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("arguments", [["schema", "design"], ["rules"], ["explain", "TOP-01"]])
def test_a_reader_that_leaves_ends_the_program_quietly(arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)

    said = subprocess.run([*PROGRAM, *arguments], env=ENVIRONMENT, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)

    assert (said.returncode, said.stderr) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
@pytest.mark.parametrize("arguments", [["schema", "design"], ["rules"]])
def test_a_full_disk_is_told_and_no_defect(arguments: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        said = subprocess.run([*PROGRAM, *arguments], env=ENVIRONMENT, stdout=full, stderr=subprocess.PIPE, check=False)

    assert said.returncode == 2
    assert said.stderr.decode().splitlines() == [
        "netdesign: the output cannot be written: No space left on device (make room, or write elsewhere)"
    ]


def interruptible() -> None:
    """Take back that interrupts are ignored, as they are below a shell's background job."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_an_interrupt_ends_the_program_with_one_line(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "design")
    with (
        subprocess.Popen(
            [*PROGRAM, "validate", tmp_path / "design"],
            env=ENVIRONMENT,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=interruptible,  # noqa: PLW1509  # no thread runs beside it
        ) as running,
        (tmp_path / "design").open("wb"),
    ):  # waits until the program reads
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=60)

    assert (running.returncode, said.strip()) == (130, "netdesign: interrupted")


class Broken(Exception):
    """A defect."""


def broken(*_: object, **__: object) -> None:
    raise Broken("secret\nplan")


def test_a_defect_is_one_line_and_says_how_to_see_more(run: Run, sketch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from netdesign.cli import validate as command

    monkeypatch.setattr(command, "validate_design", broken)

    said = run("validate", sketch)

    assert (said.code, said.out) == (70, "")
    assert said.err == "netdesign: a defect of the program: Broken: secret\ufffdplan (NETDESIGN_TRACE=1 shows where)\n"
    monkeypatch.setenv("NETDESIGN_TRACE", "1")
    with pytest.raises(Broken) as caught:
        entry.main(["validate", str(sketch)])
    assert caught.traceback[-1].name == "broken"


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (CatalogError("no entry"), 2, "netdesign: no entry\n"),
        (click.exceptions.Abort(), 130, "netdesign: interrupted\n"),
        (KeyboardInterrupt(), 130, "netdesign: interrupted\n"),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), 141, ""),
        (OSError(errno.EIO, "Input/output error"), 2, "Input/output error (make room"),
        (OSError(errno.EBADF, "Bad file descriptor"), 70, "a defect of the program: OSError"),
    ],
)
def test_each_way_to_end_has_its_code(
    run: Run, sketch: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, says: str
) -> None:
    from netdesign.cli import validate as command

    def ends(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(command, "validate_design", ends)

    said = run("validate", sketch)

    assert said.code == code
    assert says in said.err.lstrip("\n")
    assert "Traceback" not in said.err


def test_a_command_without_an_answer_is_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry.cli, "main", lambda **_: None)

    assert entry.main([]) == 0


def test_a_person_who_watches_sees_what_is_going_on(run: Run, sketch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from netdesign.cli import mutate, show

    seen = io.StringIO()
    terminal = show.Terminal(file=seen, force_terminal=True, width=80, _environ={"TERM": "xterm"})
    monkeypatch.setattr(show, "err", terminal)
    monkeypatch.setattr(mutate, "err", terminal)

    run("validate", sketch)
    run("mutate", sketch, "--own-rule-only")

    assert "reading" in seen.getvalue()
    assert "judging" in seen.getvalue()
    assert "mutating" in seen.getvalue()


def test_other_errors_than_conflicts_are_shown_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    from netdesign.cli.show import show_conflicts

    show_conflicts(["[bold]nothing goes\x07"])

    assert "[bold]nothing goes\ufffd" in capsys.readouterr().err


def test_text_for_the_terminal_is_one_harmless_line() -> None:
    hostile = "a\x1b]0;title\x07b\nc\u202ed\x9be\u2028f\ud800"

    assert terminal_text(hostile) == "a\ufffd]0;title\ufffdb\ufffdc\ufffdd\ufffde\ufffdf\ufffd"
    assert terminal_text("Zürich – 東京 \U0001f600") == "Zürich – 東京 \U0001f600"
    assert len(terminal_text("x" * 10_000)) == MAX_SHOWN + 3
