"""`netdesign fix`: a design in, the design with every repair that verifies out."""

from __future__ import annotations

from pathlib import Path

import click

from netdesign.cli.files import read_design, write_into
from netdesign.cli.main import EXIT_FINDINGS
from netdesign.cli.profile import profile_option, read_standards
from netdesign.cli.show import COLOURS, err, escape, out, working
from netdesign.model.canonical import canonical
from netdesign.model.repair import Repair, RepairStep
from netdesign.model.vocabulary import Mode
from netdesign.services.repair_design import repair_design

MOST_CHANGES = 8


@click.command(name="fix", help="Repair DESIGN (a JSON or YAML file, - for standard input) by changes that verify.")
@click.argument("design", type=click.Path(allow_dash=True))
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the design to FILE.")
@click.option("--mode", type=click.Choice([mode.value for mode in Mode]), default="standard", show_default=True)
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@profile_option
def command(design: str, output: Path | None, mode: str, style: str, profile: str | None) -> int:
    """Say what was done, what it costs and what is left; exit with 1 where the design is not valid afterwards."""
    held_to = read_standards(profile)
    facts = read_design(design)
    with working("repairing"):
        made = repair_design(facts, held_to.bench, mode=Mode(mode), settings=held_to.settings, waivers=held_to.waivers)
    if output is not None:
        write_into(output.parent, {output.name: canonical(made.design)})
        err.print(f"written to {output}", markup=False)
    if style == "json":
        click.echo(canonical(made.repair))
    else:
        _show(made.repair)
    return 0 if made.repair.valid_after else EXIT_FINDINGS


def _show(repair: Repair) -> None:
    for step in repair.steps:
        _show_step(step)
    for left in repair.left:
        out.print(f"\n[{COLOURS[left.severity.value]}]left[/] [bold]{left.rule}[/] {escape(left.finding)}")
        out.print(f"  {escape(left.reason)}")
    if not repair.steps:
        out.print("\nnothing changed")
    cost = f", {repair.capital_usd:+,.0f} USD to buy and {repair.yearly_usd:+,.0f} USD a year" if repair.steps else ""
    word = "valid" if repair.valid_after else "not valid"
    scores = f"score {repair.score_before:.3f} -> {repair.score_after:.3f}"
    out.print(f"\n{len(repair.steps)} repairs of {repair.candidates} changes tried{cost}; {scores}; {word}")


def _show_step(step: RepairStep) -> None:
    counts = f"{step.findings_before} -> {step.findings_after} findings"
    out.print(f"\n[green]done[/] [bold]{step.rule}[/] {escape(step.title)} [dim]({counts})[/]")
    for change in step.changes[:MOST_CHANGES]:
        fields = f": {', '.join(change.fields)}" if change.fields else ""
        out.print(
            f"  {change.operation} {escape(change.collection)} {escape(change.id)}{escape(fields)}", soft_wrap=True
        )
    if len(step.changes) > MOST_CHANGES:
        out.print(f"  [dim]and {len(step.changes) - MOST_CHANGES} more[/]")
