"""PRO-32: private addresses are translated on every way to the Internet, by what has enough addresses and remembers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import ceil

import numpy as np

from netdesign.analysis.facts.address_text import parse
from netdesign.analysis.facts.prefix_kinds import inside
from netdesign.analysis.traffic.demand import site_share
from netdesign.analysis.traffic.exits import Exit, exits
from netdesign.analysis.traffic.translation import (
    KINDS,
    needs,
    private_of,
    takes,
    towards,
    uncovered,
    ways_past,
)
from netdesign.graph.network import Network
from netdesign.model.addressing import Nat, NatKind
from netdesign.model.patch import Add, Patch, Remove, Set
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Role, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.translating import (
    announced,
    broken,
    documented_outside,
    doubled,
    estates,
    once,
    one_outside,
    opened,
    outside,
    published_management,
    shut_again,
    state,
    twice,
)


def translates(case: Case) -> bool:
    """Whether anything is translated, or private addresses lead to the Internet."""
    return bool(case.design.addressing.nats) or bool(needs(case.network))


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
    "outside prefix that is private or set aside for documentation or other uses, or shorter or longer than the one "
    "inside it stands for, or in use at two providers of which neither routes it for the other; a translation one to "
    "one or of destinations that opens to the Internet what no flow from there leads to and no zone for published "
    "services holds (critical for management and restricted zones); two translations of the same hosts for one "
    "provider, one behind the other or on the same devices; a flow that translation by port breaks (ESP, SIP); a "
    "private prefix that is announced to a provider; estates with the same addresses without a one-to-one translation "
    "of both.",
    passes="Everything private is translated on every way out, with addresses to spare and sessions that are shared.",
    remedy="Translate each site's private block for each provider on devices that share sessions, and order addresses.",
    references=("RFC 2663", "RFC 4787", "RFC 5382", "RFC 6296", "RFC 6888"),
    reading="Sessions are those of all users and servers at the horizon, of each site by its part. Outside prefixes "
    "that a provider has yet to assign are empty; the count of addresses to order stands for them. Prefixes that "
    "we announce ourselves may stand outside at every provider. Which IPv6 hosts the Internet reaches is for policies "
    "to say, as one-to-one translation of whole sites is the rule there.",
)
def translation(case: Case) -> Iterator[Said]:
    """What leaves with a private address gets no answer, and an answer that meets no session gets nowhere."""
    network = case.network
    yield from _untranslated(network)
    yield from _unpublished(network)
    yield from _bypassed(network)
    yield from _pools(case)
    yield from state(network)
    yield from outside(network)
    yield from opened(network)
    yield from doubled(network)
    yield from broken(network)
    yield from announced(network)
    yield from estates(case)


# --- what has to be translated


def _untranslated(network: Network) -> Iterator[Finding]:
    for (provider, version), texts in needs(network).items():
        nats = towards(network, provider, *KINDS[version])
        wrong = uncovered(nats, texts)
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
        texts = private_of(network, service.group, 4)
        asked = {t for f in network.design.traffic.flows if service.group in f.targets for t in f.sources}
        for provider in sorted({one.provider for one in exits(network)} & asked if texts else ()):
            nats = towards(network, provider, NatKind.DESTINATION, NatKind.STATIC)
            if not any(nat.inside and takes(nat, texts) for nat in nats):
                yield Finding(
                    message=f"{service.id} is published on {texts[0]}, and has no outside address at {provider}",
                    elements=(service.id, provider),
                    witness={"provider": provider, "prefixes": [*texts]},
                )


def _bypassed(network: Network) -> Iterator[Finding]:
    """Ways from hosts to a provider that no device of its translation stands in."""
    for nat in network.design.addressing.nats:
        free = ways_past(network, nat.provider, frozenset(nat.devices)) if nat.provider is not None else []
        if free:
            yield Finding(
                message=f"hosts behind {free[0]} reach {nat.provider} by a way that passes {nat.id} by",
                elements=(nat.id, free[0]),
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


# --- mutants


def _first(case: Case, *kinds: NatKind) -> Nat | None:
    return next((nat for nat in case.design.addressing.nats if nat.kind in kinds), None)


@translation.mutant("hosts with private IPv4 addresses are not translated for a provider")
def no_sharing(case: Case) -> Patch | None:
    """Remove the translation by port for the first provider."""
    nat = _first(case, NatKind.SOURCE_PORT)
    return (Remove("nats", nat.id),) if nat is not None and needs(case.network) else None


@translation.mutant("hosts with unique local IPv6 addresses are not translated")
def no_mapping(case: Case) -> Patch | None:
    """Remove every one-to-one translation of IPv6 prefixes."""
    six = [nat for nat in case.design.addressing.nats if any(":" in text for text in nat.inside)]
    asked = any(version == 6 for _, version in needs(case.network))
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
    return (Set("nats", nat.id, {"inside": ("192.168.98.0/24",)}),) if nat and needs(case.network) else None


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
    texts = list(needs(case.network).get((provider, int(version)), ()))
    nats = towards(case.network, provider, *KINDS[int(version)])
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
    texts = private_of(case.network, known[name].group, 4)
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


translation.mutant("an address of the Internet leads to management")(published_management)
translation.mutant("a documentation prefix is assigned outside")(documented_outside)
translation.mutant("two providers are to route one outside prefix")(one_outside)
translation.mutant("what leaves is translated twice")(twice)
translation.fix("what must not be reached is translated no more")(shut_again)
translation.fix("what is translated twice is translated once")(once)
