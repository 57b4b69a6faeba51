"""Translations that cannot work together or open what must stay shut: addresses outside, sessions, publication."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.facts.address_text import masked, parse
from netdesign.analysis.facts.addresses import subnet_prefixes
from netdesign.analysis.facts.nesting import nested
from netdesign.analysis.facts.prefix_kinds import inside, special_use
from netdesign.analysis.protocols.readdressing import read
from netdesign.analysis.traffic.exits import exits
from netdesign.analysis.traffic.translation import (
    invited,
    private,
    private_of,
    stand_in_line,
    takes,
    towards,
    ways_past,
)
from netdesign.model.addressing import Nat, NatKind
from netdesign.model.patch import Add, Patch, Remove, Set
from netdesign.model.routing import PolicyAction
from netdesign.model.security import IpProtocol
from netdesign.model.verdict import Finding
from netdesign.model.vocabulary import Exposure, Severity, SubnetPurpose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netdesign.analysis.facts.address_text import Parsed
    from netdesign.graph.multigraph import Bools
    from netdesign.graph.network import Network
    from netdesign.model.addressing import Subnet
    from netdesign.rules.case import Case

SHOWN = 20
SIP_PORTS = range(5060, 5061)
"""SIP in the clear; with TLS a client keeps its connection open, by which it is called (RFC 5626)."""
SHUT = (Exposure.MANAGEMENT, Exposure.RESTRICTED)
"""Zones that nothing may come into from the Internet."""


def state(network: Network) -> Iterator[Finding]:
    """Translations that one of several devices holds alone, and outside addresses of two exits."""
    stateful = [nat for nat in network.design.addressing.nats if nat.kind is not NatKind.STATIC]
    synced = [frozenset(g.members) for g in network.design.inventory.ha_groups if g.state_sync]
    for nat in stateful:
        several = len(set(nat.devices)) > 1
        known = not several or any(set(nat.devices) <= group for group in synced)
        if several and not (nat.state_shared and known):
            problem = "do not share their sessions" if not nat.state_shared else "are no group that shares sessions"
            yield Finding(
                message=f"{nat.id} is on {', '.join(nat.devices)}, which {problem}: what returns by another is lost",
                elements=(nat.id, *nat.devices),
                witness={"devices": [*nat.devices]},
            )
        elif not nat.devices:
            yield Finding(message=f"{nat.id} is on no device", elements=(nat.id,), witness={"devices": []})
    rows = [(nat, text) for nat in stateful for text in nat.outside]
    parsed = parse([text for _, text in rows])
    for a, b in nested(parsed, np.zeros(len(rows), np.int64)):
        one, two = rows[a][0], rows[b][0]
        if {one.kind, two.kind} == {NatKind.SOURCE_PORT} and set(one.devices) != set(two.devices):
            yield Finding(
                message=f"{one.id} and {two.id} use {rows[b][1]} on devices that share no sessions",
                elements=(one.id, two.id),
                witness={"outside": rows[b][1]},
            )
        elif (
            None not in (one.provider, two.provider) and one.provider != two.provider and not _own(network, rows[b][1])
        ):
            yield Finding(
                message=f"{one.id} and {two.id} use {rows[b][1]} at {one.provider} and at {two.provider}: what one"
                " of them assigned the other does not route to us",
                elements=(one.id, two.id),
                witness={"outside": rows[b][1]},
            )


def outside(network: Network) -> Iterator[Finding]:
    """Outside prefixes that nobody routes, and one-to-one translations of unequal prefixes."""
    for nat in network.design.addressing.nats:
        hidden = [text for texts in private(nat.outside).values() for text in texts]
        hidden += [nat.outside[at] for at in sorted(special_use(parse(nat.outside)))]
        pairs = zip(sorted(nat.inside), sorted(nat.outside), strict=False)
        unlike = [(a, b) for a, b in pairs if (x := read(a)) and (y := read(b)) and x.length != y.length]
        problem = f"uses {hidden[0]} outside, which the Internet does not route" if hidden else None
        if nat.kind is NatKind.STATIC and nat.outside and unlike:
            problem = f"puts {unlike[0][1]} in place of {unlike[0][0]}, which has another size"
        if problem:
            yield Finding(message=f"{nat.id} {problem}", elements=(nat.id,), witness={"outside": [*nat.outside]})


def _own(network: Network, prefix: str) -> bool:
    """Whether we announce a prefix ourselves, to whomever."""
    ours = tuple(text for process in network.design.routing.processes for text in process.networks)
    return bool(inside(parse([prefix]), ours)[0])


def opened(network: Network) -> Iterator[Finding]:
    """Translations that lead from an address of the Internet to what nobody there may reach."""
    zones, public = network.by_id("zones"), {one.provider for one in exits(network)}
    for nat in network.design.addressing.nats:
        if not _publishes(nat, public):
            continue
        shut = [subnet for subnet in _behind(network, nat) if zones[str(subnet.zone)].exposure is not Exposure.DMZ]
        if shut:
            worst = any(zones[str(subnet.zone)].exposure in SHUT for subnet in shut)
            yield Finding(
                message=f"{nat.id} opens {shut[0].prefix} in {shut[0].zone} to the Internet, from where no flow leads"
                " there",
                elements=(nat.id, *dict.fromkeys(subnet.id for subnet in shut)),
                witness={"opened": [subnet.prefix for subnet in shut[:SHOWN]], "zone": shut[0].zone},
                severity=Severity.CRITICAL if worst else None,
            )


def _publishes(nat: Nat, public: set[str]) -> bool:
    """Whether what comes from the Internet gets to the inside: IPv4, towards a provider or from a public address."""
    if nat.kind is NatKind.SOURCE_PORT or (nat.provider is not None and nat.provider not in public):
        return False
    hidden = {text for some in private(nat.outside).values() for text in some}
    return bool(set(nat.outside) - hidden) if nat.outside else nat.provider is not None


def _behind(network: Network, nat: Nat) -> Iterator[Subnet]:
    """The IPv4 subnets of zones that share addresses with the inside, without those that the Internet is invited to."""
    welcome = invited(network)
    blocks = [text for text in nat.inside if ":" not in text]
    if not blocks or bool(inside(parse(blocks), tuple(welcome)).all()):
        return
    for at in np.flatnonzero(_sharing(subnet_prefixes(network), blocks)).tolist():
        subnet = network.design.addressing.subnets[at]
        if ":" not in subnet.prefix and subnet.zone in network.by_id("zones") and subnet.prefix not in welcome:
            yield subnet


def _sharing(subnets: Parsed, blocks: list[str]) -> Bools:
    """Which subnets lie in one of the blocks, or around one."""
    found, inner = inside(subnets, blocks), parse(blocks)
    for version, high, low, length in zip(inner.version, inner.high, inner.low, inner.length, strict=True):
        wide = np.flatnonzero((subnets.version == version) & (subnets.version > 0) & (subnets.length <= length))
        network = masked(version, high, low, subnets.length[wide])
        found[wide[(network[0] == subnets.high[wide]) & (network[1] == subnets.low[wide])]] = True
    return found


def doubled(network: Network) -> Iterator[Finding]:
    """Hosts that two translations one behind the other take, on the way to one provider."""
    found: dict[tuple[str, str], str] = {}
    for provider in sorted({one.provider for one in exits(network)}):
        for one, other in combinations(towards(network, provider, NatKind.SOURCE_PORT, NatKind.STATIC), 2):
            apart = not set(one.devices) & set(other.devices)
            known = (one.id, other.id) in found or not _shared(one, other)
            if apart and not known and stand_in_line(network, provider, one.devices, other.devices):
                found[one.id, other.id] = provider
    for (first, second), provider in found.items():
        yield Finding(
            message=f"{first} and {second} both translate what goes to {provider}, one behind the other",
            elements=(first, second),
            witness={"provider_of_both": provider, "twice": [first, second]},
        )
    for one, other in _alike(network):
        if set(one.devices) & set(other.devices):
            yield Finding(
                message=f"{one.id} and {other.id} translate the same addresses for the same provider: which of them"
                " acts is not said",
                elements=(one.id, other.id),
                witness={"twice": [one.id, other.id]},
            )


def _alike(network: Network) -> list[tuple[Nat, Nat]]:
    """Every two translations by port of the same addresses for the same provider, in the design's order."""
    nats, like = network.design.addressing.nats, defaultdict[object, list[int]](list)
    for at, nat in enumerate(nats):
        if nat.kind is NatKind.SOURCE_PORT:
            like[nat.provider, tuple(sorted(nat.inside))].append(at)
    pairs = sorted(pair for some in like.values() for pair in combinations(some, 2))
    return [(nats[one], nats[other]) for one, other in pairs]


