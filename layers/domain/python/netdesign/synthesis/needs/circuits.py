"""Which circuits lead out of a site, and how many there are at most."""

from __future__ import annotations

from typing import Final

from netdesign.catalog.circuits import CircuitKind
from netdesign.model.resolved import ResolvedRequirements
from netdesign.model.vocabulary import NetworkType, Redundancy

MAX_CIRCUITS: Final = 2
"""Circuits of one site: two providers, by entries of their own."""

LEAVING_BY_CIRCUITS: Final = (NetworkType.ENTERPRISE_DATACENTER, NetworkType.SDN_CAMPUS, NetworkType.LEGACY_CAMPUS)
"""Networks whose sites each have circuits to the Internet, and no other way out."""


def circuit_kind(requirements: ResolvedRequirements) -> CircuitKind:
    """Broadband where nothing is asked of redundancy, dedicated access otherwise."""
    return CircuitKind.BROADBAND if requirements.redundancy is Redundancy.NONE else CircuitKind.DIA
