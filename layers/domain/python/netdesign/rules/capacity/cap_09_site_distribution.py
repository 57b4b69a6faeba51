"""CAP-09: every site that was asked for is there, whole, and no other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from netdesign.analysis.addressing.layer3 import gateway_pairs
from netdesign.analysis.facts.addresses import PURPOSES, subnet_purposes
from netdesign.analysis.facts.cloud_places import joined_sites, workload_count
from netdesign.analysis.facts.row_codes import column, text_codes
from netdesign.analysis.traffic.demand import OUTSIDE, at_provider
from netdesign.graph.network import FORWARDING_PURPOSES, Network, analysis
from netdesign.model.patch import Patch, Set
from netdesign.model.resolved import ResolvedSite
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, LinkPurpose, Role, Severity, SubnetPurpose
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

EDGE = (Role.ACCESS, Role.LEAF, Role.BORDER_LEAF, Role.CORE)


@rule(
    code="CAP-09",
    name="site-distribution",
    title="Site Distribution",
    category=Category.CAPACITY,
    severity=Severity.ERROR,
    flags="A site of the requirements without devices, or devices at a site that nobody asked for; a site without a"
    " switch for endpoints, without a gateway for its hosts, or, where there are other sites or traffic leaves, without"
    " a circuit or a link to another site; a site with people and no connection to a hub where servers run at a"
    " cloud provider; users or servers of the sites that do not add up to those asked for.",
    passes="The design has exactly the sites that were asked for, each with switches, gateways and a way out.",
    remedy="Build the missing site, or give the device its right site.",
    references=("traceability to the requirements", "ISO/IEC 27001:2022 A.5.9"),
)
def site_distribution(case: Case) -> Iterator[Said]:
    """Compares the sites of devices and facts with those of the requirements."""
    network, wanted = case.network, {site.id: site for site in case.requirements.sites}
    built = {device.site for device in network.devices if device.in_service and device.role is not Role.PROVIDER}
    for name in sorted(built - set(wanted)):
        names = [d.id for d in network.devices if d.site == name and d.in_service]
        yield _finding(name, "has devices but was not asked for", devices=len(names))
    provided = at_provider(case.requirements)
    for name, site in sorted(wanted.items()):
        if provided:
            yield from _reached(case, site)
        elif name not in built:
            yield _finding(name, "was asked for and has no device in service")
        elif site.users or site.endpoints or site.servers:
            yield from _whole(case, site)
    yield from _sums(case)
    yield Measure(name="sites with devices", value=len(built & set(wanted)), threshold=len(wanted))


def _reached(case: Case, site: ResolvedSite) -> Iterator[Finding]:
    """Where servers run at a provider, a site needs a way to it, if somebody is there."""
    if (site.users or site.endpoints) and site.id not in joined_sites(case.network):
        yield _finding(site.id, "has no connection to a hub at the provider")


def _whole(case: Case, site: ResolvedSite) -> Iterator[Finding]:
    network = case.network
    here = set(network.devices_by("site").get(site.id, ()))
    if here.isdisjoint(network.with_role(*EDGE).tolist()):
        yield _finding(site.id, "has no switch that endpoints could attach to")
    if site.id not in _sites_with_gateway(network):
        yield _finding(site.id, "has no gateway in any subnet of its hosts")
    if _must_leave(case) and site.id not in _sites_with_exit(network):
        yield _finding(site.id, "has neither a circuit nor a link to another site")


def _must_leave(case: Case) -> bool:
    outside = any({flow.source, flow.target} & OUTSIDE for flow in case.requirements.flows)
    return outside or len(case.requirements.sites) > 1


@analysis
def _sites_with_gateway(network: Network) -> frozenset[str]:
    """Sites where a device in service has an address in a subnet of hosts of the site."""
    subnet, interface = gateway_pairs(network)
    serving = np.append(network.in_service, False)[network.interface_devices[interface]]
    subnets = network.design.addressing.subnets
    hosts = subnet_purposes(network)[subnet] == PURPOSES.index(SubnetPurpose.HOSTS)
    return frozenset(subnets[at].site for at in subnet[serving & hosts].tolist())


@analysis
def _sites_with_exit(network: Network) -> frozenset[str]:
    """Sites with a link to a provider, or to a device of another site."""
    a, b = network.link_ends
    circuit, found = network.links_for(LinkPurpose.CIRCUIT), set[str]()
    sites = np.append(text_codes(column(network.devices, "site"), {}), -1)
    out = network.links_for(*FORWARDING_PURPOSES) & ((sites[a] != sites[b]) | circuit)
    for link in np.flatnonzero(out).tolist():
        ends = network.devices[a[link]], network.devices[b[link]]
        if ends[0].site != ends[1].site or (circuit[link] and any(e.role is Role.PROVIDER for e in ends)):
            found.update(end.site for end in ends if end.role is not Role.PROVIDER)
    return frozenset(found)


def _sums(case: Case) -> Iterator[Finding]:
    """Users and servers of the sites, as drawn, against those asked for."""
    requirements, sites = case.requirements, case.design.inventory.sites
    servers = workload_count(case.network) if at_provider(requirements) else sum(site.servers for site in sites)
    for sort, drawn, asked in (
        ("users", sum(site.users for site in sites), requirements.users),
        ("servers", servers, requirements.servers.count),
    ):
        if drawn != asked:
            yield Finding(
                message=f"the sites have {drawn:,} {sort} together; {asked:,} were asked for",
                elements=tuple(site.id for site in sites),
                witness={"sort": sort, "drawn": drawn, "asked": asked},
            )


def _finding(site: str, what: str, **numbers: int) -> Finding:
    return Finding(
        message=f"the site {site} {what}", elements=(site,), witness={"site": site, "defect": what, **numbers}
    )


@site_distribution.mutant("take all devices of a site out of service")
def drop_site(case: Case) -> Patch | None:
    """The first site that was asked for loses all its devices."""
    places = case.network.devices_by("site")
    for site in case.requirements.sites:
        if site.id in places:
            return tuple(
                Set("devices", case.network.devices[place].id, {"in_service": False}) for place in places[site.id]
            )
    return None


@site_distribution.mutant("lose the users or servers of a site")
def lose_people(case: Case) -> Patch | None:
    """The first site with users, or else with servers, has one too few."""
    for site in case.design.inventory.sites:
        if site.users or site.servers:
            field = "users" if site.users else "servers"
            return (Set("sites", site.id, {field: getattr(site, field) - 1}),)
    return None
