"""Filters at the hosts themselves, for zones that hold more of them than may reach each other unseen."""

from __future__ import annotations

from netdesign.model.inventory import EndpointGroup
from netdesign.model.traffic import Flow
from netdesign.model.vocabulary import Exposure
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.needs.centres import joined
from netdesign.synthesis.needs.policies import host_rules, make_policy
from netdesign.synthesis.needs.zones import KINDS
from netdesign.synthesis.operation.finishing import places


def part_hosts(blueprint: Blueprint) -> None:
    """Hosts of large zones filter by a policy of their zone: what flows need, and nothing else."""
    limit = blueprint.posture.max_unfiltered_hosts
    counts: dict[tuple[str, str], int] = {}
    for group in blueprint.all(EndpointGroup):
        counts[group.site, group.zone] = counts.get((group.site, group.zone), 0) + group.count
    if joined(blueprint.requirements):  # a zone is one wherever it is
        counts = {key: sum(n for (_, zone), n in counts.items() if zone == key[1]) for key in counts}
    found = {key: count for key, count in counts.items() if limit is not None and count * blueprint.growth > limit}
    if not found:
        return
    where, flows = places(blueprint), blueprint.all(Flow)
    for site, zone in sorted(found):
        if KINDS[zone].exposure is Exposure.INTERNET:
            continue
        policy = blueprint.add(make_policy(f"{site}-hosts-{zone}", ()))
        local = {group.id for group in blueprint.all(EndpointGroup) if group.site == site}
        mine = [flow for flow in flows if local.intersection((*flow.sources, *flow.targets))]
        blueprint.add_all(host_rules(policy.id, zone, mine, where, ipv6=blueprint.requirements.ipv6))
        for group in blueprint.all(EndpointGroup):
            if (group.site, group.zone) == (site, zone):
                blueprint.change(group, host_policy=policy.id)
    _explain(blueprint, found, limit or 0)


def _explain(blueprint: Blueprint, found: dict[tuple[str, str], int], limit: int) -> None:
    blueprint.decide(
        "Which hosts filter for themselves?",
        f"those of {', '.join(f'{zone} at {site}' for site, zone in sorted(found))}",
        formula="hosts of a zone * g > the most that may reach each other without a filter",
        inputs={
            **{f"{site} {zone}": count for (site, zone), count in sorted(found.items())},
            "g": f"{blueprint.growth:.3f}",
            "limit": limit,
        },
        result=len(found),
        alternatives=(("a firewall leg for each rack", "every packet among servers would pass the firewalls"),),
        fields=("security_level",),
        source="NIST SP 800-207; NIST SP 800-53 SC-7(20)-(22)",
    )
