"""What a person sees of a comparison: the candidates, what was turned away, the next nine and what to ask."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from netdesign.cli.show import escape, out
from netdesign.model.comparison import Candidate, Comparison, NextNine

COLUMNS = ("", "candidate", "cost USD", "availability", "headroom", "kW", "devices", "distance")


def show_comparison(comparison: Comparison, console: Console = out) -> None:
    """Show the candidates as a table, and the rest in sentences."""
    table = Table(title=None, box=None, pad_edge=False)
    for at, heading in enumerate(COLUMNS):
        table.add_column(heading, justify="left" if at < 2 else "right")
    for one in comparison.candidates:
        table.add_row(*_row(one))
    console.print(table)
    for one in comparison.candidates:
        console.print(f"\n[bold]{escape(one.title)}[/]: {escape(one.differs)}", soft_wrap=True)
        if not one.valid:
            console.print(f"  [bold red]not valid[/]: {escape(', '.join(one.failed_rules))}")
    for rejected in comparison.rejected:
        console.print(f"[dim]not offered: {escape(rejected.title)}: {escape(rejected.reason)}[/]", soft_wrap=True)
    for untried in comparison.untried:
        console.print(f"[dim]not tried: {escape(untried)}[/]")
    if comparison.next_nine is not None:
        console.print(f"\n{escape(_nine(comparison.next_nine))}", soft_wrap=True)
    if comparison.questions:
        console.print("\n[bold]To ask[/]")
    for question in comparison.questions:
        console.print(f"  {escape(question)}", soft_wrap=True)
    console.print(f"\n[dim]{escape(comparison.method)}[/]", soft_wrap=True)


def _row(one: Candidate) -> tuple[str, ...]:
    down, room = one.score.unavailability, one.score.headroom
    return (
        "recommended" if one.recommended else "",
        escape(one.id),
        f"{one.score.tco_usd:,.0f}",
        "-" if down is None else f"{1 - down:.6f}",
        "-" if room is None else f"{room:.0%}",
        f"{one.score.power_w / 1000:.1f}",
        f"{one.devices:,}",
        f"{one.distance:.3f}",
    )


def _nine(nine: NextNine) -> str:
    now = f"The design that is asked for costs {nine.tco_usd:,.0f} USD and reaches {nine.now:.6f}."
    if nine.price_usd is None:
        return f"{now} None of {len(nine.tried)} changes that were tried reaches {nine.wanted:.9g}."
    return f"{now} {nine.wanted:.9g} costs {nine.price_usd:,.0f} USD more, by {nine.by}."
