"""Prints the CPU seconds of judging a firewall with 2,000 rules between 50 zones.

`python -m tests.bench.bench_policy`. No figure is asserted.
"""

from __future__ import annotations

from random import Random
from time import process_time
from typing import Any

from netdesign.analysis.policy.anomalies import anomalies
from netdesign.analysis.policy.needs import surplus
from netdesign.analysis.policy.permissions import zone_matrix
from netdesign.analysis.policy.policy import passages
from netdesign.catalog.selection import default_catalog
from netdesign.graph.network import compile_network
from netdesign.model.addressing import Subnet
from netdesign.model.inventory import EndpointGroup, EndpointKind
from netdesign.model.security import Action, IpProtocol, Policy, PolicyRule, Service, Zone
from netdesign.model.switching import Vlan
from netdesign.model.traffic import Flow
from netdesign.model.vocabulary import (
    DataClass,
    Exposure,
    InterfaceKind,
    Role,
    ServiceClass,
    SubnetPurpose,
    VlanPurpose,
)
from tests.support.sketch import design, device, interface
from tests.support.stronghold import FIREWALL

ZONES, RULES = 50, 2_000
PORTS = (22, 53, 80, 123, 161, 443, 514, 3306, 3389, 8080)


def facts():
    """A firewall with a leg, a VLAN and a group of servers in each zone, its rules, and flows for some of them."""
    made = [device("fw", Role.FIREWALL, sku=FIREWALL), Policy(id="p", name="p", devices=("fw",))]
    for at in range(ZONES):
        zone, vlan, block = f"z{at}", f"v{at}", f"10.{at}.0"
        leg: dict[str, Any] = {
            "kind": InterfaceKind.SVI,
            "vlan": vlan,
            "vrf": "d",
            "zone": zone,
            "addresses": (f"{block}.1/16",),
        }
        home: dict[str, Any] = {"site": "dc1", "zone": zone}
        made += [
            Zone(id=zone, name=zone, trust=at, exposure=Exposure.INTERNAL),
            Vlan(id=vlan, number=at + 1, name=vlan, purpose=VlanPurpose.SERVERS, **home),
            Subnet(id=vlan, prefix=f"{block}.0/16", vrf="d", purpose=SubnetPurpose.HOSTS, vlan=vlan, site="dc1"),
            interface("fw", f"l{at}", **leg),
            EndpointGroup(id=f"g{at}", name=vlan, kind=EndpointKind.SERVER, count=9, vlans=(vlan,), **home),
        ]
    return [*made, *rules(), *flows()]


def rules():
    """Rules of which a few name no zone on one side, a few deny, and the last refuses everything."""
    rng = Random(4)
    made = []
    for at in range(RULES - 1):
        near, far = rng.sample(range(ZONES), 2)
        port = rng.choice(PORTS)
        made.append(
            PolicyRule(
                id=f"r{at:04}",
                policy="p",
                order=at,
                action=Action.PERMIT if rng.random() < 0.95 else Action.DENY,
                source_zones=() if rng.random() < 0.03 else (f"z{near}",),
                destination_zones=() if rng.random() < 0.03 else (f"z{far}",),
                sources=(f"10.{near}.{rng.randrange(4)}.0/24",),
                destinations=(f"10.{far}.{rng.randrange(4)}.{rng.randrange(256)}/32",),
                services=(Service(name="s", protocol=IpProtocol.TCP, first_port=port, last_port=port),),
            )
        )
    return [*made, PolicyRule(id="rest", policy="p", order=RULES, action=Action.DENY, log=True)]


def flows():
    """A flow from every zone to the next one on each port."""
    return [
        Flow(
            id=f"f{at}-{port}",
            sources=(f"g{at}",),
            targets=(f"g{(at + 1) % ZONES}",),
            service=Service(name="s", protocol=IpProtocol.TCP, first_port=port, last_port=port),
            service_class=ServiceClass.SILVER,
            data_class=DataClass.INTERNAL,
            up_bps=1,
            down_bps=1,
        )
        for at in range(ZONES)
        for port in PORTS
    ]


def main():
    """Measure each analysis on one network, the later ones on what the earlier ones have kept."""
    network = compile_network(design(*facts()), default_catalog())
    measures = [
        ("permissions between all zones", lambda: zone_matrix(network)),
        ("surplus over what flows need", lambda: [surplus(network, *pair) for pair in zone_matrix(network)]),
        ("anomalies of the rules", lambda: anomalies(network, "p")),
        ("permits rule by rule", lambda: passages(network)),
    ]
    print(f"{RULES:,} rules, {ZONES} zones, {ZONES * (ZONES - 1):,} ordered pairs; CPU seconds\n")
    for name, run in measures:
        start = process_time()
        run()
        print(f"{process_time() - start:10.3f}  {name}")


if __name__ == "__main__":
    main()
