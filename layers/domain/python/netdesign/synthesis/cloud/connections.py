"""How the sites of users reach the hubs: VPN tunnels, or dedicated ports at two locations with tunnels beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from netdesign.catalog.cloud_prices import CloudPrices
from netdesign.catalog.cloud_quotas import CloudQuotas
from netdesign.catalog.parameters import Parameters
from netdesign.errors import InfeasibleError
from netdesign.model.addressing import Pool
from netdesign.model.cloud import CloudConnection, CloudConnectionKind
from netdesign.model.conflict import Conflict, Relaxation
from netdesign.model.resolved import Population, ResolvedRequirements, ResolvedSite
from netdesign.model.security import CryptoKind, CryptoProfile
from netdesign.model.vocabulary import Redundancy
from netdesign.synthesis.cloud.networks import Region
from netdesign.synthesis.cloud.place import CloudPlace
from netdesign.synthesis.cloud.plan import CloudPlan
from netdesign.synthesis.draft.address_plan import format_v6, host_length
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.needs.zones import PARTNER, USER
from netdesign.synthesis.operation.management import CERTIFICATE_DAYS

IPSEC: Final = "cloud-ipsec"
MACSEC: Final = "cloud-macsec"
REKEY_S: Final = 3_600
NEAR: Final = 200
FAR: Final = 150
BACKUP: Final = 100
"""Preferences: the nearest hub first, then the other region's, and tunnels only when dedicated ports are gone."""
SITE_V6_LENGTH: Final = 48
PARTNER_HOSTS: Final = 8
MACHINES: Final = frozenset({Population.SERVERS, Population.STORAGE, Population.DMZ, Population.MANAGEMENT})
PREMISES: Final = frozenset({Population.USERS, Population.IOT, Population.VOICE, Population.GUEST})


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
        statement=f"{ports} ports of {top / 1e9:g} Gbit/s do not carry {grown / 1e9:,.1f} Gbit/s with one location lost.",
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


def add_connections(blueprint: Blueprint, plan: CloudPlan, regions: Sequence[Region]) -> None:
    """A connection set from every site with people or things, to the hub of every region; one for partners."""
    asked = blueprint.requirements
    joined = [site for site in asked.sites if site.users or site.endpoints]
    if joined:
        crypto = tunnel_crypto(blueprint)
        total = premises_bps(asked)
        weight = sum(site.users + site.endpoints for site in joined)
        for site in joined:
            bps = total * (site.users + site.endpoints) / weight
            prefixes = _site_prefixes(blueprint, site)
            for at, region in enumerate(regions):
                _join(blueprint, plan, region, site, prefixes, bps, crypto, NEAR if at == 0 else FAR)
    _partners(blueprint, regions)


def premises_bps(requirements: ResolvedRequirements) -> int:
    """Peak between what is on the premises and what runs at the provider, the larger direction of each flow."""
    sites = {site.id for site in requirements.sites}
    return sum(
        max(flow.up_bps, flow.down_bps)
        for flow in requirements.flows
        if any(
            near in PREMISES | sites and far in MACHINES
            for near, far in ((flow.source, flow.target), (flow.target, flow.source))
        )
    )


def _join(
    blueprint: Blueprint,
    plan: CloudPlan,
    region: Region,
    site: ResolvedSite,
    prefixes: tuple[str, ...],
    bps: float,
    crypto: str,
    preference: int,
) -> None:
    """The connections of one site to one hub."""
    asked, parameters = blueprint.requirements, blueprint.parameters
    ways = size_ways(plan.place, parameters, asked, bps, dedicated=False)
    dedicated = ways.vpns > parameters.cloud.vpn_most_connections
    if dedicated:
        ways = size_ways(plan.place, parameters, asked, bps, dedicated=True)
    fields = {"hub": region.hub, "site": site.id, "zone": USER, "prefixes": prefixes}
    stem = f"{site.id}-{region.id}"
    for connection in connection_facts(plan.place, parameters, stem, ways, bps, crypto, preference):
        blueprint.add(connection_with(connection, fields))
    _explain(blueprint, site, region, ways, bps)


def connection_with(connection: CloudConnection, fields: dict[str, object]) -> CloudConnection:
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
    for at in range(ways.vpns):
        made.append(
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


def _site_prefixes(blueprint: Blueprint, site: ResolvedSite) -> tuple[str, ...]:
    """The block that a site's own network is to be numbered from, so that nothing overlaps."""
    devices = blueprint.parameters.wireless.devices_per_user
    hosts = max(8, ceil(site.users * devices) + site.endpoints)
    block = blueprint.addresses.block(site.id, host_length(hosts, blueprint.growth))
    blueprint.add(Pool(id=f"{site.id}-block", prefix=block.prefix, purpose="site", site=site.id, summary=True))
    v6 = blueprint.addresses.block_v6(site.id)
    if v6 is None:
        return (block.prefix,)
    six = f"{format_v6(v6)}/{SITE_V6_LENGTH}"
    blueprint.add(Pool(id=f"{site.id}-block-v6", prefix=six, purpose="site", site=site.id, summary=True))
    return block.prefix, six


def _partners(blueprint: Blueprint, regions: Sequence[Region]) -> None:
    """Tunnels for partners, whose addresses are translated to a block of ours, where flows name partners."""
    asked = blueprint.requirements
    if not any(Population.PARTNER in (flow.source, flow.target) for flow in asked.flows):
        return
    place = blueprint.parameters
    block = blueprint.addresses.block("partners", host_length(PARTNER_HOSTS, blueprint.growth))
    blueprint.add(Pool(id="partners-block", prefix=block.prefix, purpose="partners", summary=True))
    bps = sum(max(f.up_bps, f.down_bps) for f in asked.flows if Population.PARTNER in (f.source, f.target))
    from netdesign.synthesis.cloud.place import choose_place

    chosen = choose_place(asked, place)
    ways = size_ways(chosen, place, asked, bps, dedicated=False)
    for at, region in enumerate(regions):
        crypto = tunnel_crypto(blueprint)
        facts = connection_facts(chosen, place, f"partners-{region.id}", ways, bps, crypto, NEAR if at == 0 else FAR)
        for connection in facts:
            fields: dict[str, object] = {"hub": region.hub, "zone": PARTNER, "prefixes": (block.prefix,)}
            blueprint.add(connection_with(connection, fields))


def _explain(blueprint: Blueprint, site: ResolvedSite, region: Region, ways: Ways, bps: float) -> None:
    if len(blueprint.requirements.sites) > 20:
        return
    level = blueprint.redundancy
    ports = f"{ways.ports} ports of {ways.port_bps / 1e9:g} Gbit/s at {ways.locations} locations, and " if ways.ports else ""
    blueprint.decide(
        f"How does {site.id} reach {region.hub}?",
        f"{ports}{ways.vpns} VPN connections of {ways.tunnels} tunnels",
        formula="tunnels >= max(ceil(D*g/(r*U0)), 1 + ceil(D*g/(r*U1))); ports carry D*g at U0, and at U1 without one "
        "location; tunnels beside ports carry the backup share",
        inputs={
            "D_bps": round(bps),
            "g": f"{blueprint.growth:.3f}",
            "U0": level.max_utilisation,
            "U1": level.max_utilisation_failed,
            "backup share": blueprint.parameters.cloud.vpn_backup_share,
        },
        result=ways.ports + ways.vpns,
        alternatives=(("devices of the site designed here", "ask for a hybrid network to have the premises designed"),),
        fields=("flows", "sites", "redundancy", "availability_requirement"),
        source="catalogue of cloud quotas; policy parameters cloud",
    )
