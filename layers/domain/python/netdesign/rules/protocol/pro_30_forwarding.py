"""PRO-30: packets neither go in circles nor fall into a hole, whatever single thing fails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.failure.lookalikes import reduced
from netdesign.analysis.failure.routing_states import Astray, Circle
from netdesign.analysis.forwarding.destinations import outside_address
from netdesign.analysis.forwarding.journeys import place
from netdesign.analysis.protocols.providers import circuit_tables
from netdesign.analysis.routing.next_hops import answerable, facing, unheld
from netdesign.analysis.tables.fib import Fate, fib
from netdesign.analysis.tables.rib_sources import (
    interface_prefixes,
    static_tables,
)
from netdesign.analysis.traffic.flow_routes import flow_ends
from netdesign.graph.network import Network
from netdesign.model.patch import Add, Patch, Remove, Set
from netdesign.model.routing import StaticRoute
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.default_routes import default_to_provider, originate_default
from netdesign.rules.detours import discard_outside, discard_part, without_detours
from netdesign.rules.outlooks import outlooks, way_of, witness_of

DISCARD_DISTANCE = 250
SHOWN = 20
"""Circles and holes of one state that are told apart; more of them have the same cause."""


def forwards_anything(case: Case) -> bool:
    """Whether some interface routes."""
    return layer3(case.network).vertex_count > 0


@rule(
    code="PRO-30",
    name="forwarding-unsound",
    title="Forwarding soundness",
    category=Category.PROTOCOL,
    severity=Severity.CRITICAL,
    applies="designs with routed interfaces",
    applicable=forwards_anything,
    sweeping=True,
    flags="Tables between which packets to some address go in circles, be it an address that only a summary or a "
    "default covers; a next hop that nobody answers for, a missing route or a discarded destination on the way of a "
    "flow; an edge router to a provider without a usable default route; a prefix on which protocols never settle. In "
    "the plain state, and after each single failure that the redundancy level counts.",
    passes="From every table, packets to every class of destinations end, and those of flows at their target, in "
    "whichever part of a subnet it is.",
    remedy="Discard what a summary covers and nothing reaches, point next hops at addresses that answer, originate the "
    "default route where it comes in.",
    references=(
        "Batfish: detectLoops and reachability",
        "RFC 4632 §4.2 (discard routes for aggregates)",
        "RFC 4271 §9",
    ),
    reading="A hole after a failure counts where a cable still joins the ends. Classes of destinations are prefixes "
    "that tables treat alike; after failures only those that static, default or summary routes lead to are tried "
    "for circles, for one protocol alone makes none. Flows are walked to each class inside their subnets, to services "
    "at their own addresses, and beyond providers to what default routes lead to and to each part of the Internet that "
    "static routes tell apart; discarded ones longer than the Internet routes (/24, /48) name hosts that are not to be "
    "heard, and are left. Failures that look alike are tried once, and in large designs two devices of each kind, "
    "with two of each kind around them, stand for their fellows; the measures say how many took part.",
)
def forwarding_unsound(case: Case) -> Iterator[Said]:
    """Circles and holes of all states, each with the way that shows it."""
    limit = case.parameters.protocols.routing_devices
    if len(case.network.devices) > limit:
        yield Measure(name="devices whose forwarding was walked", value=0)
        return
    calm, failed = outlooks(case)
    for circle in (*calm.circles[:SHOWN], *_by_failure(failed.circles)):
        yield _circle(circle)
    for row in (*calm.astray[:SHOWN], *_by_failure(failed.astray)):
        yield _hole(row)
    yield from _edges_without_default(case)
    yield from _unsettled(case)
    yield Measure(name="circles", value=len(calm.circles) + len(failed.circles), threshold=0)
    yield Measure(name="failures that the level counts", value=failed.states)
    yield Measure(name="failures walked through, one of each kind", value=failed.judged)
    yield Measure(name="devices whose forwarding was walked", value=calm.devices)


Row = TypeVar("Row", Circle, Astray)


def _by_failure(rows: tuple[Row, ...]) -> list[Row]:
    """The first of each failure."""
    found: dict[tuple[str, ...], Row] = {}
    for row in rows:
        found.setdefault(row.failed, row)
    return list(found.values())


def _circle(row: Circle) -> Finding:
    after = f"after the failure of {', '.join(row.failed)} " if row.failed else ""
    return Finding(
        message=f"{after}packets to {row.address} go in circles: {' > '.join(map(str, row.way))}",
        elements=row.failed,
        witness={"address": row.address, **way_of(row.way), "failed": list(row.failed)},
    )


def _hole(row: Astray) -> Finding:
    after = f"after the failure of {', '.join(row.failed)}, though a cable is left, " if row.failed else ""
    return Finding(
        message=f"{after}{'answers' if row.backward else 'packets'} of flow {row.flow} to {row.target} end at "
        f"{row.way[-1]}: {row.fate}",
        elements=(row.flow, *row.failed),
        witness=witness_of(row),
    )


def _edges_without_default(case: Case) -> Iterator[Finding]:
    """Routers at circuits that flows with providers use, and that know no way out by a version they speak."""
    network = reduced(case.network, case.parameters.protocols.routing_exact_devices)
    whole, asked = fib(network), _asked_providers(network)
    for table, circuits in circuit_tables(network).items():
        if not any(provider in asked for _, provider in circuits):
            continue
        versions = {p.version for interface, _ in circuits for p in interface_prefixes(network).get(interface, ())}
        for version in sorted(versions):
            address = outside_address(network, version)
            if address is not None and whole.decide(table, version, address).fate in (Fate.NO_ROUTE, Fate.DISCARDED):
                where = place(network, table)
                yield Finding(
                    message=f"{where} has a circuit to a provider and no IPv{version} route to what lies beyond",
                    elements=(network.devices[int(layer3(network).device[table])].id,),
                    witness={"table": where, "version": version},
                )


def _asked_providers(network: Network) -> set[int]:
    ends = (flow_ends(network, names) for f in network.design.traffic.flows for names in (f.sources, f.targets))
    return {provider for end in ends for provider in end.providers}


def _unsettled(case: Case) -> Iterator[Finding]:
    network = reduced(case.network, case.parameters.protocols.routing_exact_devices)
    for prefix, state in fib(network).rib.states.items():
        if not state.settled:
            yield Finding(
                message=f"the routes to {prefix} never settle: what one router chooses makes another change its choice",
                witness={"prefix": str(prefix)},
            )


# --- faults


@forwarding_unsound.mutant("summaries are not discarded where they are made")
def forget_discards(case: Case) -> Patch | None:
    """Remove discard routes of tables that send what they do not know by a default to someone who sends it back."""
    routes = case.design.routing.static_routes
    discards = [r for r in routes if r.discard]
    defaults = {(r.device, r.vrf) for r in routes if r.prefix.endswith("/0") and r.next_hop}
    backed = {r.prefix for r in routes if r.next_hop}
    gone = [r for r in discards if (r.device, r.vrf) in defaults and r.prefix in backed]
    return tuple(Remove("static_routes", r.id) for r in gone) or None


@forwarding_unsound.mutant("two default routes point at each other")
def mutual_defaults(case: Case) -> Patch | None:
    """Give the routers that a default route points at one back to whoever has it."""
    network = case.network
    for at, route in enumerate(network.design.routing.static_routes):
        pair = facing(network, at) if route.prefix.endswith("/0") and route.next_hop else ()
        if pair and network.devices[int(layer3(network).device[static_tables(network)[at]])].id == route.device:
            return tuple(Add("static_routes", _back(far, vrf, route.prefix, own)) for far, vrf, own in pair)
    return None


def _back(device: str, vrf: str, prefix: str, next_hop: str) -> StaticRoute:
    identity = f"{device}:{vrf}:{prefix}:back"
    return StaticRoute(id=identity, device=device, vrf=vrf, prefix=prefix, next_hop=next_hop)


@forwarding_unsound.mutant("a default route points at nobody")
def nobody_answers(case: Case) -> Patch | None:
    """Move the next hop of the default routes of devices that flows pass to an address that no one has."""
    network = case.network
    outward = {_place(r) for r in case.design.routing.static_routes if r.prefix.endswith("/0") and r.next_hop}
    operations = []
    for at, route in enumerate(network.design.routing.static_routes):
        free = unheld(network, at) if _place(route) in outward and route.prefix.endswith("/0") else None
        if free is not None and route.vrf != "management":
            operations.append(Set("static_routes", route.id, {"next_hop": free}))
    return tuple(operations) or None


def _place(route: StaticRoute) -> tuple[str, str]:
    return route.device, route.vrf


@forwarding_unsound.mutant("no provider's default route comes in")
def no_way_out(case: Case) -> Patch | None:
    """Take the default routes off the routers at circuits: statics, and what their providers originate."""
    network = case.network
    edges = {network.devices[int(layer3(network).device[table])].id for table in circuit_tables(network)}
    gone = [Remove("static_routes", r.id) for r in case.design.routing.static_routes
            if r.device in edges and r.prefix.endswith("/0") and r.vrf == "default"]  # fmt: skip
    theirs = {network.devices[at].id for at in range(len(network.devices)) if not network.ours[at]}
    quiet = [Set("processes", p.id, {"default_originate": False}) for p in case.design.routing.processes
             if p.device in theirs and p.default_originate]  # fmt: skip
    return (*gone, *quiet) if _asked_providers(network) and (gone or quiet) else None


forwarding_unsound.mutant("a part of a subnet is discarded on the way")(discard_part)
forwarding_unsound.mutant("a part of the Internet is discarded on the way out")(discard_outside)

# --- remedies

forwarding_unsound.fix("remove more specific static routes that lead a part of the destination astray")(without_detours)


@forwarding_unsound.fix("discard what summaries send back where nothing reaches it")
def discard_summaries(case: Case, finding: Finding) -> Patch | None:
    """Add a discard route for every summary at the routers that it leads to and that have a default route."""
    if "address" not in finding.witness:
        return None
    network, made = case.network, dict[str, Add]()
    known = {(r.device, r.vrf, r.prefix) for r in case.design.routing.static_routes if r.discard}
    default = {_place(r) for r in case.design.routing.static_routes if r.prefix.endswith("/0")}
    for at, route in enumerate(case.design.routing.static_routes):
        ends = () if route.prefix.endswith("/0") or not route.next_hop else facing(network, at)
        for device, vrf, _ in ends:
            identity = f"{device}:{vrf}:{route.prefix}:discard"
            if (device, vrf, route.prefix) not in known and (device, vrf) in default:
                made[identity] = Add("static_routes", StaticRoute(
                    id=identity, device=device, vrf=vrf, prefix=route.prefix, discard=True, distance=DISCARD_DISTANCE,
                ))  # fmt: skip
    return tuple(made.values()) or None


def _tables(finding: Finding) -> list[tuple[str, str]]:
    """(device, VRF) of each table of the way, once."""
    devices, vrfs = finding.witness.get("devices", []), finding.witness.get("vrfs", [])
    if not isinstance(devices, list) or not isinstance(vrfs, list):
        return []
    return list(dict.fromkeys((str(device), str(vrf)) for device, vrf in zip(devices, vrfs, strict=False)))


@forwarding_unsound.fix("remove a default route by which packets come back")
def drop_returning_default(case: Case, finding: Finding) -> Patch | None:
    """Remove the static default of the first table of the circle that has two, or a protocol's besides."""
    known = case.network.grouped("static_routes", "device")
    for device, vrf in _tables(finding) if "address" in finding.witness else ():
        mine = [r for r in known.get(device, ()) if r.vrf == vrf and r.next_hop and r.prefix.endswith("/0")]
        for version in (":", "."):
            some = [r for r in mine if version in r.prefix]
            learned = any(p.device == device and p.vrf == vrf for p in case.design.routing.processes)
            if len(some) > 1 or (some and learned):
                return (Remove("static_routes", some[-1].id),)
    return None


@forwarding_unsound.fix("point static routes at addresses that answer")
def answerable_next_hop(case: Case, finding: Finding) -> Patch | None:
    """Point every static route whose next hop nobody has at the address that most routers share beside it."""
    del finding
    network = case.network
    better = ((route, answerable(network, at)) for at, route in enumerate(network.design.routing.static_routes))
    return tuple(Set("static_routes", route.id, {"next_hop": text}) for route, text in better if text) or None


forwarding_unsound.fix("give routers at circuits a default route to the provider")(default_to_provider)
forwarding_unsound.fix("let providers originate the default route")(originate_default)
