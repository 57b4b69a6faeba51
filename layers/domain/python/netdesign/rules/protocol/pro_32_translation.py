"""PRO-32: private addresses are translated on every way to the Internet, by what has enough addresses and remembers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.address_text import parse
from netdesign.analysis.demand import site_share
from netdesign.analysis.exits import Exit, exits
from netdesign.analysis.layer3 import layer3, routed_components
from netdesign.analysis.nesting import nested
from netdesign.analysis.prefix_kinds import LINK_LOCAL, PRIVATE, SHARED, inside
from netdesign.analysis.readdressing import read
from netdesign.analysis.vlan_gateways import host_gateways
from netdesign.graph.network import Network, analysis
from netdesign.model.addressing import Nat, NatKind
from netdesign.model.patch import Add, Patch, Remove, Set
from netdesign.model.routing import PolicyAction
from netdesign.model.security import IpProtocol
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Role, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Longs

SIP_PORTS = range(5060, 5062)
KINDS = {4: (NatKind.SOURCE_PORT, NatKind.STATIC), 6: (NatKind.STATIC,)}
"""What takes hosts with private addresses of an IP version to the Internet."""


def translates(case: Case) -> bool:
    """Whether anything is translated, or private addresses lead to the Internet."""
    return bool(case.design.addressing.nats) or bool(_needs(case.network))


@rule(
    code="PRO-32",
    name="address-translation",
    title="NAT & hybrid addressing",
    category=Category.PROTOCOL,
    severity=Severity.ERROR,
    applies="designs that translate addresses, or whose private prefixes lead to the Internet",
    applicable=translates,
    flags="A flow between private addresses and a provider of the Internet that nothing translates for that provider, "
    "IPv4 by port or one to one, IPv6 one to one; a published service without an outside IPv4 address at a provider; "
    "translation that another way to the provider passes by; fewer addresses than the peak of sessions needs; devices "
    "that translate together and share no sessions; two exits with one outside address and no common sessions; an "
    "outside prefix that is private, or shorter or longer than the one inside it stands for; a flow that translation "
    "by port breaks (ESP, SIP); a private prefix that is announced to a provider; estates with the same addresses "
    "without a one-to-one translation of both.",
    passes="Everything private is translated on every way out, with addresses to spare and sessions that are shared.",
    remedy="Translate each site's private block for each provider on devices that share sessions, and order addresses.",
    references=("RFC 2663", "RFC 4787", "RFC 5382", "RFC 6296", "RFC 6888"),
    reading="Sessions are those of all users and servers at the horizon, of each site by its part. Outside prefixes "
    "that a provider has yet to assign are empty; the count of addresses to order stands for them.",
)
def translation(case: Case) -> Iterator[Said]:
    """What leaves with a private address gets no answer, and an answer that meets no session gets nowhere."""
    network = case.network
    yield from _untranslated(network)
    yield from _unpublished(network)
    yield from _bypassed(network)
    yield from _pools(case)
    yield from _state(network)
    yield from _outside(network)
    yield from _broken(network)
    yield from _announced(network)
    yield from _estates(case)


# --- what has to be translated


def _private(texts: tuple[str, ...]) -> dict[int, list[str]]:
    """The prefixes that the Internet does not route, by IP version."""
    parsed = parse(texts)
    hidden = inside(parsed, (*PRIVATE, *SHARED, *LINK_LOCAL))
    found: dict[int, list[str]] = {}
    for at in np.flatnonzero(hidden).tolist():
        found.setdefault(int(parsed.version[at]), []).append(texts[at])
    return found


@analysis
def _prefixes_of(network: Network) -> dict[str, tuple[str, ...]]:
    """The prefixes of each group and service that flows name."""
    by_vlan = network.grouped("subnets", "vlan")
    found = {
        group.id: tuple(subnet.prefix for vlan in group.vlans for subnet in by_vlan.get(vlan, ()))
        for group in network.design.inventory.endpoint_groups
    }
    subnets = network.by_id("subnets")
    for service in network.design.infrastructure.service_instances:
        vlan = subnets[service.subnet].vlan if service.subnet in subnets else None
        twins = by_vlan.get(vlan, ()) if vlan is not None else ()
        found[service.id] = (service.address, *(s.prefix for s in twins if ":" in s.prefix))
    return found


@analysis
def _hidden(network: Network) -> dict[str, int]:
    """The IP version of each prefix of groups and services that the Internet does not route."""
    texts = sorted({text for some in _prefixes_of(network).values() for text in some})
    return {text: version for version, some in _private(tuple(texts)).items() for text in some}


def _private_of(network: Network, name: str, version: int) -> list[str]:
    """The private prefixes of a group or service in an IP version."""
    return [text for text in _prefixes_of(network).get(name, ()) if _hidden(network).get(text) == version]


@analysis
def _needs(network: Network) -> dict[tuple[str, int], tuple[str, ...]]:
    """Private prefixes of those who open flows to each provider, by (provider, IP version)."""
    found: dict[tuple[str, int], set[str]] = {}
    public = {one.provider for one in exits(network)}
    for flow in network.design.traffic.flows:
        for provider in public.intersection(flow.targets):
            for source in flow.sources:
                for version in KINDS:
                    if texts := _private_of(network, source, version):
                        found.setdefault((provider, version), set()).update(texts)
    return {key: tuple(sorted(texts)) for key, texts in sorted(found.items())}


def _towards(network: Network, provider: str, *kinds: NatKind) -> list[Nat]:
    return [nat for nat in network.design.addressing.nats if nat.provider in (None, provider) and nat.kind in kinds]


def _uncovered(nats: list[Nat], texts: tuple[str, ...]) -> list[str]:
    """The prefixes that none of some translations takes; one without prefixes takes IPv4 as a whole."""
    blocks = tuple(block for nat in nats for block in nat.inside)
    whole = any(not nat.inside for nat in nats)
    taken = inside(parse(texts), blocks).tolist()
    return [text for text, held in zip(texts, taken, strict=True) if not held and not (whole and ":" not in text)]


def _takes(nat: Nat, texts: list[str]) -> bool:
    """Whether a translation takes some of the prefixes."""
    return len(_uncovered([nat], tuple(texts))) < len(texts)


def _untranslated(network: Network) -> Iterator[Finding]:
    for (provider, version), texts in _needs(network).items():
        nats = _towards(network, provider, *KINDS[version])
        wrong = _uncovered(nats, texts)
        if wrong:
            yield Finding(
                message=f"{len(wrong)} private IPv{version} prefixes, {wrong[0]} first, send to {provider} and are not "
                "translated",
                elements=(provider,),
                witness={"provider": provider, "version": version, "prefixes": [*wrong[:20]]},
            )


def _unpublished(network: Network) -> Iterator[Finding]:
    """Published services that the Internet cannot name."""
    for service in network.design.security.published_services:
        texts = _private_of(network, service.group, 4)
        asked = {t for f in network.design.traffic.flows if service.group in f.targets for t in f.sources}
        for provider in sorted({one.provider for one in exits(network)} & asked if texts else ()):
            nats = _towards(network, provider, NatKind.DESTINATION, NatKind.STATIC)
            if not any(nat.inside and _takes(nat, texts) for nat in nats):
                yield Finding(
                    message=f"{service.id} is published on {texts[0]}, and has no outside address at {provider}",
                    elements=(service.id, provider),
                    witness={"provider": provider, "prefixes": [*texts]},
                )


def _bypassed(network: Network) -> Iterator[Finding]:
    """Ways from hosts to a provider that no device of its translation stands in."""
    index, graph = network.device_index, layer3(network)
    table = {device: at for at, device in enumerate(graph.device.tolist())}
    gates = [at for groups in host_gateways(network).values() for group in groups for at in group]
    stood: dict[frozenset[int], Longs] = {}
    for nat in network.design.addressing.nats:
        stands = frozenset(index[name] for name in nat.devices if name in index)
        if nat.provider not in index or index[nat.provider] not in table or not stands:
            continue
        if stands not in stood:
            stood[stands] = routed_components(network, failed_devices=stands)
        label = stood[stands]
        here = label[table[index[nat.provider]]]
        free = [at for at in gates if here >= 0 and label[graph.interface_vertex[at]] == here]
        if free:
            gate = network.interfaces[free[0]].id
            yield Finding(
                message=f"hosts behind {gate} reach {nat.provider} by a way that passes {nat.id} by",
                elements=(nat.id, gate),
                witness={"provider": nat.provider, "gateways": len(free)},
            )


# --- whether it can work


def _sessions(case: Case, nat: Nat) -> int:
    """Sessions at the horizon of the sites of the devices that translate."""
    asked, capacity = case.requirements, case.parameters.capacity
    opened = (asked.users + asked.remote_users) * capacity.sessions_per_user
    opened += asked.servers.count * capacity.sessions_per_server
    index = case.network.device_index
    sites = {case.network.devices[index[name]].site for name in nat.devices if name in index}
    share = sum(site_share(asked, site) for site in asked.sites if site.id in sites)
    return ceil(opened * asked.growth_multiplier * share)


def _pools(case: Case) -> Iterator[Said]:
    each, least = case.parameters.protocols.nat_sessions_per_address, None
    for nat in case.design.addressing.nats:
        if nat.kind is not NatKind.SOURCE_PORT:
            continue
        wanted = max(1, ceil(_sessions(case, nat) / each))
        held = _count(nat.outside) if nat.outside else nat.addresses
        held = min(held, nat.addresses) if nat.outside else held
        least = min(least, held / wanted) if least is not None else held / wanted
        if held < wanted:
            yield Finding(
                message=f"{nat.id} has {held} outside addresses; {_sessions(case, nat)} sessions need {wanted}",
                elements=(nat.id,),
                witness={"addresses": held, "wanted": wanted, "sessions": _sessions(case, nat)},
            )
    yield Measure(name="outside addresses held against wanted", value=least, threshold=1)


def _count(texts: tuple[str, ...]) -> int:
    parsed = parse(texts)
    four = parsed.length[parsed.version == 4]
    return int((1 << (32 - four.astype(np.int64))).sum())


def _state(network: Network) -> Iterator[Finding]:
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


def _outside(network: Network) -> Iterator[Finding]:
    """Outside prefixes that nobody routes, and one-to-one translations of unequal prefixes."""
    for nat in network.design.addressing.nats:
        hidden = [text for texts in _private(nat.outside).values() for text in texts]
        pairs = zip(sorted(nat.inside), sorted(nat.outside), strict=False)
        unlike = [(a, b) for a, b in pairs if (x := read(a)) and (y := read(b)) and x.length != y.length]
        problem = f"uses {hidden[0]} outside, which the Internet does not route" if hidden else None
        if nat.kind is NatKind.STATIC and nat.outside and unlike:
            problem = f"puts {unlike[0][1]} in place of {unlike[0][0]}, which has another size"
        if problem:
            yield Finding(message=f"{nat.id} {problem}", elements=(nat.id,), witness={"outside": [*nat.outside]})


def _broken(network: Network) -> Iterator[Finding]:
    """Flows whose protocol carries addresses or has no ports."""
    public = {one.provider for one in exits(network)}
    for flow in network.design.traffic.flows:
        service, ends = flow.service, public & {*flow.sources, *flow.targets}
        esp = service.protocol is IpProtocol.ESP
        sip = service.protocol in (IpProtocol.TCP, IpProtocol.UDP) and service.first_port in SIP_PORTS
        if not ends or not (esp or (sip and service.last_port in SIP_PORTS)):
            continue
        inner = [name for name in (*flow.sources, *flow.targets) if name not in public]
        texts = [text for name in inner for text in _private_of(network, name, 4)]
        nats = [nat for end in sorted(ends) for nat in _towards(network, end, NatKind.SOURCE_PORT)]
        if names := [nat.id for nat in nats if _takes(nat, texts)]:
            problem = "has no ports to translate" if esp else "carries addresses that are not translated with it"
            yield Finding(
                message=f"flow {flow.id} ({service.name}) passes {names[0]} and {problem}",
                elements=(flow.id, names[0]),
                witness={"service": service.name},
            )


def _announced(network: Network) -> Iterator[Finding]:
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
        hidden = [text for some in _private(texts).values() for text in some]
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


def _estates(case: Case) -> Iterator[Finding]:
    """Networks of others that are joined to ours and use the same addresses."""
    joined = {fact.network for fact in case.design.cloud.cloud_attachments}
    rows = [(f.id, text) for f in case.design.cloud.cloud_networks if f.id in joined for text in f.prefixes]
    static = [nat for nat in case.design.addressing.nats if nat.kind is NatKind.STATIC]
    subnets = [("", subnet.prefix) for subnet in case.design.addressing.subnets] if rows else []
    every = [*rows, *subnets]
    for a, b in nested(parse([text for _, text in every]), np.zeros(len(every), np.int64)):
        (one, text), (two, other) = every[a], every[b]
        mapped = [nat for nat in static if nat.inside and _takes(nat, [text, other])]
        if bool(one) != bool(two) and len(mapped) < len((text, other)):
            yield Finding(
                message=f"{one or two} uses {text if one else other} as we do, and is not translated both ways",
                elements=(one or two,),
                witness={"prefixes": [text, other]},
            )


# --- mutants


def _first(case: Case, *kinds: NatKind) -> Nat | None:
    return next((nat for nat in case.design.addressing.nats if nat.kind in kinds), None)


@translation.mutant("hosts with private IPv4 addresses are not translated for a provider")
def no_sharing(case: Case) -> Patch | None:
    """Remove the translation by port for the first provider."""
    nat = _first(case, NatKind.SOURCE_PORT)
    return (Remove("nats", nat.id),) if nat is not None and _needs(case.network) else None


@translation.mutant("hosts with unique local IPv6 addresses are not translated")
def no_mapping(case: Case) -> Patch | None:
    """Remove every one-to-one translation of IPv6 prefixes."""
    six = [nat for nat in case.design.addressing.nats if any(":" in text for text in nat.inside)]
    asked = any(version == 6 for _, version in _needs(case.network))
    return tuple(Remove("nats", nat.id) for nat in six) if six and asked else None


@translation.mutant("there are too few outside addresses")
def too_few(case: Case) -> Patch | None:
    """Order no address of the first provider."""
    nat = _first(case, NatKind.SOURCE_PORT)
    return (Set("nats", nat.id, {"addresses": 0}),) if nat is not None else None


@translation.mutant("devices that translate together share no sessions")
def no_state(case: Case) -> Patch | None:
    """Forget that the translation is shared."""
    shared = next((nat for nat in case.design.addressing.nats if nat.state_shared and len(nat.devices) > 1), None)
    return (Set("nats", shared.id, {"state_shared": False}),) if shared is not None else None


@translation.mutant("a published service has no outside address")
def unpublished(case: Case) -> Patch | None:
    """Remove the translation of the first published service."""
    nat = _first(case, NatKind.DESTINATION)
    return (Remove("nats", nat.id),) if nat is not None else None


@translation.mutant("a private prefix is assigned outside")
def private_outside(case: Case) -> Patch | None:
    """Put private addresses outside the first translation by port."""
    nat = _first(case, NatKind.SOURCE_PORT)
    return (Set("nats", nat.id, {"outside": ("192.168.99.0/24",)}),) if nat is not None else None


@translation.mutant("the translation leaves out part of the site")
def narrow(case: Case) -> Patch | None:
    """Translate an unused prefix only."""
    nat = _first(case, NatKind.SOURCE_PORT)
    return (Set("nats", nat.id, {"inside": ("192.168.98.0/24",)}),) if nat and _needs(case.network) else None


# --- fixes


def _wanted(case: Case, nat: Nat) -> int:
    return max(1, ceil(_sessions(case, nat) / case.parameters.protocols.nat_sessions_per_address))


def _twin(case: Case, provider: str, *kinds: NatKind, version: int = 4) -> Nat | None:
    """A translation like those of other providers, or one on the devices that translate or hold the exit."""
    same = [nat for nat in case.design.addressing.nats if nat.kind in kinds and _is(nat, version)]
    if same:
        return next((nat for nat in same if nat.provider != provider), same[0])
    near: Exit | None = next((one for one in exits(case.network) if one.provider == provider), None)
    firewalls = case.network.with_role(Role.FIREWALL).tolist()
    index = case.network.device_index
    site = case.network.devices[index[provider]].site if provider in index else ""
    names = tuple(d.id for d in (case.network.devices[at] for at in firewalls) if d.site == site)
    names = names or ((near.device,) if near is not None else ())
    kind = kinds[-1] if version == 6 else kinds[0]
    made = Nat(id="", kind=kind, devices=names, addresses=0, provider=provider)
    return replace(made, state_shared=len(names) > 1 and kind is not NatKind.STATIC) if names else None


def _is(nat: Nat, version: int) -> bool:
    return any((":" in text) == (version == 6) for text in nat.inside)


def _blocks(case: Case, texts: list[str]) -> tuple[str, ...]:
    """The summaries of sites that cover some prefixes, or the prefixes themselves where none does."""
    sites = [pool.prefix for pool in case.design.addressing.pools if pool.vrf is None and pool.summary]
    found = dict[str, None]()
    for text in texts:
        around = next((block for block in sites if inside(parse([text]), (block,))[0]), text)
        found[around] = None
    return tuple(found)


@translation.fix("what is private is translated for the provider")
def translated(case: Case, finding: Finding) -> Patch | None:
    """Translate the blocks of the prefixes on the devices that translate for other providers, or the firewalls."""
    provider, version = finding.witness.get("provider"), finding.witness.get("version")
    if not isinstance(provider, str) or version not in KINDS:
        return None
    texts = list(_needs(case.network).get((provider, int(version)), ()))
    nats = _towards(case.network, provider, *KINDS[int(version)])
    twin = _twin(case, provider, *KINDS[int(version)], version=int(version))
    own = next((nat for nat in nats if nat.provider == provider and (_is(nat, int(version)))), None)
    if own is not None:
        return (Set("nats", own.id, {"inside": _blocks(case, texts)}),)
    if twin is None or not texts:
        return None
    name = f"{provider}-outbound" + ("-v6" if version == 6 else "")
    made = replace(twin, id=name, provider=provider, inside=_blocks(case, texts), outside=())
    made = replace(made, addresses=_wanted(case, made) if made.kind is NatKind.SOURCE_PORT else 0)
    return None if name in case.network.by_id("nats") else (Add("nats", made),)


@translation.fix("the service gets an outside address")
def published(case: Case, finding: Finding) -> Patch | None:
    """Lead an address of the provider to the hosts of the service, on the devices that translate for it."""
    provider, known = finding.witness.get("provider"), case.network.by_id("published_services")
    name = next((one for one in finding.elements if one in known), None)
    twin = _twin(case, str(provider), NatKind.DESTINATION, NatKind.SOURCE_PORT)
    if name is None or twin is None or not isinstance(provider, str):
        return None
    texts = _private_of(case.network, known[name].group, 4)
    made = replace(twin, id=f"{provider}-inbound-{name}", kind=NatKind.DESTINATION, provider=provider, addresses=1)
    made = replace(made, inside=tuple(texts), outside=())
    return None if made.id in case.network.by_id("nats") else (Add("nats", made),)


@translation.fix("enough addresses are ordered")
def enlarged(case: Case, finding: Finding) -> Patch | None:
    """Order what the peak of sessions needs."""
    nats = case.network.by_id("nats")
    names = [name for name in finding.elements if name in nats and "wanted" in finding.witness]
    return tuple(Set("nats", name, {"addresses": _wanted(case, nats[name])}) for name in names) or None


@translation.fix("the devices share their sessions")
def shared(case: Case, finding: Finding) -> Patch | None:
    """Share them where the devices are a group that does."""
    nats, groups = case.network.by_id("nats"), case.design.inventory.ha_groups
    names = [name for name in finding.elements if name in nats and not nats[name].state_shared]
    known = [n for n in names if any(set(nats[n].devices) <= set(g.members) and g.state_sync for g in groups)]
    return tuple(Set("nats", name, {"state_shared": True}) for name in known) or None


@translation.fix("the provider is asked for its addresses")
def unassigned(case: Case, finding: Finding) -> Patch | None:
    """Leave outside empty what nobody routes."""
    nats = case.network.by_id("nats")
    names = [name for name in finding.elements if name in nats and nats[name].outside and "outside" in finding.witness]
    return tuple(Set("nats", name, {"outside": ()}) for name in names) or None
