"""TOP-15: a site's circuits come from different carriers, through different walls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from netdesign.analysis.failure.shared_risks import circuit_places, risks_of_kind
from netdesign.analysis.traffic.demand import at_provider
from netdesign.model.cabling import Circuit, CircuitKind, Link, SrlgKind
from netdesign.model.inventory import Site
from netdesign.model.patch import Patch, Set
from netdesign.model.said import said
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, Medium, Redundancy, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.diversity import rerouted, resold

ENTRIES = (SrlgKind.CONDUIT, SrlgKind.BUILDING)
THREE_NINES = 0.999


class Access(NamedTuple):
    """A site with the circuits that it is reached by, and whether it must do without any one of them."""

    site: Site
    circuits: tuple[tuple[Circuit, Link], ...]
    demanding: bool


def _applies(case: Case) -> bool:
    return bool(_accesses(case))


def _accesses(case: Case) -> tuple[Access, ...]:
    """The sites that are asked for diversity: all of several, or a single one of redundancy high and above."""
    sites, network = case.design.inventory.sites, case.network
    high = case.requirements.redundancy.at_least(Redundancy.HIGH)
    if len(sites) < 2 and not high:
        return ()
    sold = {one.link: one for one in case.design.cabling.circuits}
    places = circuit_places(network)
    found = []
    for site in sites:
        links = [network.links[place] for place in places.get(site.id, ())]
        known = tuple((sold[link.id], link) for link in links if link.id in sold)
        if known or (len(sites) > 1 and not at_provider(case.requirements)):
            found.append(Access(site, known, high or site.tier == 1))
    return tuple(found)


@rule(
    code="TOP-15",
    name="carrier-diversity",
    title="WAN carrier & last-mile diversity",
    category=Category.TOPOLOGY,
    severity=Severity.ERROR,
    applies="sites with circuits, where there are several or redundancy is high or above",
    applicable=_applies,
    flags="A tier-1 site, or any from redundancy high on, whose circuits come from one provider, enter through one"
    " conduit or wall, or are of one technology from one point of presence; the same of a tier-2 site as a warning; a"
    " tier-3 site without a second circuit where three nines or more are asked for.",
    passes="Circuits come from two providers, through two entries, and not all from one point of presence.",
    remedy="Order a circuit from another provider through the other entry, or a radio backup for a small site.",
    references=("NIST SP 800-53 CP-8(3)",),
    reading="A single site is held to this from redundancy high on: its circuits to the Internet are its WAN. An entry"
    " is a shared risk of kind conduit or building; a radio circuit enters through no wall.",
)
def carrier_diversity(case: Case) -> Iterator[Said]:
    """Counts providers, entries and points of presence of each site."""
    accesses = _accesses(case)
    for access in accesses:
        if access.demanding or access.site.tier == 2:
            yield from _diverse(case, access, None if access.demanding else Severity.WARNING)
        elif case.requirements.availability >= THREE_NINES and len(access.circuits) < 2:
            yield _lacking(access, "backup", len(access.circuits), Severity.WARNING)
    counts = [len({said(circuit.provider) for circuit, _ in access.circuits}) for access in accesses]
    yield Measure(name="fewest providers of a site", value=min(counts), threshold=2)


def _diverse(case: Case, access: Access, severity: Severity | None) -> Iterator[Said]:
    providers = {said(circuit.provider) for circuit, _ in access.circuits}
    if len(providers) < 2:
        yield _lacking(access, "provider", len(providers), severity)
    entries = {link.id: _entries(case, link) for _, link in access.circuits}
    silent = [name for name, found in entries.items() if not found]
    if silent and len(access.circuits) > 1:
        message = f"nothing says where {', '.join(silent)} enter {access.site.name}"
        yield Gap(message=message, elements=tuple(silent))
    elif len(access.circuits) > 1 and frozenset.intersection(*entries.values()):
        yield _lacking(access, "entry", 1, severity, min(frozenset.intersection(*entries.values())))
    kinds = {circuit.kind for circuit, _ in access.circuits}
    places = [frozenset(risks_of_kind(case.network, case.network.link_index[link.id], SrlgKind.POP))
              for _, link in access.circuits]  # fmt: skip
    if len(access.circuits) > 1 and len(kinds) == 1 and frozenset.intersection(*places):
        yield _lacking(access, "point of presence", 1, severity, min(frozenset.intersection(*places)))


def _entries(case: Case, link: Link) -> frozenset[str]:
    """The entries of a circuit; one of its own for a radio."""
    if link.medium is Medium.RADIO or _radio(case, link):
        return frozenset({f"radio of {link.id}"})
    return risks_of_kind(case.network, case.network.link_index[link.id], *ENTRIES)


def _radio(case: Case, link: Link) -> bool:
    return any(one.link == link.id and one.kind is CircuitKind.LTE for one in case.design.cabling.circuits)


def _lacking(access: Access, what: str, found: int, severity: Severity | None, shared: str | None = None) -> Finding:
    links = [link.id for _, link in access.circuits]
    how = f"share the {what} {shared}" if shared else f"have {found} {what}{'' if found == 1 else 's'}; two are needed"
    return Finding(
        message=f"the {len(links)} circuits of {access.site.name} {how}",
        elements=(access.site.id, *links, *((shared,) if shared else ())),
        witness={"site": access.site.id, "lacking": what, "found": found, "shared": shared, "circuits": list(links)},
        severity=severity,
    )


def _several(case: Case) -> Access | None:
    return next((one for one in _accesses(case) if len(one.circuits) > 1 and one.demanding), None)


@carrier_diversity.mutant("buy all circuits of a site from one provider")
def one_provider(case: Case) -> Patch | None:
    """That of the first."""
    found = _several(case)
    if found is None:
        return None
    return tuple(Set("circuits", one.id, {"provider": found.circuits[0][0].provider}) for one, _ in found.circuits[1:])


@carrier_diversity.mutant("buy all circuits of a site from one provider under several names")
def one_provider_spelled(case: Case) -> Patch | None:
    """That of the first, in capitals and with a blank behind."""
    found = _several(case)
    if found is None:
        return None
    name = f"{found.circuits[0][0].provider.upper()} "
    return tuple(Set("circuits", one.id, {"provider": name}) for one, _ in found.circuits[1:])


@carrier_diversity.mutant("lead all circuits of a site through one entry")
def one_entry(case: Case) -> Patch | None:
    """That of the first, beside what else they share."""
    return _shared(case, *ENTRIES)


@carrier_diversity.mutant("end all circuits of a site in one point of presence")
def one_presence(case: Case) -> Patch | None:
    """That of the first; they are of one technology."""
    found = _several(case)
    patch = _shared(case, SrlgKind.POP)
    if found is None or patch is None:
        return None
    kind = found.circuits[0][0].kind
    return (*patch, *(Set("circuits", one.id, {"kind": kind}) for one, _ in found.circuits[1:]))


def _shared(case: Case, *kinds: SrlgKind) -> Patch | None:
    found = _several(case)
    index = case.network.link_index
    first = risks_of_kind(case.network, index[found.circuits[0][1].id], *kinds) if found else frozenset()
    if found is None or not first:
        return None
    made = []
    for _, link in found.circuits[1:]:
        own = risks_of_kind(case.network, index[link.id], *kinds)
        kept = tuple(name for name in link.srlgs if name not in own)
        made.append(Set("links", link.id, {"srlgs": (*kept, *sorted(first))}))
    return tuple(made)


@carrier_diversity.mutant("leave a site one circuit")
def one_circuit(case: Case) -> Patch | None:
    """The others are out of service."""
    found = _several(case)
    return tuple(Set("links", link.id, {"in_service": False}) for _, link in found.circuits[1:]) if found else None


@carrier_diversity.fix("bring the site's other circuits back into service")
def restored(case: Case, finding: Finding) -> Patch | None:
    """Links that circuits of the site are sold on."""
    links = case.network.by_id("links")
    sold = [one for one in case.design.cabling.circuits if one.site == finding.witness.get("site")]
    idle = [one.link for one in sold if one.link in links and not links[one.link].in_service]
    return tuple(Set("links", name, {"in_service": True}) for name in idle) or None


@carrier_diversity.fix("order every second circuit elsewhere")
def elsewhere(case: Case, finding: Finding) -> Patch | None:
    """From another provider, through another entry, from another point of presence."""
    lacking, shared, links = (finding.witness.get(key) for key in ("lacking", "shared", "circuits"))
    names = [str(name) for name in links] if isinstance(links, list) else []
    if lacking == "provider":
        first = next((one.provider for one in case.design.cabling.circuits if one.link in names), "")
        return resold(case, first, names)
    return rerouted(case, str(shared), names) if shared else None
