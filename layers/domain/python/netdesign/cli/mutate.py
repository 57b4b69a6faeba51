"""`netdesign mutate`: are the rules awake? Breaks a design on purpose and reports who noticed."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict

import click
import orjson
from rich.progress import Progress

from netdesign.cli.files import read_design
from netdesign.cli.main import EXIT_FINDINGS
from netdesign.cli.show import err, escape, out
from netdesign.model.design import Design
from netdesign.services.mutate_design import Fate, MutantResult, mutate_design
from netdesign.services.workbench import default_workbench

COLOURS = {
    Fate.KILLED: "green",
    Fate.SURVIVED: "bold red",
    Fate.NOT_APPLICABLE: "dim",
    Fate.ALREADY_FAILING: "yellow",
}


@click.command(name="mutate", help="Apply every rule's mutants to DESIGN and report which rules caught which.")
@click.argument("design", type=click.Path(allow_dash=True))
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--own-rule-only", is_flag=True, help="Ask only each mutant's own rule: faster.")
def command(design: str, style: str, own_rule_only: bool) -> int:
    """Print each mutant's fate and the counts; exit with 1 where one survived."""
    results = _with_progress(read_design(design), every_rule=not own_rule_only)
    if style == "json":
        click.echo(orjson.dumps([asdict(result) for result in results], option=orjson.OPT_INDENT_2))
    else:
        _show(results)
    return EXIT_FINDINGS if any(result.fate is Fate.SURVIVED for result in results) else 0


def _with_progress(design: Design, *, every_rule: bool) -> tuple[MutantResult, ...]:
    with Progress(console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("mutating", total=None)
        return mutate_design(
            design,
            default_workbench(),
            every_rule=every_rule,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )


def _show(results: tuple[MutantResult, ...]) -> None:
    for result in results:
        others = [code for code in result.caught_by if code != result.rule]
        also = f" [dim]also caught by {', '.join(others)}[/]" if others else ""
        out.print(
            f"{result.rule} [{COLOURS[result.fate]}]{result.fate.value}[/] {escape(result.mutant)}{also}",
            soft_wrap=True,
        )
    counts = Counter(result.fate for result in results)
    out.print("\n" + ", ".join(f"{counts[fate]} {fate.value.replace('_', ' ')}" for fate in Fate))
