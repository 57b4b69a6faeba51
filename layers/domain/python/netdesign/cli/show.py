"""What a person sees on the terminal: tables, colours, and a sign of life when work takes long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape as unmarked
from rich.table import Table

from netdesign.cli.terminal_text import MAX_SHOWN, terminal_text
from netdesign.exchange.judged_with import basis, changes
from netdesign.model.conflict import Conflict, Proof
from netdesign.model.verdict import Report, Status, Verdict

COLOURS = {"critical": "bold red", "error": "red", "warning": "yellow", "info": "blue"}


class Terminal(Console):
    """A console that leaves it to its caller what a reader who went away means."""

    def on_broken_pipe(self) -> None:
        """Raise the `BrokenPipeError` that is being handled."""
        raise  # noqa: PLE0704  # called while the error is handled


out = Terminal(highlight=False)
err = Terminal(stderr=True, highlight=False)


def escape(text: str, most: int = MAX_SHOWN) -> str:
    """Return `text` so that neither the markup nor the terminal takes any of it for an instruction."""
    return unmarked(terminal_text(text, most))


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show `what` on the terminal for as long as the block runs; nothing where nobody watches."""
    if not err.is_terminal:
        yield
        return
    with err.status(what):
        yield


def show_conflicts(conflicts: Sequence[object]) -> None:
    """Say which requirements contradict each other and the cheapest way out of each."""
    err.print("[bold red]No design can meet these requirements.[/]")
    for conflict in conflicts:
        if not isinstance(conflict, Conflict):
            err.print(f"  {escape(str(conflict))}")
            continue
        err.print(f"\n[bold]{escape(' and '.join(conflict.requirements))}[/] ({escape(conflict.code)})")
        err.print(f"  {escape(conflict.statement)}")
        for way in conflict.relaxations:
            proven = "; a design was made with it" if way.proof is Proof.DESIGN else ""
            err.print(f"  way out: {escape(way.statement)} [dim]({escape(way.cost)}{proven})[/]")


def show_report(report: Report, console: Console = out) -> None:
    """Show the scores by category, then every verdict that is not a pass."""
    table = Table(title=None, box=None, pad_edge=False)
    for heading in ("category", "score", "passed", "failed", "unknown", "not applicable"):
        table.add_column(heading, justify="left" if heading == "category" else "right")
    for row in report.categories:
        numbers = (row.passed, row.failed, row.unknown, row.not_applicable)
        table.add_row(row.category.value, f"{row.score:.3f}", *map(str, numbers))
    console.print(table)
    for verdict in report.verdicts:
        if verdict.status in (Status.FAIL, Status.UNKNOWN):
            show_verdict(verdict, console)
    rests_on = ", ".join(f"{what} {which}" for what, which in basis(report))
    console.print(f"\n[dim]{escape(rests_on)}[/]", soft_wrap=True)
    for change in changes(report):
        console.print(f"[dim]{escape(change)}[/]")
    colour, word = ("green", "valid") if report.valid else ("bold red", "not valid")
    console.print(
        f"\n[{colour}]{word}[/] in {report.mode.value} mode: score {report.score:.3f}, threshold {report.threshold:.2f}"
    )


def show_verdict(verdict: Verdict, console: Console = out) -> None:
    """Show one verdict with its findings and gaps, at most ten of each."""
    colour = COLOURS[verdict.severity.value] if verdict.status is Status.FAIL else "magenta"
    label = verdict.severity.value if verdict.status is Status.FAIL else "unknown"
    waived = f" [dim](waived by {escape(verdict.waived_by)})[/]" if verdict.waived_by else ""
    console.print(f"\n[{colour}]{label}[/] [bold]{verdict.rule}[/] {escape(verdict.name)}{waived}")
    said = [finding.message for finding in verdict.findings] or [gap.message for gap in verdict.gaps]
    for message in said[:10]:
        console.print(f"  {escape(message)}")
    rest = len(said) - 10 + verdict.omitted_findings
    if rest > 0:
        console.print(f"  [dim]and {rest} more[/]")
