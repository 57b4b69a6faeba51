"""The way in for people outside: tunnels that end on the firewalls, in the zone of the published services."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any, Final

from netdesign.errors import ConflictError
from netdesign.model.addressing import Subnet
from netdesign.model.security import CryptoKind, CryptoProfile, RemoteAccess
from netdesign.model.vocabulary import SubnetPurpose
from netdesign.synthesis.draft.address_plan import LAN_BITS, format_v4, format_v6, host_length
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.edge.border import Edge
from netdesign.synthesis.needs.site_demand import part
from netdesign.synthesis.needs.zones import DMZ
from netdesign.synthesis.operation.management import CERTIFICATE_DAYS

REMOTE: Final = "remote-access"
REKEY_S: Final = 3_600


def admit_remote_users(blueprint: Blueprint, edges: Sequence[Edge]) -> None:
    """Let remote users in at every site, its part of them by the people there; nothing where there are none."""
    asked = blueprint.requirements
    if not asked.remote_users or not edges:
        return
    blueprint.add(_crypto())
    sites = {site.id: site for site in asked.sites}
    weights = [part(asked, sites[edge.site], "users") for edge in edges]
    for edge, weight in zip(edges, weights, strict=True):
        users = ceil(asked.remote_users * weight / sum(weights)) if sum(weights) else asked.remote_users
        _admit(blueprint, edge, users)


def reserve_pool(blueprint: Blueprint, hosts: dict[str, list[int]]) -> None:
    """Count the addresses of connected users among those of the zone in which they land."""
    if blueprint.requirements.remote_users:
        hosts.setdefault(DMZ, []).append(connected_users(blueprint))


def _pool(blueprint: Blueprint, site: str, users: int) -> tuple[str, ...]:
    """Ids of the subnets that users of a site get addresses of; no VLAN carries them, for they end on the firewalls."""
    plan, count = blueprint.addresses.sites[site], connected_users(blueprint, users)
    length = host_length(count, blueprint.growth)
    standing, identity = blueprint.standing, f"{site}-{REMOTE}"
    base, length = plan.known(standing, identity, length) or (plan.zones[DMZ].cut(length), length)
    if base is None:
        raise ConflictError(f"the block {plan.zones[DMZ].prefix} of {DMZ} at {site} has no /{length} left")
    prefixes = {identity: f"{format_v4(base)}/{length}"}
    if plan.v6 is not None:
        six = plan.known(standing, f"{identity}-v6", LAN_BITS)
        prefixes[f"{identity}-v6"] = f"{format_v6(six[0] if six else plan.next_lan(DMZ))}/{LAN_BITS}"
    fields: dict[str, Any] = {"vrf": blueprint.vrf(DMZ).id, "purpose": SubnetPurpose.HOSTS, "site": site, "zone": DMZ}
    for identity, prefix in prefixes.items():
        blueprint.add(Subnet(id=identity, prefix=prefix, planned_hosts=count, **fields))
    return tuple(prefixes)


def _admit(blueprint: Blueprint, edge: Edge, users: int) -> None:
    subnets = _pool(blueprint, edge.site, users)
    blueprint.add(
        RemoteAccess(
            id=f"{edge.site}-{REMOTE}",
            heads=tuple(firewall.id for firewall in edge.firewalls),
            zone=DMZ,
            users=users,
            crypto=REMOTE,
            multifactor=True,
            split_tunnel=False,
            subnets=subnets,
        )
    )
    capacity = blueprint.parameters.capacity
    blueprint.decide(
        f"How do people outside reach {edge.site}?",
        f"IPsec tunnels to {', '.join(firewall.id for firewall in edge.firewalls)}, all traffic through them",
        formula="tunnels = users * concurrency * g; bit/s = users * concurrency * rate * (1 + overhead) * g",
        inputs={
            "users": users,
            "concurrency": capacity.vpn_concurrency,
            "rate_bps": capacity.vpn_user_bps,
            "overhead": capacity.ipsec_overhead,
            "g": f"{blueprint.growth:.3f}",
        },
        result=ceil(users * capacity.vpn_concurrency * blueprint.growth),
        fields=("users", "use_cases", "security_level"),
        source="NIST SP 800-77r1, policy parameters capacity",
    )


def _crypto() -> CryptoProfile:
    """The suite of all tunnels: strong enough for every level."""
    return CryptoProfile(
        id=REMOTE,
        kind=CryptoKind.IPSEC,
        cipher="aes-256-gcm",
        key_bits=256,
        integrity="sha-384",
        forward_secrecy=True,
        rekey_s=REKEY_S,
        key_exchange="group20",
        protocol_version="ikev2",
        authentication="certificate",
        certificate_days=CERTIFICATE_DAYS,
        certificate_key="ecdsa-p384",
    )


def connected_users(blueprint: Blueprint, users: int | None = None) -> int:
    """How many of so many users, or of all remote ones, are connected at the same time."""
    people = blueprint.requirements.remote_users if users is None else users
    return ceil(people * blueprint.parameters.capacity.vpn_concurrency)
