"""How many firewalls a site needs."""

from __future__ import annotations

from netdesign.catalog.parameters import Parameters
from netdesign.model.resolved import ResolvedRequirements
from netdesign.model.vocabulary import Redundancy


def firewall_count(requirements: ResolvedRequirements, parameters: Parameters) -> int:
    """Two where the security level or the redundancy calls for it, or else one."""
    posture = parameters.security[requirements.security_level]
    return 2 if posture.enforcement_ha or requirements.redundancy.at_least(Redundancy.HIGH) else 1
