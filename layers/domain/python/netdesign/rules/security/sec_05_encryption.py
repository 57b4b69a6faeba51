"""SEC-05: what leaves the premises is encrypted on every way that it may take."""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.analysis.policy.encryption import (
    building_links,
    clear_links,
    exposed_links,
    flow_sites,
    protects,
)
from netdesign.analysis.policy.scope import scope
from netdesign.analysis.security.modules import Use, uncertified
from netdesign.model.patch import Patch, Set
from netdesign.model.traffic import Flow
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, DataClass, Framework, Severity
from netdesign.rules.breaches import clear_flow
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.posture import posture

SHOWN = 10
REGULATED = {
    Framework.PCI_DSS: DataClass.CHD,
    Framework.HIPAA: DataClass.EPHI,
    Framework.GDPR: DataClass.PII,
    Framework.FEDRAMP: DataClass.CUI,
}


def _floor(case: Case) -> int:
    return posture(case).crypto_bits


def _regulated(case: Case) -> frozenset[DataClass]:
    """The data classes that requested frameworks have encrypted at every level."""
    return frozenset(REGULATED[r.framework] for r in case.requirements.frameworks if r.framework in REGULATED)


def _leased(case: Case) -> str:
    """Which flows leave the premises encrypted: the level's word, and sensitive ones where the client asks."""
    word = posture(case).encrypt_leased
    return "sensitive" if word == "none" and case.requirements.requires_encryption else word


def _covered(case: Case, flow: Flow, word: str) -> bool:
    """Whether a flow has to be encrypted. `all` is about flows between our sites; others' servers may not offer it."""
    if word == "all" and all(flow_sites(case.network, flow.id)):
        return flow.data_class is not DataClass.PUBLIC
    return flow.data_class in _regulated(case) or (word != "none" and flow.data_class.sensitive)


def _flows(case: Case) -> list[Flow]:
    """Covered flows that may leave the premises."""
    word = _leased(case)
    flows = case.design.traffic.flows
    return [flow for flow in flows if _covered(case, flow, word) and exposed_links(case.network, flow.id)]


def _at_providers(case: Case) -> Iterator[Finding]:
    """Covered flows over connections between premises and a cloud provider that nothing encrypts."""
    word, ways = _leased(case), case.network.by_id("cloud_connections")
    for flow in case.design.cloud.cloud_flows:
        asked = (
            flow.data_class is not DataClass.PUBLIC if word == "all" else word != "none" and flow.data_class.sensitive
        )
        if flow.encrypted or not (asked or flow.data_class in _regulated(case)):
            continue
        crossed = [ways[end] for end in (*flow.sources, *flow.targets) if end in ways]
        clear = [way.id for way in crossed if not protects(case.network, way.crypto, _floor(case))]
        if clear:
            yield Finding(
                message=f"flow {flow.id} ({flow.data_class}) crosses to the provider in the clear by"
                f" {', '.join(clear[:SHOWN])}",
                elements=(flow.id, *clear[:SHOWN]),
                witness={"flow": flow.id, "data_class": flow.data_class.value, "links": [*clear[:SHOWN]]},
            )


def _applies(case: Case) -> bool:
    level = posture(case)
    regulated = scope(case.network, *sorted(_regulated(case))).flows
    return _leased(case) != "none" or level.encrypt_owned != "none" or bool(regulated)


