"""`netdesign schema`: JSON Schemas."""

from __future__ import annotations

from typing import Any

import click
import orjson

from netdesign.model.canonical import json_schema
from netdesign.model.design import Design
from netdesign.model.requirements import Requirements
from netdesign.model.verdict import Report

KINDS: dict[str, type[Any]] = {"requirements": Requirements, "design": Design, "report": Report}


@click.command(name="schema", help="Print the JSON Schema of requirements, designs or reports.")
@click.argument("kind", type=click.Choice(list(KINDS)))
def command(kind: str) -> int:
    """Print the schema, draft 2020-12."""
    click.echo(orjson.dumps(json_schema(KINDS[kind]), option=orjson.OPT_INDENT_2))
    return 0
