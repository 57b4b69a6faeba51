"""The EVPN laboratory of Batfish (layer-3 VNIs over static routes), its files read into facts of ours.

Batfish's own test of it says: each router has the other one's subnet in the VRF by EVPN, the next hop being the
other one's tunnel endpoint, and the hosts reach each other.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

if not os.environ.get("NETDESIGN_DATA"):
    pytest.skip("NETDESIGN_DATA is not set", allow_module_level=True)

from netdesign.analysis.forwarding.walks import walk
from netdesign.analysis.tables.fib import Fate, fib
from netdesign.graph.network import compile_network
from netdesign.graph.prefixes import parse_address, parse_prefix
from netdesign.model.overlay import Vni, VniKind
from netdesign.model.routing import AddressFamily, Redistribution
from netdesign.model.switching import Vrf
from netdesign.model.vocabulary import InterfaceKind, Role
from tests.support.routed import DEFAULT, bgp, peer, port, static
from tests.support.sketch import NO_CATALOG, design, device, link

LAB = Path(os.environ["NETDESIGN_DATA"]) / "batfish" / "dataplane" / "evpn-l3-vnis"


def facts(*, underlay: bool = True):
    yield DEFAULT
    edges = json.loads((LAB / "layer1_topology.json").read_text())["edges"]
    ends = {tuple(sorted((e["node1"]["hostname"], e["node2"]["hostname"]))): e for e in edges}
    for edge in ends.values():
        a, b = (f"{edge[node]['hostname']}:{edge[node]['interfaceName']}" for node in ("node1", "node2"))
        yield link(a, b)
    yield Vrf(id="tenant", name="tenant")
    for path in sorted((LAB / "hosts").glob("*.json")):
        host = json.loads(path.read_text())
        (card,) = host["hostInterfaces"].values()
        name = host["hostname"]
        yield device(name, Role.ACCESS)
        yield port(f"{name}:{card['name']}", card["prefix"])
        yield static(name, "0.0.0.0/0", card["gateway"])
    for path in sorted((LAB / "configs").iterdir()):
        yield from router(path.name, path.read_text(), underlay=underlay)
    yield Vni(id="v", number=10001, kind=VniKind.L3, vrf="tenant", route_target="65000:10001")


def said(pattern, text):
    """What the groups of a pattern match in a configuration."""
    found = re.search(pattern, text)
    assert found is not None
    return found.groups()


def router(name, text, *, underlay):
    yield device(name, Role.LEAF)
    for block in re.split(r"\n(?=\S)", text):
        head, *lines = block.splitlines()
        address = next((line.split()[-1] for line in lines if line.strip().startswith("ip address")), None)
        if head.startswith("interface ") and address:
            vrf = "tenant" if any("vrf member tenant" in line for line in lines) else "default"
            kind = InterfaceKind.VTEP if "loopback" in head else InterfaceKind.PHYSICAL
            yield port(f"{name}:{head.split()[1]}", address, vrf=vrf, kind=kind)
        if head.startswith("ip route") and underlay:
            yield static(name, *head.split()[2:4])
    (asn,) = said(r"router bgp (\d+)", text)
    near, far_asn = said(r"neighbor (\S+)\n\s+remote-as (\d+)", text)
    (router_id,) = said(r"router-id (\S+)", text)
    yield bgp(name, int(asn), router_id=router_id)
    yield bgp(name, int(asn), vrf="tenant", router_id=router_id, redistribute=(Redistribution(source="connected"),))
    yield peer(name, near, int(far_asn), AddressFamily.EVPN)


@pytest.mark.parametrize(("own", "other", "prefix"), [("r1", "r2", "10.0.2.0/24"), ("r2", "r1", "10.0.1.0/24")])
def test_each_router_has_the_others_subnet_by_evpn(own, other, prefix):
    found = fib(compile_network(design(*facts()), NO_CATALOG))
    index = found.network.device_index
    entry = found.rib.entry(found.table(index[own], "tenant"), parse_prefix(prefix))
    (hop,) = found.next_hops(index[own], "tenant", prefix.replace("0/24", "2"))

    assert entry is not None
    assert entry.source == "bgp"
    assert (found.network.devices[hop.device].id, hop.vrf, hop.tunnel) == (other, "tenant", True)


def test_the_hosts_reach_each_other_as_long_as_the_endpoints_do():
    found = fib(compile_network(design(*facts()), NO_CATALOG))
    start = found.table(found.network.device_index["h1"], "default")
    assert walk(found, start, *parse_address("10.0.2.2")).fates == {Fate.DELIVERED}

    bare = fib(compile_network(design(*facts(underlay=False)), NO_CATALOG))
    start = bare.table(bare.network.device_index["h1"], "default")
    assert walk(bare, start, *parse_address("10.0.2.2")).fates == {Fate.NO_ROUTE}
