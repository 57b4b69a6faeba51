"""The smallest sound networks that capacity rules have something to say about, as lists of facts."""

from __future__ import annotations

from typing import Any

from netdesign.model.design import Design
from netdesign.model.inventory import Attachment, EndpointGroup, EndpointKind, Homing, Site
from netdesign.model.patch import Add, Patch, Remove, Set, apply
from netdesign.model.resolved import Population, ResolvedFlow, ServerPopulation
from netdesign.model.security import IpProtocol, Service
from netdesign.model.traffic import Flow
from netdesign.model.verdict import Finding, Verdict
from netdesign.model.vocabulary import (
    DataClass,
    LinkPurpose,
    Medium,
    NetworkType,
    Role,
    ServiceClass,
)
from netdesign.rules.card import Rule
from netdesign.rules.engine import judge_one
from tests.support.sketch import GBPS, case, design, device, link, site

LEAF = "DCS-7050SX3-48C8C"
SPINE = "3HE15623AA"
ACCESS = "C9200L-24P-4X"
FIREWALL = "FG-100F"
WEB = Service(name="https", protocol=IpProtocol.TCP, first_port=443, last_port=443)


def group(identity: str = "servers", count: int = 20, **changes: Any) -> EndpointGroup:
    """Dual-homed servers at 10 Gbit/s, unless `changes` say otherwise."""
    fields: dict[str, Any] = {
        "kind": EndpointKind.SERVER,
        "zone": "server",
        "nics": 2,
        "nic_speed_bps": 10 * GBPS,
        "homing": Homing.ESI,
    }
    return EndpointGroup(**{"id": identity, "name": identity, "site": "dc1", "count": count, **fields, **changes})


def attached(to: str, ports: int, name: str = "Ethernet{}", of: str = "servers", first: int = 1) -> Attachment:
    """Endpoints on the first ports of a device."""
    names = tuple(name.format(at) for at in range(first, first + ports))
    return Attachment(id=f"{of}--{to}", group=of, device=to, endpoints=ports, ports=names, profile="servers")


def uplink(leaf: int, spine: int, **changes: Any) -> Any:
    """The link of a leaf to a spine."""
    return link(f"leaf{leaf}:Ethernet{48 + spine}/1", f"spine{spine}:ethernet-1/{leaf}", **changes)


def clos(**requirements: Any) -> Design:
    """Two spines, two leaves, twenty servers on both leaves, at medium redundancy."""
    servers = ServerPopulation(count=20, nics_per_server=2, nic_speed_bps=10 * GBPS, racks=1)
    asked: dict[str, Any] = {"sites": (site(servers=20),), "servers": servers} | requirements
    switches = [device(f"spine{at}", Role.SPINE, sku=SPINE) for at in (1, 2)]
    switches += [device(f"leaf{at}", Role.LEAF, sku=LEAF) for at in (1, 2)]
    links = [uplink(leaf, spine) for leaf in (1, 2) for spine in (1, 2)]
    ends = [group(), attached("leaf1", 20), attached("leaf2", 20)]
    return design(Site(id="dc1", name="dc1", servers=20), *switches, *links, *ends, **asked)


def users(**changes: Any) -> EndpointGroup:
    """Ten people with a port of 1 Gbit/s each."""
    fields = {"kind": EndpointKind.USER, "zone": "user", "nics": 1, "nic_speed_bps": GBPS, "homing": Homing.SINGLE}
    return group("users", 10, **fields | changes)


def campus(**requirements: Any) -> Design:
    """One access switch on two cores, with ten users."""
    asked: dict[str, Any] = {
        "sites": (site(users=10),),
        "users": 10,
        "network_type": NetworkType.LEGACY_CAMPUS,
    } | requirements
    port = "TenGigabitEthernet1/1/{}"
    more: dict[str, Any] = {"speed_bps": 10 * GBPS, "phy": "10GBASE-SR"}
    facts = [
        device("core1", Role.CORE, sku=LEAF),
        device("core2", Role.CORE, sku=LEAF),
        device("access1", Role.ACCESS, sku=ACCESS, room="closet"),
        *(link(f"access1:{port.format(at)}", f"core{at}:Ethernet1", LinkPurpose.UPLINK, **more) for at in (1, 2)),
        link("core1:Ethernet49/1", "core2:Ethernet49/1", LinkPurpose.PEER),
        users(),
        attached("access1", 10, "GigabitEthernet1/0/{}", of="users"),
    ]
    return design(Site(id="dc1", name="dc1", users=10), *facts, **asked)


def asked_flow(source: str, target: str, bps: int) -> ResolvedFlow:
    """A flow that the requirements ask for."""
    return ResolvedFlow(
        id=f"{source}-{target}",
        source=source,
        target=target,
        service=WEB,
        up_bps=bps,
        down_bps=bps,
        service_class=ServiceClass.SILVER,
        data_class=DataClass.INTERNAL,
    )


INTERNET_FLOW = asked_flow(Population.SERVERS, Population.INTERNET, GBPS)


def flow(identity: str, source: str, target: str, bps: int) -> Flow:
    """A flow that the design has."""
    return Flow(
        id=identity,
        sources=(source,),
        targets=(target,),
        service=WEB,
        service_class=ServiceClass.SILVER,
        data_class=DataClass.INTERNAL,
        up_bps=bps,
        down_bps=bps,
    )


def firewall(number: int, sku: str | None = FIREWALL, **changes: Any) -> Any:
    """A firewall."""
    return device(f"fw{number}", Role.FIREWALL, sku=sku, **changes)


def circuit(a: str = "fw1:wan1", b: str = "isp:1", **changes: Any) -> Any:
    """A link to a provider at 1 Gbit/s."""
    fields = {"speed_bps": GBPS, "medium": Medium.CAT6, "phy": "1000BASE-T"} | changes
    return link(a, b, LinkPurpose.CIRCUIT, **fields)


def changed(made: Design, *operations: Any) -> Design:
    """The design with facts added (bare facts), removed or set."""
    from netdesign.model.patch import collections

    home = {kind: name for name, (_, kind) in collections().items()}
    known = (Add, Remove, Set)
    return apply(made, tuple(op if isinstance(op, known) else Add(home[type(op)], op) for op in operations))


def judged(rule: Rule, made: Design) -> Verdict:
    """The verdict; a rule that breaks fails the test."""
    verdict = judge_one(rule, case(made))
    assert not verdict.crashed, verdict.findings
    return verdict


def only_finding(rule: Rule, made: Design) -> Finding:
    """The one finding that there must be."""
    verdict = judged(rule, made)
    assert len(verdict.findings) == 1, verdict.findings
    return verdict.findings[0]


def patched(rule: Rule, number: int, made: Design) -> Patch | None:
    """What a mutant of the rule changes."""
    return rule.mutants[number].mutate(case(made))


def kills(rule: Rule, made: Design) -> list[bool | None]:
    """For each mutant whether the rule fails after it; None where it does not apply."""
    found: list[bool | None] = []
    for mutant in rule.mutants:
        patch = mutant.mutate(case(made))
        found.append(None if patch is None else bool(judged(rule, apply(made, patch)).findings))
    return found
