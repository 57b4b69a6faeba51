"""CAP-30: nothing asks more of a cloud provider than it admits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import ceil

from netdesign.analysis.facts.cloud_places import attachments_of, connections_of, subnets_of
from netdesign.analysis.traffic.demand import growth_of
from netdesign.catalog.cloud_quotas import CloudQuotas, quotas_of
from netdesign.errors import InvalidInputError
from netdesign.graph.prefixes import Prefix, parse_prefix
from netdesign.model.cloud import CloudAttachment, CloudConnection, CloudConnectionKind, CloudHub, CloudNetwork
from netdesign.model.patch import Add, Patch, Remove, Set
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

TINY = 1e-9


def _applies(case: Case) -> bool:
    cloud = case.design.cloud
    return bool(cloud.cloud_networks or cloud.cloud_hubs or cloud.cloud_connections)


@rule(
    code="CAP-30",
    name="cloud-limits",
    title="Cloud Service Limits",
    category=Category.CAPACITY,
    severity=Severity.ERROR,
    applies="designs with networks at a cloud provider",
    applicable=_applies,
    flags="A hub with more attachments, route tables or routes than the provider's quota, or a larger MTU than its hubs"
    " pass; a network that at the horizon puts more through its attachment than the quota of each zone; VPN tunnels"
    " that together carry less than the demand at the target utilisation; a dedicated connection that does; a network"
    " or subnet whose prefix the provider does not take, or that lies outside its network; a used zone without a"
    " subnet.",
    passes="Every dated quota of the catalogue is kept.",
    remedy="Add tunnels or a dedicated connection, or split the hub.",
    references=("documented quotas of the providers, dated in the catalogue",),
    reading="Default quotas count, also where a provider raises them on request.",
)
def cloud_limits(case: Case) -> Iterator[Said]:
    """Compares hubs, attachments, connections and networks with the quotas of their providers."""
    for hub in case.design.cloud.cloud_hubs:
        yield from _hub(case, hub)
    for connection in case.design.cloud.cloud_connections:
        yield from _connection(case, connection)
    for network in case.design.cloud.cloud_networks:
        yield from _network(case, network)
    cloud = case.design.cloud
    yield Measure(name="attachments of cloud networks", value=len(cloud.cloud_attachments))
    yield Measure(name="ways from the premises to hubs", value=len(cloud.cloud_connections))


def _unknown(provider: str, what: str, element: str) -> Gap:
    return Gap(message=f"no quota of {provider} for {what} is on record", elements=(element,))


def _over(element: str, what: str, asked: float, most: float, quotas: CloudQuotas) -> Finding:
    return Finding(
        message=f"{element} asks for {asked:,.0f} {what}; {quotas.provider} admits {most:,.0f} (as of {quotas.as_of})",
        elements=(element,),
        witness={
            "element": element,
            "what": what,
            "asked": ceil(asked),
            "quota": int(most),
            "provider": quotas.provider,
            "as_of": quotas.as_of,
            "source": quotas.source,
        },
    )


def _hub(case: Case, hub: CloudHub) -> Iterator[Said]:
    quotas = quotas_of(hub.provider)
    if quotas is None:
        yield _unknown(hub.provider, "hubs", hub.id)
        return
    mine = attachments_of(case.network).get(hub.id, ())
    ways = connections_of(case.network).get(hub.id, ())
    routes = sum(len(_routes(case, one)) for one in mine) + len({text for one in ways for text in one.prefixes})
    tables = sum(table.hub == hub.id for table in case.design.cloud.cloud_route_tables)
    for what, asked, most in (
        ("attachments", len(mine) + len(ways), quotas.hub_attachments),
        ("route tables", max(hub.route_tables, tables), quotas.hub_route_tables),
        ("VPN connections of its own", sum(_own_vpn(one) for one in ways), quotas.vpn_connections),
        ("routes", routes, quotas.hub_routes),
        ("bytes of MTU", hub.mtu_bytes, quotas.hub_mtu_bytes),
    ):
        if most is None:
            yield _unknown(hub.provider, f"{what} of a hub", hub.id)
        elif asked > most:
            yield _over(hub.id, what, asked, most, quotas)
    for one in mine:
        yield from _attachment(case, one, quotas)


def _own_vpn(one: CloudConnection) -> bool:
    """Whether the provider's own VPN ends the connection; routers that run as workloads have no part in the quota."""
    return one.kind is CloudConnectionKind.VPN and not one.gateways


def _routes(case: Case, one: CloudAttachment) -> tuple[str, ...]:
    """Routes that an attachment brings: those stated, or the prefixes of its network."""
    network = case.network.by_id("cloud_networks").get(one.network)
    return one.routes or (network.prefixes if network is not None else ())


def _attachment(case: Case, one: CloudAttachment, quotas: CloudQuotas) -> Iterator[Said]:
    asked = one.peak_bps * growth_of(case.requirements)
    if quotas.attachment_bps_per_zone is None:
        yield _unknown(quotas.provider, "bandwidth of an attachment", one.id)
    elif asked > len(set(one.availability_zones)) * quotas.attachment_bps_per_zone * (1 + TINY):
        yield _over(one.id, "bit/s", asked, len(set(one.availability_zones)) * quotas.attachment_bps_per_zone, quotas)


