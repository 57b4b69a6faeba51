"""`netdesign rules`: the catalogue of rules."""

from __future__ import annotations

import click
import orjson

from netdesign.cli.profile import profile_option, read_standards
from netdesign.cli.show import COLOURS, escape, out
from netdesign.model.vocabulary import Category
from netdesign.rules.registry import all_rules
from netdesign.services.list_rules import card_document


@click.command(name="rules", help="List the rules.")
@click.option("--category", type=click.Choice([category.value for category in Category]), help="Only this category.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@profile_option
def command(category: str | None, style: str, profile: str | None) -> int:
    """Print a line for each rule, or every card as JSON."""
    own = read_standards(profile).settings.own_rules if profile else ()
    chosen = [rule for rule in (*all_rules(), *own) if category in (None, rule.category.value)]
    if style == "json":
        click.echo(orjson.dumps([card_document(rule) for rule in chosen], option=orjson.OPT_INDENT_2))
        return 0
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("code", "severity", "name", "flags"):
        table.add_column(heading, no_wrap=heading != "flags")
    for rule in chosen:
        table.add_row(
            rule.code, f"[{COLOURS[rule.severity.value]}]{rule.severity.value}[/]", rule.name, escape(rule.flags)
        )
    out.print(table)
    out.print(f"\n{len(chosen)} rules")
    return 0
