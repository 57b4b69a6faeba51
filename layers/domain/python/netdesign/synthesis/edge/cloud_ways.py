"""How a demand between premises and a provider is carried: VPN tunnels, dedicated ports, and what encrypts both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Final

from netdesign.catalog.cloud_prices import CloudPrices
from netdesign.catalog.cloud_quotas import CloudQuotas
from netdesign.catalog.parameters import Parameters
from netdesign.errors import InfeasibleError
from netdesign.model.cloud import CloudConnection, CloudConnectionKind
from netdesign.model.conflict import Conflict, Relaxation
from netdesign.model.resolved import ResolvedRequirements
from netdesign.model.security import CryptoKind, CryptoProfile
from netdesign.model.vocabulary import Redundancy
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.edge.cloud_place import CloudPlace
from netdesign.synthesis.operation.management import CERTIFICATE_DAYS

IPSEC: Final = "cloud-ipsec"
REKEY_S: Final = 3_600
NEAR: Final = 200
FAR: Final = 150
BACKUP: Final = 100
"""Preferences: the nearest hub first, then the other region's, and tunnels only when dedicated ports are gone."""


@dataclass(frozen=True, slots=True)
class Ways:
    """How a demand is carried: VPN connections of `tunnels` each, and dedicated ports if there are any."""

    vpns: int
    tunnels: int
    ports: int = 0
    port_bps: int = 0
    locations: int = 0


def size_ways(
    place: CloudPlace, parameters: Parameters, requirements: ResolvedRequirements, bps: float, *, dedicated: bool
) -> Ways:
    """The tunnels or ports for a demand of today, so that what is left after one failure still carries it."""
    level, grown = parameters.redundancy[requirements.redundancy], bps * requirements.growth_multiplier
    failed = level.max_utilisation_failed or 1.0
    spare = requirements.redundancy.at_least(Redundancy.MEDIUM)
    if not dedicated:
        return _tunnels(place.quotas, parameters, grown, level.max_utilisation, failed, spare=spare)
    locations, each = dedicated_shape(parameters, requirements)
    ports = locations * each
    left = ports - each if locations > 1 else ports
    wanted = max(grown / (ports * level.max_utilisation), grown / (left * (failed if locations > 1 else 1.0)))
    speed = place.prices.port(wanted)
    if speed is None:
        raise InfeasibleError((_too_fast(place.prices, requirements, grown, ports),))
    backup = _tunnels(
        place.quotas, parameters, grown * parameters.cloud.vpn_backup_share, level.max_utilisation, failed, spare=False
    )
    return Ways(backup.vpns, backup.tunnels, ports, speed, locations)


def dedicated_shape(parameters: Parameters, requirements: ResolvedRequirements) -> tuple[int, int]:
    """(locations, ports at each) for the availability asked for."""
    cloud, wanted = parameters.cloud, requirements.availability
    paired = requirements.redundancy.at_least(Redundancy.MEDIUM)
    locations = cloud.direct_connect_locations if wanted >= cloud.direct_connect_high or paired else 1
    return locations, cloud.direct_connect_devices if wanted >= cloud.direct_connect_maximum else 1


def _tunnels(
    quotas: CloudQuotas, parameters: Parameters, grown: float, most: float, failed: float, *, spare: bool
) -> Ways:
    """Connections whose tunnels carry the demand, with one of them in maintenance."""
    each = quotas.vpn_tunnel_bps or 1
    tunnels = max(parameters.cloud.vpn_tunnels, quotas.vpn_connection_tunnels or parameters.cloud.vpn_tunnels)
    needed = max(ceil(grown / (each * most) - 1e-9), 1 + ceil(grown / (each * failed) - 1e-9))
    return Ways(max(2 if spare else 1, ceil(needed / tunnels)), tunnels)


def _too_fast(prices: CloudPrices, requirements: ResolvedRequirements, grown: float, ports: int) -> Conflict:
    top = max(prices.ports)
    return Conflict(
        code="no-port-fast-enough",
        requirements=("flows", "redundancy"),
        statement=f"{ports} ports of {top / 1e9:g} Gbit/s do not carry {grown / 1e9:,.1f} Gbit/s with a location lost.",
        numbers=(("demand at the horizon", f"{grown / 1e9:.1f} Gbit/s"), ("ports", str(ports))),
        relaxations=(
            Relaxation(
                field="expected_growth_rate",
                from_value=f"{requirements.growth_rate:g}",
                to_value="0",
                statement="plan without growth",
                cost="larger ports later",
            ),
        ),
    )


def connection_with(connection: CloudConnection, fields: Mapping[str, object]) -> CloudConnection:
    """The connection with what the premises say of it."""
    from dataclasses import replace

    return replace(connection, **fields)  # type: ignore[arg-type]  # fields of the fact


def connection_facts(  # noqa: PLR0917 - one fact of each kind, all its traits
    place: CloudPlace, parameters: Parameters, stem: str, ways: Ways, bps: float, crypto: str | None, preference: int
) -> list[CloudConnection]:
    """Ports first, then tunnels; beside ports the tunnels are the last resort."""
    quotas, made = place.quotas, []
    devices = ways.ports // max(1, ways.locations)
    for at in range(ways.ports):
        location = f"location {at // devices + 1}"
        made.append(
            CloudConnection(
                id=f"{stem}-port{at + 1}",
                hub="",
                kind=CloudConnectionKind.DIRECT_CONNECT,
                bandwidth_bps=ways.port_bps,
                peak_bps=ceil(bps / ways.ports),
                preference=preference,
                crypto=crypto,
                location=location,
                cloud_device=f"{location}, device {at % devices + 1}",
                mtu_bytes=quotas.hub_mtu_bytes or 1500,
            )
        )
    share = parameters.cloud.vpn_backup_share if ways.ports else 1.0
    made.extend(
        CloudConnection(
            id=f"{stem}-vpn{at + 1}",
            hub="",
            kind=CloudConnectionKind.VPN,
            bandwidth_bps=ways.tunnels * (quotas.vpn_tunnel_bps or 0),
            peak_bps=ceil(bps * share / ways.vpns),
            preference=BACKUP if ways.ports else preference,
            crypto=crypto,
            tunnels=ways.tunnels,
            mss_clamp_bytes=quotas.vpn_mss_bytes,
            mtu_bytes=quotas.vpn_mtu_bytes or 1400,
        )
        for at in range(ways.vpns)
    )
    return made


def tunnel_crypto(blueprint: Blueprint) -> str:
    """Id of the suite of all tunnels, strong enough for every level; made on first use."""
    if not blueprint.has(CryptoProfile, IPSEC):
        blueprint.add(
            CryptoProfile(
                id=IPSEC,
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
        )
    return IPSEC
