"""CMP-21: what was drawn of the design is what the design says, and every flow of regulated data can be drawn."""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.analysis.facts.ends import ends_of, unknown_ends
from netdesign.analysis.policy.scope import scope
from netdesign.model.cabling import PortRef
from netdesign.model.governance import Approval, PublishedDocument, State
from netdesign.model.patch import Patch, Set, SetGovernance
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, DataClass, LinkPurpose, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

REGULATED = (DataClass.CHD, DataClass.EPHI, DataClass.PII, DataClass.CUI)
SHOWN = 10


@rule(
    code="CMP-21",
    name="documents-in-step",
    title="Diagram & data-flow documentation sync",
    category=Category.COMPLIANCE,
    severity=Severity.ERROR,
    flags="A published document that was made from other facts than the design's; a submitted or approved design"
    " without any; a flow of regulated data with an end that is nowhere; a link, circuit, wireless network, cloud"
    " connection or remote access that leads to something which is not in the design, so that no diagram can show it.",
    passes="Every published document is of this very design, and its diagrams and data-flow map are complete.",
    remedy="Publish the documents again; put both ends of every connection and flow into the design.",
    references=("PCI DSS 1.2.3, 1.2.4", "CIS 12.4", "NIST SP 800-53 PL-8", "GDPR 30"),
    reading="Diagrams and the data-flow map are drawn from the facts whenever they are asked for, so that only"
    " published copies can be stale; drafts need none. A copy is of this design when its digest is that of the facts,"
    " governance aside.",
)
def documents_in_step(case: Case) -> Iterator[Said]:
    """Digests of documents; ends of flows and connections."""
    documents = case.design.governance.documents
    yield from _documents(case, documents)
    flows = scope(case.network, *REGULATED).flows
    drawn = 0
    for name in flows:
        lost = _lost_ends(case, name)
        drawn += not lost
        if lost:
            yield Finding(
                message=f"the flow of regulated data {name} cannot be drawn: {', '.join(lost)}",
                elements=(name,),
                witness={"flow": name, "ends": [*lost]},
            )
    for kind, name, end in _loose(case):
        yield Finding(
            message=f"{kind} {name} leads to {end}, which is not in the design",
            elements=(name,),
            witness={"kind": kind, "connection": name, "end": end},
        )
    yield Measure(name="published_documents", value=len(documents))
    yield Measure(name="flows_of_regulated_data_drawn", value=drawn, threshold=len(flows))


def _digest(case: Case) -> str:
    from netdesign.model.canonical import design_digest  # pydantic is loaded only where something is published

    return case.network.memo("design_digest", lambda: design_digest(case.design))


def _documents(case: Case, documents: tuple[PublishedDocument, ...]) -> Iterator[Finding]:
    state = case.design.governance.state
    if state in (State.SUBMITTED, State.APPROVED) and not documents:
        yield Finding(
            message=f"the design is {state}, but nothing was published that shows it",
            witness={"state": state.value, "documents": 0},
        )
    for one in documents:
        if one.digest != _digest(case):
            yield Finding(
                message=f"{one.name} was made from other facts than the design's",
                witness={"document": one.name, "made_from": one.digest, "design": _digest(case)},
            )


def _lost_ends(case: Case, name: str) -> tuple[str, ...]:
    """Why a flow has no place on a map: ends that are unknown, or that no device holds."""
    flow = case.network.by_id("flows")[name]
    unknown = unknown_ends(case.network, (*flow.sources, *flow.targets))
    if unknown:
        return tuple(f"{end} is unknown" for end in unknown[:SHOWN])
    found = []
    for word, names in (("sources", flow.sources), ("targets", flow.targets)):
        if not any(end.spread.nodes.size for end in ends_of(case.network, names)):
            found.append(f"its {word} hang off no device")
    return tuple(found)


def _loose(case: Case) -> Iterator[tuple[str, str, str]]:
    """Connections with an end that is not there: what each is, its id, and the end's id."""
    devices, links = case.network.device_index, case.network.link_index
    for link in case.network.links:
        for end in (link.a, link.b):
            if end.device not in devices:
                yield "link", link.id, end.device
    for circuit in case.design.cabling.circuits:
        if circuit.link not in links:
            yield "circuit", circuit.id, circuit.link
    yield from _loose_access(case)


def _loose_access(case: Case) -> Iterator[tuple[str, str, str]]:
    devices, vlans, zones = case.network.device_index, case.network.by_id("vlans"), case.network.by_id("zones")
    for one in case.design.security.wireless_networks:
        for name in (*(v for v in one.vlans if v not in vlans), *(z for z in (one.zone,) if z not in zones)):
            yield "wireless network", one.id, name
    for access in case.design.security.remote_accesses:
        for name in (*(d for d in access.heads if d not in devices), *(z for z in (access.zone,) if z not in zones)):
            yield "remote access", access.id, name
    hubs = case.network.by_id("cloud_hubs")
    for way in case.design.cloud.cloud_connections:
        for name in (*(d for d in (way.device,) if d and d not in devices), *(h for h in (way.hub,) if h not in hubs)):
            yield "cloud connection", way.id, name


@documents_in_step.mutant("change the design after its diagram was published")
def change_afterwards(case: Case) -> Patch | None:
    """As seen from the diagram: its digest is another's, beside what is published."""
    stale = PublishedDocument(name="diagram", digest="f" * 64)
    return (SetGovernance({"documents": (*case.design.governance.documents, stale)}),)


@documents_in_step.mutant("approve a design that nothing shows")
def approve_unseen(case: Case) -> Patch | None:
    """Without documents."""
    held = case.design.governance
    approval = Approval(approver=f"not {held.author}", digest=_digest(case))
    return (SetGovernance({"state": State.APPROVED, "approval": approval, "documents": ()}),)


@documents_in_step.mutant("let a flow of regulated data end nowhere")
def end_nowhere(case: Case) -> Patch | None:
    """The first flow of any data."""
    flows = case.design.traffic.flows
    change = {"targets": ("nowhere",), "data_class": DataClass.PII}
    return (Set("flows", flows[0].id, change),) if flows else None


@documents_in_step.mutant("connect something that is not in the design")
def connect_unknown(case: Case) -> Patch | None:
    """By the first link that serves management or heartbeats, or else any."""
    links = sorted(case.network.links, key=lambda link: link.purpose is not LinkPurpose.MANAGEMENT)
    return (Set("links", links[0].id, {"b": PortRef(device="nowhere", port="1")}),) if links else None
