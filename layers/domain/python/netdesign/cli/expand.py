"""`netdesign expand`: a design and larger requirements in, the phases of its growth out."""

from __future__ import annotations

from pathlib import Path

import click

from netdesign.cli.files import REQUIREMENTS_LIMIT_BYTES, read_design, read_named, write_into
from netdesign.cli.main import EXIT_FINDINGS
from netdesign.cli.show import COLOURS, err, escape, out, working
from netdesign.model.canonical import canonical
from netdesign.model.expansion import AlterationKind, ExpansionPlan, Phase
from netdesign.model.vocabulary import Mode
from netdesign.services.plan_expansion import Planned, plan_expansion
from netdesign.services.workbench import default_workbench

MOST_NAMED = 6
MOST_ALTERED = 12


@click.command(
    name="expand",
    help="Plan the growth of DESIGN to REQUIREMENTS (JSON or YAML files) in phases that are each judged.",
)
@click.argument("design", type=click.Path(allow_dash=True))
@click.argument("requirements", type=click.Path(allow_dash=True))
@click.option("-o", "--output", type=click.Path(file_okay=False, path_type=Path), help="Write plan and designs to DIR.")
@click.option("--mode", type=click.Choice([mode.value for mode in Mode]), default="strict", show_default=True)
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--all", "whole", is_flag=True, help=f"Show all that is altered, not the first {MOST_ALTERED} of a kind.")
def command(design: str, requirements: str, output: Path | None, mode: str, *, style: str, whole: bool) -> int:
    """Show the phases; exit with 1 where one of them leaves the network worse, or where it cannot grow so far."""
    existing = read_design(design)
    document = read_named(requirements, limit_bytes=REQUIREMENTS_LIMIT_BYTES)
    with working("planning"):
        planned = plan_expansion(existing, document, default_workbench(), mode=Mode(mode))
    if output is not None:
        write_into(output, _files(planned))
        err.print(f"written to {output}", markup=False, soft_wrap=True)
    if style == "json":
        click.echo(canonical(planned.plan))
    else:
        _show(planned.plan, None if whole else MOST_ALTERED)
    return 0 if planned.plan.sound else EXIT_FINDINGS


def _files(planned: Planned) -> dict[str, bytes]:
    """The plan, the design after each phase, and the report on it."""
    files = {"plan.json": canonical(planned.plan)}
    for number, (design, report) in enumerate(zip(planned.designs, planned.reports, strict=True), start=1):
        files[f"phase-{number}-design.json"] = canonical(design)
        files[f"phase-{number}-report.json"] = canonical(report)
    return files


def _show(plan: ExpansionPlan, most: int | None) -> None:
    for phase in plan.phases:
        _show_phase(phase)
    _show_alterations(plan, most)
    word = "every phase leaves the network as sound as it was" if plan.sound else "[red]a phase leaves it worse[/]"
    out.print(f"\n{len(plan.phases)} phases, {_cost(plan.capital_usd, plan.yearly_usd)}; {word}", soft_wrap=True)


def _show_phase(phase: Phase) -> None:
    state = "[green]valid[/]" if phase.valid else "[red]not valid[/]"
    out.print(
        f"\n[bold]Phase {phase.number}: {escape(phase.name)}[/] ({state}, score {phase.score:.3f})", soft_wrap=True
    )
    out.print(f"  [dim]{escape(phase.purpose)}[/]", soft_wrap=True)
    out.print(f"  builds {_named(phase.built)}; touches {_named(phase.touched)}", soft_wrap=True)
    out.print(f"  {len(phase.changes)} changes, {len(phase.undo)} to undo them; "
              f"{_cost(phase.capital_usd, phase.yearly_usd)}", soft_wrap=True)  # fmt: skip
    for setback in phase.setbacks:
        out.print(
            f"  [{COLOURS[setback.severity.value]}]{setback.rule}[/] {escape(setback.finding)} "
            f"[dim]({escape(setback.reason)})[/]",
            soft_wrap=True,
        )


def _show_alterations(plan: ExpansionPlan, most: int | None) -> None:
    """What stands and is otherwise afterwards, the gravest kinds first."""
    for kind in reversed(AlterationKind):
        some = [one for one in plan.alterations if one.kind is kind]
        if not some:
            continue
        out.print(f"\n[bold]{kind.value}[/]: {len(some)} facts of what stands")
        for one in some[:most]:
            fields = ", ".join(one.fields)
            out.print(
                f"  {escape(one.collection)} {escape(one.id)}: {fields} [dim]({escape(one.reason)})[/]", soft_wrap=True
            )
        if most is not None and len(some) > most:
            out.print(f"  [dim]and {len(some) - most} more: --all shows them[/]")
    if all(one.kind is AlterationKind.GROWN for one in plan.alterations):
        out.print("\nnothing that stands is rewired, renamed, readdressed or removed")


def _named(names: tuple[str, ...]) -> str:
    if not names:
        return "no device"
    more = len(names) - MOST_NAMED
    return escape(", ".join(names[:MOST_NAMED])) + (f" and {more} more" if more > 0 else "")


def _cost(capital_usd: float, yearly_usd: float) -> str:
    return f"{capital_usd:+,.0f} USD to buy, {yearly_usd:+,.0f} USD a year"