@rule(
    code="SEC-05",
    name="encryption-in-transit",
    title="Encryption in Transit",
    category=Category.SECURITY,
    severity=Severity.CRITICAL,
    applies="levels that ask for encryption, requirements that do, and regulated data of requested frameworks",
    applicable=_applies,
    flags="A covered flow that may take a leased or public link, also one that only a failure makes it take, where"
    " neither the application, nor the link, nor a tunnel to the other site encrypts it up to the level's floor; a"
    " link of our own between buildings in the clear where the level has those encrypted.",
    passes="Every covered flow is encrypted on every link outside the premises that it may take.",
    remedy="Encrypt the link (MACsec), the path between the sites (IPsec) or the application (TLS).",
    references=("PCI DSS 4.2.1", "45 CFR 164.312(e)", "NIST SP 800-53 SC-8(1)", "ISO 27001 A.8.24", "GDPR 32(1)(a)"),
    reading="Whether the modules that encrypt are validated is asked by SEC-28 alone, so that one missing certificate"
    " leaves one rule undecided; how many types of device have none is measured here.",
)
def encryption_in_transit(case: Case) -> Iterator[Said]:
    """All circuits at the ends of a flow count as ways, for any may be left when others fail."""
    flows = _flows(case)
    for flow in flows:
        links = [case.network.links[at].id for at in clear_links(case.network, flow, _floor(case))]
        if links:
            yield Finding(
                message=f"flow {flow.id} ({flow.data_class}) may leave in the clear by {', '.join(links[:SHOWN])}",
                elements=(flow.id, *links[:SHOWN]),
                witness={"flow": flow.id, "data_class": flow.data_class.value, "links": [*links[:SHOWN]]},
            )
    yield from _at_providers(case)
    clear = _clear_between_buildings(case)
    for name in clear:
        yield Finding(
            message=f"link {name} between buildings is not encrypted",
            elements=(name,),
            witness={"link": name},
        )
    if posture(case).fips_module:
        yield Measure(
            name="types_that_encrypt_without_a_known_certificate", value=len(uncertified(case.network, Use.CARRIAGE))
        )
    yield Measure(name="covered_flows_that_leave", value=len(flows))
    yield Measure(name="links_between_buildings_in_the_clear", value=len(clear), threshold=0)


def _clear_between_buildings(case: Case) -> list[str]:
    if not _wanted_inside(case):
        return []
    links = [case.network.links[at] for at in building_links(case.network)]
    return [link.id for link in links if not protects(case.network, link.crypto, _floor(case))]


def _wanted_inside(case: Case) -> bool:
    """Whether the level has links between buildings encrypted for some flow in the clear."""
    word = posture(case).encrypt_owned
    return word != "none" and any(_inside(case, flow, word) for flow in case.design.traffic.flows)


def _inside(case: Case, flow: Flow, word: str) -> bool:
    """Whether a covered flow in the clear has an end at one of our sites."""
    near, far = flow_sites(case.network, flow.id)
    return not flow.encrypted and _covered(case, flow, word) and bool(near or far)


@encryption_in_transit.mutant("send a covered flow in the clear")
def send_in_the_clear(case: Case) -> Patch | None:
    """The application stops encrypting, and so do links and tunnels."""
    flows = _flows(case)
    return clear_flow(case, flows[0].id) if flows else None


@encryption_in_transit.mutant("take the encryption off the connections to a cloud provider")
def clear_connections(case: Case) -> Patch | None:
    """And off a covered flow over one of them."""
    word, ways = _leased(case), case.network.by_id("cloud_connections")
    for flow in case.design.cloud.cloud_flows:
        crossed = [ways[end] for end in (*flow.sources, *flow.targets) if end in ways]
        asked = (
            flow.data_class is not DataClass.PUBLIC if word == "all" else word != "none" and flow.data_class.sensitive
        )
        if crossed and (asked or flow.data_class in _regulated(case)):
            bare = (Set("cloud_connections", way.id, {"crypto": None}) for way in crossed)
            return (Set("cloud_flows", flow.id, {"encrypted": False}), *bare)
    return None


@encryption_in_transit.mutant("let a flow that leaves carry regulated data in the clear")
def carry_regulated_data(case: Case) -> Patch | None:
    """Any flow over a circuit; where encryption is a matter of frameworks, with the data that they regulate."""
    data = min(_regulated(case), default=DataClass.CONFIDENTIAL)
    for flow in case.design.traffic.flows:
        if exposed_links(case.network, flow.id):
            return clear_flow(case, flow.id, data_class=data)
    return None
