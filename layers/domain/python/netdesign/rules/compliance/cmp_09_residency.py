"""CMP-09: data stays in the jurisdictions where it may be, also when something fails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netdesign.analysis.facts.ends import ends_of
from netdesign.analysis.failure.residency import clear_hops, code_of, foreign_sites, jurisdictions
from netdesign.analysis.policy.scope import data_classes, scope
from netdesign.analysis.traffic.failures import failure_sets
from netdesign.model.infrastructure import ServiceInstance, ServiceKind
from netdesign.model.inventory import EndpointGroup, Site
from netdesign.model.patch import Add, Patch, Set
from netdesign.model.security import Residency
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, DataClass, Framework, Role, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.frameworks import requested
from netdesign.rules.posture import posture

KEEPS_RECORDS = (ServiceKind.LOG, ServiceKind.FLOW)
REGULATED = (DataClass.CHD, DataClass.EPHI, DataClass.PII, DataClass.CUI)


def allowed(case: Case) -> dict[DataClass, frozenset[str]]:
    """Where data of each class may be: as residencies say (all of them), or else as requested frameworks do."""
    law = case.parameters.compliance
    found: dict[DataClass, frozenset[str]] = {}
    for one in case.design.security.residencies:
        codes = frozenset(code for text in one.jurisdictions if (code := code_of(text)) is not None)
        found[one.data_class] = found.get(one.data_class, codes) & codes
    if requested(case, Framework.GDPR):
        found.setdefault(DataClass.PII, frozenset((*law.gdpr_law_jurisdictions, *law.gdpr_adequate_jurisdictions)))
    if requested(case, Framework.FEDRAMP):
        found.setdefault(DataClass.CUI, frozenset(law.federal_jurisdictions))
    return found


def _unstated(case: Case) -> list[DataClass]:
    """Regulated data that may cross a border because nothing says where it may be."""
    codes = {code for code in jurisdictions(case.network).values() if code is not None}
    return [c for c in REGULATED if len(codes) > 1 and c in data_classes(case.network) and c not in allowed(case)]


def _applies(case: Case) -> bool:
    return bool(allowed(case) or _unstated(case))


@rule(
    code="CMP-09",
    name="data-residency",
    title="Data Residency",
    category=Category.COMPLIANCE,
    severity=Severity.CRITICAL,
    applies="designs that state residencies, the GDPR, FedRAMP, and regulated data in several jurisdictions",
    applicable=_applies,
    flags="Endpoints that hold data of a class, or collectors of their logs, at a site outside the jurisdictions"
    " allowed for it; a device outside them on a shortest path of a flow that carries the data in the clear, with"
    " nothing failed or after any failure that the redundancy level has survived; such a flow in the clear to the"
    " Internet.",
    passes="All that holds the data, and all that sees it in the clear, is where it may be.",
    remedy="Move what holds the data, keep its paths inside, or encrypt its flows end to end.",
    references=("GDPR 44-46", "NIST SP 800-53 SA-9(5), AC-4", "ISO/IEC 27001 A.5.34"),
)
def data_residency(case: Case) -> Iterator[Said]:
    """Holders and collectors by their sites; flows by the places that they pass."""
    for data, codes in sorted(allowed(case).items()):
        yield from _holders(case, data, codes)
        yield from _at_providers(case, data, codes)
        yield from _paths(case, data, codes)
        yield Measure(name=f"{data}_outside", value=len(_outside(case, data, codes)), threshold=0)
    for data in _unstated(case):
        yield Gap(message=f"sites lie in several jurisdictions, and nothing says where data of class {data} may be")


def _keepers(case: Case, data: DataClass) -> list[EndpointGroup | ServiceInstance]:
    """What holds the data or records of it."""
    held = scope(case.network, data)
    groups = case.network.by_id("endpoint_groups")
    services = case.design.infrastructure.service_instances if held else ()
    return [*(groups[name] for name in held.groups), *(one for one in services if one.kind in KEEPS_RECORDS)]


def _outside(case: Case, data: DataClass, codes: frozenset[str]) -> list[EndpointGroup | ServiceInstance]:
    foreign = foreign_sites(case.network, codes)
    return [one for one in _keepers(case, data) if one.site in foreign]


def _holders(case: Case, data: DataClass, codes: frozenset[str]) -> Iterator[Said]:
    places = jurisdictions(case.network)
    for one in _outside(case, data, codes):
        yield Finding(
            message=f"{one.id} at {one.site} ({places[one.site]}) keeps data of class {data} or records of it, which"
            f" may be in {_listed(codes)}",
            elements=(one.id, one.site),
            witness={"holder": one.id, "site": one.site, "jurisdiction": places[one.site], "data_class": data.value},
        )
    unknown = {one.site for one in _keepers(case, data) if places.get(one.site) is None}
    for site in sorted(unknown):
        yield Gap(message=f"the jurisdiction of a site that keeps data of class {data} is unknown", elements=(site,))


def _at_providers(case: Case, data: DataClass, codes: frozenset[str]) -> Iterator[Said]:
    """Networks at cloud providers whose zone holds the data."""
    zones = set(scope(case.network, data).zones)
    for one in case.design.cloud.cloud_networks:
        code = code_of(one.jurisdiction)
        if one.zone not in zones:
            continue
        if code is None:
            yield Gap(message=f"the jurisdiction of a network with data of class {data} is unknown", elements=(one.id,))
        elif code not in codes:
            yield Finding(
                message=f"{one.id} in {one.region} ({code}) holds data of class {data},"
                f" which may be in {_listed(codes)}",
                elements=(one.id,),
                witness={"holder": one.id, "jurisdiction": code, "data_class": data.value},
            )


def _paths(case: Case, data: DataClass, codes: frozenset[str]) -> Iterator[Finding]:
    network = case.network
    bits, sites = posture(case).crypto_bits, foreign_sites(network, codes)
    failures = failure_sets(network, case.parameters, case.requirements.redundancy) if sites else ()
    for name in scope(network, data).flows:
        flow = network.by_id("flows")[name]
        if not flow.encrypted and any(end.site is None for end in ends_of(network, (*flow.sources, *flow.targets))):
            yield Finding(
                message=f"flow {name} takes data of class {data} to the Internet in the clear, past any border",
                elements=(name,),
                witness={"flow": name, "data_class": data.value},
            )
        for hop in clear_hops(network, flow, sites, bits, failures):
            when = f" once {hop.failed} has failed" if hop.failed else ""
            yield Finding(
                message=f"flow {name} passes {hop.device} at {hop.site} ({jurisdictions(network)[hop.site]}) in the"
                f" clear{when}; its data of class {data} may be in {_listed(codes)}",
                elements=(name, hop.device, hop.site),
                witness={"flow": name, "device": hop.device, "site": hop.site, "failed": hop.failed or None},
            )


def _listed(codes: frozenset[str]) -> str:
    names = sorted(codes)
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _restricted(case: Case) -> tuple[DataClass, Patch]:
    """A class with a residency, and the change that states one (empty where there is one)."""
    if allowed(case):
        return min(allowed(case)), ()
    here = tuple(sorted({code for code in jurisdictions(case.network).values() if code is not None}))
    return DataClass.PII, (Add("residencies", Residency(id="kept-here", data_class=DataClass.PII, jurisdictions=here)),)


def _abroad(case: Case, data: DataClass) -> Site | None:
    """A site where the data may not be."""
    sites = case.design.inventory.sites
    banned = [code for code in ("AQ", "BV") if code not in allowed(case).get(data, ())]
    return replace(sites[0], id="abroad", name="abroad", jurisdiction=banned[0]) if sites and banned else None


@data_residency.mutant("copy a store of the data to another country")
def copy_abroad(case: Case) -> Patch | None:
    """The first group; where nothing says where data may be, a residency does."""
    data, patch = _restricted(case)
    site, groups = _abroad(case, data), case.design.inventory.endpoint_groups
    if site is None or not groups:
        return None
    copy = replace(groups[0], id="copy-abroad", site=site.id, data_classes=(data,))
    return (*patch, Add("sites", site), Add("endpoint_groups", copy))


@data_residency.mutant("let a circuit that carries the data in the clear end in another country")
def land_abroad(case: Case) -> Patch | None:
    """The providers of the first flow that goes to any; where nothing says where data may be, a residency does."""
    data, patch = _restricted(case)
    site = _abroad(case, data)
    providers = {case.network.devices[place].id for place in case.network.with_role(Role.PROVIDER).tolist()}
    for flow in case.design.traffic.flows:
        there = sorted(providers.intersection((*flow.sources, *flow.targets)))
        if there and site is not None:
            clear = Set("flows", flow.id, {"encrypted": False, "data_class": data})
            return (*patch, Add("sites", site), clear, *(Set("devices", name, {"site": site.id}) for name in there))
    return None


@data_residency.mutant("run networks at a provider where their data may not be")
def network_abroad(case: Case) -> Patch | None:
    """The first network whose zone holds data with a place moves under another law."""
    for data, codes in sorted(allowed(case).items()):
        zones = set(scope(case.network, data).zones)
        abroad = next((code for code in ("US", "DE", "JP") if code not in codes), None)
        for one in case.design.cloud.cloud_networks if abroad is not None else ():
            if one.zone in zones:
                return (Set("cloud_networks", one.id, {"jurisdiction": abroad}),)
    return None
