"""Which zones the requirements call for, how far each is trusted, and what data each holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from netdesign.model.resolved import Population, ResolvedFlow, ResolvedRequirements
from netdesign.model.security import Zone
from netdesign.model.vocabulary import DataClass, Exposure, Framework

INTERNET: Final = "internet"
PARTNER: Final = "partner"
GUEST: Final = "guest"
IOT: Final = "iot"
DMZ: Final = "dmz"
WAN: Final = "wan"
USER: Final = "user"
VOICE: Final = "voice"
SERVER: Final = "server"
STORAGE: Final = "storage"
TEST: Final = "test"
CLOUD: Final = "cloud"
PREMISES: Final = "premises"
DATABASE: Final = "database"
MANAGEMENT: Final = "management"

RESTRICTED_DATA: Final = frozenset({DataClass.CHD, DataClass.EPHI, DataClass.PII, DataClass.CUI})
"""Classes whose stores get a zone of their own."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What is the same for a zone in every design: its name, exposure, and the parameter that holds its trust."""

    name: str
    exposure: Exposure
    trust: str


KINDS: Final[Mapping[str, Kind]] = {
    INTERNET: Kind("Internet", Exposure.INTERNET, "internet"),
    GUEST: Kind("Guests", Exposure.INTERNAL, "guest"),
    PARTNER: Kind("Partners", Exposure.PARTNER, "partner"),
    IOT: Kind("Devices", Exposure.INTERNAL, "iot"),
    DMZ: Kind("Published services", Exposure.DMZ, "dmz"),
    WAN: Kind("Wide-area network", Exposure.INTERNAL, "wan"),
    TEST: Kind("Tests", Exposure.INTERNAL, "test"),
    USER: Kind("Users", Exposure.INTERNAL, "users"),
    VOICE: Kind("Voice", Exposure.INTERNAL, "voice"),
    PREMISES: Kind("Premises, seen from a cloud provider", Exposure.INTERNAL, "users"),
    CLOUD: Kind("Networks at a cloud provider", Exposure.INTERNAL, "cloud"),
    SERVER: Kind("Servers", Exposure.INTERNAL, "servers"),
    STORAGE: Kind("Storage", Exposure.INTERNAL, "servers"),
    DATABASE: Kind("Restricted data", Exposure.RESTRICTED, "restricted"),
    MANAGEMENT: Kind("Management", Exposure.MANAGEMENT, "management"),
}
POPULATION_ZONES: Final[Mapping[str, str]] = {
    Population.USERS: USER,
    Population.GUEST: GUEST,
    Population.VOICE: VOICE,
    Population.IOT: IOT,
    Population.SERVERS: SERVER,
    Population.STORAGE: STORAGE,
    Population.DMZ: DMZ,
    Population.MANAGEMENT: MANAGEMENT,
    Population.REMOTE_USERS: INTERNET,
    Population.PARTNER: PARTNER,
    Population.INTERNET: INTERNET,
    Population.CLOUD: CLOUD,
}
_FRAMEWORK_DATA: Final = {Framework.PCI_DSS: DataClass.CHD, Framework.HIPAA: DataClass.EPHI}


def restricted_data(requirements: ResolvedRequirements) -> frozenset[DataClass]:
    """Data classes that need a restricted zone: those named, those that flow, and those a framework is about."""
    implied = {_FRAMEWORK_DATA[ref.framework] for ref in requirements.frameworks if ref.framework in _FRAMEWORK_DATA}
    flowing = {flow.data_class for flow in requirements.flows}
    return RESTRICTED_DATA & (implied | flowing | set(requirements.data_classes))


def keeps_card_data(requirements: ResolvedRequirements) -> bool:
    """Whether PCI DSS is asked for, which then rules what comes near card data."""
    return Framework.PCI_DSS in _names(requirements)


def restricted_ends(requirements: ResolvedRequirements) -> frozenset[str]:
    """Populations that store restricted data: servers or storage where there are any, or else devices (terminals)."""
    if not restricted_data(requirements):
        return frozenset()
    flowing = [flow for flow in requirements.flows if flow.data_class in RESTRICTED_DATA]
    ends = {end for flow in flowing for end in (flow.source, flow.target)}
    stores = ends & {Population.SERVERS, Population.STORAGE}
    if not stores and requirements.servers.count:
        stores = {Population.SERVERS}
    terminals = ends & {Population.IOT} if not stores or keeps_card_data(requirements) else set()
    return frozenset(stores | terminals) or frozenset({Population.IOT})


def _names(requirements: ResolvedRequirements) -> set[Framework]:
    return {ref.framework for ref in requirements.frameworks}


def zone_names(requirements: ResolvedRequirements) -> tuple[str, ...]:
    """Zones that flows, populations and published services call for, in order of trust; management is always one."""
    ends = {end for flow in requirements.flows for end in (flow.source, flow.target)}
    wanted = {POPULATION_ZONES[end] for end in ends if end in POPULATION_ZONES}
    wanted |= {INTERNET, MANAGEMENT}
    for zone, present in (
        (USER, requirements.users),
        (VOICE, requirements.voice),
        (SERVER, requirements.servers.count),
        (DMZ, requirements.internet_facing or requirements.remote_users),
        (IOT, any(site.endpoints for site in requirements.sites)),
        (DATABASE, restricted_data(requirements)),
    ):
        if present:
            wanted.add(zone)
    return tuple(zone for zone in KINDS if zone in wanted)


def make_zones(names: Iterable[str], requirements: ResolvedRequirements, trust: Mapping[str, int]) -> tuple[Zone, ...]:
    """The zone facts; `trust` gives the trust of each kind of zone (a policy parameter)."""
    return tuple(
        Zone(
            id=name,
            name=KINDS[name].name,
            trust=trust[KINDS[name].trust],
            exposure=KINDS[name].exposure,
            data_classes=zone_data(name, requirements),
        )
        for name in names
    )


def zone_data(zone: str, requirements: ResolvedRequirements) -> tuple[DataClass, ...]:
    """Data classes held in a zone: restricted ones in the restricted zone alone, others where their flows end."""
    if zone == DATABASE:
        return tuple(sorted(restricted_data(requirements)))
    found = {
        flow.data_class
        for flow in requirements.flows
        if zone in {POPULATION_ZONES.get(end) for end in (flow.source, flow.target)}
    }
    return tuple(sorted(found - RESTRICTED_DATA))


def end_zone(end: str, flow: ResolvedFlow, requirements: ResolvedRequirements) -> str:
    """The zone in which an end of a flow lies; ends of restricted data lie in the restricted zone."""
    if flow.data_class in RESTRICTED_DATA and end in restricted_ends(requirements):
        return DATABASE
    return POPULATION_ZONES.get(end, USER)
