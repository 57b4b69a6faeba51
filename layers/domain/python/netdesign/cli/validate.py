"""`netdesign validate`: a design in, a report out."""

from __future__ import annotations

from datetime import datetime

import click

from netdesign.cli.files import read_design
from netdesign.cli.main import EXIT_FINDINGS
from netdesign.cli.profile import as_of_option, profile_option, read_standards
from netdesign.cli.show import show_report, working
from netdesign.exchange.junit import junit
from netdesign.exchange.sarif import sarif
from netdesign.model.canonical import canonical
from netdesign.model.vocabulary import Mode
from netdesign.services.validate_design import validate_design


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
@profile_option
@as_of_option
def command(design: str, mode: str, style: str, profile: str | None, as_of: datetime | None) -> int:
    """Print the report; exit with 1 where the design is not valid."""
    held_to = read_standards(profile, as_of)
    with working("reading"):
        facts = read_design(design)
    with working("judging"):
        report = validate_design(
            facts,
            held_to.bench,
            mode=Mode(mode),
            settings=held_to.settings,
            waivers=held_to.waivers,
            today=held_to.today,
        )
    if style == "text":
        show_report(report)
    else:
        click.echo({"json": canonical, "sarif": sarif, "junit": junit}[style](report))
    return 0 if report.valid else EXIT_FINDINGS
