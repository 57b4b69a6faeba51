"""`netdesign schema`: JSON Schemas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
import orjson

from netdesign.model.canonical import json_schema
from netdesign.model.design import Design
from netdesign.model.requirements import Requirements
from netdesign.model.verdict import Report
from netdesign.services.profile_schema import profile_schema
from netdesign.services.workbench import default_workbench

KINDS: dict[str, Callable[[], dict[str, Any]]] = {
    "requirements": lambda: json_schema(Requirements),
    "design": lambda: json_schema(Design),
    "report": lambda: json_schema(Report),
    "profile": lambda: profile_schema(default_workbench().parameters),
}


@click.command(name="schema", help="Print the JSON Schema of requirements, designs, reports or profiles.")
@click.argument("kind", type=click.Choice(list(KINDS)))
def command(kind: str) -> int:
    """Print the schema, draft 2020-12."""
    click.echo(orjson.dumps(KINDS[kind](), option=orjson.OPT_INDENT_2))
    return 0
