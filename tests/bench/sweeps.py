"""Failure sweeps of an irregular network: every single failure, and the pairs of failures that are tried.

`python -m tests.bench.sweeps` prints them; the network is made from a seed and has no two parts alike.
"""

from __future__ import annotations

import json
from random import Random
from time import process_time
from typing import Any, TypedDict

from netdesign.analysis.failure.failure_sweep import outcomes
from netdesign.analysis.traffic.failure_pairs import failure_pairs
from netdesign.analysis.traffic.failures import FailureKind, single_failures
from netdesign.analysis.traffic.traffic import loads
from netdesign.catalog.parameters import default_parameters
from netdesign.catalog.selection import default_catalog
from netdesign.graph.network import Network, compile_network
from netdesign.model.cabling import Srlg, SrlgKind
from netdesign.model.design import Design
from netdesign.model.inventory import Attachment, EndpointGroup, EndpointKind
from netdesign.model.security import IpProtocol, Service
from netdesign.model.traffic import Flow
from netdesign.model.vocabulary import DataClass, Role, ServiceClass
from tests.support.sketch import design, device, link

DEVICES, LINKS, FLOWS, RISKS, SEED = 500, 1500, 2000, 50, 7
HTTPS = Service(name="https", protocol=IpProtocol.TCP, first_port=443, last_port=443)
SINGLES = (FailureKind.LINK, FailureKind.NODE, FailureKind.SRLG)


class Swept(TypedDict):
    """CPU seconds (`_s`) of the sweeps of one network, and how many failures each tried."""

    devices: int
    links: int
    flows: int
    singles: int
    singles_s: float
    pairs: int
    pairs_s: float
    coverage: float


def mesh(devices: int = DEVICES, links: int = LINKS, flows: int = FLOWS) -> Design:
    """A connected network of random links, with a group of endpoints at every device and flows between groups."""
    dice = Random(SEED)
    names = [f"r{n}" for n in range(devices)]
    ends = [(n, dice.randrange(n)) for n in range(1, devices)]
    while len(ends) < links:
        a, b = dice.randrange(devices), dice.randrange(devices)
        if a != b:
            ends.append((a, b))
    facts: list[Any] = [device(name, Role.CORE) for name in names]
    risks = [f"duct{n}" for n in range(RISKS)]
    facts += [Srlg(id=risk, kind=SrlgKind.CONDUIT, name=risk) for risk in risks]
    for number, (a, b) in enumerate(ends):
        shared = (dice.choice(risks),) if dice.random() < 0.1 else ()
        facts.append(link(f"r{a}:p{number}", f"r{b}:q{number}", srlgs=shared))
    for name in names:
        facts += _hosts(name, dice.randint(1, 40))
    for number in range(flows):
        facts.append(_flow(dice, number, names))
    return design(*facts)


def _hosts(name: str, count: int) -> list[EndpointGroup | Attachment]:
    group = f"hosts-{name}"
    kind, ports = EndpointKind.SERVER, tuple(f"h{n}" for n in range(count))
    return [
        EndpointGroup(id=group, name=group, site="dc1", kind=kind, count=count, zone="server"),
        Attachment(id=f"{group}@", group=group, device=name, endpoints=count, ports=ports, profile="p"),
    ]


def _flow(dice: Random, number: int, names: list[str]) -> Flow:
    near, far = dice.sample(names, 2)
    return Flow(
        id=f"flow{number}",
        sources=(f"hosts-{near}",),
        targets=(f"hosts-{far}",),
        service=HTTPS,
        service_class=ServiceClass.GOLD,
        data_class=DataClass.INTERNAL,
        up_bps=dice.randint(1, 500) * 1_000_000,
        down_bps=dice.randint(1, 500) * 1_000_000,
    )


def swept() -> Swept:
    """What both sweeps of the network take, the routes with nothing failed being known."""
    network = compile_network(mesh(), default_catalog())
    loads(network)
    singles_s, singles = _sweep(network, pairs=False)
    pairs_s, pairs = _sweep(network, pairs=True)
    return {
        "devices": len(network.devices),
        "links": len(network.links),
        "flows": len(network.design.traffic.flows),
        "singles": singles,
        "singles_s": round(singles_s, 3),
        "pairs": pairs,
        "pairs_s": round(pairs_s, 3),
        "coverage": round(failure_pairs(network, default_parameters()).coverage, 4),
    }


def _sweep(network: Network, *, pairs: bool) -> tuple[float, int]:
    start = process_time()
    failures = failure_pairs(network, default_parameters()).failures if pairs else single_failures(network, SINGLES)
    tried = sum(outcome.like for outcome in outcomes(network, failures))
    return process_time() - start, tried


if __name__ == "__main__":
    print(json.dumps(swept(), indent=1))
