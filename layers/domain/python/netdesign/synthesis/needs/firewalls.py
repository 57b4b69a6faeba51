"""How many firewalls a site needs."""

from __future__ import annotations

from typing import Final

from netdesign.catalog.parameters import Parameters
from netdesign.model.resolved import ResolvedRequirements
from netdesign.model.vocabulary import Redundancy
from netdesign.synthesis.needs.centres import DATA_CENTRES

THREE_MEMBERS: Final = "ha_three_members"
"""What a firewall can do that stands in for another together with a third."""


def transit_length(requirements: ResolvedRequirements, parameters: Parameters) -> int:
    """The length of a subnet with addresses for the switches, the firewalls, and what either answer on together."""
    return 28 if firewall_count(requirements, parameters) > 2 else 29


def firewall_count(requirements: ResolvedRequirements, parameters: Parameters) -> int:
    """Three in data centres of which any two elements may fail, two where the level or redundancy asks, else one."""
    if requirements.redundancy is Redundancy.CRITICAL and requirements.network_type in DATA_CENTRES:
        return 3
    posture = parameters.security[requirements.security_level]
    return 2 if posture.enforcement_ha or requirements.redundancy.at_least(Redundancy.HIGH) else 1
