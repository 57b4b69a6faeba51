"""Why the networks at the provider are as they are, and what the provider's quotas rule out."""

from __future__ import annotations

from math import ceil

from netdesign.errors import InfeasibleError
from netdesign.model.cloud import CloudAttachment, CloudConnection, CloudConnectionKind, CloudRouteTable
from netdesign.model.conflict import Conflict, Relaxation
from netdesign.model.parts import CostLine
from netdesign.synthesis.cloud.plan import CloudPlan, NetworkPlan, hosts_per_zone
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.resolution.intent import USD_PER_UNIT

TOTAL = "12-total"
"""The line of the bill with the total over the horizon."""


def check_limits(blueprint: Blueprint, plan: CloudPlan) -> None:
    """Raise `InfeasibleError` where the peak of an attachment is more than the provider's quota of its zones."""
    each, level = plan.place.quotas.attachment_bps_per_zone, blueprint.redundancy
    if each is None:
        return
    zones = plan.place.zones
    most = min(zones * each, max(1, zones - 1) * each * (level.max_utilisation_failed or 1.0))
    worst = max(blueprint.all(CloudAttachment), key=lambda one: one.peak_bps)
    needed = worst.peak_bps * blueprint.growth
    if needed <= most:
        return
    asked = blueprint.requirements
    fit = most / needed
    raise InfeasibleError(
        (
            Conflict(
                code="cloud-attachment-too-small",
                requirements=("flows", "requires_segmentation"),
                statement=(
                    f"{needed / 1e9:,.1f} Gbit/s pass {worst.id} at the horizon; with a zone lost"
                    f" {plan.place.provider.id} admits {most / 1e9:,.1f} Gbit/s."
                ),
                numbers=(("needed Gbit/s", f"{needed / 1e9:.1f}"), ("admitted Gbit/s", f"{most / 1e9:.1f}")),
                relaxations=(
                    Relaxation(
                        field="servers/count",
                        from_value=str(asked.servers.count),
                        to_value=str(max(1, int(asked.servers.count * fit * 0.98))),
                        statement="run fewer workloads, whose traffic fits",
                        cost="a smaller network",
                    ),
                ),
            ),
        )
    )


def within_budget(blueprint: Blueprint) -> None:
    """Raise `InfeasibleError` where the total over the horizon is more than a budget that is a limit."""
    asked = blueprint.requirements
    total = next((line.amount_usd for line in blueprint.all(CostLine) if line.id == TOTAL), 0.0)
    if asked.budget_usd is None or not asked.budget_is_hard or total <= asked.budget_usd:
        return
    rate = float(USD_PER_UNIT[asked.currency])
    amount, now = ceil(total / rate / 1000) * 1000, round(asked.budget_usd / rate)
    raise InfeasibleError(
        (
            Conflict(
                code="budget-below-cost",
                requirements=("budget", "servers/count"),
                statement=(
                    f"The provider bills {total:,.0f} USD over {asked.horizon_years} years for what is asked;"
                    f" the budget is {asked.budget_usd:,} USD."
                ),
                numbers=(("budget USD", str(asked.budget_usd)), ("cost USD", f"{total:.0f}")),
                relaxations=(
                    Relaxation(
                        field="budget",
                        from_value=f"{asked.currency} {now}",
                        to_value=f"{asked.currency} {amount}",
                        statement=f"raise the budget to {asked.currency} {amount:,}",
                        cost=f"{total - asked.budget_usd:,.0f} USD more",
                    ),
                ),
            ),
        )
    )


def explain(blueprint: Blueprint, plan: CloudPlan) -> None:
    """The decisions on provider, regions, domains and sizes."""
    _explain_place(blueprint, plan)
    _explain_domains(blueprint, plan)
    for network in plan.regions[0].networks:
        if network.private_length is not None:
            _explain_network(blueprint, plan, network)
    _explain_connections(blueprint)


def _explain_place(blueprint: Blueprint, plan: CloudPlan) -> None:
    place, asked = plan.place, blueprint.requirements
    names = ", ".join(region.id for region in place.regions)
    blueprint.decide(
        "Where are the networks?",
        f"{place.provider.id}, {names}, {place.zones} availability zones each",
        formula="zones: 1 for redundancy none within the availability of a zone, 2 for low, 3 above; regions: the "
        "fewest n with 1 - (1 - A_region)^n >= A*; of those that the law admits the nearest to users and servers",
        inputs={
            "A*": asked.availability,
            "A_zone": place.provider.zone_availability,
            "A_region": place.provider.region_availability,
            "law": ", ".join(sorted(place.law)) or "any",
        },
        result=names,
        alternatives=(
            ("another provider", "name it in technology_stack; regions, quotas and prices must be on record"),
        ),
        fields=("technology_stack", "availability_requirement", "redundancy", "data_classes", "sites"),
        source=f"{place.provider.source} ({place.provider.as_of})",
    )


def _explain_domains(blueprint: Blueprint, plan: CloudPlan) -> None:
    tables = [table.domain for table in blueprint.all(CloudRouteTable)]
    blueprint.decide(
        "How are trust domains kept apart?",
        "one route table of the hub for each, all of which lead to the inspection network"
        if plan.segmented
        else "one route table: everything inside may reach everything",
        formula="a domain's table holds the default route to the inspection attachment, whose table alone knows all "
        "prefixes; appliance mode keeps both directions at one firewall endpoint",
        inputs={"tables": ", ".join(dict.fromkeys(tables)), "quota": plan.place.quotas.hub_route_tables},
        result=len(tables),
        alternatives=(("translation in every network", "all traffic outward passes the inspection network anyway"),)
        if plan.segmented
        else (("an inspection network", f"security level {blueprint.requirements.security_level} permits by default"),),
        fields=("security_level", "requires_segmentation"),
        source=plan.place.quotas.source,
    )


def _explain_network(blueprint: Blueprint, plan: CloudPlan, network: NetworkPlan) -> None:
    blueprint.decide(
        f"How large is the network {network.name}?",
        f"/{network.private_length} in each of {plan.place.zones} zones",
        formula="2^ceil(log2(ceil(w / (zones - 1)) * g / 0.8 + reserved)): each holds its part when one is lost",
        inputs={
            "w": network.workloads,
            "hosts in a zone": hosts_per_zone(network.workloads, plan.place.zones),
            "g": f"{blueprint.growth:.3f}",
            "reserved": plan.place.quotas.reserved_addresses,
        },
        result=f"/{network.private_length}",
        fields=("servers", "expected_growth_rate", "addressing"),
        source="catalogue of cloud quotas; policy parameters cloud",
    )


def _explain_connections(blueprint: Blueprint) -> None:
    connections = blueprint.all(CloudConnection)
    vpns = sum(one.kind is CloudConnectionKind.VPN for one in connections)
    if not connections:
        return
    blueprint.decide(
        "Who builds what at the sites?",
        f"{len(connections)} connections end at the sites, {vpns} of them VPN; sites are designed apart",
        formula="the provider's side is here; a site brings devices with IKEv2 and BGP for its tunnels and ports, and"
        " its own way to the Internet",
        inputs={"sites": blueprint.requirements.site_count, "connections": len(connections)},
        result=len(connections),
        alternatives=(("hybrid", "ask for network type hybrid to have the premises designed as well"),),
        fields=("network_type", "sites"),
    )
