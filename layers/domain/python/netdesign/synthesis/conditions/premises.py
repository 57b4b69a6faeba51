"""What premises at several sites cannot be: some of them without servers, or safe from two losses at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from netdesign.model.conflict import Conflict, Relaxation
from netdesign.model.edits import Edit
from netdesign.model.resolved import Population
from netdesign.model.vocabulary import NetworkType, Redundancy, ServiceClass
from netdesign.synthesis.conditions.question import Question, numbers, relax
from netdesign.synthesis.needs.centres import DATA_CENTRES

CAMPUSES: Final = (NetworkType.SDN_CAMPUS, NetworkType.LEGACY_CAMPUS)
PARTED: Final = 3
"""Sites from which on the loss of one leaves two that are to reach each other."""


def sites_without_servers(question: Question) -> Iterator[Conflict]:
    """Data centres with no server, or with a single one where servers are to talk to each other at every site."""
    wanted = question.requirements
    halls = wanted.network_type in DATA_CENTRES or (wanted.network_type is NetworkType.HYBRID and not wanted.users)
    if not halls or len(wanted.sites) < 2:
        return
    talk = any(flow.source == flow.target == Population.SERVERS for flow in wanted.flows)
    least = 2 if talk else 1
    short = [site for site in wanted.sites if site.servers < least]
    if not short:
        return
    why = "servers talk to servers at each of them" if talk else "each of them is to be one"
    yield Conflict(
        code="data-centre-without-servers",
        requirements=("servers/count", "scale/sites"),
        statement=f"{short[0].name} is a data centre with {short[0].servers} servers; {least} are needed at every site,"
        f" since {why}.",
        numbers=numbers(servers=wanted.servers.count, sites=len(wanted.sites), servers_needed_at_each=least),
        relaxations=tuple(_more_servers(question, least)),
    )


def _more_servers(question: Question, least: int) -> Iterator[Relaxation]:
    """Servers for every site; or fewer sites, where none is described."""
    wanted = question.requirements
    described = "sites" in wanted.why("sites").inputs
    counts = [max(site.servers, least) for site in wanted.sites]
    total = sum(counts) if described else least * len(counts)
    edits = [Edit(pointer="/servers/count", value=total)]
    if described:
        edits += [Edit(pointer=f"/sites/{at}/servers", value=count) for at, count in enumerate(counts)]
    yield Relaxation(
        field="servers/count",
        from_value=str(wanted.servers.count),
        to_value=str(total),
        statement=f"give every site {least} servers at the least",
        cost=f"{total - wanted.servers.count} servers more",
        edits=tuple(edits),
    )
    fitting = wanted.servers.count // least
    if not described and fitting:
        yield relax("scale/sites", (wanted.site_count, fitting), f"build at {fitting} sites", "fewer sites")


def two_losses(question: Question) -> Iterator[Conflict]:
    """Gold traffic that is to survive two losses at once where every tier is a pair, and sites that nothing joins."""
    wanted = question.requirements
    apart = wanted.network_type in CAMPUSES or wanted.network_type is NetworkType.HYBRID
    if not apart or wanted.redundancy is not Redundancy.CRITICAL:
        return
    gold = [flow.id for flow in wanted.flows if flow.service_class is ServiceClass.GOLD] if wanted.users else []
    if gold:
        reason = f"Two devices lost at once leave a site without both of a pair, and {gold[0]} is gold"
    elif len(wanted.sites) >= PARTED:
        reason = (
            f"Each of {len(wanted.sites)} sites has ways out of its own, and with one lost nothing joins the others"
        )
    else:
        return
    yield Conflict(
        code="premises-not-tripled",
        requirements=("redundancy", "flows" if gold else "scale/sites"),
        statement=f"{reason}; redundancy critical is not to be had for premises of this kind.",
        numbers=numbers(devices_of_a_tier=2, devices_needed=3, sites=len(wanted.sites), gold_flows=len(gold)),
        relaxations=(
            relax(
                "redundancy", (Redundancy.CRITICAL.value, Redundancy.HIGH.value),
                "accept redundancy high", "any one loss is survived, two at once are not",
            ),
        ),
    )  # fmt: skip
