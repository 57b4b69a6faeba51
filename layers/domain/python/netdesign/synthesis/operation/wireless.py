"""Wireless networks: what each SSID is for, how it is secured, and which VLANs its clients land in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from netdesign.catalog.policy import SecurityPosture
from netdesign.model.security import WirelessNetwork
from netdesign.model.vocabulary import SecurityLevel
from netdesign.synthesis.needs.zones import GUEST, USER

CORPORATE_SSID: Final = "staff"
GUEST_SSID: Final = "guest"


def wireless_security(zone: str, level: SecurityLevel, posture: SecurityPosture) -> str:
    """802.1X for staff where the level asks for it; guests are encrypted without a password."""
    if zone == GUEST:
        return "owe"
    if posture.dot1x_wireless_share > 0 or level.at_least(SecurityLevel.CORPORATE):
        return "wpa3-enterprise"
    return "wpa3-personal"


def wireless_networks(
    site: str,
    vlans: Mapping[str, tuple[str, ...]],
    level: SecurityLevel,
    posture: SecurityPosture,
) -> tuple[WirelessNetwork, ...]:
    """One SSID for each zone that has wireless VLANs; guests cannot see each other."""
    names = {USER: CORPORATE_SSID, GUEST: GUEST_SSID}
    return tuple(
        WirelessNetwork(
            id=f"{site}-{names[zone]}",
            ssid=names[zone],
            zone=zone,
            vlans=ids,
            security=wireless_security(zone, level, posture),
            sites=(site,),
            client_isolation=zone == GUEST,
            tunnelled=False,
            protected_management_frames=True,
            rogue_detection=True,
        )
        for zone, ids in sorted(vlans.items())
        if ids
    )
