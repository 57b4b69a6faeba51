"""`netdesign candidates`: requirements in, several designs compared."""

from __future__ import annotations

from pathlib import Path

import click

from netdesign.cli.files import REQUIREMENTS_LIMIT_BYTES, read_named, write_into
from netdesign.cli.main import EXIT_FINDINGS
from netdesign.cli.show import err, working
from netdesign.cli.show_comparison import show_comparison
from netdesign.model.canonical import canonical
from netdesign.model.vocabulary import Mode
from netdesign.services.compare_candidates import compare_candidates
from netdesign.services.workbench import default_workbench


@click.command(
    name="candidates",
    help="Compare designs for REQUIREMENTS (a JSON or YAML file, - for standard input) and recommend one.",
)
@click.argument("requirements", type=click.Path(allow_dash=True))
@click.option("-o", "--output", type=click.Path(file_okay=False, path_type=Path), help="Write every design into DIR.")
@click.option("--mode", type=click.Choice([mode.value for mode in Mode]), default="strict", show_default=True)
@click.option(
    "--questions/--no-questions", default=True, show_default=True, help="Try what each open question would change."
)
def command(requirements: str, output: Path | None, mode: str, questions: bool) -> int:
    """Write the comparison to standard output, or with each candidate's design into a folder."""
    document = read_named(requirements, limit_bytes=REQUIREMENTS_LIMIT_BYTES)
    with working("designing"):
        compared = compare_candidates(document, default_workbench(), mode=Mode(mode), open_questions=questions)
    comparison = compared.comparison
    if output is None:
        click.echo(canonical(comparison))
    else:
        files = {f"{one.id}.json": canonical(compared.designs[one.id].design) for one in comparison.candidates}
        write_into(output, {"comparison.json": canonical(comparison)} | files)
        err.print(f"written to {output}", markup=False, soft_wrap=True)
    show_comparison(comparison, err)
    return 0 if comparison.recommended is not None else EXIT_FINDINGS
