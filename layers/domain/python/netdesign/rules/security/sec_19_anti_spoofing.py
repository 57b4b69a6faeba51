"""SEC-19: nobody gets a packet in whose source lies elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.analysis.policy.ingress import (
    EDGE,
    internet_interfaces,
    public_circuits,
    stops_spoofing,
    unguarded_vlans,
)
from netdesign.model.addressing import UnicastRpf
from netdesign.model.patch import Patch, Set
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

SHOWN = 5


def _applies(case: Case) -> bool:
    edge = any(group.kind in EDGE for group in case.design.inventory.endpoint_groups)
    return edge or bool(internet_interfaces(case.network))


@rule(
    code="SEC-19",
    name="anti-spoofing",
    title="Anti-spoofing",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    applies="interfaces toward the Internet, and endpoints that anyone may replace",
    applicable=_applies,
    flags="An interface toward the Internet that takes packets from the design's own addresses: without a strict or"
    " feasible-path check of sources and without an access list that refuses them; a strict check where several"
    " circuits let answers leave another way; hosts whose ports guard no sources and whose gateway checks none.",
    passes="Sources are checked where packets come in: at circuits and at the ports or gateways of hosts.",
    remedy="Switch on unicast RPF, feasible-path with several circuits, and source guard on ports of hosts.",
    references=("BCP 38 (RFC 2827)", "BCP 84 (RFC 3704, RFC 8704)", "PCI DSS 1.4.3", "NIST SP 800-189"),
    reading="A loose check passes every source that any route leads to, the design's own among them: it stops nothing.",
)
def anti_spoofing(case: Case) -> Iterator[Said]:
    """The check is read from the interface, what an access list passes from its exact headers."""
    network, ports = case.network, internet_interfaces(case.network)
    for at in ports:
        port = network.interfaces[at]
        count = public_circuits(network).get(network.devices[int(network.interface_devices[at])].site, 0)
        if not stops_spoofing(network, port):
            yield Finding(
                message=f"{port.id} takes packets from the Internet that claim inside addresses:"
                f" check {port.unicast_rpf.value}",
                elements=(port.id, port.device),
                witness={"interface": port.id, "check": port.unicast_rpf.value, "circuits": count},
            )
        elif port.unicast_rpf is UnicastRpf.STRICT and count > 1:
            yield Finding(
                message=f"{port.id} checks sources strictly, though {count} circuits let answers leave another way",
                elements=(port.id, port.device),
                witness={"interface": port.id, "check": port.unicast_rpf.value, "circuits": count},
            )
    for vlan, doors in unguarded_vlans(network).items():
        yield Finding(
            message=f"hosts of VLAN {vlan} may send from any address: no port guards sources, nor do gateways"
            f" {', '.join(doors[:SHOWN])}",
            elements=(vlan, *doors),
            witness={"vlan": vlan, "gateways": [*doors[:SHOWN]]},
        )
    yield Measure(name="interfaces_to_the_internet", value=len(ports))
    yield Measure(name="vlans_unguarded", value=len(unguarded_vlans(network)), threshold=0)


@anti_spoofing.fix("check sources at the interface, by any feasible path where there are several circuits")
def check(case: Case, finding: Finding) -> Patch | None:
    """At circuits."""
    name = str(finding.witness.get("interface"))
    if name not in case.network.by_id("interfaces"):
        return None
    count = finding.witness.get("circuits")
    mode = UnicastRpf.FEASIBLE if isinstance(count, int) and count > 1 else UnicastRpf.STRICT
    return (Set("interfaces", name, {"unicast_rpf": mode}),)


@anti_spoofing.fix("guard sources at the ports of the hosts")
def guard(case: Case, finding: Finding) -> Patch | None:
    """On every profile that ports of the VLAN's groups use."""
    vlan = finding.witness.get("vlan")
    groups = {group.id for group in case.design.inventory.endpoint_groups if vlan in group.vlans and group.kind in EDGE}
    used = {one.profile for one in case.design.inventory.attachments if one.group in groups}
    known = case.network.by_id("port_profiles")
    return tuple(Set("port_profiles", name, {"source_guard": True}) for name in sorted(used & known.keys())) or None


def _checked(case: Case) -> list[str]:
    """Interfaces toward the Internet that a check alone protects."""
    found = [case.network.interfaces[at] for at in internet_interfaces(case.network)]
    return [port.id for port in found if port.access_list is None and port.unicast_rpf is not UnicastRpf.NONE]


@anti_spoofing.mutant("check no sources at a circuit")
def unchecked(case: Case) -> Patch | None:
    """Where no access list stands in."""
    return _with_mode(case, UnicastRpf.NONE)


@anti_spoofing.mutant("check sources loosely at a circuit")
def loose(case: Case) -> Patch | None:
    """Where no access list stands in."""
    return _with_mode(case, UnicastRpf.LOOSE)


def _with_mode(case: Case, mode: UnicastRpf) -> Patch | None:
    ports = _checked(case)
    return (Set("interfaces", ports[0], {"unicast_rpf": mode}),) if ports else None


@anti_spoofing.mutant("check sources strictly though there are several circuits")
def strict(case: Case) -> Patch | None:
    """Answers to half of the sessions are dropped then."""
    for at in internet_interfaces(case.network):
        port = case.network.interfaces[at]
        site = case.network.devices[int(case.network.interface_devices[at])].site
        if public_circuits(case.network).get(site, 0) > 1 and stops_spoofing(case.network, port):
            return (Set("interfaces", port.id, {"unicast_rpf": UnicastRpf.STRICT}),)
    return None


@anti_spoofing.mutant("guard no sources at ports of hosts")
def unguard(case: Case) -> Patch | None:
    """On all profiles that such hosts use."""
    groups = {group.id for group in case.design.inventory.endpoint_groups if group.kind in EDGE and group.vlans}
    used = {one.profile for one in case.design.inventory.attachments if one.group in groups}
    known = case.network.by_id("port_profiles")
    return tuple(Set("port_profiles", name, {"source_guard": False}) for name in sorted(used & known.keys())) or None
