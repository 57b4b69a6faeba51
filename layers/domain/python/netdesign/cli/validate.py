"""`netdesign validate`: a design in, a report out."""

from __future__ import annotations

import click

from netdesign.cli.files import read_design
from netdesign.cli.main import EXIT_FINDINGS
from netdesign.cli.show import show_report, working
from netdesign.exchange.junit import junit
from netdesign.exchange.sarif import sarif
from netdesign.model.canonical import canonical
from netdesign.model.vocabulary import Mode
from netdesign.services.validate_design import validate_design
from netdesign.services.workbench import default_workbench


@click.command(name="validate", help="Judge DESIGN (a JSON or YAML file, - for standard input) by every rule.")
@click.argument("design", type=click.Path(allow_dash=True))
@click.option("--mode", type=click.Choice([mode.value for mode in Mode]), default="standard", show_default=True)
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json", "sarif", "junit"]),
    default="text",
    show_default=True,
)
def command(design: str, mode: str, style: str) -> int:
    """Print the report; exit with 1 where the design is not valid."""
    with working("reading"):
        facts = read_design(design)
    with working("judging"):
        report = validate_design(facts, default_workbench(), mode=Mode(mode))
    if style == "text":
        show_report(report)
    else:
        click.echo({"json": canonical, "sarif": sarif, "junit": junit}[style](report))
    return 0 if report.valid else EXIT_FINDINGS