def _shared(one: Nat, other: Nat) -> bool:
    """Whether two translations take some address both; none inside means all IPv4."""
    near, far = (one.inside or ("0.0.0.0/0",)), (other.inside or ("0.0.0.0/0",))
    return bool(inside(parse(near), far).any() or inside(parse(far), near).any())


def announced(network: Network) -> Iterator[Finding]:
    """Private prefixes that sessions with providers of the Internet let out."""
    policies, own = network.by_id("route_policies"), network.by_id("processes")
    addresses = {text.split("/")[0] for one in _far_ports(network) for text in one}
    for said in network.design.routing.bgp_neighbors:
        process = own.get(said.process)
        if process is None or said.peer_address not in addresses:
            continue
        policy = policies.get(said.export_policy or "")
        permits = [term for term in policy.terms if term.action is PolicyAction.PERMIT] if policy is not None else []
        texts = tuple(text for term in permits for text in term.prefixes)
        hidden = [text for some in private(texts).values() for text in some]
        everything = said.export_policy is None or any(not t.prefixes and not t.communities for t in permits)
        if hidden or (everything and (process.networks or process.redistribute)):
            yield Finding(
                message=f"{said.id} announces {hidden[0] if hidden else 'whatever it knows'} to a provider",
                elements=(said.id,),
                witness={"policy": said.export_policy, "prefixes": [*hidden[:20]]},
            )


