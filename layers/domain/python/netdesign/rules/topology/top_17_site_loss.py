"""TOP-17: a whole site may be lost: the others reach each other, and what is gold is served from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from netdesign.analysis.failure.residency import site_links
from netdesign.analysis.failure.site_loss import SiteLoss, site_losses
from netdesign.model.patch import Patch, Set
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Redundancy, ServiceClass, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

SHOWN = 10


def _applies(case: Case) -> bool:
    return case.requirements.redundancy.at_least(Redundancy.CRITICAL) and bool(site_losses(case.network))


@rule(
    code="TOP-17",
    name="site-loss",
    title="Survival of a Site's Loss",
    category=Category.TOPOLOGY,
    severity=Severity.CRITICAL,
    applies="redundancy critical",
    applicable=_applies,
    flags="A site whose loss leaves no other; one whose loss parts two others, by cable or by routing; one that holds"
    " all receivers of a gold flow that has senders elsewhere, or the only way of these to them or to the Internet.",
    passes="Whichever site is lost, the others reach each other and all senders of gold flows left are served.",
    remedy="Link the sites past the one named, give it a second site to take over, or give each site an exit.",
    references=("NIST SP 800-53 CP-6, CP-7", "HIPAA 164.308(a)(7)", "ISO/IEC 27001:2022 A.5.30"),
    reading="Provider's devices stand while a site is lost, our ends of their circuits do not. Only what routing does"
    " by itself counts: paths that someone has to put in service are not there. A flow that was asked for with a site"
    " as its end, such as a copy, ends with that site.",
    sweeping=True,
)
def site_loss(case: Case) -> Iterator[Said]:
    """Fails every site, one at a time."""
    gold = {flow.id for flow in case.design.traffic.flows if flow.service_class is ServiceClass.GOLD}
    losses = site_losses(case.network)
    for loss in losses:
        yield from _findings(loss, gold - _meant_for(case, loss.site))
    yield Measure(name="sites", value=len(losses), threshold=_least(case))


def _meant_for(case: Case, site: str) -> set[str]:
    """The flows that were asked for with the site as an end: what is copied there ends with it."""
    return {flow.id for flow in case.requirements.flows if site in (flow.source, flow.target)}


def _least(case: Case) -> int:
    return case.parameters.redundancy[case.requirements.redundancy].distinct_sites


def _findings(loss: SiteLoss, gold: set[str]) -> Iterator[Finding]:
    if not loss.left:
        yield Finding(
            message=f"nothing is left when {loss.site} is lost",
            elements=(loss.site,),
            witness={"failed": [loss.site], "left": 0},
        )
        return
    for one, other in loss.parted[:SHOWN]:
        yield Finding(
            message=f"when {loss.site} is lost, {one} and {other} cannot reach each other",
            elements=(loss.site, one, other),
            witness={"failed": [loss.site], "parted": [one, other], "pairs": len(loss.parted)},
        )
    cut = [flow for flow in loss.unserved if flow in gold]
    if cut:
        yield Finding(
            message=f"when {loss.site} is lost, nothing serves {len(cut)} gold flows: {', '.join(cut[:3])}",
            elements=(loss.site, *cut[:SHOWN]),
            witness={"failed": [loss.site], "flows": list(cut[:SHOWN]), "unserved": len(cut)},
        )


@site_loss.mutant("lose all other sites for good")
def one_site(case: Case) -> Patch | None:
    """Their devices go out of service."""
    sites = [loss.site for loss in site_losses(case.network)] if _applies(case) else []
    gone = [one for one in case.network.devices if one.site in sites[1:]]
    return tuple(Set("devices", one.id, {"in_service": False}) for one in gone) or None


@site_loss.mutant("cut the links between the sites that are left")
def parted_sites(case: Case) -> Patch | None:
    """Every link to another site, but for those to the first; only where there are three and more."""
    sites = [loss.site for loss in site_losses(case.network)] if _applies(case) else []
    if len(sites) < 3:
        return None
    a, b = (np.array([case.network.devices[int(at)].site for at in end]) for end in _ends(case))
    links = site_links(case.network)
    kept = [int(p) for p, one, other in zip(links, a, b, strict=True) if sites[0] not in (one, other)]
    return tuple(Set("links", case.network.links[p].id, {"in_service": False}) for p in kept) or None


def _ends(case: Case) -> tuple[list[int], list[int]]:
    a, b = case.network.link_ends
    links = site_links(case.network)
    return a[links].tolist(), b[links].tolist()


@site_loss.mutant("serve a gold flow from one site alone")
def one_server(case: Case) -> Patch | None:
    """The receivers that are groups or services of one site, of the first gold flow with several sites of them."""
    homes = {one.id: one.site for one in case.design.inventory.endpoint_groups}
    homes |= {one.id: one.site for one in case.design.infrastructure.service_instances}
    for flow in case.design.traffic.flows if _applies(case) else ():
        sites = {homes[name] for name in flow.targets if name in homes}
        senders = {homes.get(name) for name in flow.sources}
        if flow.service_class is ServiceClass.GOLD and len(sites) > 1 and flow.up_bps + flow.down_bps > 0:
            keep = next((site for site in sorted(sites) if senders - {site}), None)
            if keep is not None:
                targets = tuple(name for name in flow.targets if homes.get(name) == keep)
                return (Set("flows", flow.id, {"targets": targets}),)
    return None


@site_loss.mutant("have gold flows between sites end at the far site alone")
def far_end(case: Case) -> Patch | None:
    """A flow between groups of two sites is gold: its receiver's site cannot be lost."""
    homes = {one.id: one.site for one in case.design.inventory.endpoint_groups}
    groups = case.design.inventory.endpoint_groups
    for flow in case.design.traffic.flows if _applies(case) else ():
        near = {homes.get(name) for name in flow.sources}
        other = next((one.id for one in groups if near == {homes.get(flow.sources[0])} and one.site not in near), None)
        if other is not None and None not in near and flow.up_bps + flow.down_bps > 0:
            made = replace(flow, targets=(other,), service_class=ServiceClass.GOLD)
            return (Set("flows", flow.id, {"targets": made.targets, "service_class": made.service_class}),)
    return None


@site_loss.fix("put devices and links back in service")
def put_back(case: Case, finding: Finding) -> Patch | None:
    """All that is out of service at the sites that are left, and between them."""
    lost = finding.elements[0]
    down = [one for one in case.network.devices if not one.in_service and one.site != lost]
    sites = {one.id: one.site for one in case.network.devices}
    dark = [one for one in case.network.links if not one.in_service]
    dark = [one for one in dark if lost not in (sites.get(one.a.device), sites.get(one.b.device))]
    patch = [Set("devices", one.id, {"in_service": True}) for one in down]
    return (*patch, *(Set("links", one.id, {"in_service": True}) for one in dark)) or None
