"""Shapes that the switches of a data centre or a campus cannot have, or not at their size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from netdesign.model.conflict import Conflict, Relaxation
from netdesign.model.resolved import ResolvedRequirements, ResolvedSite
from netdesign.model.vocabulary import Archetype, NetworkType, TopologyPreference
from netdesign.synthesis.conditions.question import Question, numbers, relax
from netdesign.synthesis.needs.campus_plan import in_two_tiers, plan_campus
from netdesign.synthesis.needs.centres import centres

OF_SITES: Final = frozenset({TopologyPreference.MESH, TopologyPreference.RING, TopologyPreference.STAR})
"""Shapes in which sites are joined."""
OF_RACKS: Final = frozenset(
    {TopologyPreference.SPINE_LEAF, TopologyPreference.COLLAPSED_CORE, TopologyPreference.HYBRID_TOPOLOGY}
)
OF_CLOSETS: Final = frozenset(
    {TopologyPreference.THREE_TIER, TopologyPreference.COLLAPSED_CORE, TopologyPreference.STAR,
     TopologyPreference.HYBRID_TOPOLOGY}
)  # fmt: skip


def shape_of_switches(question: Question) -> Iterator[Conflict]:
    """A shape that switches of this kind of network never have."""
    wanted, wish = question.requirements, question.requirements.topology_preference
    kind = wanted.network_type
    elsewhere = question.virtual or kind is NetworkType.WAN
    if elsewhere or wish is None or wish in possible(question):
        return
    words = ", ".join(sorted(one.value.replace("_", " ") for one in possible(question)))
    where = "a campus hang off one or two tiers above them" if question.campus else "a data centre are leaves of spines"
    yield Conflict(
        code="shape-not-for-switches",
        requirements=("topology_preference", "network_type"),
        statement=f"A {wish.value.replace('_', ' ')} is asked for, but the switches of {where}.",
        numbers=numbers(asked=wish.value, possible=words),
        relaxations=tuple(_ways(question, wish)),
    )


def possible(question: Question) -> frozenset[TopologyPreference]:
    """The shapes that the kind of network can have, if its size allows; around a provider's hub sites are a star."""
    wanted = question.requirements
    if question.campus:
        return OF_CLOSETS | ({TopologyPreference.SPINE_LEAF} if wanted.sdn_required else set())
    several = wanted.network_type is NetworkType.DATA_CENTER_INTERCONNECT
    around = {TopologyPreference.STAR} if wanted.network_type is NetworkType.HYBRID else frozenset[TopologyPreference]()
    return OF_RACKS | around | (OF_SITES if several else frozenset())


def _ways(question: Question, wish: TopologyPreference) -> Iterator[Relaxation]:
    wanted = question.requirements
    fits = TopologyPreference.HYBRID_TOPOLOGY
    if not question.campus:
        fits = TopologyPreference.SPINE_LEAF
    elif two_tiers(question) is None:
        fits = TopologyPreference.COLLAPSED_CORE
    elif question.campus:
        fits = TopologyPreference.THREE_TIER
    words = fits.value.replace("_", " ")
    yield relax("topology_preference", (wish.value, fits.value), f"take a {words}", "another shape of the cables")
    if wish in OF_SITES and not question.campus and len(centres(wanted)) > 1:
        other = NetworkType.DATA_CENTER_INTERCONNECT
        change = (wanted.network_type.value, other.value)
        yield relax("network_type", change, f"ask for {other}", "lines between the data centres")
    if wish is TopologyPreference.SPINE_LEAF and question.campus and fits is TopologyPreference.COLLAPSED_CORE:
        way = (wanted.network_type.value, NetworkType.SDN_CAMPUS.value)
        if wanted.network_type is NetworkType.LEGACY_CAMPUS:
            yield relax("network_type", way, "ask for an sdn_campus", "a fabric from the access switches up")


def two_tiers(question: Question) -> ResolvedSite | None:
    """The first site that needs a third tier whatever is preferred; None where two are enough everywhere."""
    supposed = replace(question.requirements, topology_preference=TopologyPreference.COLLAPSED_CORE)
    for site in _kinds(supposed):
        if plan_campus(supposed, question.parameters, site).archetype is Archetype.THREE_TIER:
            return site
    return None


def _kinds(wanted: ResolvedRequirements) -> tuple[ResolvedSite, ...]:
    """One of all sites that differ in name and place alone."""
    plain = {replace(site, id="", name="", jurisdiction="", latitude=None, longitude=None): site
             for site in reversed(wanted.sites)}  # fmt: skip
    return tuple(plain.values())


def too_large_for_two_tiers(question: Question) -> Iterator[Conflict]:
    """One core for more access switches, people or buildings than one may have."""
    wanted, wish = question.requirements, question.requirements.topology_preference
    if not question.campus or wish not in possible(question) or not in_two_tiers(wanted):
        return
    if wanted.network_type is NetworkType.WAN or (site := two_tiers(question)) is None or wish is None:
        return
    limits = question.parameters.campus
    yield Conflict(
        code="too-large-for-one-core",
        requirements=("topology_preference", "scale/users"),
        statement=f"{site.name} has {site.users:,} users in {site.buildings} buildings; one core serves"
        f" {limits.collapsed_max_users:,} in {limits.collapsed_max_buildings} with {limits.collapsed_max_access} access"
        " switches at the most.",
        numbers=numbers(
            users=site.users,
            users_at_most=limits.collapsed_max_users,
            buildings=site.buildings,
            buildings_at_most=limits.collapsed_max_buildings,
            access_switches_at_most=limits.collapsed_max_access,
        ),
        relaxations=(
            relax(
                "topology_preference",
                (wish.value, TopologyPreference.THREE_TIER.value),
                "take three tiers",
                "a pair of distribution switches for each block",
            ),
        ),
    )


def branches_alone(question: Question) -> bool:
    """Whether every site is a branch, which has no core."""
    wanted = question.requirements
    return all(plan_campus(wanted, question.parameters, site).archetype is Archetype.BRANCH for site in _kinds(wanted))