def _connection(case: Case, one: CloudConnection) -> Iterator[Said]:
    """Tunnels or a port against the demand at the horizon."""
    hub = case.network.by_id("cloud_hubs").get(one.hub)
    quotas = quotas_of(hub.provider) if hub is not None else None
    if quotas is None:
        yield Gap(message=f"nothing says whose hub {one.id} leads to", elements=(one.id,))
        return
    level = case.parameters.redundancy[case.requirements.redundancy]
    needed = one.peak_bps * growth_of(case.requirements) / level.max_utilisation
    if one.kind is CloudConnectionKind.VPN:
        if quotas.vpn_tunnel_bps is None:
            yield _unknown(quotas.provider, "VPN tunnels", one.id)
            return
        able = max(0, one.tunnels) * quotas.vpn_tunnel_bps
        if needed > able * (1 + TINY):
            yield _tunnels(one, needed, able, quotas)
        if one.bandwidth_bps > able:
            yield _over(one.id, "bit/s", one.bandwidth_bps, able, quotas)
    elif needed > one.bandwidth_bps * (1 + TINY):
        yield Finding(
            message=f"{one.id} is a port of {one.bandwidth_bps / 1e9:g} Gbit/s; {needed / 1e9:,.3f} Gbit/s are needed",
            elements=(one.id,),
            witness={"connection": one.id, "able_bps": one.bandwidth_bps, "needed_bps": ceil(needed)},
        )
    if quotas.hub_mtu_bytes is not None and one.mtu_bytes > quotas.hub_mtu_bytes:
        yield _over(one.id, "bytes of MTU", one.mtu_bytes, quotas.hub_mtu_bytes, quotas)


def _tunnels(one: CloudConnection, needed: float, able: float, quotas: CloudQuotas) -> Finding:
    return Finding(
        message=f"{one.tunnels} tunnels of {one.id} carry {able / 1e9:g} Gbit/s; {needed / 1e9:,.3f} Gbit/s are needed"
        f" ({quotas.provider}, as of {quotas.as_of})",
        elements=(one.id,),
        witness={
            "connection": one.id,
            "tunnels": one.tunnels,
            "able_bps": round(able),
            "needed_bps": ceil(needed),
            "tunnel_bps": quotas.vpn_tunnel_bps,
            "as_of": quotas.as_of,
        },
    )


def _network(case: Case, network: CloudNetwork) -> Iterator[Said]:
    """Prefixes and subnets of a network."""
    quotas, mine = quotas_of(network.provider), subnets_of(case.network).get(network.id, ())
    if quotas is None:
        yield _unknown(network.provider, "networks", network.id)
        return
    blocks = []
    for text in network.prefixes:
        prefix = _parsed(text)
        if prefix is None:
            yield Gap(message=f"{text!r} of {network.id} is no prefix", elements=(network.id,))
        else:
            blocks.append(prefix)
            yield from _length(network.id, prefix, quotas)
    for subnet in mine:
        prefix = _parsed(subnet.prefix)
        if prefix is None:
            yield Gap(message=f"{subnet.prefix!r} of {subnet.id} is no prefix", elements=(subnet.id,))
            continue
        yield from _length(subnet.id, prefix, quotas)
        if not any(block.covers(prefix) for block in blocks):
            yield Finding(
                message=f"{subnet.prefix} of {subnet.id} lies outside the prefixes of {network.id}",
                elements=(subnet.id, network.id),
                witness={"subnet": subnet.id, "prefix": subnet.prefix, "network": network.id},
            )
    for zone in sorted(set(network.availability_zones) - {subnet.availability_zone for subnet in mine}):
        yield Finding(
            message=f"{network.id} uses {zone} and has no subnet there: a subnet lies in one availability zone",
            elements=(network.id,),
            witness={"network": network.id, "zone": zone},
        )


def _parsed(text: str) -> Prefix | None:
    try:
        return parse_prefix(text)
    except InvalidInputError:
        return None


def _length(element: str, prefix: Prefix, quotas: CloudQuotas) -> Iterator[Said]:
    shortest, longest = quotas.network_shortest_prefix, quotas.network_longest_prefix
    if prefix.version != 4 or shortest is None or longest is None or shortest <= prefix.length <= longest:
        return
    yield Finding(
        message=f"{prefix} of {element} is a /{prefix.length}; {quotas.provider} takes /{shortest} to /{longest}"
        f" (as of {quotas.as_of})",
        elements=(element,),
        witness={
            "element": element,
            "prefix": str(prefix),
            "shortest": shortest,
            "longest": longest,
            "as_of": quotas.as_of,
        },
    )