def _far_ports(network: Network) -> list[tuple[str, ...]]:
    """Addresses of the providers' ends of circuits of the Internet."""
    public = {one.provider for one in exits(network)}
    return [fact.addresses for fact in network.interfaces if fact.device in public]


def estates(case: Case) -> Iterator[Finding]:
    """Networks of others that are joined to ours and use the same addresses."""
    joined = {fact.network for fact in case.design.cloud.cloud_attachments}
    rows = [(f.id, text) for f in case.design.cloud.cloud_networks if f.id in joined for text in f.prefixes]
    static = [nat for nat in case.design.addressing.nats if nat.kind is NatKind.STATIC]
    subnets = [("", subnet.prefix) for subnet in case.design.addressing.subnets] if rows else []
    every = [*rows, *subnets]
    for a, b in nested(parse([text for _, text in every]), np.zeros(len(every), np.int64)):
        (one, text), (two, other) = every[a], every[b]
        mapped = [nat for nat in static if nat.inside and takes(nat, [text, other])]
        if bool(one) != bool(two) and len(mapped) < len((text, other)):
            yield Finding(
                message=f"{one or two} uses {text if one else other} as we do, and is not translated both ways",
                elements=(one or two,),
                witness={"prefixes": [text, other]},
            )


def broken(network: Network) -> Iterator[Finding]:
    """Flows whose protocol carries addresses or has no ports."""
    public = {one.provider for one in exits(network)}
    for flow in network.design.traffic.flows:
        service, ends = flow.service, public & {*flow.sources, *flow.targets}
        esp = service.protocol is IpProtocol.ESP
        sip = service.protocol in (IpProtocol.TCP, IpProtocol.UDP) and service.first_port in SIP_PORTS
        if not ends or not (esp or (sip and service.last_port in SIP_PORTS)):
            continue
        inner = [name for name in (*flow.sources, *flow.targets) if name not in public]
        texts = [text for name in inner for text in private_of(network, name, 4)]
        nats = [nat for end in sorted(ends) for nat in towards(network, end, NatKind.SOURCE_PORT)]
        if names := [nat.id for nat in nats if takes(nat, texts)]:
            problem = "has no ports to translate" if esp else "carries addresses that are not translated with it"
            yield Finding(
                message=f"flow {flow.id} ({service.name}) passes {names[0]} and {problem}",
                elements=(flow.id, names[0]),
                witness={"service": service.name},
            )


