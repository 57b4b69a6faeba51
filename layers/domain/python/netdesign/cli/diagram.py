"""`netdesign diagram`: a design as a picture."""

from __future__ import annotations

from pathlib import Path

import click

from netdesign.cli.files import read_design, write_into
from netdesign.exchange.svg import svg
from netdesign.graph.network import compile_network
from netdesign.services.workbench import default_workbench


@click.command(name="diagram", help="Draw DESIGN as SVG: tiers, links, names.")
@click.argument("design", type=click.Path(allow_dash=True))
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to FILE.")
def command(design: str, output: Path | None) -> int:
    """Write the picture to standard output or to a file."""
    picture = svg(compile_network(read_design(design), default_workbench().catalog))
    if output is None:
        click.echo(picture)
    else:
        write_into(output.parent, {output.name: picture})
    return 0
