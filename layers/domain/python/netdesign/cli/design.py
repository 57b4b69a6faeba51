"""`netdesign design`: requirements in, a design and its report out."""

from __future__ import annotations

from pathlib import Path

import click

from netdesign.cli.files import REQUIREMENTS_LIMIT_BYTES, read_named, write_into
from netdesign.cli.main import EXIT_FINDINGS
from netdesign.cli.show import err, show_report, working
from netdesign.exchange.bundle import Material, design_bundle
from netdesign.model.canonical import canonical
from netdesign.model.vocabulary import Mode
from netdesign.services.synthesize_design import synthesize_design
from netdesign.services.workbench import default_workbench


@click.command(name="design", help="Turn REQUIREMENTS (a JSON or YAML file, - for standard input) into a design.")
@click.argument("requirements", type=click.Path(allow_dash=True))
@click.option("-o", "--output", type=click.Path(file_okay=False, path_type=Path), help="Write every file into DIR.")
@click.option("--mode", type=click.Choice([mode.value for mode in Mode]), default="strict", show_default=True)
def command(requirements: str, output: Path | None, mode: str) -> int:
    """Write the design to standard output, or with its report, diagram and lists into a folder."""
    document = read_named(requirements, limit_bytes=REQUIREMENTS_LIMIT_BYTES)
    bench = default_workbench()
    with working("designing"):
        made = synthesize_design(document, bench, mode=Mode(mode))
    if output is None:
        click.echo(canonical(made.design))
    else:
        write_into(output, design_bundle(Material(made.design, made.report, bench.catalog)))
        err.print(f"written to {output}", markup=False, soft_wrap=True)
    show_report(made.report, err)
    return 0 if made.report.valid else EXIT_FINDINGS