# --- mutants and repairs of these


def _first(case: Case) -> Nat | None:
    return next((nat for nat in case.design.addressing.nats if nat.kind is NatKind.SOURCE_PORT), None)


def published_management(case: Case) -> Patch | None:
    """To the first subnet of hosts in a zone of management, at the first provider."""
    nat, zones = _first(case), case.network.by_id("zones")
    public = {one.provider for one in exits(case.network)}
    for subnet in case.design.addressing.subnets if nat is not None and nat.provider in public else ():
        shut = subnet.zone in zones and zones[str(subnet.zone)].exposure is Exposure.MANAGEMENT
        if nat is not None and shut and ":" not in subnet.prefix and subnet.purpose is not SubnetPurpose.TRANSIT:
            made = replace(nat, id=f"{nat.id}-open", kind=NatKind.DESTINATION, inside=(subnet.prefix,), addresses=1)
            return (Add("nats", made),) if subnet.prefix not in invited(case.network) else None
    return None


def documented_outside(case: Case) -> Patch | None:
    """Put addresses that nobody owns outside the first translation by port."""
    nat = _first(case)
    return (Set("nats", nat.id, {"outside": ("203.0.113.0/24",)}),) if nat is not None else None


def one_outside(case: Case) -> Patch | None:
    """Without its being announced by us."""
    nats = [nat for nat in case.design.addressing.nats if nat.kind is NatKind.SOURCE_PORT and nat.provider]
    other = next((nat for nat in nats if nat.provider != nats[0].provider), None)
    if other is None:
        return None
    return tuple(Set("nats", nat.id, {"outside": ("198.41.0.0/22",)}) for nat in (nats[0], other))


def twice(case: Case) -> Patch | None:
    """Once more by the device that holds the circuit."""
    nat = _first(case)
    for one in exits(case.network) if nat is not None and nat.devices else ():
        if nat is not None and nat.provider == one.provider and one.device not in nat.devices:
            edge = replace(nat, id=f"{nat.id}-again", devices=(one.device,), state_shared=False)
            return (Add("nats", edge),) if not ways_past(case.network, one.provider, frozenset(nat.devices)) else None
    return None


def shut_again(case: Case, finding: Finding) -> Patch | None:
    """The translation goes, or the part of its inside that is opened."""
    nats = case.network.by_id("nats")
    name = next((one for one in finding.elements if one in nats and "opened" in finding.witness), None)
    if name is None:
        return None
    subnets = tuple(case.network.by_id("subnets")[one].prefix for one in finding.elements[1:])
    bad = inside(parse(nats[name].inside), subnets).tolist()
    kept = tuple(text for text, shut in zip(nats[name].inside, bad, strict=True) if not shut)
    return (Set("nats", name, {"inside": kept}),) if kept and any(bad) else (Remove("nats", name),)


def once(case: Case, finding: Finding) -> Patch | None:
    """By the devices that translate most; of two on the same devices the first stays."""
    nats, every = case.network.by_id("nats"), case.design.addressing.nats
    names = [name for name in finding.elements if name in nats and "twice" in finding.witness]
    kept = max(names, key=lambda name: sum(nat.devices == nats[name].devices for nat in every), default=None)
    return tuple(Remove("nats", name) for name in names if name != kept) or None
