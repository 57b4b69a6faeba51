"""CMP-23: gold services keep a second carrier and a second site that one event cannot take with the first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

from netdesign.analysis.facts.distances import ground_km, kilometres
from netdesign.analysis.failure.shared_risks import one_risk
from netdesign.analysis.policy.encryption import exposed_links
from netdesign.analysis.policy.terrain import circuit_links, near_end
from netdesign.analysis.traffic.demand import at_provider
from netdesign.catalog.cloud_regions import cloud_providers
from netdesign.model.cabling import Circuit, Srlg, SrlgKind
from netdesign.model.inventory import EndpointGroup, EndpointKind, Site
from netdesign.model.patch import Add, Patch, Set
from netdesign.model.said import said
from netdesign.model.traffic import Flow
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, Exposure, Framework, ServiceClass, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.frameworks import requested

ASKING = (Framework.NIST, Framework.FEDRAMP, Framework.ISO27001, Framework.SOC2, Framework.HIPAA)
STORES = frozenset({EndpointKind.SERVER, EndpointKind.STORAGE, EndpointKind.GPU_SERVER})
CONDUIT = "one-conduit"


def _applies(case: Case) -> bool:
    return any(requested(case, framework) for framework in ASKING)


@rule(
    code="CMP-23",
    name="telecom-continuity",
    title="Continuity of telecom",
    category=Category.COMPLIANCE,
    severity=Severity.ERROR,
    applies="requirements that ask for NIST, FedRAMP, ISO/IEC 27001, SOC 2 or HIPAA",
    applicable=_applies,
    flags="A gold flow that leaves a site, where failures have to be survived, by circuits that share a provider, a"
    " shared risk or a device of ours, or by a single one; circuits that no longer carry the gold flows of a site once"
    " the largest has failed; sites with servers nearer to each other than the parameter, or on one power grid.",
    passes="One event takes neither all carriers of a gold flow nor all sites with servers, and the rest carries gold.",
    remedy="Order the second circuit from another provider, by another conduit, on another router; place the second"
    " site farther away.",
    references=("NIST SP 800-53 CP-6, CP-7, CP-8(2), CP-8(3)", "ISO/IEC 27001 A.5.30", "TSC A1.2"),
    reading="Carriers are asked about where the redundancy level has failures survived; sites where several hold"
    " servers, or the level asks for distinct sites. Servers in zones of management run the network itself and hold no"
    " data to recover; they do not count. The metro distance is the parameter; a power grid that is not"
    " stated leaves the rule undecided.",
)
def telecom_continuity(case: Case) -> Iterator[Said]:
    """Circuits of gold flows by site, then sites with servers by pairs."""
    ways = _ways(case)
    survives = bool(case.parameters.redundancy[case.requirements.redundancy].failure_set)
    for site, (flows, circuits) in sorted(ways.items()) if survives else ():
        yield from _shared(case, site, flows, circuits)
        yield from _left(site, flows, circuits)
    yield from _sites(case)
    yield Measure(name="sites_that_gold_flows_leave", value=len(ways))


def _ways(case: Case) -> dict[str, tuple[list[Flow], list[Circuit]]]:
    """The gold flows that leave each site, and the circuits that they may take."""
    sold = {one.link: one for one in case.design.cabling.circuits}
    across = circuit_links(case.network)
    flows: dict[str, dict[str, Flow]] = defaultdict(dict)
    circuits: dict[str, dict[str, Circuit]] = defaultdict(dict)
    for flow in case.design.traffic.flows:
        for at in exposed_links(case.network, flow.id) if flow.service_class is ServiceClass.GOLD else ():
            name = case.network.links[at].id
            if across[at] and name in sold:
                site = case.network.devices[near_end(case.network, at)].site
                flows[site][flow.id] = flow
                circuits[site][name] = sold[name]
    return {site: (list(flows[site].values()), list(circuits[site].values())) for site in flows}


def _shared(case: Case, site: str, flows: list[Flow], circuits: list[Circuit]) -> Iterator[Finding]:
    names, links = [flow.id for flow in flows], [one.link for one in circuits]
    if len(circuits) < 2:
        yield Finding(
            message=f"gold flows leave {site} by a single circuit: {', '.join(names)}",
            elements=(*links, *names),
            witness={"site": site, "circuits": len(circuits)},
        )
        return
    for kind, cause in _causes(case, circuits):
        yield Finding(
            message=f"all {len(circuits)} circuits by which gold flows leave {site} share {kind} {cause}",
            elements=(cause, *links, *names),
            witness={"site": site, "shared": kind, "cause": cause, "links": [*links]},
        )


def _causes(case: Case, circuits: list[Circuit]) -> Iterator[tuple[str, str]]:
    network = case.network
    at = [network.link_index[one.link] for one in circuits]
    shared = {
        "provider": {one.provider for one in circuits[:1] if len({said(c.provider) for c in circuits}) == 1},
        "risk": set.intersection(*({one_risk(network).get(n, n) for n in network.links[place].srlgs} for place in at)),
        "device": set.intersection(*({network.devices[near_end(network, place)].id} for place in at)),
    }
    if not _several_exits(case):
        shared.pop("device")
    for kind, causes in shared.items():
        for cause in sorted(causes):
            yield kind, cause


def _several_exits(case: Case) -> bool:
    """Whether the redundancy level has the loss of a device survived."""
    return "node" in case.parameters.redundancy[case.requirements.redundancy].failure_set


def _left(site: str, flows: list[Flow], circuits: list[Circuit]) -> Iterator[Finding]:
    """What gold flows take at peak against what is left without the largest circuit, by direction."""
    rates = sorted((max(one.rate_up_bps, one.rate_down_bps), one.rate_up_bps, one.rate_down_bps) for one in circuits)
    left = rates[:-1]
    up, down = sum(rate[1] for rate in left), sum(rate[2] for rate in left)
    asked = sum(max(flow.up_bps, flow.down_bps) for flow in flows)
    if left and asked > max(up, down):
        yield Finding(
            message=f"without its largest circuit {site} has {max(up, down)} bit/s for gold flows that take {asked}",
            elements=(*(one.link for one in circuits), *(flow.id for flow in flows)),
            witness={"site": site, "left_bps": max(up, down), "gold_bps": asked},
        )


def _sites(case: Case) -> Iterator[Said]:
    holding = {group.site for group in case.design.inventory.endpoint_groups if _stores(case, group)}
    sites = [one for one in case.design.inventory.sites if one.id in holding]
    if at_provider(case.requirements):
        yield from _regions(case)
        return
    wanted = case.parameters.redundancy[case.requirements.redundancy].distinct_sites
    if len(sites) < wanted:
        yield Finding(
            message=f"{len(sites)} sites hold servers; {wanted} are asked for",
            elements=tuple(one.id for one in sites),
            witness={"sites": len(sites), "needed": wanted},
        )
    for one, other in combinations(sites, 2):
        yield from _pair(case, one, other)
    yield Measure(name="sites_with_servers", value=len(sites), threshold=wanted)


def _stores(case: Case, group: EndpointGroup) -> bool:
    """Whether a group holds data: hosts in zones of management alone run the services of the network itself."""
    zone = case.network.by_id("zones").get(group.zone)
    managing = zone is not None and zone.exposure is Exposure.MANAGEMENT
    return group.kind in STORES and group.count > 0 and not managing


def _regions(case: Case) -> Iterator[Said]:
    """Where everything runs at a provider, its regions stand for sites; each has a power supply of its own."""
    networks = case.design.cloud.cloud_networks
    held = {one.network for one in case.design.cloud.cloud_subnets if one.workloads > 0}
    used = sorted({one.region for one in networks if one.id in held})
    known = {region.id: region for one in cloud_providers().values() for region in one.regions}
    wanted = case.parameters.redundancy[case.requirements.redundancy].distinct_sites
    if len(used) < wanted:
        yield Finding(
            message=f"{len(used)} regions hold workloads; {wanted} are asked for",
            elements=tuple(used),
            witness={"regions": len(used), "needed": wanted},
        )
    near = case.parameters.compliance.separation_metro_km
    for one, other in combinations([known[name] for name in used if name in known], 2):
        apart = ground_km((one.latitude, one.longitude), (other.latitude, other.longitude))
        if apart < near:
            yield Finding(
                message=f"{one.id} and {other.id} are {apart:.0f} km apart, less than {near}: one event may take both",
                elements=(one.id, other.id),
                witness={"kilometres": round(apart, 1), "needed": near},
            )
    yield Measure(name="regions_with_workloads", value=len(used), threshold=wanted)


def _pair(case: Case, one: Site, other: Site) -> Iterator[Said]:
    near, apart = case.parameters.compliance.separation_metro_km, kilometres(one, other)
    if apart is None:
        yield Gap(message="how far sites with servers are apart is not stated", elements=(one.id, other.id))
    elif apart < near:
        yield Finding(
            message=f"{one.id} and {other.id} are {apart:.0f} km apart, less than {near}: one event may take both",
            elements=(one.id, other.id),
            witness={"kilometres": round(apart, 1), "needed": near},
        )
    if one.power_grid is None or other.power_grid is None:
        yield Gap(message="which power grid feeds sites with servers is not stated", elements=(one.id, other.id))
    elif one.power_grid == other.power_grid:
        yield Finding(
            message=f"{one.id} and {other.id} hang off one power grid, {one.power_grid}",
            elements=(one.id, other.id),
            witness={"power_grid": one.power_grid},
        )


def _leaving(case: Case) -> Flow | None:
    """A gold flow that leaves, or else any that does."""
    found = [flow for flow in case.design.traffic.flows if exposed_links(case.network, flow.id)]
    return next((flow for flow in found if flow.service_class is ServiceClass.GOLD), next(iter(found), None))


def _gold(case: Case) -> Patch | None:
    """A change that makes a leaving flow gold (empty where one is); None where nothing has to be survived."""
    flow = _leaving(case)
    if flow is None or not case.parameters.redundancy[case.requirements.redundancy].failure_set:
        return None
    return (
        ()
        if flow.service_class is ServiceClass.GOLD
        else (Set("flows", flow.id, {"service_class": ServiceClass.GOLD, "up_bps": 1_000_000, "down_bps": 1_000_000}),)
    )


@telecom_continuity.mutant("order all circuits from one provider")
def one_provider(case: Case) -> Patch | None:
    """The first circuit's, for a gold flow that leaves."""
    circuits, gold = case.design.cabling.circuits, _gold(case)
    if gold is None or len(circuits) < 2:
        return None
    return (*gold, *(Set("circuits", one.id, {"provider": circuits[0].provider}) for one in circuits))


