"""The options `--profile` and `--as-of`: what an organisation holds designs to, and on which day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
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

as_of_option: Callable[[Any], Any] = click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Weigh waivers as of this day, YYYY-MM-DD; today by default. Other dates stay those of the design.",
)


def read_standards(name: str | None, as_of: datetime | None = None) -> Standards:
    """The standards of the profile in the file `name`, the shipped ones where None; waivers as of a day."""
    day = (as_of or datetime.now(UTC)).date().isoformat()
    if name is None:
        return Standards(default_workbench(), today=day)
    return standards(profile_from(read_named(name, limit_bytes=LIMIT_BYTES)), default_workbench(), day)
