"""Small fabrics and campuses for the tests of the topology rules, and what a rule says of them."""

from __future__ import annotations

from typing import Any

from netdesign.model.inventory import Attachment, EndpointGroup, EndpointKind
from netdesign.model.patch import apply
from netdesign.model.security import IpProtocol, Service
from netdesign.model.traffic import Flow
from netdesign.model.verdict import Status, Verdict
from netdesign.model.vocabulary import DataClass, LinkPurpose, Role, ServiceClass
from netdesign.rules.card import Rule
from netdesign.rules.engine import judge_one
from tests.support.sketch import case, design, device, link

UP = LinkPurpose.UPLINK


def verdict(rule: Rule, *facts: Any, **requirements: Any) -> Verdict:
    """What the rule says of a design of these facts."""
    found = judge_one(rule, case(design(*facts, **requirements)))
    assert not found.crashed, found.findings
    return found


def messages(found: Verdict) -> list[str]:
    """The messages of all findings."""
    return [finding.message for finding in found.findings]


def elements(found: Verdict) -> list[tuple[str, ...]]:
    """The elements of all findings."""
    return [finding.elements for finding in found.findings]


def killed(rule: Rule, *facts: Any, **requirements: Any) -> list[bool | None]:
    """For each mutant of the rule whether it turns a pass into a failure; None where it does not apply."""
    made = design(*facts, **requirements)
    assert judge_one(rule, case(made)).status is Status.PASS
    patches = [mutant.mutate(case(made)) for mutant in rule.mutants]
    after = [None if patch is None else judge_one(rule, case(apply(made, patch))) for patch in patches]
    assert not any(found.crashed for found in after if found)
    return [None if found is None else found.status is Status.FAIL for found in after]


def clos(leaves: int = 2, spines: int = 2, **changes: Any) -> list[Any]:
    """Leaves l0.. and spines s0.. in racks of their own, each leaf linked to each spine as `l0s1`."""
    facts: list[Any] = [device(f"s{n}", Role.SPINE, rack=f"rs{n}") for n in range(spines)]
    facts += [device(f"l{n}", Role.LEAF, rack=f"rl{n}") for n in range(leaves)]
    return facts + [
        link(f"l{m}:u{n}", f"s{n}:d{m}", id=f"l{m}s{n}", **changes) for m in range(leaves) for n in range(spines)
    ]


def campus(access: int = 2, **changes: Any) -> list[Any]:
    """Cores c0 and c1 joined by `core`, distribution d0 and d1, access a0..; links named for their ends."""
    facts: list[Any] = []
    for role, letter, count in ((Role.CORE, "c", 2), (Role.DISTRIBUTION, "d", 2), (Role.ACCESS, "a", access)):
        facts += [device(f"{letter}{n}", role, rack=f"r{letter}{n}") for n in range(count)]
    facts.append(link("c0:x", "c1:x", LinkPurpose.PEER, id="core"))
    for m in range(2):
        facts += [link(f"d{m}:u{n}", f"c{n}:d{m}", UP, id=f"d{m}c{n}", **changes) for n in range(2)]
    for m in range(access):
        facts += [link(f"a{m}:u{n}", f"d{n}:d{m}", UP, id=f"a{m}d{n}", **changes) for n in range(2)]
    return facts


def group(identity: str, count: int, **changes: Any) -> EndpointGroup:
    """Servers at `dc1` in zone `server`."""
    made: dict[str, Any] = {"name": identity, "site": "dc1", "kind": EndpointKind.SERVER, "zone": "server"}
    return EndpointGroup(id=identity, count=count, **(made | changes))


def attach(group_id: str, device_id: str, endpoints: int = 1, **changes: Any) -> Attachment:
    """Endpoints with one port each."""
    made: dict[str, Any] = {"ports": tuple(f"{group_id}-{n}" for n in range(endpoints)), "profile": "none"}
    return Attachment(
        id=f"{group_id}@{device_id}", group=group_id, device=device_id, endpoints=endpoints, **(made | changes)
    )


def flow(identity: str, source: str, target: str, up_bps: int = 1_000_000_000) -> Flow:
    """Demand from one end to another, nothing back."""
    return Flow(
        id=identity,
        sources=(source,),
        targets=(target,),
        service=Service(name="https", protocol=IpProtocol.TCP, first_port=443, last_port=443),
        service_class=ServiceClass.GOLD,
        data_class=DataClass.INTERNAL,
        up_bps=up_bps,
        down_bps=0,
    )