@telecom_continuity.mutant("lay all circuits in one conduit")
def one_conduit(case: Case) -> Patch | None:
    """As a shared risk of their links."""
    circuits, gold, links = case.design.cabling.circuits, _gold(case), case.network.by_id("links")
    if gold is None or len(circuits) < 2 or CONDUIT in case.network.by_id("srlgs"):
        return None
    risk = Srlg(id=CONDUIT, kind=SrlgKind.CONDUIT, name=CONDUIT)
    laid = [one.link for one in circuits if one.link in links]
    return (*gold, Add("srlgs", risk), *(Set("links", n, {"srlgs": (*links[n].srlgs, CONDUIT)}) for n in laid))


@telecom_continuity.mutant("order circuits that carry next to nothing")
def thin(case: Case) -> Patch | None:
    """For a gold flow that leaves."""
    circuits, gold = case.design.cabling.circuits, _gold(case)
    if gold is None or len(circuits) < 2:
        return None
    return (*gold, *(Set("circuits", one.id, {"rate_down_bps": 1_000, "rate_up_bps": 1_000}) for one in circuits))


@telecom_continuity.mutant("build a second site with servers across the street")
def across_the_street(case: Case) -> Patch | None:
    """On the same power grid."""
    groups = [one for one in case.design.inventory.endpoint_groups if _stores(case, one)]
    here = case.network.by_id("sites").get(groups[0].site) if groups else None
    if here is None:
        return None
    feed = {"latitude": 50.0, "longitude": 8.0, "power_grid": "grid"}
    twin = replace(here, id="across-the-street", name="across the street", **feed)
    copy = replace(groups[0], id="across-the-street", site=twin.id, vlans=(), count=1)
    return (Set("sites", here.id, feed), Add("sites", twin), Add("endpoint_groups", copy))
