"""Examples of requirements made larger, and what must hold of everything that stood before."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from ipaddress import ip_network
from itertools import pairwise
from typing import Any

from netdesign.exchange.documents import read_document
from netdesign.model.design import Design
from netdesign.model.patch import collection_of, collections
from netdesign.model.quantity import parse_power_kw
from netdesign.model.resolved import ResolvedRequirements
from netdesign.services.resolve_requirements import resolve_requirements
from netdesign.services.workbench import default_workbench
from netdesign.synthesis.expansion.extension import Extension, extend
from tests.golden.conftest import EXAMPLES, synthesized

BENCH = default_workbench()
KEPT = {
    "devices": ("role", "site", "sku", "rack", "rack_unit", "power_feeds", "hostname"),
    "racks": ("room", "row", "position", "usable_units", "breaker_w"),
    "links": ("a", "b", "speed_bps", "medium", "phy", "length_m", "purpose"),
    "lags": ("interface", "members", "mlag", "mlag_number", "esi"),
    "mlags": ("peers", "domain_id", "system_mac", "peer_links", "keepalive_link"),
    "subnets": ("prefix", "vrf", "vlan"),
    "interfaces": ("addresses", "virtual_addresses", "vrf", "vlan", "kind", "mode", "speed_bps"),
    "vlans": ("number", "name", "vrf", "zone"),
    "vnis": ("number", "route_target"),
    "processes": ("asn", "router_id", "vrf"),
    "static_routes": ("prefix", "next_hop", "vrf"),
    "service_instances": ("address", "subnet"),
}
"""By what each thing is known or found, or what it is plugged into."""


def document(name: str) -> dict[str, Any]:
    """The example's requirements as they are written."""
    read = read_document((EXAMPLES / f"{name}.yaml").read_bytes())
    assert isinstance(read, dict)
    return read


def larger(name: str, racks: int, servers: int) -> dict[str, Any]:
    """The example of one data centre with so many racks and servers, and power in proportion."""
    wanted = deepcopy(document(name))
    (site,) = wanted["sites"]
    share = racks / site["racks"]
    site |= {"racks": racks, "servers": servers}
    if "kw" in site:
        site["kw"] = round(parse_power_kw(site["kw"]) * share, 1)
    wanted["servers"]["count"] = servers
    return wanted


def resolved(wanted: object) -> ResolvedRequirements:
    """Requirements made complete."""
    return resolve_requirements(wanted, BENCH).requirements


@cache
def grown(name: str, racks: int, servers: int) -> Extension:
    """The example's design extended."""
    return extend(synthesized(name).design, resolved(larger(name, racks, servers)), BENCH.catalog, BENCH.parameters)


def broken_promises(existing: Design, wanted: Design) -> Iterator[str]:
    """What of the existing design is gone, renamed, rewired, readdressed or renumbered in the other."""
    for name in collections():
        if name in ("lines", "costs", "decisions"):
            continue
        after = {fact.id: fact for fact in collection_of(wanted, name)}
        for fact in collection_of(existing, name):
            if fact.id not in after:
                yield f"{name} {fact.id} is gone"
                continue
            for field in KEPT.get(name, ()):
                old, new = getattr(fact, field), getattr(after[fact.id], field)
                if old != new:
                    yield f"{name} {fact.id}: {field} was {old} and is {new}"
    there = {one.id: one for one in wanted.inventory.attachments}
    for one in existing.inventory.attachments:
        if one.id in there and not set(one.ports) <= set(there[one.id].ports):
            yield f"attachment {one.id} lost a port"


def shared_ports(design: Design) -> list[tuple[str, str]]:
    """Ports that two links or attachments take; radios and phones are no cables."""
    taken = [(end.device, end.port) for link in design.cabling.links for end in (link.a, link.b)]
    wired = {group.id for group in design.inventory.endpoint_groups if group.homing.value != "wireless"}
    taken += [(one.device, port) for one in design.inventory.attachments if one.group in wired for port in one.ports]
    seen: set[tuple[str, str]] = set()
    return [port for port in taken if port in seen or seen.add(port)]  # type: ignore[func-returns-value]


def overlapping(design: Design) -> list[tuple[str, str]]:
    """IPv4 subnets that share addresses."""
    nets = sorted((ip_network(one.prefix), one.id) for one in design.addressing.subnets if ":" not in one.prefix)
    return [(a, b) for (one, a), (other, b) in pairwise(nets) if one.overlaps(other)]
