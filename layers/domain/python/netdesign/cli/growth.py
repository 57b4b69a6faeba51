"""`netdesign growth`: a design in, what runs out as demand grows, when, and what to keep free out."""

from __future__ import annotations

import click

from netdesign.cli.files import read_design
from netdesign.cli.main import EXIT_FINDINGS
from netdesign.cli.show import escape, out, working
from netdesign.model.canonical import canonical
from netdesign.model.growth import GrowthReport, Resource
from netdesign.services.growth import growth_report
from netdesign.services.workbench import default_workbench

MOST_SHOWN = 12
UNITS = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


@click.command(name="growth", help="Tell year by year what runs out in DESIGN (a JSON or YAML file) as demand grows.")
@click.argument("design", type=click.Path(allow_dash=True))
@click.option(
    "--rate", type=click.FloatRange(0, 2), help="Growth a year (0.15 is 15 %); that of the design if left out."
)
@click.option("--years", type=click.IntRange(0, 20), help="Years to look at; the horizon of the design if left out.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--all", "whole", is_flag=True, help=f"Show every resource, not the {MOST_SHOWN} that run out first.")
def command(design: str, *, rate: float | None, years: int | None, style: str, whole: bool) -> int:
    """Exit with 1 where something runs out before the horizon."""
    facts = read_design(design)
    with working("looking ahead"):
        report = growth_report(facts, default_workbench(), rate=rate, years=years)
    if style == "json":
        click.echo(canonical(report))
    else:
        _show(report, None if whole else MOST_SHOWN)
    first = report.first
    return EXIT_FINDINGS if first is not None and (first.runs_out or 0) <= report.horizon else 0


def _show(report: GrowthReport, most: int | None) -> None:
    out.print(f"\n{report.rate:.1%} a year over {report.horizon} years")
    for year in report.years:
        ends = f" [red]{len(year.run_out)} not enough[/]" if year.run_out else ""
        demand = f"{year.factor:.2f} x, {year.users:,} users, {year.servers:,} servers"
        out.print(
            f"  year {year.year}: {demand}; fullest: {escape(year.fullest)} {year.fill:.0%}{ends}", soft_wrap=True
        )
    out.print("\nruns out      in use now   at the horizon   may be used   to keep free   of what")
    for one in report.resources[:most]:
        out.print(_line(one), soft_wrap=True)
    if most is not None and len(report.resources) > most:
        out.print(f"[dim]and {len(report.resources) - most} more: --all shows them[/]")
    first = report.first
    when = f"{first.name} runs out first, in year {first.runs_out}" if first is not None else "nothing runs out"
    out.print(f"\n{escape(when)}", soft_wrap=True)


def _line(one: Resource) -> str:
    year = "-" if one.runs_out is None else f"year {one.runs_out}"
    numbers = (one.used, one.needed, one.limit, one.reserve)
    told = "  ".join(f"{_short(number, one.unit):>13}" for number in numbers)
    return f"{year:<8}{told}   {escape(one.name)}"


def _short(number: float, unit: str) -> str:
    """A number with its unit, large ones with a prefix where the unit takes one."""
    if unit in ("bit/s", "W"):
        for size, prefix in UNITS:
            if number >= size:
                return f"{number / size:,.1f} {prefix}{unit}"
    return f"{number:,.0f} {unit}"
