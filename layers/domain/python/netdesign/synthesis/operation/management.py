"""How devices are managed, how their queues treat traffic, and how ports that face endpoints are guarded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from netdesign.catalog.policy import SecurityPosture
from netdesign.model.cabling import Link
from netdesign.model.infrastructure import ServiceInstance, ServiceKind
from netdesign.model.inventory import Device, PortProfile
from netdesign.model.resolved import ResolvedRequirements
from netdesign.model.security import CryptoKind, CryptoProfile, ManagementProfile
from netdesign.model.traffic import QosClass, QosPlan
from netdesign.model.vocabulary import PortMode, Role
from netdesign.synthesis.draft.blueprint import MANAGEMENT, Blueprint
from netdesign.synthesis.needs.zones import keeps_card_data

PROFILE: Final = "managed"
QOS: Final = "queues"
MACSEC: Final = "macsec"
CERTIFICATE_DAYS: Final = 365
_UNMANAGED: Final = frozenset({Role.PROVIDER})
FOUR: Final = (
    QosClass(name="realtime", dscp=(46, 34, 36, 38), bandwidth_percent=30, priority=True),
    QosClass(name="control", dscp=(48, 56, 24, 40), bandwidth_percent=10),
    QosClass(name="business", dscp=(10, 12, 14, 18, 20, 22, 26, 28, 30, 16, 32), bandwidth_percent=30),
    QosClass(name="default", dscp=(0, 1, 8), bandwidth_percent=30),
)
"""Four classes for networks without voice or video."""
EIGHT: Final = (
    QosClass(name="voice", dscp=(46,), bandwidth_percent=15, priority=True),
    QosClass(name="video", dscp=(34, 36, 38, 32), bandwidth_percent=20),
    QosClass(name="signalling", dscp=(24, 40), bandwidth_percent=5),
    QosClass(name="control", dscp=(48, 56, 16), bandwidth_percent=5),
    QosClass(name="transactional", dscp=(18, 20, 22, 26, 28, 30), bandwidth_percent=20),
    QosClass(name="bulk", dscp=(10, 12, 14), bandwidth_percent=5),
    QosClass(name="default", dscp=(0,), bandwidth_percent=25),
    QosClass(name="scavenger", dscp=(1, 8), bandwidth_percent=5),
)
"""Eight classes after RFC 4594, the lower-effort one after RFC 8622."""


def qos_classes(requirements: ResolvedRequirements, many_users: int) -> tuple[QosClass, ...]:
    """Eight classes where voice, video or many users share links, or else four."""
    rich = requirements.voice or requirements.video or requirements.users >= many_users
    return EIGHT if rich else FOUR


def management_profile(
    posture: SecurityPosture, services: Iterable[ServiceInstance], *, card_data: bool = False
) -> ManagementProfile:
    """Encrypted management with central logins by way of the services, by two factors also where card data is near."""
    ids: dict[ServiceKind, tuple[str, ...]] = {}
    for service in services:
        ids[service.kind] = (*ids.get(service.kind, ()), service.id)
    return ManagementProfile(
        id=PROFILE,
        protocols=("ssh", "https", "snmpv3"),
        vrf=MANAGEMENT,
        central_login=True,
        multifactor=posture.admin_mfa or card_data,
        aaa=ids.get(ServiceKind.AAA, ()),
        ntp=ids.get(ServiceKind.NTP, ()),
        ntp_authenticated=True,
        logs=ids.get(ServiceKind.LOG, ()),
        flows=ids.get(ServiceKind.FLOW, ()),
        monitors=ids.get(ServiceKind.MONITOR, ()),
        bastions=ids.get(ServiceKind.BASTION, ()),
        log_buffer=True,
        control_plane_policing=True,
        infrastructure_acl=True,
        tls_version="1.2",
    )


def manage_devices(blueprint: Blueprint, services: Iterable[ServiceInstance]) -> None:
    """Give every device of ours the management profile and the queues."""
    asked = blueprint.requirements
    blueprint.add(management_profile(blueprint.posture, services, card_data=keeps_card_data(asked)))
    many = blueprint.parameters.protocols.qos_users
    blueprint.add(QosPlan(id=QOS, classes=qos_classes(asked, many)))
    for device in blueprint.all(Device):
        if device.role not in _UNMANAGED:
            blueprint.change(device, management_profile=PROFILE, qos_plan=QOS)


def port_profile(
    identity: str,
    posture: SecurityPosture,
    *,
    vlans: tuple[str, ...],
    voice: bool = False,
    mtu_bytes: int = 1500,
    trusted: bool = False,
    authenticated: bool | None = None,
) -> PortProfile:
    """A port profile for endpoints: `vlans` starts with the data VLAN, the voice VLAN tagged behind it.

    `trusted` is for servers, which mark their own traffic; they authenticate as machines where the level asks.
    """
    dot1x = posture.dot1x_wired_share > 0 if authenticated is None else authenticated
    return PortProfile(
        id=identity,
        mode=PortMode.TRUNK if voice else PortMode.ACCESS,
        vlans=vlans,
        native_vlan=vlans[0] if voice else None,
        mtu_bytes=mtu_bytes,
        dot1x=dot1x,
        edge=True,
        bpdu_guard=True,
        dhcp_snooping=True,
        arp_inspection=True,
        source_guard=True,
        ra_guard=True,
        storm_control=True,
        trust_dscp=trusted,
    )


def encrypt_between_buildings(blueprint: Blueprint) -> None:
    """Encrypt every link between buildings where the level asks for it."""
    for link in blueprint.all(Link):
        if link.between_buildings and link.crypto is None:
            blueprint.change(link, crypto=link_crypto(blueprint))


def link_crypto(blueprint: Blueprint) -> str | None:
    """Id of the MACsec profile for links between buildings where the level asks for it, made on first use."""
    asked, posture = blueprint.requirements, blueprint.posture
    if posture.encrypt_owned == "none":
        return None
    if not blueprint.has(CryptoProfile, MACSEC):
        blueprint.decide(
            "How are links between buildings protected?",
            "MACsec with AES-256-GCM",
            formula="encrypt_owned parameter of the security level",
            inputs={"level": asked.security_level.value, "encrypt_owned": posture.encrypt_owned},
            fields=("security_level", "requires_encryption"),
            source="IEEE 802.1AE",
        )
    return macsec_profile(blueprint)


def macsec_profile(blueprint: Blueprint) -> str:
    """Id of the MACsec profile, made on first use."""
    if not blueprint.has(CryptoProfile, MACSEC):
        blueprint.add(
            CryptoProfile(
                id=MACSEC,
                kind=CryptoKind.MACSEC,
                cipher="aes-256-gcm",
                key_bits=256,
                integrity="gmac",
                forward_secrecy=True,
                rekey_s=3_600,
                protocol_version="mka",
                certificate_days=CERTIFICATE_DAYS,
                certificate_key="ecdsa-p384",
            )
        )
    return MACSEC
