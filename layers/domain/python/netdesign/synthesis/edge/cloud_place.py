"""At which provider, in which regions and in how many availability zones: by names, law, distance, availability."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, log

from netdesign.analysis.facts.distances import ground_km
from netdesign.catalog.cloud_prices import CloudPrices, cloud_prices, prices_of
from netdesign.catalog.cloud_quotas import CloudQuotas, quotas_of
from netdesign.catalog.cloud_regions import CloudProvider, CloudRegion, cloud_providers
from netdesign.catalog.parameters import Parameters
from netdesign.errors import InfeasibleError
from netdesign.model.conflict import Conflict, Relaxation
from netdesign.model.resolved import Basis, ResolvedRequirements
from netdesign.model.vocabulary import Framework, NetworkType, Redundancy

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CloudPlace:
    """The provider with what is on record of it, the regions in order of preference, and zones in each."""

    provider: CloudProvider
    quotas: CloudQuotas
    prices: CloudPrices
    regions: tuple[CloudRegion, ...]
    zones: int
    law: frozenset[str]
    """Jurisdictions that regulated data may be in; empty where nothing says."""


def choose_place(requirements: ResolvedRequirements, parameters: Parameters) -> CloudPlace:
    """The place of the networks; raises `InfeasibleError` where no region on record is allowed or near enough."""
    provider = _provider(requirements)
    quotas, prices = quotas_of(provider.id), prices_of(provider.id)
    assert quotas is not None and prices is not None  # noqa: S101, PT018 - `_provider` saw to it
    law = allowed_law(requirements, parameters)
    zones, count = _extent(requirements, parameters, provider)
    there = _admitted(requirements, provider, law, zones)
    if len(there) < count:
        raise InfeasibleError((_no_region(requirements, provider, law, there, count),))
    near = parameters.compliance.separation_metro_km
    first = min(there, key=lambda region: _rank(requirements, provider, region))
    apart = [one for one in there if region_km(first.latitude, first.longitude, one) >= near]
    if len(apart) < count - 1:
        raise InfeasibleError((_no_region(requirements, provider, law, [first, *apart], count),))
    others = sorted(apart, key=lambda one: (region_km(first.latitude, first.longitude, one), one.id))
    return CloudPlace(provider, quotas, prices, (first, *others[: count - 1]), zones, law)


def _provider(requirements: ResolvedRequirements) -> CloudProvider:
    """The provider that the technologies name, or else the first that is described."""
    words = [f" {''.join(c if c.isalnum() else ' ' for c in text.lower())} " for text in requirements.technology_stack]
    known = cloud_providers().values()
    named = [one for one in known if any(f" {name} " in text for name in one.names for text in words)]
    able = [one for one in (named or known) if one.described and quotas_of(one.id) and one.id in cloud_prices()]
    if able:
        return able[0]
    asked = named[0]
    usable = [one.id for one in known if one.described]
    raise InfeasibleError(
        (
            Conflict(
                code="cloud-provider-not-on-record",
                requirements=("technology_stack", "network_type"),
                statement=f"Regions, quotas and prices of {asked.id} are not on record, so that nothing can be sized.",
                numbers=(("asked", asked.id), ("on record", ", ".join(usable))),
                relaxations=tuple(
                    Relaxation(
                        field="technology_stack",
                        from_value=f"[{', '.join(requirements.technology_stack)}]",
                        to_value=f"[{name}]",
                        statement=f"build at {name}",
                        cost="another provider's contract and services",
                    )
                    for name in usable
                ),
            ),
        )
    )


def allowed_law(requirements: ResolvedRequirements, parameters: Parameters) -> frozenset[str]:
    """Jurisdictions that sensitive data may be in: of the sites, and where the GDPR is law all that share it."""
    compliance = parameters.compliance
    if not any(data.sensitive for data in requirements.data_classes):
        return frozenset()
    if any(ref.framework is Framework.FEDRAMP for ref in requirements.frameworks):
        return frozenset(compliance.federal_jurisdictions)
    stated = {site.jurisdiction for site in requirements.sites} - {UNKNOWN}
    shared = frozenset(compliance.gdpr_law_jurisdictions)
    if stated & shared or (not stated and any(r.framework is Framework.GDPR for r in requirements.frameworks)):
        return frozenset(stated) | shared
    return frozenset(stated)


def _extent(requirements: ResolvedRequirements, parameters: Parameters, provider: CloudProvider) -> tuple[int, int]:
    """(availability zones, regions) that the availability and the redundancy need."""
    alone, several = provider.zone_availability or 0.0, provider.region_availability or 0.0
    wanted, level = requirements.availability, requirements.redundancy
    least = parameters.redundancy[level].distinct_sites
    few = 1 if wanted <= alone and level is Redundancy.NONE else 2
    zones = 3 if level.at_least(Redundancy.MEDIUM) else few
    if wanted <= (alone if zones == 1 else several):
        return zones, least
    if wanted >= 1:
        return zones, 99
    return max(2, zones), max(least, ceil(log(1 - wanted) / log(1 - several) - 1e-9))


def _admitted(
    requirements: ResolvedRequirements, provider: CloudProvider, law: frozenset[str], zones: int
) -> list[CloudRegion]:
    """Regions with enough zones under a law that allows the data; those for governments only where one is served."""
    federal = any(ref.framework is Framework.FEDRAMP for ref in requirements.frameworks)
    return [
        region
        for region in provider.regions
        if region.zones >= zones and region.government == federal and (not law or region.jurisdiction in law)
    ]


def _rank(requirements: ResolvedRequirements, provider: CloudProvider, region: CloudRegion) -> tuple[float, int, str]:
    """Nearer to where people and servers are comes first; without coordinates, the law that most sites share."""
    placed = [site for site in requirements.sites if site.latitude is not None and site.longitude is not None]
    if placed:
        weights = [site.users + site.servers + 1 for site in placed]
        lengths = [region_km(site.latitude, site.longitude, region) for site in placed]
        mean = sum(w * km for w, km in zip(weights, lengths, strict=True)) / sum(weights)
        return mean, 0, region.id
    alike = sum(1 for site in requirements.sites if site.jurisdiction == region.jurisdiction)
    return -alike, 0 if region.id == provider.first else 1, region.id


def region_km(latitude: float | None, longitude: float | None, region: CloudRegion) -> float:
    """Kilometres from a place to a region; 0 where the place is not known."""
    if latitude is None or longitude is None:
        return 0.0
    return ground_km((latitude, longitude), (region.latitude, region.longitude))


def _no_region(
    requirements: ResolvedRequirements,
    provider: CloudProvider,
    law: frozenset[str],
    there: Iterable[CloudRegion],
    count: int,
) -> Conflict:
    """Too few regions: because of the law that binds the data, or because of the availability."""
    found = tuple(there)
    several = provider.region_availability or 0.0
    reachable = 1 - (1 - several) ** max(1, len(found))
    premises = NetworkType.ENTERPRISE_DATACENTER
    ways = [
        Relaxation(
            field="network_type",
            from_value=requirements.network_type.value,
            to_value=premises.value,
            statement=f"build an {premises} on premises of your own",
            cost="servers, racks and network devices instead of a provider's",
        )
    ]
    if law and requirements.why("data_classes").basis is Basis.STATED:
        elsewhere = sorted({region.jurisdiction for region in provider.regions if not region.government} - law)
        ways.append(
            Relaxation(
                field="data_classes",
                from_value=f"[{', '.join(requirements.data_classes)}]",
                to_value="[internal]",
                statement="keep regulated data out of this network, so that any region may be used",
                cost=f"another place for that data; regions are in {', '.join(elsewhere[:6])} and others",
            )
        )
    if found:
        ways.append(
            Relaxation(
                field="availability_requirement",
                from_value=f"{requirements.availability:.9g}",
                to_value=f"{int(reachable * 1e8) / 1e8:.9g}",
                statement=f"accept the availability of {len(found)} regions",
                cost=f"{(1 - reachable) * 525_600:.3g} minutes of downtime a year",
            )
        )
    return Conflict(
        code="no-cloud-region",
        requirements=("data_classes" if law else "availability_requirement", "sites"),
        statement=(
            f"{provider.id} has {len(found)} regions on record that may be used"
            + (f" under the law of {', '.join(sorted(law)[:8])}" if law else "")
            + f"; {count} are needed for an availability of {requirements.availability:.9g}."
        ),
        numbers=(
            ("regions", str(len(found))),
            ("needed", str(count)),
            ("availability of a region", f"{several:g}"),
        ),
        relaxations=tuple(ways),
    )
