"""The entry point `netdesign`: names the commands, and turns errors into one line each and an exit code."""

from __future__ import annotations

import errno
import importlib
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import click

from netdesign import __version__
from netdesign.cli.terminal_text import terminal_text
from netdesign.errors import InfeasibleError, InvalidInputError, NetdesignError

EXIT_FINDINGS = 1
EXIT_BAD_INPUT = 2
EXIT_DEFECT = 70
EXIT_INTERRUPTED = 130
EXIT_UNREAD = 141
"""The reader of the output went away: what a shell reports of any program that a closed pipe ended."""

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
"""Reasons for which an output cannot be written that no program is to blame for."""

COMMANDS = {
    "design": "Turn requirements into a complete, judged design.",
    "candidates": "Compare several designs for the same requirements, and say what to ask.",
    "validate": "Judge a design by every rule.",
    "expand": "Plan the growth of a design to larger requirements, phase by phase.",
    "growth": "Tell what runs out in a design as demand grows, and when.",
    "fix": "Repair a design by changes that are proven before they are kept.",
    "evidence": "Gather what a design shows for the controls of a framework.",
    "mutate": "Break a design in every way the rules guard against, and see which rules notice.",
    "rules": "List the rules.",
    "explain": "Show one rule: what it flags, why, and what to do.",
    "schema": "Print the JSON Schema of requirements, designs or reports.",
    "diagram": "Draw a design as SVG.",
    "serve": "Serve the HTTP API on this machine, with embedded stores.",
}


class UnreadError(Exception):
    """Nobody reads the output any longer."""


class LazyGroup(click.Group):
    """A group that imports a command's module only when the command runs."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; raise `UnreadError` where its reader is gone, which click would make an exit code 1."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise UnreadError from None

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of `COMMANDS`."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return the command of that name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"netdesign.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="netdesign")
def cli() -> None:
    """Requirements in, a complete and judged network design out.

    Exit codes: 0 valid, 1 findings or requirements that cannot be met, 2 bad input.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; a person's mistake never shows a stack trace."""
    try:
        result: Any = cli.main(args=arguments, prog_name="netdesign", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("netdesign: interrupted", err=True)
        return EXIT_INTERRUPTED
    except click.ClickException as error:
        error.show()
        return EXIT_BAD_INPUT
    except UnreadError:
        _give_up_output()
        return EXIT_UNREAD
    except NetdesignError as error:
        return _explained(error)
    except Exception as error:
        return _unexpected(error)
    return result if isinstance(result, int) else 0


def _explained(error: NetdesignError) -> int:
    if isinstance(error, InvalidInputError):
        for fault in error.faults:
            _say(f"{error.subject}: {fault}")
        return EXIT_BAD_INPUT
    if isinstance(error, InfeasibleError):
        from netdesign.cli.show import show_conflicts

        show_conflicts(error.conflicts)
        return EXIT_FINDINGS
    _say(str(error))
    return EXIT_BAD_INPUT


def _unexpected(error: Exception) -> int:
    if isinstance(error, OSError) and error.errno in FULL:
        _give_up_output()
        _say(f"the output cannot be written: {error.strerror} (make room, or write elsewhere)")
        return EXIT_BAD_INPUT
    if os.environ.get("NETDESIGN_TRACE"):
        raise error
    _say(f"a defect of the program: {type(error).__name__}: {error} (NETDESIGN_TRACE=1 shows where)")
    return EXIT_DEFECT


def _say(text: str) -> None:
    click.echo(f"netdesign: {terminal_text(text)}", err=True)


def _give_up_output() -> None:
    """Send what is still buffered nowhere, so that ending does not fail on it a second time."""
    with suppress(OSError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
