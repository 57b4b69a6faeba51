"""What the sites of a wide-area network are joined over: tunnels, leased lines, or a provider's MPLS network."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from netdesign.model.resolved import ResolvedRequirements
from netdesign.model.vocabulary import NetworkType, Redundancy
from netdesign.synthesis.needs.words import mentions


class Transport(StrEnum):
    """What carries the traffic between sites while nothing has failed."""

    TUNNELS = "tunnels"
    LINES = "leased lines"
    MPLS = "MPLS"


MPLS_WORDS: Final = ("mpls", "l3vpn", "l3 vpn", "ip vpn", "ipvpn")
LINE_WORDS: Final = (
    *("leased line", "leased lines", "private line", "private lines", "wavelength", "wavelengths", "dwdm"),
    *("e line", "point to point circuits"),
)
WORDS: Final = {Transport.MPLS: MPLS_WORDS, Transport.LINES: LINE_WORDS}
"""The words that ask for each, the first kind named there first where both are."""
CRITICAL_SITES: Final = 5
"""Sites up to which a network that must never fail has lines of its own."""


def transport(asked: ResolvedRequirements) -> Transport:
    """What the technologies name, lines for a few sites that are all critical, or else tunnels."""
    if asked.network_type is not NetworkType.WAN or len(asked.sites) < 2:
        return Transport.TUNNELS
    for kind, words in WORDS.items():
        if mentions(words, asked.technology_stack) is not None:
            return kind
    critical = asked.redundancy is Redundancy.CRITICAL and all(site.tier == 1 for site in asked.sites)
    return Transport.LINES if critical and len(asked.sites) <= CRITICAL_SITES else Transport.TUNNELS
