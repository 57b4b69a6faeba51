"""The option `--profile`: what an organisation holds designs to, read from a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from netdesign.cli.files import read_named
from netdesign.services.profile import Standards, profile_from, standards
from netdesign.services.workbench import default_workbench

LIMIT_BYTES = 4 << 20

profile_option: Callable[[Any], Any] = click.option(
    "--profile",
    type=click.Path(allow_dash=True),
    help="Hold designs to the parameters, rules and waivers in this file (JSON or YAML).",
)


def read_standards(name: str | None) -> Standards:
    """The standards of the profile in the file `name`; the shipped ones where None."""
    if name is None:
        return Standards(default_workbench())
    return standards(profile_from(read_named(name, limit_bytes=LIMIT_BYTES)), default_workbench())
