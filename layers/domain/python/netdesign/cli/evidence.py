"""`netdesign evidence`: what a design shows for the controls of a framework, as a zip."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path

import click

from netdesign.cli.files import read_design, write_into
from netdesign.cli.main import EXIT_FINDINGS
from netdesign.cli.profile import as_of_option, profile_option, read_standards
from netdesign.cli.show import err, working
from netdesign.exchange.evidence_page import WORDS
from netdesign.exchange.evidence_zip import evidence_zip
from netdesign.model.evidence import Evidence
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import Framework, Mode
from netdesign.services.evidence_pack import evidence_pack


@click.command(name="evidence", help="Write the evidence that DESIGN (a JSON or YAML file, -) gives for a framework.")
@click.argument("design", type=click.Path(allow_dash=True))
@click.option("--framework", type=click.Choice([one.value for one in Framework]), required=True)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the zip to FILE, whose folder is made if need be; evidence-FRAMEWORK.zip in this folder by default.",
)
@click.option("--mode", type=click.Choice([mode.value for mode in Mode]), default="strict", show_default=True)
@profile_option
@as_of_option
def command(
    design: str, framework: str, output: Path | None, mode: str, profile: str | None, as_of: datetime | None
) -> int:
    """Write `evidence-<framework>.zip`; exit with 1 where a control fails."""
    to = read_standards(profile, as_of)
    facts = read_design(design)
    with working("gathering evidence"):
        made = evidence_pack(facts, Framework(framework), to, mode=Mode(mode))
        data = evidence_zip(made.evidence, made.design, made.report)
    path = output or Path(f"evidence-{framework}.zip")
    write_into(path.parent, {path.name: data})
    _show(made.evidence, path)
    return EXIT_FINDINGS if any(one.status is Status.FAIL for one in made.evidence.controls) else 0


def _show(evidence: Evidence, path: Path) -> None:
    counts = Counter(one.status for one in evidence.controls)
    said = ", ".join(f"{counts[status]} {word}" for status, word in WORDS.items() if counts[status])
    err.print(f"{evidence.framework.value} {evidence.framework_version}: {len(evidence.controls)} controls: {said}")
    if not evidence.requested:
        err.print("[yellow]the requirements of this design do not ask for this framework[/]")
    err.print(f"written to {path}", markup=False, soft_wrap=True)
