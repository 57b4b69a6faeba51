"""Denials that are meant: blocks of parts of the outside, and denials that are named for their own log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netdesign.analysis.policy.policy import enforced_policies, ordered_rules, prefix_range, rule_boxes
from netdesign.graph.headerspace import space
from netdesign.model.said import is_said
from netdesign.model.security import Action

if TYPE_CHECKING:
    from netdesign.analysis.policy.needs import Crossing
    from netdesign.graph.headerspace import Space
    from netdesign.model.security import PolicyRule
    from netdesign.rules.case import Case

OUTSIDE = {4: 2**32, 6: 2**125}
"""Addresses of the outside: all of IPv4, and the global unicast block of IPv6 (RFC 4291)."""
MOST = 0.5
"""What a block may take of the outside; more of it is no part."""


def is_meant(line: PolicyRule) -> bool:
    """Whether a rule denies, says why, and logs what it denies."""
    return line.action is Action.DENY and line.log and is_said(line.justification)


def blocked(case: Case, crossing: Crossing, lost: Space) -> bool:
    """Whether all that a flow loses is what meant denials of parts of the outside take."""
    if crossing.sources is not None and crossing.targets is not None:
        return False
    for policy in enforced_policies(case.network):
        for line in ordered_rules(case.network, policy.id):
            if lost and is_meant(line) and is_block(line, crossing):
                lost = lost - space(rule_boxes(line))
    return not lost


def is_block(line: PolicyRule, crossing: Crossing) -> bool:
    """Whether a rule names a part of the addresses at the end of a crossing that is anywhere outside."""
    if crossing.sources is None and _is_part(line.sources):
        return True
    return crossing.targets is None and _is_part(line.destinations)


def _is_part(prefixes: tuple[str, ...]) -> bool:
    if not prefixes:
        return False
    for version, every in OUTSIDE.items():
        ranges = [found for text in prefixes if (found := prefix_range(text, version)) is not None]
        if sum(high - low + 1 for low, high in ranges) > MOST * every:
            return False
    return True