@cloud_limits.mutant("send 5 Gbit/s and more through one VPN tunnel")
def one_tunnel(case: Case) -> Patch | None:
    """The first VPN connection."""
    vpn = next((c for c in case.design.cloud.cloud_connections if c.kind is CloudConnectionKind.VPN), None)
    if vpn is None:
        return None
    return (Set("cloud_connections", vpn.id, {"tunnels": 1, "peak_bps": max(5_000_000_000, vpn.peak_bps)}),)


@cloud_limits.mutant("keep more route tables on a hub than its provider admits")
def many_tables(case: Case) -> Patch | None:
    """One more, on the first hub."""
    for hub in case.design.cloud.cloud_hubs:
        quotas = quotas_of(hub.provider)
        if quotas is not None and quotas.hub_route_tables is not None:
            return (Set("cloud_hubs", hub.id, {"route_tables": quotas.hub_route_tables + 1}),)
    return None


@cloud_limits.mutant("announce more routes to a hub than it takes")
def many_routes(case: Case) -> Patch | None:
    """One attachment brings one more than all may."""
    hubs = case.network.by_id("cloud_hubs")
    for one in case.design.cloud.cloud_attachments:
        quotas = quotas_of(hubs[one.hub].provider) if one.hub in hubs else None
        if quotas is not None and quotas.hub_routes is not None:
            texts = tuple(f"10.{n // 256 % 256}.{n % 256}.0/28" for n in range(quotas.hub_routes + 1))
            return (Set("cloud_attachments", one.id, {"routes": texts}),)
    return None


@cloud_limits.mutant("attach more networks to a hub than it takes")
def many_attachments(case: Case) -> Patch | None:
    """Copies of an attachment, to networks that the design does not show."""
    hubs = case.network.by_id("cloud_hubs")
    for one in case.design.cloud.cloud_attachments:
        quotas = quotas_of(hubs[one.hub].provider) if one.hub in hubs else None
        if quotas is not None and quotas.hub_attachments is not None:
            copies = (replace(one, id=f"{one.id}+{n}", network=f"{n}") for n in range(quotas.hub_attachments))
            return tuple(Add("cloud_attachments", copy) for copy in copies)
    return None


@cloud_limits.mutant("put more through an attachment than its zones carry")
def busy_attachment(case: Case) -> Patch | None:
    """Twice the quota of all its zones."""
    hubs = case.network.by_id("cloud_hubs")
    for one in case.design.cloud.cloud_attachments:
        quotas = quotas_of(hubs[one.hub].provider) if one.hub in hubs else None
        if quotas is not None and quotas.attachment_bps_per_zone is not None:
            peak = 2 * quotas.attachment_bps_per_zone * max(1, len(one.availability_zones))
            return (Set("cloud_attachments", one.id, {"peak_bps": peak}),)
    return None


@cloud_limits.mutant("give a network a prefix that the provider does not take")
def wrong_size(case: Case) -> Patch | None:
    """Half of all addresses."""
    for network in case.design.cloud.cloud_networks:
        if quotas_of(network.provider) is not None:
            return (Set("cloud_networks", network.id, {"prefixes": ("10.0.0.0/1",)}),)
    return None


@cloud_limits.mutant("leave a used zone without a subnet")
def no_subnet(case: Case) -> Patch | None:
    """All subnets of the first zone of a network go."""
    for network in case.design.cloud.cloud_networks:
        mine = subnets_of(case.network).get(network.id, ())
        if network.availability_zones and mine and quotas_of(network.provider) is not None:
            zone = mine[0].availability_zone
            gone = tuple(Remove("cloud_subnets", one.id) for one in mine if one.availability_zone == zone)
            return gone if zone in network.availability_zones else None
    return None


@cloud_limits.mutant("ask a hub for a larger MTU than it passes")
def large_mtu(case: Case) -> Patch | None:
    """9,001 bytes, as inside a network."""
    for hub in case.design.cloud.cloud_hubs:
        quotas = quotas_of(hub.provider)
        if quotas is not None and quotas.hub_mtu_bytes is not None:
            return (Set("cloud_hubs", hub.id, {"mtu_bytes": quotas.hub_mtu_bytes + 501}),)
    return None


@cloud_limits.fix("add VPN tunnels")
def more_tunnels(case: Case, finding: Finding) -> Patch | None:
    """As many as carry the demand, all used at once."""
    need, each = finding.witness.get("needed_bps"), finding.witness.get("tunnel_bps")
    if not isinstance(need, int) or not isinstance(each, int) or not each:
        return None
    count = max(case.parameters.cloud.vpn_tunnels, ceil(need / each))
    return (Set("cloud_connections", str(finding.witness["connection"]), {"tunnels": count}),)


@cloud_limits.fix("keep to the MTU that hubs pass")
def smaller_mtu(case: Case, finding: Finding) -> Patch | None:
    """On the hub or on the connection."""
    if finding.witness.get("what") != "bytes of MTU":
        return None
    name = str(finding.witness["element"])
    home = "cloud_hubs" if name in case.network.by_id("cloud_hubs") else "cloud_connections"
    return (Set(home, name, {"mtu_bytes": finding.witness["quota"]}),)
