"""`netdesign explain`: one rule in full."""

from __future__ import annotations

import click

from netdesign.cli.profile import profile_option, read_standards
from netdesign.cli.show import escape, out
from netdesign.rules.registry import find_rule

WHOLE = 10_000
"""A card is shown whole."""


@click.command(name="explain", help="Show the rule with this code (CAP-01) or name.")
@click.argument("rule")
@profile_option
def command(rule: str, profile: str | None) -> int:
    """Print the rule's card: what it flags, what passes, what to do, what it rests on, how it is tested."""
    own = read_standards(profile).settings.own_rules if profile else ()
    wanted = rule.strip().lower()
    found = next((one for one in own if wanted in (one.code.lower(), one.name)), None) or find_rule(rule)
    out.print(f"[bold]{found.code}[/] {escape(found.title)} [dim]({found.name})[/]")
    rows = {
        "category": found.category.value,
        "severity": found.severity.value,
        "applies to": found.applies,
        "flags": found.flags,
        "passes": found.passes,
        "remedy": found.remedy,
        "reading": found.reading,
        "references": "; ".join(found.references),
        "fixes": "; ".join(fix.title for fix in found.fixes),
        "mutants": "; ".join(mutant.title for mutant in found.mutants),
    }
    for name, text in rows.items():
        if not text:
            continue
        out.print(f"  [dim]{name:<11}[/] {escape(text, WHOLE)}", soft_wrap=True)
    return 0
