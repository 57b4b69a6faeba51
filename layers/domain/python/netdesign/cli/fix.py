"""`netdesign fix`: a design in, the design with every repair that verifies out."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from netdesign.cli.files import read_design, write_into
from netdesign.cli.main import EXIT_FINDINGS
from netdesign.cli.profile import as_of_option, profile_option, read_standards
from netdesign.cli.show import COLOURS, err, escape, out, working
from netdesign.model.canonical import canonical
from netdesign.model.repair import Change, Repair, RepairStep
from netdesign.model.verdict import Scalar, Witness
from netdesign.model.vocabulary import Mode
from netdesign.services.repair_design import repair_design

MOST_CHANGES = 8
MOST_ELEMENTS = 5


@click.command(name="fix", help="Repair DESIGN (a JSON or YAML file, - for standard input) by changes that verify.")
@click.argument("design", type=click.Path(allow_dash=True))
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the design to FILE.")
@click.option("--mode", type=click.Choice([mode.value for mode in Mode]), default="standard", show_default=True)
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--all", "whole", is_flag=True, help=f"Show every change of a step, not the first {MOST_CHANGES}.")
@profile_option
@as_of_option
def command(
    design: str,
    output: Path | None,
    mode: str,
    *,
    style: str,
    whole: bool,
    profile: str | None,
    as_of: datetime | None,
) -> int:
    """Say what was done, what it costs and what is left; exit with 1 where the design is not valid afterwards."""
    held_to = read_standards(profile, as_of)
    facts = read_design(design)
    with working("repairing"):
        made = repair_design(
            facts,
            held_to.bench,
            mode=Mode(mode),
            settings=held_to.settings,
            waivers=held_to.waivers,
            today=held_to.today,
        )
    if output is not None:
        write_into(output.parent, {output.name: canonical(made.design)})
        err.print(f"written to {output}", markup=False, soft_wrap=True)
    if style == "json":
        click.echo(canonical(made.repair))
    else:
        _show(made.repair, None if whole else MOST_CHANGES)
    return 0 if made.repair.valid_after else EXIT_FINDINGS


def _show(repair: Repair, most: int | None) -> None:
    for step in repair.steps:
        _show_step(step, most)
    for left in repair.left:
        out.print(f"\n[{COLOURS[left.severity.value]}]left[/] [bold]{left.rule}[/] {escape(left.finding)}")
        out.print(f"  {escape(left.reason)}")
    if not repair.steps:
        out.print("\nnothing changed")
    cost = f", {repair.capital_usd:+,.0f} USD to buy and {repair.yearly_usd:+,.0f} USD a year" if repair.steps else ""
    word = "valid" if repair.valid_after else "not valid"
    scores = f"score {repair.score_before:.3f} -> {repair.score_after:.3f}"
    out.print(f"\n{len(repair.steps)} repairs of {repair.candidates} changes tried{cost}; {scores}; {word}")


def _show_step(step: RepairStep, most: int | None) -> None:
    counts = f"{step.findings_before} -> {step.findings_after} findings{_cost(step)}"
    out.print(f"\n[green]done[/] [bold]{step.rule}[/] {escape(step.title)} [dim]({counts})[/]", soft_wrap=True)
    if step.elements:
        more = len(step.elements) - MOST_ELEMENTS
        names = ", ".join(step.elements[:MOST_ELEMENTS]) + (f" and {more} more" if more > 0 else "")
        out.print(f"  [dim]concerns {escape(names)}[/]", soft_wrap=True)
    for change in step.changes[:most]:
        out.print(f"  {escape(_change(change))}", soft_wrap=True)
    if most is not None and len(step.changes) > most:
        out.print(f"  [dim]and {len(step.changes) - most} more: --all shows them, --format json too[/]")


def _cost(step: RepairStep) -> str:
    if not step.capital_usd and not step.yearly_usd:
        return ""
    return f", {step.capital_usd:+,.0f} USD to buy, {step.yearly_usd:+,.0f} USD a year"


def _change(change: Change) -> str:
    """A line on one change: what becomes of the fact, and the old and new value of each field that is set."""
    line = f"{change.operation.replace('_', ' ')} {change.collection} {change.id}".rstrip()
    told = [f"{name} {_value(change.before, name)} -> {_value(change.after, name)}" for name in change.fields]
    return f"{line}: {'; '.join(told)}" if told else line


def _value(values: Witness, name: str) -> str:
    value = values.get(name)
    if isinstance(value, list):
        return f"[{', '.join(map(_plain, value))}]"
    return _plain(value)


def _plain(value: Scalar) -> str:
    if value is None or isinstance(value, bool):
        return "nothing" if value is None else str(value).lower()
    return str(value)
