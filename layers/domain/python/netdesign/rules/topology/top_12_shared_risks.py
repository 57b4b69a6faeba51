"""TOP-12: disjoint paths do not share a conduit, a point of presence, a provider or a power feed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from netdesign.analysis.facts.tiers import fabrics
from netdesign.analysis.failure.redundancy import disjoint_paths, weakest_links
from netdesign.analysis.failure.shared_risks import POWER, PROVIDER, Parting, circuit_places, partings, shared_risks
from netdesign.model.cabling import Srlg, SrlgKind
from netdesign.model.patch import Add, Patch, Set
from netdesign.model.verdict import Finding, Gap, Measure, Witness
from netdesign.model.vocabulary import Category, Redundancy, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.diversity import refed, rerouted, resold

SHOWN = 10
TRIAL = "one-trench"


def _applies(case: Case) -> bool:
    return case.requirements.redundancy.at_least(Redundancy.MEDIUM) and bool(disjoint_paths(case.network, 2))


@rule(
    code="TOP-12",
    name="shared-risk-diversity",
    title="SRLG / conduit diversity",
    category=Category.TOPOLOGY,
    severity=Severity.ERROR,
    applies="redundancy medium and above, where there are switches",
    applicable=_applies,
    flags="Ends that have several paths, all of which one shared risk takes away: a conduit, a building entry, a point"
    " of presence, a line card, one provider, or one power feed of the site.",
    passes="No single shared risk parts two ends that have disjoint paths.",
    remedy="Lead one of the paths through another conduit, provider or line card, or feed one device from elsewhere.",
    references=("NIST SP 800-53 CP-8(3), PE-9(1)", "RFC 4202 §2.3 (shared risk link groups)"),
    reading="Ends with one path alone are the matter of TOP-02, one firewall alone is that of TOP-01. Beside the"
    " shared risks that links name, circuits of one provider and devices that hang on one and the same feed alone fail"
    " together. A circuit or a link between buildings that names no risk beside others leaves it open.",
)
def shared_risk_diversity(case: Case) -> Iterator[Said]:
    """Takes each risk away in thought and looks which pairs fall apart."""
    severity = None if case.requirements.redundancy.at_least(Redundancy.HIGH) else Severity.WARNING
    found = partings(case.network)
    for parting in found:
        yield _finding(case, parting, severity)
    yield from _unknown(case)
    yield Measure(name="pairs that one shared risk parts", value=len(found), threshold=0)
    yield Measure(name="shared risks tried", value=len(shared_risks(case.network)))


def _finding(case: Case, parting: Parting, severity: Severity | None) -> Finding:
    network, (risk, pair, lost) = case.network, parting
    names = [network.devices[place].id for place in lost]
    targets = [network.devices[place].id for place in pair.targets]
    members = [network.links[n].id for n in risk.links] + [network.devices[n].id for n in risk.devices]
    witness: Witness = {
        "risk": risk.name,
        "kind": risk.kind,
        "pair": pair.kind.value,
        "lost": list(names[:SHOWN]),
        "targets": list(targets[:SHOWN]),
        "members": list(members[:SHOWN]),
    }
    return Finding(
        message=f"all paths from {names[0]} to {', '.join(targets[:3])} share the {risk.kind.replace('_', ' ')}"
        f" {risk.name}: {', '.join(members[:4])} fail together",
        elements=(*((risk.name,) if risk.kind not in (PROVIDER, POWER) else ()), *names[:SHOWN]),
        witness=witness,
        severity=severity,
    )


def _unknown(case: Case) -> Iterator[Gap]:
    network = case.network
    silent = [network.links[n].id for places in circuit_places(network).values() if len(places) > 1 for n in places
              if not network.links[n].srlgs]  # fmt: skip
    apart = np.fromiter((link.between_buildings for link in network.links), np.bool_, len(network.links))
    silent += [network.links[n].id for n in np.flatnonzero(apart & network.usable_links) if not network.links[n].srlgs]
    if silent:
        yield Gap(
            message=f"nothing says through which conduit {', '.join(silent[:3])} run ({len(silent)} in all)",
            elements=tuple(silent[:SHOWN]),
        )


@shared_risk_diversity.mutant("lead all links of a switch through one trench")
def one_trench(case: Case) -> Patch | None:
    """The smallest set of links that parts a pair gets a new conduit in common."""
    for found in disjoint_paths(case.network, 2) if _applies(case) else ():
        cut = weakest_links(case.network, found.pair) if found.edges > 1 else ()
        if len(cut) > 1:
            return _together(case, cut, SrlgKind.CONDUIT)
    return None


def _together(case: Case, links: tuple[str, ...], kind: SrlgKind) -> Patch:
    known = case.network.by_id("links")
    srlg = Srlg(id=TRIAL, kind=kind, name="one for all")
    return (Add("srlgs", srlg), *(Set("links", n, {"srlgs": (*known[n].srlgs, TRIAL)}) for n in links))


@shared_risk_diversity.mutant("give all circuits of a site the last mile of the first")
def one_last_mile(case: Case) -> Patch | None:
    """They name the shared risks of the first."""
    for places in circuit_places(case.network).values() if _applies(case) else ():
        links = [case.network.links[place] for place in places]
        if len(links) > 1 and links[0].srlgs:
            return tuple(Set("links", link.id, {"srlgs": links[0].srlgs}) for link in links[1:])
    return None


@shared_risk_diversity.mutant("buy all circuits from one provider")
def one_provider(case: Case) -> Patch | None:
    """That of the first."""
    circuits = case.design.cabling.circuits
    if not _applies(case) or len(circuits) < 2:
        return None
    return tuple(Set("circuits", one.id, {"provider": circuits[0].provider}) for one in circuits[1:])


@shared_risk_diversity.mutant("hang the whole top tier on one power feed")
def one_feed(case: Case) -> Patch | None:
    """Feed A alone."""
    for fabric in fabrics(case.network) if _applies(case) else ():
        if len(fabric.tiers) > 1 and len(fabric.top) > 1:
            return tuple(Set("devices", case.network.devices[n].id, {"power_feeds": ("A",)}) for n in fabric.top)
    return None


@shared_risk_diversity.mutant("put the links of a pair on one line card")
def one_card(case: Case) -> Patch | None:
    """The links of the last pair that has several."""
    for found in reversed(disjoint_paths(case.network, 2)) if _applies(case) else ():
        cut = weakest_links(case.network, found.pair) if found.edges > 1 else ()
        if len(cut) > 1:
            return _together(case, cut, SrlgKind.LINECARD)
    return None


@shared_risk_diversity.fix("lead every second link another way")
def diverse_route(case: Case, finding: Finding) -> Patch | None:
    """Through another conduit, over another card, from another provider."""
    risk, kind = str(finding.witness.get("risk")), finding.witness.get("kind")
    for found in shared_risks(case.network):
        if (found.name, found.kind) == (risk, kind):
            links = [case.network.links[n].id for n in found.links]
            return resold(case, risk, links) if kind == PROVIDER else rerouted(case, risk, links)
    return None


@shared_risk_diversity.fix("feed every second device from elsewhere")
def other_feed(case: Case, finding: Finding) -> Patch | None:
    """Those of the pair's far end that hang on the feed."""
    known, targets = case.network.by_id("devices"), finding.witness.get("targets")
    names = targets if finding.witness.get("kind") == POWER and isinstance(targets, list) else []
    hung = [known[str(n)] for n in names if str(n) in known and finding.witness["risk"] in known[str(n)].power_feeds]
    patches = [refed(case, device) for device in hung[1:] or hung]
    return tuple(operation for patch in patches if patch for operation in patch) or None
