"""What the networks live on at the provider: names, time, records of events, and where data may be."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Final

from netdesign.model.cloud import CloudGateway, CloudGatewayKind, CloudService
from netdesign.model.infrastructure import ServiceKind
from netdesign.model.security import Residency
from netdesign.model.vocabulary import Redundancy
from netdesign.synthesis.cloud.charges import yearly_gb
from netdesign.synthesis.cloud.networks import Region
from netdesign.synthesis.cloud.plan import DOMAINS, CloudPlan
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.needs.zones import MANAGEMENT
from netdesign.synthesis.operation.infrastructure import event_rate, retention_days

RESOLVER_ZONES: Final = 2
CLOCKS: Final = ("clock of the provider on the link of every workload", "public clocks of the provider")
DAYS_A_YEAR: Final = 365
SECONDS_A_DAY: Final = 86_400


def add_services(blueprint: Blueprint, regions: Sequence[Region]) -> None:
    """Names in two zones, the provider's time, and one store of records in the first region and its copy."""
    doubled = blueprint.requirements.redundancy.at_least(Redundancy.LOW)
    for region in regions:
        shared = region.networks.get(DOMAINS[MANAGEMENT]) or next(iter(region.networks.values()))
        zones = region.plan.zones[: RESOLVER_ZONES if doubled else 1]
        blueprint.add(
            CloudService(
                id=f"{region.id}-dns",
                kind=ServiceKind.DNS,
                name="resolver endpoints",
                region=region.id,
                network=shared.id,
                availability_zones=zones,
            )
        )
        for at, name in enumerate(CLOCKS, start=1):
            clock = CloudService(id=f"{region.id}-ntp{at}", kind=ServiceKind.NTP, name=name, region=region.id)
            blueprint.add(clock)
        _records(blueprint, region)


def _records(blueprint: Blueprint, region: Region) -> None:
    """Events of workloads and firewalls, kept as long as the frameworks ask."""
    days, logging = retention_days(blueprint), blueprint.parameters.logging
    rate = event_rate(blueprint)
    per_day = rate * logging.event_bytes * SECONDS_A_DAY
    volume = flow_record_bytes(blueprint) / DAYS_A_YEAR
    stored = ceil((per_day + volume) * days)
    blueprint.add(
        CloudService(
            id=f"{region.id}-log",
            kind=ServiceKind.LOG,
            name="object store of records",
            region=region.id,
            encrypted=True,
            retention_days=days,
            storage_bytes=stored,
        )
    )
    blueprint.decide(
        f"How much record does {region.id} keep?",
        f"{stored / 1e12:,.2f} TB in {days} days",
        formula="(events/s * bytes * 86400 + bytes of flow records a day) * days",
        inputs={"events/s": f"{rate:.1f}", "event_bytes": logging.event_bytes, "flow records/day": f"{volume:.3g}"},
        result=stored,
        fields=("compliance", "scale/users"),
        source="policy parameters logging and cloud",
    )


def flow_record_bytes(blueprint: Blueprint) -> float:
    """Bytes of flow records a year, of all that passes firewall endpoints."""
    if not any(one.kind is CloudGatewayKind.FIREWALL for one in blueprint.all(CloudGateway)):
        return 0.0
    return yearly_gb(blueprint) * blueprint.parameters.cloud.log_bytes_per_gb


def keep_at_home(blueprint: Blueprint, plan: CloudPlan) -> None:
    """Where data of each sensitive class may be: under the law by which the regions were chosen."""
    if not plan.place.law:
        return
    for data in blueprint.requirements.data_classes:
        identity = f"residency-{data.value}"
        law = tuple(sorted(plan.place.law))
        if data.sensitive and blueprint.has(Residency, identity):
            known = blueprint.get(Residency, identity)
            blueprint.change(known, jurisdictions=tuple(sorted({*known.jurisdictions, *law})))
        elif data.sensitive:
            blueprint.add(Residency(id=identity, data_class=data, jurisdictions=law))
